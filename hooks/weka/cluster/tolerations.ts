/** Tolerations of a cluster's containers, and whether they bear the taints of a node. */
import type { Toleration } from '../../core/api/schema.ts';
import { keptAwayBy, type Taint, type TolerationLike } from '../../core/tolerations.ts';
import type { WekaClusterSpec } from '../api/index.ts';

/** `tolerations: [key]` tolerates that key with any value, whether it keeps pods away or evicts them (docs/weka/reference.md#tolerations). */
export function expandedTolerations(spec: Pick<WekaClusterSpec, 'tolerations' | 'rawTolerations'>): Toleration[] {
  const expanded = (spec.tolerations ?? []).flatMap((key) =>
    (['NoSchedule', 'NoExecute'] as const).map((effect) => ({ key, operator: 'Exists' as const, effect })),
  );
  return [...expanded, ...(spec.rawTolerations ?? [])];
}

/** What every weka pod tolerates anyway: the hook decides about its end, not the node controller (docs/weka/reference.md#tolerations). */
const always: readonly TolerationLike[] = [
  { key: 'weka.io/shutdown-node', operator: 'Exists' },
  ...['not-ready', 'unreachable', 'network-unavailable', 'unschedulable'].map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoExecute',
  })),
  ...['disk-pressure', 'cpu-pressure', 'memory-pressure'].map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
  })),
];

/** The first taint that keeps a weka pod away from the node, whose spec has these tolerations. */
export const untolerated = (
  taints: readonly Taint[],
  tolerations: readonly TolerationLike[],
): { key: string } | undefined => keptAwayBy(taints, [...always, ...tolerations]);
