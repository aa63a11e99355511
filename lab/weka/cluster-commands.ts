/** `weka cluster ...`: shape of the cluster, its containers, IO, join tokens. */
import { randomHex } from '../nodes/hardware.ts';
import type { ClusterCommand, ClusterCommandContext } from './command.ts';
import { answer, answerJson, isRefusal, memberById, refuse } from './command.ts';
import { clearExposure, refreshProtection } from './protection.ts';
import { hasDrives, isClient, isCompute, roleTraits } from './roles.ts';
import type { Cluster, Member, SiteState } from './state.ts';
import { domainOf, drivenDomains, drivesOf, hasQuorum, isPresent, isUp, localOf } from './state.ts';

/** Commands about the cluster as a whole and its containers. */
export const clusterCommands: ClusterCommand[] = [
  {
    scope: 'cluster',
    words: 'cluster update',
    role: 'clusteradmin',
    options: {
      '--cluster-name': 'value',
      '--parity-drives': 'value',
      '--data-drives': 'value',
      '--bucket-raft-size': 'value',
    },
    run: update,
  },
  { scope: 'cluster', words: 'cluster hot-spare', role: 'clusteradmin', run: setHotSpare },
  { scope: 'cluster', words: 'cluster container', role: 'any', run: listContainers },
  { scope: 'cluster', words: 'cluster container deactivate', role: 'clusteradmin', run: deactivate },
  { scope: 'cluster', words: 'cluster container activate', role: 'clusteradmin', run: activate },
  {
    scope: 'cluster',
    words: 'cluster container remove',
    role: 'clusteradmin',
    options: { '--no-unimprint': 'flag' },
    run: remove,
  },
  { scope: 'cluster', words: 'cluster process', role: 'any', options: { '--filter': 'value' }, run: listProcesses },
  { scope: 'cluster', words: 'cluster start-io', role: 'clusteradmin', run: startIo },
  { scope: 'cluster', words: 'cluster stop-io', role: 'clusteradmin', run: stopIo },
  {
    scope: 'cluster',
    words: 'cluster join-token generate',
    role: 'clusteradmin',
    options: { '--access-token-timeout': 'value' },
    run: generateJoinToken,
  },
];

function update({ cluster, options }: ClusterCommandContext) {
  const parity = numberOption(options.value('--parity-drives'));
  const data = numberOption(options.value('--data-drives'));
  if ((parity !== undefined || data !== undefined) && cluster.io !== 'never')
    return refuse('The stripe cannot be changed once IO was started');
  if (parity !== undefined && !(parity >= 2 && parity <= 4))
    return refuse('The number of parity drives must be between 2 and 4');
  if (data !== undefined && !(data >= 2 && data <= 16))
    return refuse('The number of data drives must be between 2 and 16');
  cluster.name = options.value('--cluster-name') ?? cluster.name;
  cluster.parityDrives = parity ?? cluster.parityDrives;
  cluster.dataDrives = data ?? cluster.dataDrives;
  cluster.bucketRaftSize = numberOption(options.value('--bucket-raft-size')) ?? cluster.bucketRaftSize;
  return answer('');
}

function numberOption(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function setHotSpare({ cluster, positionals }: ClusterCommandContext) {
  const count = Number(positionals[0] ?? NaN);
  if (!Number.isInteger(count) || count < 0) return refuse(`invalid hot spare ${positionals[0] ?? ''}`);
  cluster.hotSpare = count;
  return answer('');
}

function listContainers({ site, cluster, positionals, options }: ClusterCommandContext) {
  const ids = new Set(positionals.map(Number));
  const members = [...cluster.members.values()].filter((member) => ids.size === 0 || ids.has(member.hostId));
  const quorum = hasQuorum(site, cluster);
  if (options.json) return answerJson(members.map((member) => containerJson(site, cluster, member, quorum)));
  return answer(
    members
      .map(
        (member) => `${member.hostId}  ${member.name}  ${member.ip}  ${memberStatus(site, cluster, member, quorum)}\n`,
      )
      .join(''),
  );
}

/** UP or DOWN while ACTIVE, else the state: the operator reads DEACTIVATING and INACTIVE from `status`. */
export function memberStatus(site: SiteState, cluster: Cluster, member: Member, quorum: boolean): string {
  if (member.state !== 'ACTIVE') return member.state;
  return isUp(site, cluster, member, quorum) ? 'UP' : 'DOWN';
}

function containerJson(site: SiteState, cluster: Cluster, member: Member, quorum: boolean) {
  return {
    added_time: new Date(member.addedAt).toISOString(),
    container_name: member.name,
    cores: member.cores,
    failure_domain: member.failureDomain,
    host_id: `HostId<${member.hostId}>`,
    host_ip: member.ip,
    hostname: member.nodeName,
    id: member.hostId,
    ips: [member.ip],
    last_failure: localOf(site, cluster, member)?.lastFailure ?? '',
    mgmt_port: member.port,
    mode: roleTraits[member.role].listedAs,
    roles: [member.role.toUpperCase()],
    state: member.state,
    status: memberStatus(site, cluster, member, quorum),
    sw_version: localOf(site, cluster, member)?.version ?? '',
    uid: member.uid,
  };
}

/** Management and one process a core, as far as someone reads them. */
function listProcesses({ site, cluster, options }: ClusterCommandContext) {
  const wanted = /containerId=(\d+)/.exec(options.value('--filter') ?? '')?.[1];
  const members = [...cluster.members.values()].filter(
    (member) => wanted === undefined || member.hostId === Number(wanted),
  );
  const quorum = hasQuorum(site, cluster);
  const processes = members.flatMap((member) =>
    Array.from({ length: member.cores + 1 }, (_, slot) => ({
      node_id: `NodeId<${member.hostId * 20 + slot}>`,
      roles: [slot === 0 ? 'MANAGEMENT' : member.role.toUpperCase()],
      status: isUp(site, cluster, member, quorum) ? 'UP' : 'DOWN',
      node_info: {
        host_id: `HostId<${member.hostId}>`,
        container_name: member.name,
        slot,
        mgmt_ips: [member.ip],
        mgmt_port: member.port,
      },
    })),
  );
  return answerJson(processes);
}

/** Starts draining. */
function deactivate({ site, cluster, positionals }: ClusterCommandContext) {
  const member = memberById(cluster, positionals[0]);
  if (isRefusal(member)) return member;
  if (member.state !== 'ACTIVE') return answer('');
  const lack = cluster.io === 'never' ? undefined : lackWithout(site, cluster, member);
  if (lack !== undefined) return refuse(`Deactivating HostId<${member.hostId}> would leave ${lack}`);
  member.state = 'DEACTIVATING';
  for (const drive of drivesOf(cluster, member))
    if (drive.status === 'ACTIVE' || drive.status === 'PHASING_IN') drive.status = 'PHASING_OUT';
  site.clock.after(site.settings.deactivate, () => finishDeactivation(site, cluster, member));
  return answer('');
}

/** Weka's buckets are led by a raft of so many compute containers, of fewer where the cluster began with fewer. */
const defaultRaftSize = 5;

/** What weka would have too little of without the member: failure domains for a stripe, or a majority of the raft. */
function lackWithout(site: SiteState, cluster: Cluster, member: Member): string | undefined {
  if (hasDrives(member)) {
    const left = drivenDomains(cluster, (other) => other === member).size;
    const stripe = cluster.dataDrives + cluster.parityDrives;
    return left < stripe ? `${left} failure domains, fewer than the stripe width ${stripe}` : undefined;
  }
  if (!isCompute(member)) return undefined;
  const quorum = hasQuorum(site, cluster);
  const left = [...cluster.members.values()].filter(
    (other) => other !== member && isCompute(other) && other.state === 'ACTIVE' && isUp(site, cluster, other, quorum),
  ).length;
  const raft = Math.min(cluster.bucketRaftSize ?? defaultRaftSize, cluster.computesAtStart);
  // of two compute containers one will do, see protection.ts
  const needed = raft === 2 ? 1 : Math.floor(raft / 2) + 1;
  return left < needed
    ? `${left} compute containers that are up, fewer than a majority of the raft of ${raft}`
    : undefined;
}

function finishDeactivation(site: SiteState, cluster: Cluster, member: Member): void {
  if (member.state !== 'DEACTIVATING') return;
  // no data moves while IO is stopped
  if (cluster.io === 'interrupted') {
    site.clock.after(site.settings.deactivate, () => finishDeactivation(site, cluster, member));
    return;
  }
  member.state = 'INACTIVE';
  for (const drive of drivesOf(cluster, member)) if (drive.status === 'PHASING_OUT') drive.status = 'INACTIVE';
  clearExposure(site, cluster, member);
}

function activate({ site, cluster, positionals }: ClusterCommandContext) {
  const member = memberById(cluster, positionals[0]);
  if (isRefusal(member)) return member;
  member.state = 'ACTIVE';
  for (const drive of drivesOf(cluster, member)) if (drive.status !== 'FAILED') drive.status = 'ACTIVE';
  refreshProtection(site, cluster);
  return answer('');
}

/** Forgets an INACTIVE container without drives. Without `--no-unimprint` a reachable host becomes a stem again. */
function remove({ site, cluster, positionals, options }: ClusterCommandContext) {
  const member = memberById(cluster, positionals[0]);
  if (isRefusal(member)) return member;
  if (!isClient(member) && member.state !== 'INACTIVE') {
    return refuse(`Host HostId<${member.hostId}> is ${member.state}, it must be deactivated before it is removed`);
  }
  if (drivesOf(cluster, member).length > 0)
    return refuse(`Host HostId<${member.hostId}> still has drives, remove them first`);
  const local = localOf(site, cluster, member);
  if (local !== undefined && isPresent(site, cluster, member) && !options.has('--no-unimprint'))
    local.membership = undefined;
  cluster.members.delete(member.hostId);
  clearExposure(site, cluster, member);
  return answer('');
}

async function startIo({ site, cluster }: ClusterCommandContext) {
  if (cluster.io === 'started' || cluster.io === 'interrupted') return answer('');
  const withDrives = new Set(
    [...cluster.drives.values()]
      .flatMap((drive) => cluster.members.get(drive.hostId) ?? [])
      .filter(({ state }) => state === 'ACTIVE')
      .map(domainOf),
  );
  const stripe = cluster.dataDrives + cluster.parityDrives;
  if (withDrives.size < stripe) {
    return refuse(`Not enough failure domains with drives to start IO: ${withDrives.size} of ${stripe}`);
  }
  const computes = [...cluster.members.values()].filter(
    (member) => isCompute(member) && member.state === 'ACTIVE',
  ).length;
  if (computes === 0) return refuse('Not enough compute containers to start IO: there is none');
  cluster.io = 'starting';
  cluster.computesAtStart = computes;
  await new Promise<void>((resolve) => {
    site.clock.after(site.settings.startIo, resolve);
  });
  cluster.io = 'started';
  cluster.ioChangedAt = site.clock.now();
  refreshProtection(site, cluster);
  return answer('');
}

function stopIo({ site, cluster }: ClusterCommandContext) {
  if (cluster.io === 'never') return refuse('IO was not started');
  cluster.io = 'stopped';
  cluster.ioChangedAt = site.clock.now();
  return answer('');
}

function generateJoinToken({ site, cluster, options }: ClusterCommandContext) {
  const token = randomHex(site.random, 64);
  cluster.joinTokens.add(token);
  return options.json ? answerJson(token) : answer(`${token}\n`);
}
