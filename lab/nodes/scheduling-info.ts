/** What filters ask of a pod and of a node, and how it is read from the API's objects. The index over all is in scheduler-snapshot.ts. */
import { parseMilli } from '../../hooks/core/quantities.ts';
import { isTerminal } from './core-types.ts';
import type {
  Container,
  LabelSelector,
  NodeSelectorTerm,
  Pod,
  PodAffinityTerm,
  Quantities,
  Taint,
  Toleration,
  TopologySpreadConstraint,
} from './core-types.ts';
import { matchesNodeTerms, matchesSelector } from './selectors.ts';

/** By resource name: thousandths of a core for cpu, else units or bytes. */
export type Amounts = Record<string, number>;

export interface PodInfo {
  uid: string;
  namespace: string;
  name: string;
  labels: Record<string, string>;
  requests: Amounts;
  /** `protocol/ip/port` of each host port. */
  hostPorts: string[];
  nodeSelector: Record<string, string>;
  /** Absent when every node will do. */
  nodeTerms?: NodeSelectorTerm[];
  affinity: PodAffinityTerm[];
  antiAffinity: PodAffinityTerm[];
  spread: TopologySpreadConstraint[];
  tolerations: Toleration[];
  terminating: boolean;
  neverPreempts: boolean;
  priority: number;
}

export interface NodeInfo {
  name: string;
  labels: Record<string, string>;
  taints: Taint[];
  unschedulable: boolean;
  allocatable: Amounts;
  /** Pods that hold resources here: bound or about to be, terminating ones included, ended ones not. */
  pods: Map<string, PodInfo>;
  requested: Amounts;
  /** Host port -> number of pods that hold it. */
  hostPorts: Map<string, number>;
}

/** A resource name and quantity to the integer that filters compare; a text that is no quantity counts as 0. */
function amount(resource: string, quantity: string | number): number {
  const milli = parseMilli(quantity) ?? 0n;
  return Number(resource === 'cpu' ? milli : (milli + 999n) / 1000n);
}

/** All quantities of a list of resources. */
export function amounts(quantities: Quantities | undefined): Amounts {
  const result: Amounts = {};
  for (const [resource, quantity] of Object.entries(quantities ?? {})) result[resource] = amount(resource, quantity);
  return result;
}

/** Adds `more` to `to`, in place. */
export function add(to: Amounts, more: Amounts, factor = 1): void {
  for (const [resource, value] of Object.entries(more)) to[resource] = (to[resource] ?? 0) + factor * value;
}

function raise(to: Amounts, floor: Amounts): void {
  for (const [resource, value] of Object.entries(floor)) to[resource] = Math.max(to[resource] ?? 0, value);
}

/** Requests of one container; a limit without a request is the request, as the API server defaults it. */
function containerRequests(container: Container): Amounts {
  return amounts({ ...container.resources?.limits, ...container.resources?.requests });
}

/** The sum over containers, at least what each init container needs in its turn (with the sidecars before it), plus overhead. */
export function podRequests(spec: Pod['spec']): Amounts {
  const sum: Amounts = {};
  for (const container of spec.containers) add(sum, containerRequests(container));
  const sidecars: Amounts = {};
  const initPeak: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const own = containerRequests(container);
    add(own, sidecars);
    raise(initPeak, own);
    if (container.restartPolicy === 'Always') add(sidecars, containerRequests(container));
  }
  add(sum, sidecars);
  raise(sum, initPeak);
  add(sum, amounts(spec.overhead));
  return sum;
}

function hostPorts(spec: Pod['spec']): string[] {
  const ports: string[] = [];
  for (const container of spec.containers) {
    for (const port of container.ports ?? []) {
      // in the host network every container port is a host port; the API server writes it there
      const number = port.hostPort ?? (spec.hostNetwork === true ? port.containerPort : 0);
      if (number > 0) ports.push(`${port.protocol ?? 'TCP'}/${port.hostIP ?? '0.0.0.0'}/${number}`);
    }
  }
  return ports;
}

/** The selector of a spread constraint with the pod's own values of `matchLabelKeys` added. */
function withLabelKeys(constraint: TopologySpreadConstraint, labels: Record<string, string>): TopologySpreadConstraint {
  const own = (constraint.matchLabelKeys ?? []).flatMap((key) =>
    labels[key] === undefined ? [] : [{ key, operator: 'In' as const, values: [labels[key]] }],
  );
  if (own.length === 0) return constraint;
  const selector: LabelSelector = constraint.labelSelector ?? {};
  return {
    ...constraint,
    labelSelector: { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...own] },
  };
}

type AffinityInfo = Pick<PodInfo, 'nodeTerms' | 'affinity' | 'antiAffinity' | 'spread'>;

function affinityInfo(
  { affinity, topologySpreadConstraints }: Pod['spec'],
  labels: Record<string, string>,
): AffinityInfo {
  const nodeTerms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return {
    ...(nodeTerms === undefined ? {} : { nodeTerms }),
    affinity: affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
    antiAffinity: affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
    spread: (topologySpreadConstraints ?? [])
      .filter((constraint) => constraint.whenUnsatisfiable === 'DoNotSchedule')
      .map((constraint) => withLabelKeys(constraint, labels)),
  };
}

/** What filters ask of a pod. */
export function podInfo(pod: Pod): PodInfo {
  const { spec, metadata } = pod;
  const labels = metadata.labels ?? {};
  return {
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    labels,
    requests: podRequests(spec),
    hostPorts: hostPorts(spec),
    nodeSelector: spec.nodeSelector ?? {},
    ...affinityInfo(spec, labels),
    tolerations: spec.tolerations ?? [],
    terminating: metadata.deletionTimestamp !== undefined,
    neverPreempts: spec.preemptionPolicy === 'Never',
    priority: spec.priority ?? 0,
  };
}

/** Whether `pod` is one that `term`, standing in `owner`, speaks of. */
export function termMatches(
  term: PodAffinityTerm,
  owner: PodInfo,
  pod: PodInfo,
  namespaceLabels: NamespaceLabels,
): boolean {
  const { namespaces = [], namespaceSelector } = term;
  const own = namespaces.length === 0 && namespaceSelector === undefined && pod.namespace === owner.namespace;
  const selected =
    own ||
    namespaces.includes(pod.namespace) ||
    (namespaceSelector !== undefined && matchesSelector(namespaceSelector, namespaceLabels(pod.namespace)));
  return selected && matchesSelector(term.labelSelector, pod.labels);
}

/** Whether node selector and required node affinity admit the node. */
export function matchesNodeAffinity(pod: PodInfo, node: NodeInfo): boolean {
  for (const [key, value] of Object.entries(pod.nodeSelector)) if (node.labels[key] !== value) return false;
  return pod.nodeTerms === undefined || matchesNodeTerms(pod.nodeTerms, node.name, node.labels);
}

/** Why a filter will not have a node. `unresolvable`: removing pods from the node would not help. */
export interface Refusal {
  reasons: string[];
  unresolvable: boolean;
}

export type NamespaceLabels = (namespace: string) => Record<string, string>;

/** Whether a pod of the API holds resources of the node it is bound to. */
export function holdsResources(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && pod.spec.nodeName !== '' && !isTerminal(pod);
}
