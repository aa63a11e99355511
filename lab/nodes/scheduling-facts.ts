/**
 * What the scheduler knows: pods and nodes reduced to what filters ask, indexed so that a placement touches few of
 * them. Pure data; the watches that feed it are in scheduler.ts.
 */
import { parseMilli } from '../../hooks/core/quantities.ts';
import { isTerminal } from './kinds.ts';
import type {
  Container,
  LabelSelector,
  NodeObject,
  NodeSelectorTerm,
  Pod,
  PodAffinityTerm,
  Quantities,
  Taint,
  Toleration,
  TopologySpreadConstraint,
} from './kinds.ts';
import { matchesNodeTerms, matchesSelector } from './selectors.ts';

/** By resource name: thousandths of a core for cpu, else units or bytes. */
export type Amounts = Record<string, number>;

export interface PodFacts {
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

export interface NodeFacts {
  name: string;
  labels: Record<string, string>;
  taints: Taint[];
  unschedulable: boolean;
  allocatable: Amounts;
  /** Pods that hold resources here: bound or about to be, terminating ones included, ended ones not. */
  pods: Map<string, PodFacts>;
  requested: Amounts;
  /** Host port -> number of pods that hold it. */
  hostPorts: Map<string, number>;
}

/** A resource name and quantity to the integer that filters compare; a text that is no quantity counts as 0. */
function amount(resource: string, quantity: string | number): number {
  const milli = parseMilli(quantity) ?? 0n;
  return Number(resource === 'cpu' ? milli : (milli + 999n) / 1000n);
}

function amounts(quantities: Quantities | undefined): Amounts {
  const result: Amounts = {};
  for (const [resource, quantity] of Object.entries(quantities ?? {})) result[resource] = amount(resource, quantity);
  return result;
}

function add(to: Amounts, more: Amounts, factor = 1): void {
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
  return { ...constraint, labelSelector: { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...own] } };
}

type AffinityFacts = Pick<PodFacts, 'nodeTerms' | 'affinity' | 'antiAffinity' | 'spread'>;

function affinityFacts({ affinity, topologySpreadConstraints }: Pod['spec'], labels: Record<string, string>): AffinityFacts {
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
export function podFacts(pod: Pod): PodFacts {
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
    ...affinityFacts(spec, labels),
    tolerations: spec.tolerations ?? [],
    terminating: metadata.deletionTimestamp !== undefined,
    neverPreempts: spec.preemptionPolicy === 'Never',
    priority: spec.priority ?? 0,
  };
}

/** Whether `pod` is one that `term`, standing in `owner`, speaks of. */
export function termMatches(term: PodAffinityTerm, owner: PodFacts, pod: PodFacts, namespaceLabels: NamespaceLabels): boolean {
  const { namespaces = [], namespaceSelector } = term;
  const own = namespaces.length === 0 && namespaceSelector === undefined && pod.namespace === owner.namespace;
  const selected =
    own ||
    namespaces.includes(pod.namespace) ||
    (namespaceSelector !== undefined && matchesSelector(namespaceSelector, namespaceLabels(pod.namespace)));
  return selected && matchesSelector(term.labelSelector, pod.labels);
}

/** Whether node selector and required node affinity admit the node. */
export function matchesNodeAffinity(pod: PodFacts, node: NodeFacts): boolean {
  for (const [key, value] of Object.entries(pod.nodeSelector)) if (node.labels[key] !== value) return false;
  return pod.nodeTerms === undefined || matchesNodeTerms(pod.nodeTerms, node.name, node.labels);
}

/** Why a filter will not have a node. `unresolvable`: removing pods from the node would not help. */
export interface Refusal {
  reasons: string[];
  unresolvable: boolean;
}

export type NamespaceLabels = (namespace: string) => Record<string, string>;

function ownFacts({ metadata, spec, status }: NodeObject): Omit<NodeFacts, 'pods' | 'requested' | 'hostPorts'> {
  return {
    name: metadata.name,
    labels: metadata.labels ?? {},
    taints: spec?.taints ?? [],
    unschedulable: spec?.unschedulable === true,
    allocatable: amounts(status?.allocatable),
  };
}

/** All nodes with the pods on them. */
export class ClusterFacts {
  readonly nodes = new Map<string, NodeFacts>();
  /** Topology key -> number of required anti-affinity terms of placed pods that use it. */
  readonly antiAffinityKeys = new Map<string, number>();
  readonly namespaceLabels: NamespaceLabels;
  private readonly placed = new Map<string, { pod: PodFacts; nodeName: string }>();
  /** Pods whose node is not known (yet); they count once it appears. */
  private readonly homeless = new Map<string, Map<string, PodFacts>>();
  private readonly byLabel = new Map<string, Set<NodeFacts>>();
  /** Answers that hold until anything changes; an unplaceable pod asks the same of every node. */
  private memory = new WeakMap<object, unknown>();

  constructor(namespaceLabels: NamespaceLabels = () => ({})) {
    this.namespaceLabels = namespaceLabels;
  }

  /** `compute()`, remembered under `key` until a pod or node changes. */
  remembered<Answer>(key: object, compute: () => Answer): Answer {
    if (!this.memory.has(key)) this.memory.set(key, compute());
    return this.memory.get(key) as Answer;
  }

  setNode(node: NodeObject): void {
    this.memory = new WeakMap();
    const known = this.nodes.get(node.metadata.name);
    if (known !== undefined) this.unindex(known);
    const empty = { pods: new Map<string, PodFacts>(), requested: {}, hostPorts: new Map<string, number>() };
    const { pods, requested, hostPorts: ports } = known ?? empty;
    const facts: NodeFacts = { ...ownFacts(node), pods, requested, hostPorts: ports };
    this.nodes.set(facts.name, facts);
    for (const [key, value] of Object.entries(facts.labels)) {
      const index = `${key}=${value}`;
      const same = this.byLabel.get(index) ?? new Set();
      same.add(facts);
      this.byLabel.set(index, same);
    }
    const waiting = this.homeless.get(facts.name);
    this.homeless.delete(facts.name);
    for (const pod of waiting?.values() ?? []) this.place(pod, facts.name);
  }

  removeNode(name: string): void {
    const known = this.nodes.get(name);
    if (known === undefined) return;
    this.memory = new WeakMap();
    this.unindex(known);
    this.nodes.delete(name);
    for (const pod of [...known.pods.values()]) {
      this.release(pod.uid, known);
      this.place(pod, name);
    }
  }

  /** Counts `pod` on `nodeName`, in the place of what was known of it. */
  place(pod: PodFacts, nodeName: string): void {
    this.remove(pod.uid);
    this.memory = new WeakMap();
    this.placed.set(pod.uid, { pod, nodeName });
    const node = this.nodes.get(nodeName);
    if (node === undefined) {
      const waiting = this.homeless.get(nodeName) ?? new Map<string, PodFacts>();
      waiting.set(pod.uid, pod);
      this.homeless.set(nodeName, waiting);
      return;
    }
    node.pods.set(pod.uid, pod);
    add(node.requested, pod.requests);
    for (const port of pod.hostPorts) node.hostPorts.set(port, (node.hostPorts.get(port) ?? 0) + 1);
    this.countTerms(pod, 1);
  }

  /** Forgets a pod; false when it held nothing. */
  remove(uid: string): boolean {
    const entry = this.placed.get(uid);
    if (entry === undefined) return false;
    this.memory = new WeakMap();
    this.placed.delete(uid);
    this.homeless.get(entry.nodeName)?.delete(uid);
    const node = this.nodes.get(entry.nodeName);
    if (node?.pods.has(uid) === true) this.release(uid, node);
    return true;
  }

  /** Nodes whose label `key` has `value`. */
  nodesWith(key: string, value: string): Iterable<NodeFacts> {
    return this.byLabel.get(`${key}=${value}`) ?? [];
  }

  private release(uid: string, node: NodeFacts): void {
    const pod = node.pods.get(uid);
    if (pod === undefined) return;
    node.pods.delete(uid);
    add(node.requested, pod.requests, -1);
    for (const port of pod.hostPorts) {
      const left = (node.hostPorts.get(port) ?? 1) - 1;
      if (left === 0) node.hostPorts.delete(port);
      else node.hostPorts.set(port, left);
    }
    this.countTerms(pod, -1);
  }

  private countTerms(pod: PodFacts, step: 1 | -1): void {
    for (const term of pod.antiAffinity) {
      const count = (this.antiAffinityKeys.get(term.topologyKey) ?? 0) + step;
      if (count === 0) this.antiAffinityKeys.delete(term.topologyKey);
      else this.antiAffinityKeys.set(term.topologyKey, count);
    }
  }

  private unindex(node: NodeFacts): void {
    for (const [key, value] of Object.entries(node.labels)) this.byLabel.get(`${key}=${value}`)?.delete(node);
  }
}

/** Whether a pod of the API holds resources of the node it is bound to. */
export function holdsResources(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && pod.spec.nodeName !== '' && !isTerminal(pod);
}
