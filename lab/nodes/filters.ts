/**
 * Why a node is refused: the scheduler's filters as a table, in the order in which kube-scheduler asks them.
 * Wording and resolvability are those of Kubernetes 1.32. Not in here: scoring, preemption, volumes.
 */
import { matchesNodeAffinity } from './scheduling-info.ts';
import type { SchedulerSnapshot } from './scheduler-snapshot.ts';
import type { NodeInfo, PodInfo, Refusal } from './scheduling-info.ts';
import { firstUntolerated } from './selectors.ts';
import { checkPodAffinity, checkTopologySpread } from './topology-filters.ts';

export interface Filter {
  name: string;
  /** Undefined when the node will do. */
  check(pod: PodInfo, node: NodeInfo, cluster: SchedulerSnapshot): Refusal | undefined;
}

const final = (reason: string): Refusal => ({ reasons: [reason], unresolvable: true });

/** Names that `metadata.name` fields restrict a pod to, when every term has such a field. */
function namedNodes(pod: PodInfo): Set<string> | undefined {
  const names = new Set<string>();
  for (const term of pod.nodeTerms ?? []) {
    const field = term.matchFields?.find((one) => one.key === 'metadata.name' && one.operator === 'In');
    if (field === undefined) return undefined;
    for (const name of field.values ?? []) names.add(name);
  }
  return names.size === 0 ? undefined : names;
}

const unschedulableTaint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;

function checkResources(pod: PodInfo, node: NodeInfo): Refusal | undefined {
  const reasons: string[] = [];
  let unresolvable = false;
  if (node.pods.size + 1 > (node.allocatable['pods'] ?? 0)) reasons.push('Too many pods');
  for (const [resource, requested] of Object.entries(pod.requests)) {
    const allocatable = node.allocatable[resource] ?? 0;
    if (requested === 0 || requested <= allocatable - (node.requested[resource] ?? 0)) continue;
    reasons.push(`Insufficient ${resource}`);
    if (requested > allocatable) unresolvable = true;
  }
  return reasons.length === 0 ? undefined : { reasons, unresolvable };
}

/** 0.0.0.0 takes the port on every address. */
function portTaken(port: string, taken: ReadonlyMap<string, number>): boolean {
  if (taken.size === 0) return false;
  const [protocol, address, number] = port.split('/');
  if (address !== '0.0.0.0') return taken.has(port) || taken.has(`${protocol}/0.0.0.0/${number}`);
  return [...taken.keys()].some((held) => held.startsWith(`${protocol}/`) && held.endsWith(`/${number}`));
}

export const filters: readonly Filter[] = [
  {
    // a pod whose every term names nodes never looks at the others
    name: 'NodeAffinity (by name)',
    check: (pod, node) => {
      const names = namedNodes(pod);
      return names === undefined || names.has(node.name)
        ? undefined
        : final("node(s) didn't satisfy plugin(s) [NodeAffinity]");
    },
  },
  {
    name: 'NodeUnschedulable',
    check: (pod, node) =>
      node.unschedulable && firstUntolerated([unschedulableTaint], pod.tolerations, ['NoSchedule']) !== undefined
        ? final('node(s) were unschedulable')
        : undefined,
  },
  {
    name: 'TaintToleration',
    check: (pod, node) => {
      const taint = firstUntolerated(node.taints, pod.tolerations, ['NoSchedule', 'NoExecute']);
      return taint === undefined
        ? undefined
        : final(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
    },
  },
  {
    name: 'NodeAffinity',
    check: (pod, node) =>
      matchesNodeAffinity(pod, node) ? undefined : final("node(s) didn't match Pod's node affinity/selector"),
  },
  {
    name: 'NodePorts',
    check: (pod, node) =>
      pod.hostPorts.some((port) => portTaken(port, node.hostPorts))
        ? { reasons: ["node(s) didn't have free ports for the requested pod ports"], unresolvable: false }
        : undefined,
  },
  { name: 'NodeResourcesFit', check: checkResources },
  { name: 'PodTopologySpread', check: checkTopologySpread },
  { name: 'InterPodAffinity', check: checkPodAffinity },
];
