/**
 * How failures and returns of members move the protection of a cluster's data.
 *
 * A backend that goes away while IO runs is `down`; when it comes back it is `returning` for `rebuild`, then `full`.
 * One that stays away is `elsewhere` after `rebuildElsewhere`, where enough failure domains are left for a stripe:
 * its data is protected without it, and its return is a mere redistribution.
 *
 * IO goes on while two rules hold: no more failure domains are exposed than parity bears, and more than half of the
 * compute containers are present (of two, as small as a laptop's cluster is, one will do).
 */
import { hasDrives, isBackend, isCompute } from './roles.ts';
import type { Actor, Cluster, Exposure, IoRule, Member, SiteState } from './state.ts';
import { domainOf, drivenDomains, drivesOf, isPresent, recordIncident } from './state.ts';

/** Failure domains whose data misses a copy: those of members that are down or returning. */
export function exposedDomains(cluster: Cluster): Set<string> {
  return domainsOf(cluster, ['down', 'returning']);
}

function domainsOf(cluster: Cluster, exposures: Exposure[]): Set<string> {
  return new Set(
    counted(cluster)
      .filter((member) => exposures.includes(member.exposure))
      .map(domainOf),
  );
}

/** Members that are away, or were and are not whole again. */
export function exposedMembers(site: SiteState, cluster: Cluster): Member[] {
  if (cluster.io === 'never' || cluster.io === 'starting') return [];
  const gone = (member: Member): boolean => member.exposure === 'full' && !isPresent(site, cluster, member);
  return counted(cluster).filter(
    (member) => gone(member) || member.exposure === 'down' || member.exposure === 'returning',
  );
}

function counted(cluster: Cluster): Member[] {
  return [...cluster.members.values()].filter((member) => isBackend(member.role) && member.state !== 'INACTIVE');
}

/** Failure domains with a drive container that is ACTIVE, but for `except`. */
export function driveDomains(cluster: Cluster, except?: Member): Set<string> {
  const members = [...cluster.members.values()];
  return new Set(
    members.filter((member) => hasDrives(member) && member.state === 'ACTIVE' && member !== except).map(domainOf),
  );
}

/** To be called after whatever may have changed who is present in the cluster, with whose act it was. */
export function refreshProtection(site: SiteState, cluster: Cluster, by: Actor = 'fault'): void {
  if (cluster.io === 'never' || cluster.io === 'starting') return;
  for (const member of counted(cluster)) {
    const present = isPresent(site, cluster, member);
    const next = present ? returnOf[member.exposure] : failureOf[member.exposure];
    if (!present && next === 'down' && member.exposure !== 'down') member.exposedBy = by;
    if (next !== member.exposure) expose(site, cluster, member, next);
  }
  judgeIo(site, cluster, by);
}

/** A drive of the member FAILED under it: the data is made anew, as after a return. */
export function exposeByDrive(site: SiteState, cluster: Cluster, member: Member, by: Actor): void {
  if (cluster.io !== 'started' && cluster.io !== 'interrupted') return;
  if (member.exposure === 'full' || member.exposure === 'returning' || member.exposure === 'redistributing') {
    member.exposedBy = by;
    expose(site, cluster, member, 'returning');
  }
  judgeIo(site, cluster, by);
}

const failureOf: Record<Exposure, Exposure> = {
  full: 'down',
  returning: 'down',
  redistributing: 'elsewhere',
  down: 'down',
  elsewhere: 'elsewhere',
};

const returnOf: Record<Exposure, Exposure> = {
  full: 'full',
  returning: 'returning',
  redistributing: 'redistributing',
  down: 'returning',
  elsewhere: 'redistributing',
};

function expose(site: SiteState, cluster: Cluster, member: Member, exposure: Exposure): void {
  member.cancelExposure?.();
  member.cancelExposure = undefined;
  member.exposure = exposure;
  member.exposureSince = site.clock.now();
  const { rebuild, rebuildElsewhere } = site.settings;
  const then = (milliseconds: number, next: Exposure): void => {
    member.cancelExposure = site.clock.after(milliseconds, () => {
      // until there is room for the data it stays exposed; a failure, a return or a new drive decides again
      if (next === 'elsewhere' && !canRebuildWithout(cluster)) return then(rebuildElsewhere, next);
      if (next === 'full' && !canMakeAnew(cluster, member)) return then(rebuild, next);
      for (const drive of drivesOf(cluster, member)) drive.rebuilt = drive.status === 'FAILED';
      expose(site, cluster, member, next);
      judgeIo(site, cluster, 'fault');
    });
  };
  if (exposure === 'returning' || exposure === 'redistributing') then(rebuild, 'full');
  if (exposure === 'down') then(rebuildElsewhere, 'elsewhere');
}

function canRebuildWithout(cluster: Cluster): boolean {
  const down = domainsOf(cluster, ['down', 'elsewhere']);
  const left = [...drivenDomains(cluster)].filter((domain) => !down.has(domain)).length;
  return cluster.io !== 'interrupted' && left >= cluster.dataDrives + cluster.parityDrives;
}

/** Where all drives of a failure domain FAILED, the others have to make a stripe without it. */
function canMakeAnew(cluster: Cluster, member: Member): boolean {
  const domains = drivenDomains(cluster);
  return (
    !hasDrives(member) || domains.has(domainOf(member)) || domains.size >= cluster.dataDrives + cluster.parityDrives
  );
}

/** A member that leaves (INACTIVE, removed) has no part in protection any more. */
export function clearExposure(site: SiteState, cluster: Cluster, member: Member): void {
  member.cancelExposure?.();
  member.cancelExposure = undefined;
  member.exposure = 'full';
  judgeIo(site, cluster, 'operator');
}

function judgeIo(site: SiteState, cluster: Cluster, by: Actor): void {
  const lack = computesLack(site, cluster) ?? exposureLack(cluster);
  if (cluster.io === 'started' && lack !== undefined) {
    cluster.io = 'interrupted';
    cluster.ioChangedAt = site.clock.now();
    recordIncident(site, cluster, {
      kind: 'io-interrupted',
      by,
      rule: lack.rule,
      message: `cluster ${cluster.name || cluster.guid}: ${lack.message}`,
    });
  } else if (
    cluster.io === 'interrupted' &&
    computesLack(site, cluster) === undefined &&
    domainsOf(cluster, ['down']).size <= cluster.parityDrives
  ) {
    cluster.io = 'started';
    cluster.ioChangedAt = site.clock.now();
  }
}

type Lack = { rule: IoRule; message: string } | undefined;

function exposureLack(cluster: Cluster): Lack {
  const exposed = exposedDomains(cluster);
  if (exposed.size <= cluster.parityDrives) return undefined;
  return {
    rule: 'parity',
    message: `${exposed.size} failed hosts exceed the protection of ${cluster.parityDrives}, IO stopped: ${[...exposed].sort().join(', ')}`,
  };
}

function computesLack(site: SiteState, cluster: Cluster): Lack {
  const computes = counted(cluster).filter(isCompute);
  const present = computes.filter((member) => isPresent(site, cluster, member)).length;
  if (present > 0 && (present * 2 > computes.length || computes.length === 2)) return undefined;
  return {
    rule: 'compute-quorum',
    message: `compute quorum lost, ${present} of ${computes.length} compute containers are present, IO stopped`,
  };
}

/** Records lost data when drives of more failure domains are gone, before a rebuild elsewhere, than parity bears. */
export function judgeDataLoss(site: SiteState, cluster: Cluster, by: Actor): void {
  if (cluster.io === 'never' || cluster.filesystems.length === 0) return;
  const lost = new Set<string>();
  for (const drive of cluster.drives.values()) {
    const member = cluster.members.get(drive.hostId);
    if (drive.status === 'FAILED' && !drive.rebuilt && member !== undefined && member.exposure !== 'elsewhere')
      lost.add(domainOf(member));
  }
  if (lost.size <= cluster.parityDrives) return;
  if (site.incidents.some((incident) => incident.kind === 'data-lost' && incident.clusterGuid === cluster.guid)) return;
  const message = `cluster ${cluster.name || cluster.guid}: data lost, drives of ${lost.size} hosts are gone and protection bears ${cluster.parityDrives}`;
  recordIncident(site, cluster, { kind: 'data-lost', by, message });
}

/** Weka's word for the health of a cluster. */
export function clusterStatus(cluster: Cluster): string {
  if (cluster.io === 'never' || cluster.io === 'starting') return 'UNINITIALIZED';
  if (cluster.io === 'interrupted' || cluster.io === 'stopped') return 'UNAVAILABLE';
  const members = counted(cluster);
  const exposures = new Set(members.map((member) => member.exposure));
  if (members.some((member) => member.exposure === 'returning' && canMakeAnew(cluster, member))) return 'REBUILDING';
  if (exposures.has('down') || exposures.has('returning')) return 'PARTIALLY_PROTECTED';
  const moving = [...cluster.drives.values()].some(
    (drive) => drive.status === 'PHASING_IN' || drive.status === 'PHASING_OUT',
  );
  const draining = [...cluster.members.values()].some((member) => member.state === 'DEACTIVATING');
  return moving || draining || exposures.has('redistributing') ? 'REDISTRIBUTING' : 'OK';
}

/** Done share of the rebuilds under way, 0 to 100; 0 when there is none. */
export function rebuildProgress(site: SiteState, cluster: Cluster): number {
  const returning = counted(cluster).filter((member) => member.exposure === 'returning');
  if (returning.length === 0) return 0;
  const shares = returning.map((member) => (site.clock.now() - member.exposureSince) / site.settings.rebuild);
  return Math.floor(Math.min(1, ...shares) * 100);
}
