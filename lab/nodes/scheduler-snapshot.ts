/**
 * All nodes with the pods on them, indexed so that a placement touches few of them. Pure data; the watches that feed it
 * are in scheduler.ts.
 */
import type { NodeObject } from './core-types.ts';
import { add, amounts } from './scheduling-info.ts';
import type { NamespaceLabels, NodeInfo, PodInfo } from './scheduling-info.ts';

function ownInfo({ metadata, spec, status }: NodeObject): Omit<NodeInfo, 'pods' | 'requested' | 'hostPorts'> {
  return {
    name: metadata.name,
    labels: metadata.labels ?? {},
    taints: spec?.taints ?? [],
    unschedulable: spec?.unschedulable === true,
    allocatable: amounts(status?.allocatable),
  };
}

/** All nodes with the pods on them. */
export class SchedulerSnapshot {
  readonly nodes = new Map<string, NodeInfo>();
  /** Topology key -> number of required anti-affinity terms of placed pods that use it. */
  readonly antiAffinityKeys = new Map<string, number>();
  readonly namespaceLabels: NamespaceLabels;
  private readonly placed = new Map<string, { pod: PodInfo; nodeName: string }>();
  /** Pods whose node is not known (yet); they count once it appears. */
  private readonly homeless = new Map<string, Map<string, PodInfo>>();
  private readonly byLabel = new Map<string, Set<NodeInfo>>();
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
    const empty = { pods: new Map<string, PodInfo>(), requested: {}, hostPorts: new Map<string, number>() };
    const { pods, requested, hostPorts: ports } = known ?? empty;
    const info: NodeInfo = { ...ownInfo(node), pods, requested, hostPorts: ports };
    this.nodes.set(info.name, info);
    for (const [key, value] of Object.entries(info.labels)) {
      const index = `${key}=${value}`;
      const same = this.byLabel.get(index) ?? new Set();
      same.add(info);
      this.byLabel.set(index, same);
    }
    const waiting = this.homeless.get(info.name);
    this.homeless.delete(info.name);
    for (const pod of waiting?.values() ?? []) this.place(pod, info.name);
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
  place(pod: PodInfo, nodeName: string): void {
    this.remove(pod.uid);
    this.memory = new WeakMap();
    this.placed.set(pod.uid, { pod, nodeName });
    const node = this.nodes.get(nodeName);
    if (node === undefined) {
      const waiting = this.homeless.get(nodeName) ?? new Map<string, PodInfo>();
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
  nodesWith(key: string, value: string): Iterable<NodeInfo> {
    return this.byLabel.get(`${key}=${value}`) ?? [];
  }

  private release(uid: string, node: NodeInfo): void {
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

  private countTerms(pod: PodInfo, step: 1 | -1): void {
    for (const term of pod.antiAffinity) {
      const count = (this.antiAffinityKeys.get(term.topologyKey) ?? 0) + step;
      if (count === 0) this.antiAffinityKeys.delete(term.topologyKey);
      else this.antiAffinityKeys.set(term.topologyKey, count);
    }
  }

  private unindex(node: NodeInfo): void {
    for (const [key, value] of Object.entries(node.labels)) this.byLabel.get(`${key}=${value}`)?.delete(node);
  }
}
