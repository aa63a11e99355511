/** Life of the processes of local containers: start, stop, death, and how a started one finds its cluster. */
import { randomUuid } from '../nodes/hardware.ts';
import { exposedMembers, refreshProtection } from './protection.ts';
import { hasDrives, isBackend, isClient, roleTraits } from './roles.ts';
import type { Actor, Cluster, LocalContainer, Member, SiteState } from './state.ts';
import {
  clusterOf,
  domainOf,
  drivesOf,
  hasQuorum,
  isPresent,
  listenerAt,
  recordIncident,
  tellRecordListeners,
} from './state.ts';

/**
 * Starts the container; resolves with undefined when its process runs, or with the reason why it does not.
 * It becomes ready `join` milliseconds later.
 */
export function startContainer(site: SiteState, local: LocalContainer): Promise<string | undefined> {
  if (local.process === 'running') return Promise.resolve(undefined);
  if (local.process !== 'stopped') return Promise.resolve(`container ${local.name} is ${local.process}`);
  const refusal = portConflict(site, local);
  if (refusal !== undefined) {
    noteFailure(site, local, refusal);
    local.startFailed = true;
    return Promise.resolve(refusal);
  }
  flagSecondProcess(site, local);
  local.joinIps = local.nextJoinIps ?? local.joinIps;
  local.nextJoinIps = undefined;
  local.process = 'starting';
  local.startFailed = false;
  local.lastFailure = '';
  return new Promise((resolve) => {
    const cancel = site.clock.after(site.settings.start, () => {
      local.process = 'running';
      local.cancel = site.clock.after(site.settings.join, () => becomeReady(site, local));
      resolve(undefined);
    });
    local.cancel = () => {
      cancel();
      resolve(`container ${local.name} was stopped while it started`);
    };
  });
}

function portConflict(site: SiteState, local: LocalContainer): string | undefined {
  const other = [...site.locals.values()].find(
    (candidate) =>
      candidate !== local &&
      candidate.nodeName === local.nodeName &&
      candidate.process !== 'stopped' &&
      Math.abs(candidate.basePort - local.basePort) < site.settings.portBlock,
  );
  return other === undefined ? undefined : `Port ${local.basePort} is already in use by container ${other.name}`;
}

function flagSecondProcess(site: SiteState, local: LocalContainer): void {
  const twin = [...site.locals.values()].find(
    (other) => other !== local && other.dataId === local.dataId && other.process !== 'stopped',
  );
  if (twin === undefined) return;
  recordIncident(site, clusterOf(site, local) ?? clusterOf(site, twin), {
    kind: 'two-processes',
    by: 'operator',
    message: `${local.name} (${local.dataId}) was started on ${local.nodeName} while it runs on ${twin.nodeName}`,
  });
}

function becomeReady(site: SiteState, local: LocalContainer): void {
  local.ready = true;
  local.cancel = undefined;
  const cluster = clusterOf(site, local);
  const member = cluster?.members.get(local.membership?.hostId ?? -1);
  if (member !== undefined) Object.assign(member, { ip: local.ip, port: local.basePort, cores: local.cores });
  if (cluster !== undefined) refreshProtection(site, cluster);
  tryJoins(site);
}

/** Lets every started stem with join addresses try them. To be called when someone new can be reached. */
export function tryJoins(site: SiteState): void {
  for (const local of site.locals.values()) {
    const stem = local.ready && local.process === 'running' && local.membership === undefined && !local.forming;
    if (stem && roleTraits[local.role].joinsCluster && !site.unreachableNodes.has(local.nodeName)) tryJoin(site, local);
  }
}

function tryJoin(site: SiteState, local: LocalContainer): void {
  for (const address of local.joinIps) {
    const cluster = clusterOf(site, listenerAt(site, address));
    if (cluster === undefined || !hasQuorum(site, cluster)) continue;
    if (!maySecretlyJoin(cluster, local)) {
      noteFailure(site, local, 'Join rejected by the cluster: wrong join secret');
      continue;
    }
    addMember(site, cluster, local);
    refreshProtection(site, cluster);
    return;
  }
}

function maySecretlyJoin(cluster: Cluster, local: LocalContainer): boolean {
  const given = local.joinToken ?? local.joinSecret ?? '';
  if (given !== '' && (given === cluster.joinSecret || cluster.joinTokens.has(given))) return true;
  return isClient(local) ? !cluster.overrides.has('authenticate_client_join') : cluster.joinSecret === given;
}

/** Makes the container a member with the next host id; the caller has checked that it may. */
export function addMember(site: SiteState, cluster: Cluster, local: LocalContainer): Member {
  const member: Member = {
    hostId: cluster.nextHostId++,
    uid: randomUuid(site.random),
    name: local.name,
    nodeName: local.nodeName,
    dataId: local.dataId,
    ip: local.ip,
    port: local.basePort,
    role: local.role,
    cores: local.cores,
    failureDomain:
      local.failureDomain ?? (site.settings.namesDomains ? (local.machineIdentifier ?? local.nodeName) : undefined),
    state: 'ACTIVE',
    addedAt: site.clock.now(),
    exposure: 'full',
    exposureSince: site.clock.now(),
    exposedBy: 'fault',
    cancelExposure: undefined,
  };
  cluster.members.set(member.hostId, member);
  local.membership = { guid: cluster.guid, hostId: member.hostId };
  local.lastFailure = '';
  return member;
}

/** Stops the container in order; resolves when it is stopped. */
export function stopContainer(site: SiteState, local: LocalContainer, force: boolean): Promise<void> {
  local.startFailed = false;
  if (local.process === 'stopped') return Promise.resolve();
  const mounts = isClient(local) ? (site.hardware?.get(local.nodeName)?.activeMounts ?? 0) : 0;
  if (mounts > 0) {
    recordIncident(site, clusterOf(site, local), {
      kind: 'mounts-cut-off',
      by: 'operator',
      message: `${local.name} was stopped under ${mounts} mounts of ${local.nodeName}`,
    });
  }
  if (local.process !== 'stopping') noteStop(site, local);
  local.cancel?.();
  local.process = 'stopping';
  const duration = force ? site.settings.stopForced : site.settings.stopGracefully;
  return new Promise((resolve) => {
    const cancel = site.clock.after(duration, () => {
      endProcess(site, local, 'operator');
      resolve();
    });
    local.cancel = () => {
      cancel();
      resolve();
    };
  });
}

/** One that has just joined, and restarts for it, serves nothing yet: a drive container before its first drive. */
const holdsSomething = (cluster: Cluster, member: Member): boolean =>
  !hasDrives(member) || drivesOf(cluster, member).some(({ status }) => status === 'ACTIVE' || status === 'PHASING_OUT');

/** Whether the stop was right is for others to judge; here is what they need for it. */
function noteStop(site: SiteState, local: LocalContainer): void {
  const cluster = clusterOf(site, local);
  const member = cluster?.members.get(local.membership?.hostId ?? -1);
  if (cluster === undefined || member === undefined || !isBackend(member.role)) return;
  const others = exposedMembers(site, cluster).filter((other) => domainOf(other) !== domainOf(member));
  site.stops.push({
    at: site.clock.now(),
    guid: cluster.guid,
    dataId: member.dataId,
    name: member.name,
    nodeName: member.nodeName,
    role: member.role,
    served: member.state !== 'INACTIVE' && isPresent(site, cluster, member) && holdsSomething(cluster, member),
    alreadyAway: others.map(({ name, dataId, exposure, exposureSince, exposedBy }) => ({
      name,
      dataId,
      // not exposed yet: it is just being stopped
      ...(exposure === 'full'
        ? { since: site.clock.now(), by: 'operator' as const }
        : { since: exposureSince, by: exposedBy }),
    })),
  });
  tellRecordListeners(site);
}

/** The processes are gone, whatever they were doing. */
export function endProcess(site: SiteState, local: LocalContainer, by: Actor): void {
  const cancel = local.cancel;
  local.cancel = undefined;
  local.process = 'stopped';
  local.ready = false;
  cancel?.();
  const cluster = clusterOf(site, local);
  if (cluster !== undefined) refreshProtection(site, cluster, by);
}

export function noteFailure(site: SiteState, local: LocalContainer, reason: string): void {
  local.lastFailure = reason;
  local.lastFailureAt = site.clock.now();
}
