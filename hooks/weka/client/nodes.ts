/** Nodes as a client sees them. Read shallowly: there may be thousands of them in one request. */
import type { KubernetesObject } from '../../core/contract.ts';
import type { TolerationLike } from '../../core/tolerations.ts';
import { untolerated } from '../cluster/tolerations.ts';

export interface NodeView {
  name: string;
  nodeUid: string;
  ready: boolean;
  cordoned: boolean;
  taints: { key: string; value?: string; effect: string }[];
}

const isText = (value: unknown): value is string => typeof value === 'string';

function taintsOf(value: unknown): NodeView['taints'] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).filter(
    (taint): taint is NodeView['taints'][number] =>
      taint !== null &&
      typeof taint === 'object' &&
      isText((taint as { key?: unknown }).key) &&
      isText((taint as { effect?: unknown }).effect),
  );
}

/** A WekaNode; undefined where it is none that we wrote. */
export function nodeView(object: KubernetesObject): NodeView | undefined {
  const { nodeUid, ready, unschedulable, taints } = (object['spec'] ?? {}) as Record<string, unknown>;
  if (!isText(nodeUid)) return undefined;
  return {
    name: object.metadata.name,
    nodeUid,
    ready: ready === true,
    cordoned: unschedulable === true,
    taints: taintsOf(taints),
  };
}

/** Why the node gets no new client now, as it goes on after its name; what has one keeps it. */
export function refusal(node: NodeView, tolerations: readonly TolerationLike[]): string | undefined {
  if (node.cordoned) return 'is cordoned';
  if (!node.ready) return 'is not ready';
  const taint = untolerated(node.taints, tolerations);
  return taint === undefined ? undefined : `has the taint ${taint.key}`;
}
