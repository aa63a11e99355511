/** Tolerations of a cluster's containers, and whether they bear the taints of a node. */
import type { Toleration } from '../../core/api/schema.ts';
import type { WekaClusterSpec } from '../api/index.ts';

export interface TolerationLike {
  key?: string | undefined;
  operator?: string | undefined;
  value?: string | undefined;
  effect?: string | undefined;
}

/** `tolerations: [key]` tolerates that key with any value, whether it keeps pods away or evicts them (weka.md 2.6). */
export function expandedTolerations(spec: Pick<WekaClusterSpec, 'tolerations' | 'rawTolerations'>): Toleration[] {
  const expanded = (spec.tolerations ?? []).flatMap((key) =>
    (['NoSchedule', 'NoExecute'] as const).map((effect) => ({ key, operator: 'Exists' as const, effect })));
  return [...expanded, ...(spec.rawTolerations ?? [])];
}

/** What every weka pod tolerates anyway: the hook decides about its end, not the node controller (weka.md 2.6). */
const always: readonly TolerationLike[] = [
  { key: 'weka.io/shutdown-node', operator: 'Exists' },
  ...['not-ready', 'unreachable', 'network-unavailable', 'unschedulable'].map((name) => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect: 'NoExecute' })),
  ...['disk-pressure', 'cpu-pressure', 'memory-pressure'].map((name) => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists' })),
];

function tolerates(toleration: TolerationLike, taint: { key: string; value?: string | undefined; effect: string }): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined || toleration.key === '') return toleration.operator === 'Exists';
  if (toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}

interface Taint {
  key: string;
  value?: string | undefined;
  effect: string;
}

/** The first taint that keeps a pod with exactly these tolerations away from the node. */
export const keptAwayBy = (taints: readonly Taint[], tolerations: readonly TolerationLike[]): { key: string } | undefined =>
  taints.find((taint) => taint.effect !== 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, taint)));

/** The first taint that keeps a weka pod away from the node, whose spec has these tolerations. */
export const untolerated = (taints: readonly Taint[], tolerations: readonly TolerationLike[]): { key: string } | undefined =>
  keptAwayBy(taints, [...always, ...tolerations]);
