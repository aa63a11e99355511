/** What weka has said of itself, as the status of a cluster has it: IO, protection, capacity, drives. */
import { findCondition } from '../../core/conditions.ts';
import type { KubernetesObject } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import type { OverviewLine, Tone } from '../../core/overview.ts';
import { clusterConditions } from '../api/group.ts';
import type { WekaClusterStatus } from '../api/index.ts';
import { readableBytes } from '../cluster/status.ts';
import { part } from './readings.ts';

type Stats = NonNullable<WekaClusterStatus['stats']>;

function ioText(cluster: KubernetesObject, { clusterStatus, alertsCount }: Partial<Stats>): [string, Tone] {
  const io = findCondition(cluster, clusterConditions.ioStarted);
  const says = [
    ...(clusterStatus === undefined ? [] : [`weka says ${clusterStatus}`]),
    ...(alertsCount === undefined ? [] : [`${alertsCount} ${alertsCount === 1 ? 'alert' : 'alerts'}`]),
  ];
  if (io === undefined) return [says.length === 0 ? 'not known yet' : says.join(', '), 'waiting'];
  if (io.status !== 'True') return [`not started: ${io.message === '' ? io.reason : io.message}`, 'waiting'];
  return [['started', ...says].join(', '), clusterStatus === undefined || clusterStatus === 'OK' ? 'good' : 'waiting'];
}

function protectionText(cluster: KubernetesObject, { numFailures }: Partial<Stats>): [string, Tone, string?] {
  const degraded = findCondition(cluster, 'Degraded');
  const failures = Object.entries(numFailures ?? {}).map(([count, percent]) => `${percent} % with ${count} failures`);
  const more = failures.length === 0 ? '' : `; ${failures.join(', ')}`;
  if (degraded === undefined) return [`not known yet${more}`, 'waiting'];
  if (degraded.status === 'False') return [`whole${more}`, 'good'];
  const text = `${degraded.message === '' ? degraded.reason : degraded.message}${more}`;
  return degraded.status === 'True'
    ? [text, 'bad', degraded.lastTransitionTime]
    : [`not known: ${text}`, 'bad', degraded.lastTransitionTime];
}

function capacityText({ capacity = {} }: Partial<Stats>): string | undefined {
  const { totalBytes, unprovisionedBytes, unavailableBytes = 0, hotSpareBytes = 0 } = capacity;
  if (totalBytes === undefined) return undefined;
  return [
    ...(unprovisionedBytes === undefined
      ? [readableBytes(totalBytes)]
      : [`${readableBytes(totalBytes - unprovisionedBytes)} of ${readableBytes(totalBytes)} provisioned`]),
    ...(hotSpareBytes === 0 ? [] : [`${readableBytes(hotSpareBytes)} spare`]),
    ...(unavailableBytes === 0 ? [] : [`${readableBytes(unavailableBytes)} on failed drives`]),
  ].join(', ');
}

function drivesText({ drives = {} }: Partial<Stats>): [string, Tone] | undefined {
  const { active, created, desired } = drives.counters ?? {};
  if (desired === undefined && created === undefined) return undefined;
  const failed = (drives.failures ?? []).map(({ serialId, wekaDriveId }) => serialId ?? wekaDriveId ?? '?');
  return [
    `${active ?? '?'} active, ${created ?? '?'} claimed, ${desired ?? '?'} wished${failed.length === 0 ? '' : `; failed ${failed.join(', ')}`}`,
    failed.length === 0 && active === desired ? 'good' : 'waiting',
  ];
}

const line = (label: string, text: string | undefined, tone?: Tone, since?: string): OverviewLine[] =>
  text === undefined ? [] : [defined({ label, cells: [text], tone, since })];

/** Such numbers stand in the status that upstream writes; this operator does not read them. */
function trafficLines({ printer = {}, stats = {} }: Partial<WekaClusterStatus>): OverviewLine[] {
  const { throughput, iops } = printer;
  return [
    ...line('throughput', throughput === undefined ? undefined : `${throughput} read/written`, undefined),
    ...line('iops', iops === undefined ? undefined : `${iops} read/written/metadata`),
    ...line('numbers', stats.lastUpdate === undefined ? undefined : 'not read anew', undefined, stats.lastUpdate),
  ];
}

const saidLast =
  (since: string | undefined) =>
  (one: OverviewLine): OverviewLine =>
    defined({ ...one, cells: one.cells.map((text) => `said last: ${text}`), since, tone: 'quiet' as const });

/** The lines; while weka does not answer they are what it said last, which is what they say. */
export function wekaLines(cluster: KubernetesObject): OverviewLine[] {
  const status = part<WekaClusterStatus>(cluster, 'status');
  const stats: Partial<Stats> = status.stats ?? {};
  const drives = drivesText(stats);
  const [protection, tone, since] = protectionText(cluster, stats);
  const numbers = [
    ...line('io', ...ioText(cluster, stats)),
    ...line('protection', protection, tone, since).map((one) => ({ ...one, tells: 'Degraded' })),
    ...line('capacity', capacityText(stats)),
    ...line('drives', drives?.[0], drives?.[1]),
    ...trafficLines(status),
  ];
  const silent = findCondition(cluster, clusterConditions.clusterReachable);
  if (silent?.status === 'False')
    return [
      { label: 'weka', cells: [`does not answer: ${silent.message}`], since: silent.lastTransitionTime, tone: 'bad' },
      ...numbers.map(saidLast(silent.lastTransitionTime)),
    ];
  // one that ends is not asked any more
  const isAsked = findCondition(cluster, clusterConditions.ioStarted) !== undefined || status.stats === undefined;
  if (isAsked) return numbers;
  const said = numbers.filter(({ tells }) => tells !== 'Degraded' || findCondition(cluster, 'Degraded') !== undefined);
  return said.map(saidLast(cluster.metadata.deletionTimestamp));
}
