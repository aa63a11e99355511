/** The status of a WekaCluster. Numbers of weka change all the time: they are rounded to what a reader can use. */
import type { Json } from '../../core/contract.ts';
import { is, type Role } from '../api/index.ts';
import { clusterSinglePorts } from '../claims/ports.ts';
import { rememberedPorts, type ClusterFacts } from './facts.ts';
import { viewIs } from './container-view.ts';

const triple = (active: number, created: number, desired: number): string => `${active}/${created}/${desired}`;

function counts(facts: ClusterFacts, role: Role): { active: number; created: number; desired: number } {
  const views = facts.containers.filter((view) => view.role === role && !view.terminating);
  return {
    active: views.filter((view) => view.operational).length,
    created: views.length,
    desired: facts.plans.find((plan) => plan.role === role)?.count ?? 0,
  };
}

/** Three significant digits and a binary unit: a filesystem that grows does not rewrite the status at each poll. */
export function readableBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const order = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** order).toPrecision(3))} ${units[order]}`;
}

function driveCounts(facts: ClusterFacts): { active: number; created: number; desired: number } {
  const created = facts.containers
    .filter((view) => viewIs(view, 'hasDrives'))
    .reduce((sum, { status }) => sum + (status.allocations?.drives?.length ?? 0), 0);
  // a container keeps the number of drives that it was made with
  const living = facts.containers.filter((view) => viewIs(view, 'hasDrives') && !view.terminating);
  const plan = facts.plans.find(({ role }) => is(role, 'hasDrives'));
  const desired =
    living.slice(0, plan?.count ?? 0).reduce((sum, { spec }) => sum + (spec.numDrives ?? plan?.numDrives ?? 0), 0) +
    Math.max(0, (plan?.count ?? 0) - living.length) * (plan?.numDrives ?? 0);
  // what is not known now is what it was
  const before = facts.cluster.status?.stats?.drives?.counters?.active ?? 0;
  return { active: facts.wekaStatus === undefined ? before : (facts.wekaStatus.drives?.active ?? 0), created, desired };
}

function printer(facts: ClusterFacts): Record<string, Json> {
  const drive = counts(facts, 'drive');
  const compute = counts(facts, 'compute');
  const drives = driveCounts(facts);
  const capacity = facts.wekaStatus?.capacity;
  const used =
    capacity?.total_bytes === undefined ? undefined : capacity.total_bytes - (capacity.unprovisioned_bytes ?? 0);
  const shown =
    used === undefined
      ? facts.cluster.status?.printer?.filesystemCapacity
      : `${readableBytes(used)}/${readableBytes(capacity?.total_bytes ?? 0)}`;
  return {
    driveContainers: triple(drive.active, drive.created, drive.desired),
    computeContainers: triple(compute.active, compute.created, compute.desired),
    drives: triple(drives.active, drives.created, drives.desired),
    ...(shown === undefined ? {} : { filesystemCapacity: shown }),
  };
}

function stats(facts: ClusterFacts): Json | undefined {
  const { wekaStatus } = facts;
  if (wekaStatus === undefined) return facts.cluster.status?.stats as Json | undefined;
  const capacity = Object.entries({
    totalBytes: wekaStatus.capacity?.total_bytes,
    unprovisionedBytes: wekaStatus.capacity?.unprovisioned_bytes,
    unavailableBytes: wekaStatus.capacity?.unavailable_bytes,
    hotSpareBytes: wekaStatus.capacity?.hot_spare_bytes,
  }).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
  return {
    containers: {
      drive: { numContainers: counts(facts, 'drive') },
      compute: { numContainers: counts(facts, 'compute') },
    },
    drives: { counters: driveCounts(facts) },
    ...(wekaStatus.status === undefined ? {} : { clusterStatus: wekaStatus.status }),
    ...(wekaStatus.active_alerts_count === undefined ? {} : { alertsCount: wekaStatus.active_alerts_count }),
    capacity: Object.fromEntries(capacity) as Json,
  };
}

export function clusterStatus(
  facts: ClusterFacts,
  { word, conditions }: { word: string; conditions: Json },
  rollOrder: string[],
): Record<string, Json> {
  const old = facts.cluster.status;
  const numbers = stats(facts);
  const image = old?.lastAppliedImage ?? facts.cluster.spec.image;
  const guid = facts.guid ?? old?.clusterID;
  const ports = facts.ports ?? rememberedPorts(facts.cluster);
  return {
    status: word,
    conditions,
    ...(guid === undefined ? {} : { clusterID: guid }),
    lastAppliedImage: guid === undefined ? facts.cluster.spec.image : image,
    // also while it is not claimed: by this memory it is claimed again
    ...(ports === undefined ? {} : { ports: { ...ports, ...clusterSinglePorts(ports.basePort) } }),
    ...(numbers === undefined ? {} : { stats: numbers }),
    printer: printer(facts),
    ...(rollOrder.length === 0 ? {} : { rollOrder }),
  };
}
