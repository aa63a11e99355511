/**
 * How failures and returns of members move the protection of a cluster's data.
 *
 * A backend that goes away while IO runs is `down`; when it comes back it is `returning` for `rebuild`, then `full`.
 * One that stays away is `elsewhere` after `rebuildElsewhere`, where enough failure domains are left for a stripe:
 * its data is protected without it, and its return is a mere redistribution.
 */
import type { Cluster, Exposure, Member, WorldState } from './state.ts';
import { isBackend, isPresent, recordIncident } from './state.ts';

/** Failure domains whose data misses a copy: those of members that are down or returning. */
export function exposedDomains(cluster: Cluster): Set<string> {
  return domainsOf(cluster, ['down', 'returning']);
}

function domainsOf(cluster: Cluster, exposures: Exposure[]): Set<string> {
  return new Set(counted(cluster).filter((member) => exposures.includes(member.exposure)).map((member) => member.failureDomain));
}

function counted(cluster: Cluster): Member[] {
  return [...cluster.members.values()].filter((member) => isBackend(member.role) && member.state !== 'INACTIVE');
}

/** Failure domains with a drive container that is ACTIVE, but for `except`. */
export function driveDomains(cluster: Cluster, except?: Member): Set<string> {
  const members = [...cluster.members.values()];
  return new Set(
    members
      .filter((member) => member.role === 'drive' && member.state === 'ACTIVE' && member !== except)
      .map((member) => member.failureDomain),
  );
}

/** To be called after whatever may have changed who is present in the cluster. */
export function refreshProtection(world: WorldState, cluster: Cluster): void {
  if (cluster.io === 'never' || cluster.io === 'starting') return;
  for (const member of counted(cluster)) {
    const present = isPresent(world, cluster, member);
    const next = present ? returnOf[member.exposure] : failureOf[member.exposure];
    if (next !== member.exposure) expose(world, cluster, member, next);
  }
  judgeIo(world, cluster);
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

function expose(world: WorldState, cluster: Cluster, member: Member, exposure: Exposure): void {
  member.cancelExposure?.();
  member.cancelExposure = undefined;
  member.exposure = exposure;
  member.exposureSince = world.clock.now();
  const { rebuild, rebuildElsewhere } = world.settings;
  const then = (milliseconds: number, next: Exposure): void => {
    member.cancelExposure = world.clock.after(milliseconds, () => {
      if (next === 'elsewhere' && !canRebuildWithout(cluster)) {
        // the next failure or return decides again; until then the data stays exposed
        then(rebuildElsewhere, next);
        return;
      }
      expose(world, cluster, member, next);
      judgeIo(world, cluster);
    });
  };
  if (exposure === 'returning' || exposure === 'redistributing') then(rebuild, 'full');
  if (exposure === 'down') then(rebuildElsewhere, 'elsewhere');
}

function canRebuildWithout(cluster: Cluster): boolean {
  const down = domainsOf(cluster, ['down', 'elsewhere']);
  const left = [...driveDomains(cluster)].filter((domain) => !down.has(domain)).length;
  return cluster.io !== 'interrupted' && left >= cluster.dataDrives + cluster.parityDrives;
}

/** A member that leaves (INACTIVE, removed) has no part in protection any more. */
export function clearExposure(world: WorldState, cluster: Cluster, member: Member): void {
  member.cancelExposure?.();
  member.cancelExposure = undefined;
  member.exposure = 'full';
  judgeIo(world, cluster);
}

function judgeIo(world: WorldState, cluster: Cluster): void {
  const exposed = exposedDomains(cluster);
  if (cluster.io === 'started' && exposed.size > cluster.parityDrives) {
    cluster.io = 'interrupted';
    cluster.ioChangedAt = world.clock.now();
    recordIncident(
      world,
      'io-interrupted',
      cluster,
      `cluster ${cluster.name || cluster.guid}: ${exposed.size} failed hosts exceed the protection of ${cluster.parityDrives}, IO stopped: ${[...exposed].sort().join(', ')}`,
    );
  } else if (cluster.io === 'interrupted' && domainsOf(cluster, ['down']).size <= cluster.parityDrives) {
    cluster.io = 'started';
    cluster.ioChangedAt = world.clock.now();
  }
}

/** Records lost data when drives of more failure domains are gone, before a rebuild elsewhere, than parity bears. */
export function judgeDataLoss(world: WorldState, cluster: Cluster): void {
  if (cluster.io === 'never' || cluster.filesystems.length === 0) return;
  const lost = new Set<string>();
  for (const drive of cluster.drives.values()) {
    const member = cluster.members.get(drive.hostId);
    if (drive.status === 'FAILED' && member !== undefined && member.exposure !== 'elsewhere') lost.add(member.failureDomain);
  }
  if (lost.size <= cluster.parityDrives) return;
  if (world.incidents.some((incident) => incident.kind === 'data-lost' && incident.clusterGuid === cluster.guid)) return;
  recordIncident(
    world,
    'data-lost',
    cluster,
    `cluster ${cluster.name || cluster.guid}: data lost, drives of ${lost.size} hosts are gone and protection bears ${cluster.parityDrives}`,
  );
}

/** Weka's word for the health of a cluster. */
export function clusterStatus(cluster: Cluster): string {
  if (cluster.io === 'never' || cluster.io === 'starting') return 'UNINITIALIZED';
  if (cluster.io === 'interrupted' || cluster.io === 'stopped') return 'UNAVAILABLE';
  const exposures = new Set(counted(cluster).map((member) => member.exposure));
  if (exposures.has('returning')) return 'REBUILDING';
  if (exposures.has('down')) return 'PARTIALLY_PROTECTED';
  const moving = [...cluster.drives.values()].some((drive) => drive.status === 'PHASING_IN' || drive.status === 'PHASING_OUT');
  const draining = [...cluster.members.values()].some((member) => member.state === 'DEACTIVATING');
  return moving || draining || exposures.has('redistributing') ? 'REDISTRIBUTING' : 'OK';
}

/** Done share of the rebuilds under way, 0 to 100; 0 when there is none. */
export function rebuildProgress(world: WorldState, cluster: Cluster): number {
  const returning = counted(cluster).filter((member) => member.exposure === 'returning');
  if (returning.length === 0) return 0;
  const shares = returning.map((member) => (world.clock.now() - member.exposureSince) / world.settings.rebuild);
  return Math.floor(Math.min(1, ...shares) * 100);
}
