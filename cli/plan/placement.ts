/** Whether pods that are to come fit, node by node, as the scheduler judges it. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { Pod } from '../../lab/nodes/core-types.ts';
import { refusalOf } from '../../lab/nodes/placement.ts';
import { SchedulerSnapshot } from '../../lab/nodes/scheduler-snapshot.ts';
import { holdsResources, matchesNodeAffinity, podInfo } from '../../lab/nodes/scheduling-info.ts';

export interface NodeVerdict {
  node: string;
  fits: boolean;
  /** In the words of the scheduler; absent where it fits. */
  why?: string;
}

export interface PodPlacement {
  namespace: string;
  name: string;
  fits: boolean;
  /** Those that it may be bound to by its affinity; all of them where it matches none. */
  nodes: NodeVerdict[];
}

/** @param comes pods that are to come, each with the uid of the one whose place it takes */
export function placementsOf(
  objects: Iterable<KubernetesObject>,
  comes: readonly { pod: KubernetesObject; replaces?: string }[],
): PodPlacement[] {
  const all = [...objects];
  const labels = new Map(
    all.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
  );
  const cluster = new SchedulerSnapshot((namespace) => labels.get(namespace) ?? {});
  for (const one of all) if (one.kind === 'Node') cluster.setNode(one);
  for (const one of all) {
    const pod = one as Pod;
    if (one.kind === 'Pod' && holdsResources(pod)) cluster.place(podInfo(pod), pod.spec.nodeName!);
  }
  return comes.map(({ pod, replaces }) => {
    const info = podInfo(pod as Pod);
    const node = (all.find(({ metadata }) => metadata.uid === (replaces ?? info.uid)) as Pod | undefined)?.spec
      .nodeName;
    const left = all.find(({ metadata, kind }) => kind === 'Pod' && metadata.uid === (replaces ?? info.uid));
    if (left !== undefined) cluster.remove(left.metadata.uid ?? '');
    const matching = [...cluster.nodes.values()].filter((one) => matchesNodeAffinity(info, one));
    const nodes = (matching.length > 0 ? matching : [...cluster.nodes.values()]).map((one): NodeVerdict => {
      const refusal = refusalOf(info, one, cluster);
      return refusal === undefined
        ? { node: one.name, fits: true }
        : { node: one.name, fits: false, why: refusal.reasons.join(', ') };
    });
    // the ones that come after it find it there
    const place = node ?? nodes.find(({ fits }) => fits)?.node;
    if (place !== undefined)
      cluster.place({ ...info, uid: info.uid === '' ? `${info.namespace}/${info.name}` : info.uid }, place);
    return { namespace: info.namespace, name: info.name, fits: nodes.some(({ fits }) => fits), nodes };
  });
}
