/** Everything that the decisions about one WekaContainer rest on, gathered from the request once. */
import type { HookRequest, KubernetesObject } from '../../core/contract.ts';
import { objectLive, podLive, configMapKeys, type PodTarget } from '../../core/catalogue.ts';
import { objectsOf } from '../../core/envelope.ts';
import { defined } from '../../core/defined.ts';
import { factValue } from '../../core/facts.ts';
import { apiVersion, labels } from '../api/group.ts';
import { claimsNames, parseWekaMembers, parseWekaNode, type ClaimHolder, type WekaContainer, type WekaMembers, type WekaNode } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { graceEnd } from '../grace.ts';
import { wekaQuery, runtimeReport, wekaClusterKind } from '../catalogue.ts';
import { claimsFact, type ClaimsFact } from '../claims/claims.ts';
import { turnOf, type Turn } from '../claims/turn.ts';
import { operatorConfig, type OperatorConfig } from '../config.ts';
import { protectionOf, type Protection } from '../protection.ts';
import type { WekaAnswer, WekaQueryName } from '../queries.ts';
import type { RuntimeReport } from '../runtime-report.ts';
import { childPod, type PodView } from './pod-view.ts';
import type { ContainerState } from './stop.ts';

/** How the WekaCluster stands that a container belongs to; read live, because under foreground deletion it may be gone first. */
export type OwnerFact = { state: 'gone' } | { state: 'living' } | { state: 'terminating'; graceEnds: string; cancelled: boolean } | { state: 'unknown' };

export interface ContainerFacts {
  request: HookRequest;
  container: WekaContainer;
  uid: string;
  namespace: string;
  name: string;
  now: string;
  config: OperatorConfig;
  /** What the container is to be, deletion and the owner's end taken into account. */
  state: ContainerState;
  owner: OwnerFact;
  clusterUid?: string;
  pod?: PodView;
  /** The node that it is bound to or is to be placed on. */
  nodeName?: string;
  /** Where claims are held; differs from `nodeName` when the owner has chosen another node since. */
  claimedNode?: string;
  node?: WekaNode;
  /** All nodes on which it may land while no node is chosen. */
  candidates: WekaNode[];
  members?: WekaMembers;
  nodeClaims?: ClaimsFact;
  holder?: ClaimHolder;
  clusterClaims?: ClaimsFact;
  turn: Turn;
  report?: RuntimeReport;
  /** Why there is no report. */
  reportMissing: string;
  /** Has the identity of a member of a formed cluster. */
  joined: boolean;
  containerId?: number;
  clusterGuid?: string;
  /** A pod in which commands of the weka cluster may be run: its own where it is a member, else another one. */
  executor?: PodTarget;
  /** Another member, for what a container can not do for itself. */
  otherMember?: PodTarget;
  protection?: Protection;
}

/** The name of the WekaCluster that owns it, with its uid; absent for clients, helpers and hand-made containers. */
export function clusterOf(object: KubernetesObject): { name: string; uid: string } | undefined {
  const owner = object.metadata.ownerReferences?.find(({ controller, kind }) => controller === true && kind === 'WekaCluster');
  if (owner !== undefined) return { name: owner.name, uid: owner.uid };
  const { [labels.clusterName]: name, [labels.clusterId]: uid } = object.metadata.labels ?? {};
  return name === undefined || uid === undefined ? undefined : { name, uid };
}

const graceField = 'spec.gracefulDestroyDuration';
const cancelField = 'spec.overrides.cancelDeletion';

export const ownerObservation = (namespace: string, name: string) =>
  objectLive({ apiVersion, kind: wekaClusterKind.kind, namespace, name }, 5, [graceField, cancelField]);

function ownerFact(request: HookRequest, namespace: string, cluster: { name: string; uid: string } | undefined): OwnerFact {
  if (cluster === undefined) return { state: 'living' };
  const fact = factValue(request.observed, ownerObservation(namespace, cluster.name));
  if (fact.state === 'unknown') return { state: 'unknown' };
  if (!fact.value.exists || fact.value.uid !== cluster.uid) return { state: 'gone' };
  const { deletionTimestamp, fields } = fact.value;
  if (deletionTimestamp === undefined) return { state: 'living' };
  return {
    state: 'terminating',
    graceEnds: graceEnd(deletionTimestamp, typeof fields[graceField] === 'string' ? fields[graceField] : ''),
    cancelled: fields[cancelField] === true,
  };
}

function effectiveState(container: WekaContainer, owner: OwnerFact, now: string): ContainerState {
  const wished = container.spec.state;
  if (container.metadata.deletionTimestamp === undefined || wished === 'deleting' || wished === 'destroying') return wished;
  // The garbage collector or a namespace deletion took the container while its owner is in its grace period.
  if (owner.state === 'gone') return 'destroying';
  if (owner.state === 'terminating') return !owner.cancelled && Date.parse(now) >= Date.parse(owner.graceEnds) ? 'destroying' : 'paused';
  return owner.state === 'unknown' ? wished : 'deleting';
}

/** Members take turns as executors, so that a dead one is not asked for ever. */
function pickMember(members: WekaMembers | undefined, namespace: string, notThis: string, now: string): PodTarget | undefined {
  const others = (members?.spec.members ?? []).filter((member) => member.containerUid !== notThis && member.podUid !== undefined);
  const member = others[Math.floor(Date.parse(now) / 20_000) % Math.max(1, others.length)];
  return member === undefined ? undefined : { namespace, name: member.name, uid: member.podUid ?? '' };
}

function reportOf(request: HookRequest, pod: PodView | undefined): { report?: RuntimeReport; reportMissing: string } {
  if (pod === undefined) return { reportMissing: 'there is no pod' };
  if (!pod.running) return { reportMissing: pod.waiting ?? 'the container of the pod does not run' };
  const fact = factValue(request.observed, runtimeReport(pod.target, 0));
  return fact.state === 'known' ? { report: fact.value, reportMissing: '' } : { reportMissing: fact.reason };
}

/** The answer of a weka query run in `executor`, if it is known. */
export function queried<N extends WekaQueryName>(facts: { request: HookRequest }, executor: PodTarget | undefined, query: N): WekaAnswer<N> | undefined {
  if (executor === undefined) return undefined;
  const fact = factValue(facts.request.observed, wekaQuery(executor, query, 0));
  return fact.state === 'known' ? fact.value : undefined;
}

/** The live read of the pod's name, if it is known. */
export function livePod(facts: ContainerFacts): { exists: false } | { exists: true; ours: boolean } | undefined {
  const fact = factValue(facts.request.observed, podLive(facts, 0));
  if (fact.state === 'unknown') return undefined;
  return fact.value.exists ? { exists: true, ours: fact.value.controllerUid === facts.uid } : { exists: false };
}

/** A live look at the WekaNode that the container is bound to, for when it is not among the related objects. */
export const nodeObservation = (name: string, age: number) => objectLive({ apiVersion, kind: 'WekaNode', name }, age);

/** The one node that the container is of use on was looked up past every cache and is gone. Of a backend it holds data, and may come back. */
export function homeless({ container, node, nodeName, request }: ContainerFacts): boolean {
  const { mode } = container.spec;
  if (!is(mode, 'claims') || is(mode, 'backend') || node !== undefined || nodeName === undefined) return false;
  const fact = factValue(request.observed, nodeObservation(nodeName, 0));
  return fact.state === 'known' && !fact.value.exists;
}

export function bootConfigMapPresent(facts: ContainerFacts): boolean | undefined {
  const fact = factValue(facts.request.observed, configMapKeys({ namespace: facts.namespace, name: facts.config.bootConfigMapName }, 0));
  return fact.state === 'known' ? fact.value.exists : undefined;
}

function related<T>(request: HookRequest, kind: string, parse: (object: KubernetesObject) => { ok: true; value: T } | { ok: false }): T[] {
  return objectsOf(request.related, kind, apiVersion).flatMap((object) => {
    const parsed = parse(object);
    return parsed.ok ? [parsed.value] : [];
  });
}

/** A member stays where its data is; before that the wish of the owner counts, even if a pod has landed elsewhere. */
function nodeOf({ spec, status }: WekaContainer, pod: PodView | undefined): string | undefined {
  const ranked = status?.containerID === undefined
    ? [spec.nodeAffinity, pod?.nodeName, status?.nodeAffinity]
    : [pod?.nodeName, status.nodeAffinity, spec.nodeAffinity];
  return ranked.find((name) => name !== undefined);
}

/** The claims that matter to the container: those of the node on which it holds or is to hold something, those of its cluster. */
function claimsOf(request: HookRequest, container: WekaContainer, nodeName: string | undefined, clusterUid: string | undefined) {
  const { uid = '' } = container.metadata;
  const claimed = is(container.spec.mode, 'claims') ? (container.status?.nodeAffinity ?? nodeName) : undefined;
  const nodeClaims = claimed === undefined ? undefined : claimsFact(request.observed, claimsNames.ofNode(claimed));
  const holder = nodeClaims?.state === 'known' ? nodeClaims.spec.holders?.[uid] : undefined;
  const clusterClaims = clusterUid === undefined ? undefined : claimsFact(request.observed, claimsNames.ofCluster(clusterUid));
  const turn: Turn = clusterClaims === undefined ? { state: 'free' } : turnOf(clusterClaims, uid);
  return { nodeClaims, holder, clusterClaims, turn };
}

/** Who the container is in weka. Status is only a cache, but an identity that was read once is never lost. */
function identityOf({ status }: WekaContainer, report: RuntimeReport | undefined) {
  const containerId = report?.identity?.hostId ?? status?.containerID;
  const clusterGuid = report?.identity?.clusterGuid ?? status?.clusterID;
  return { containerId, clusterGuid, joined: clusterGuid !== undefined && containerId !== undefined };
}

/** Gathers the facts. Called for `observe` with whatever is known by then, and for `decide` with all of it. */
export function containerFacts(request: HookRequest, container: WekaContainer): ContainerFacts {
  const { namespace = '', name, uid = '' } = container.metadata;
  const { now } = request.context;
  const cluster = clusterOf(request.parent);
  const owner = ownerFact(request, namespace, cluster);
  const pod = childPod(request, name);
  const candidates = related(request, 'WekaNode', parseWekaNode);
  const claimedNode = container.status?.nodeAffinity;
  const nodeName = nodeOf(container, pod);
  const { report, reportMissing } = reportOf(request, pod);
  const members = related(request, 'WekaMembers', parseWekaMembers).find(({ metadata }) => cluster !== undefined && metadata.labels?.[labels.clusterId] === cluster.uid);
  const otherMember = pickMember(members, namespace, uid, now);
  const speaksForItself = report?.identity !== undefined && report.identity !== null && report.phase !== 'stopped';
  const executor = pod !== undefined && speaksForItself ? pod.target : otherMember;
  const status = queried({ request }, executor, 'status');
  return defined({
    request, container, uid, namespace, name, now, owner, candidates, pod, nodeName, claimedNode, members, report, reportMissing, executor, otherMember,
    config: operatorConfig.parse(request.context.config),
    state: effectiveState(container, owner, now),
    clusterUid: cluster?.uid,
    node: candidates.find((one) => one.metadata.name === (nodeName ?? claimedNode)),
    protection: status === undefined ? undefined : protectionOf(status),
    ...claimsOf(request, container, nodeName, cluster?.uid),
    ...identityOf(container, report),
  });
}

/** The facts of a node that shape a pod, as one text. */
export function nodeFactsText(discovery: { isHt: boolean; os?: string | undefined }): string {
  return `hyper-threads ${discovery.isHt ? 'yes' : 'no'}, os ${discovery.os ?? 'any'}`;
}
