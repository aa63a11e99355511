/** Where a pod goes, or the sentence that says why it goes nowhere. Pure. */
import { filters } from './filters.ts';
import type { SchedulerSnapshot } from './scheduler-snapshot.ts';
import type { NodeInfo, PodInfo, Refusal } from './scheduling-info.ts';

export type Placement = { nodeName: string } | { message: string };

/** The first refusal in the order of the table, as the scheduler reports one filter a node; undefined when the node will do. */
export function refusalOf(pod: PodInfo, node: NodeInfo, cluster: SchedulerSnapshot): Refusal | undefined {
  for (const filter of filters) {
    const refusal = filter.check(pod, node, cluster);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** `0/6 nodes are available: 2 Insufficient cpu, 4 ...` ; sorted as text, counts included, as kube-scheduler does. */
function histogram(nodes: number, reasons: Map<string, number>): string {
  const parts = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodes} nodes are available:${parts.length === 0 ? '' : ` ${parts.join(', ')}.`}`;
}

function explain(pod: PodInfo, refusals: Refusal[]): string {
  const reasons = new Map<string, number>();
  const preemption = new Map<string, number>();
  const count = (of: Map<string, number>, reason: string): void => void of.set(reason, (of.get(reason) ?? 0) + 1);
  for (const refusal of refusals) {
    for (const reason of refusal.reasons) count(reasons, reason);
    count(
      preemption,
      refusal.unresolvable
        ? 'Preemption is not helpful for scheduling'
        : 'No preemption victims found for incoming pod',
    );
  }
  const tail = pod.neverPreempts
    ? 'not eligible due to preemptionPolicy=Never.'
    : histogram(refusals.length, preemption);
  return `${histogram(refusals.length, reasons)} preemption: ${tail}`;
}

/**
 * Chooses the node with the fewest pods, then the first by name, of those that no filter refuses. This lab never
 * preempts: the sentence says so as a scheduler does that found no victims.
 */
export function placePod(pod: PodInfo, cluster: SchedulerSnapshot): Placement {
  if (cluster.nodes.size === 0) return { message: 'no nodes available to schedule pods' };
  let best: NodeInfo | undefined;
  const refusals: Refusal[] = [];
  for (const node of cluster.nodes.values()) {
    const refusal = refusalOf(pod, node, cluster);
    if (refusal !== undefined) refusals.push(refusal);
    else if (best === undefined || isBetter(node, best)) best = node;
  }
  return best === undefined ? { message: explain(pod, refusals) } : { nodeName: best.name };
}

function isBetter(node: NodeInfo, than: NodeInfo): boolean {
  return node.pods.size === than.pods.size ? node.name < than.name : node.pods.size < than.pods.size;
}
