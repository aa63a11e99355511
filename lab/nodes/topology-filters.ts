/** The filters that look at pods on other nodes of the same topology domain: pod affinity, anti-affinity and spread. */
import type { PodAffinityTerm, TopologySpreadConstraint } from './core-types.ts';
import { matchesNodeAffinity, termMatches } from './scheduling-info.ts';
import type { SchedulerSnapshot } from './scheduler-snapshot.ts';
import type { NodeInfo, PodInfo, Refusal } from './scheduling-info.ts';
import { firstUntolerated, matchesSelector } from './selectors.ts';

/** Pods on all nodes that share the value of `topologyKey` with `node`, which itself is among them if it has the label. */
function* podsOfDomain(node: NodeInfo, topologyKey: string, cluster: SchedulerSnapshot): Iterable<PodInfo> {
  const value = node.labels[topologyKey];
  if (value === undefined) return;
  for (const member of cluster.nodesWith(topologyKey, value)) yield* member.pods.values();
}

function some<Item>(items: Iterable<Item>, predicate: (item: Item) => boolean): boolean {
  for (const item of items) if (predicate(item)) return true;
  return false;
}

/** A pod counts for required affinity when it matches every term, each time in the domain of that term's key. */
function satisfiesAffinity(pod: PodInfo, node: NodeInfo, cluster: SchedulerSnapshot): boolean {
  if (pod.affinity.length === 0) return true;
  if (pod.affinity.some((term) => node.labels[term.topologyKey] === undefined)) return false;
  const matchesAll = (other: PodInfo): boolean =>
    pod.affinity.every((term) => termMatches(term, pod, other, cluster.namespaceLabels));
  if (pod.affinity.every((term) => some(podsOfDomain(node, term.topologyKey, cluster), matchesAll))) return true;
  // the first of a group that wants its own company may start anywhere
  const inCompany = (): boolean => some(cluster.nodes.values(), (other) => some(other.pods.values(), matchesAll));
  return matchesAll(pod) && !cluster.remembered(pod.affinity, inCompany);
}

function violates(
  terms: PodAffinityTerm[],
  owner: PodInfo,
  other: PodInfo,
  key: string,
  cluster: SchedulerSnapshot,
): boolean {
  return terms.some((term) => term.topologyKey === key && termMatches(term, owner, other, cluster.namespaceLabels));
}

const rejected = (reason: string, unresolvable: boolean): Refusal => ({ reasons: [reason], unresolvable });

/** Required pod affinity and anti-affinity, in both directions. */
export function checkPodAffinity(pod: PodInfo, node: NodeInfo, cluster: SchedulerSnapshot): Refusal | undefined {
  if (!satisfiesAffinity(pod, node, cluster)) return rejected("node(s) didn't match pod affinity rules", true);
  for (const term of pod.antiAffinity) {
    const taken = (other: PodInfo): boolean => termMatches(term, pod, other, cluster.namespaceLabels);
    if (some(podsOfDomain(node, term.topologyKey, cluster), taken)) {
      return rejected("node(s) didn't match pod anti-affinity rules", false);
    }
  }
  for (const key of cluster.antiAffinityKeys.keys()) {
    const objects = (other: PodInfo): boolean => violates(other.antiAffinity, other, pod, key, cluster);
    if (some(podsOfDomain(node, key, cluster), objects)) {
      return rejected("node(s) didn't satisfy existing pods anti-affinity rules", false);
    }
  }
  return undefined;
}

/** Whether pods of a node count for a constraint: it is one the pod might use, by the policies of the constraint. */
function counts(constraint: TopologySpreadConstraint, pod: PodInfo, node: NodeInfo): boolean {
  if (pod.spread.some((other) => node.labels[other.topologyKey] === undefined)) return false;
  if (constraint.nodeAffinityPolicy !== 'Ignore' && !matchesNodeAffinity(pod, node)) return false;
  if (constraint.nodeTaintsPolicy !== 'Honor') return true;
  return firstUntolerated(node.taints, pod.tolerations, ['NoSchedule', 'NoExecute']) === undefined;
}

/** Number of matching pods by domain. */
function domains(constraint: TopologySpreadConstraint, pod: PodInfo, cluster: SchedulerSnapshot): Map<string, number> {
  const found = new Map<string, number>();
  for (const node of cluster.nodes.values()) {
    if (!counts(constraint, pod, node)) continue;
    const domain = node.labels[constraint.topologyKey]!;
    let matching = found.get(domain) ?? 0;
    for (const other of node.pods.values()) {
      if (other.terminating || other.namespace !== pod.namespace) continue;
      if (matchesSelector(constraint.labelSelector, other.labels)) matching += 1;
    }
    found.set(domain, matching);
  }
  return found;
}

/** Topology spread with DoNotSchedule. */
export function checkTopologySpread(pod: PodInfo, node: NodeInfo, cluster: SchedulerSnapshot): Refusal | undefined {
  const sentence = "node(s) didn't match pod topology spread constraints";
  for (const constraint of pod.spread) {
    const domain = node.labels[constraint.topologyKey];
    if (domain === undefined) return rejected(`${sentence} (missing required label)`, true);
    const perDomain = cluster.remembered(constraint, () => domains(constraint, pod, cluster));
    const fewEnough = perDomain.size < (constraint.minDomains ?? 1);
    const minimum = fewEnough ? 0 : Math.min(...perDomain.values());
    const self = matchesSelector(constraint.labelSelector, pod.labels) ? 1 : 0;
    if ((perDomain.get(domain) ?? 0) + self - minimum > constraint.maxSkew) return rejected(sentence, false);
  }
  return undefined;
}
