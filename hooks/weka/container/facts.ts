/** Everything that the decisions about one WekaContainer rest on, gathered from the request once. */
import type { PodTarget } from '../../core/catalogue.ts';
import type { HookRequest, KubernetesObject } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { objectsOf } from '../../core/envelope.ts';
import { factValue, type ReadingRequest } from '../../core/facts.ts';
import { isTerminating } from '../../core/families/namespaces.ts';
import { objectLive, configMapKeys } from '../../core/families/objects.ts';
import type { FenceInput } from '../../core/fence.ts';
import { podLive } from '../../core/families/pods.ts';
import type { PodView } from '../../core/pod-view.ts';
import { turnOf, type Turn } from '../../core/turn.ts';
import { apiVersion, group, labels, mainContainerName } from '../api/group.ts';
import {
  claimsNames,
  parseWekaMembers,
  parseWekaNode,
  type ClaimHolder,
  type WekaContainer,
  type WekaMembers,
  type WekaNode,
} from '../api/index.ts';
import { is } from '../api/modes.ts';
import { runtimeReport } from '../catalogue.ts';
import { wekaClusterKind } from '../access.ts';
import { claimsFact, clusterClaimsFact, type ClaimsFact } from '../claims/claims.ts';
import { configOf, type OperatorConfig } from '../config.ts';
import type { RuntimeReport } from '../runtime-report.ts';
import { ages, lookAge, namespaceAge, ownerAge, turnAge } from './ages.ts';
import { childPod, type ContainerPod } from './child-pod.ts';
import { saidCleaned } from './last-pod.ts';
import { effectiveState, ownerFact, type OwnerFact } from './order.ts';
import type { ContainerState } from './stop.ts';
import { wordOnEnding, type Unheard } from './stranger.ts';
import { pickMembers, type Speaker } from './testimony.ts';

export interface ContainerFacts {
  request: ReadingRequest;
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
  clusterName?: string;
  pod?: ContainerPod;
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
  /** Whether it is a member is known: its runtime or its status says so, or nothing of it runs. */
  identityKnown: boolean;
  /** Why weka has not said whether it has one that ends, and of which nothing else knows anything. */
  unheard?: Unheard;
  /** Weka alone has said who it is. */
  toldByWeka?: true;
  containerId?: number;
  clusterGuid?: string;
  /** A pod in which commands of the weka cluster may be run: its own where it is a member, else another one. */
  executor?: PodTarget;
  /** Another member, for what a container can not do for itself. */
  otherMember?: PodTarget;
  /** That one and a second, as far as there are two. */
  speakers: Speaker[];
  /** Seconds: how old an answer about what is settled may be. */
  age: number;
  /** Its namespace is being deleted: nothing can be created in it any more. Looked at while a pod is not simply there. */
  namespaceEnds: boolean;
  /** Its status says that it ran, nobody says whose status that is, and nothing else knows the container. */
  statusDoubtful: boolean;
}

export interface ClusterOfContainer {
  name: string;
  uid: string;
}

/** The name of the WekaCluster that owns it, with its uid; absent for clients, helpers, hand-made and orphaned containers. Labels say nothing: anybody may write them. */
export function clusterOf(object: KubernetesObject): ClusterOfContainer | undefined {
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const ours = owner?.kind === wekaClusterKind.kind && owner.apiVersion.startsWith(`${group}/`);
  return ours ? { name: owner.name, uid: owner.uid } : undefined;
}

/** A pod whose node is silent is not asked. */
function reportOf(
  { observed }: ReadingRequest,
  pod: PodView | undefined,
  age: number,
): { report?: RuntimeReport; reportMissing: string } {
  if (pod === undefined) return { reportMissing: 'there is no pod' };
  if (!pod.running) return { reportMissing: pod.waiting ?? 'the container of the pod does not run' };
  if (pod.nodeNotReady) return { reportMissing: `runtime.report of ${pod.target.name} has not been read yet` };
  const fact = factValue(observed, runtimeReport(pod.target, age));
  return fact.state === 'known' ? { report: fact.value, reportMissing: '' } : { reportMissing: fact.reason };
}

/** Of a container that has gone the WekaNode lets the pod end, by its claim. Where that is lost too nobody knows what weka bears. */
function ends({ nodeClaims, namespace, name }: ContainerFacts, owner: string | undefined): string | undefined {
  if (nodeClaims?.state !== 'known' || nodeClaims.spec.holders?.[owner ?? ''] !== undefined) return undefined;
  return `it is being deleted, and waits to be allowed to stop: where it is that of a former WekaContainer ${name}, of which no claim is left, and weka bears its loss, kubectl exec ${name} -n ${namespace} -c ${mainContainerName} -- touch /tmp/.allow-stop lets it go`;
}

/** The live read of the pod's name, if it is known. */
export function livePod(facts: ContainerFacts): FenceInput['live'] {
  const { request, namespace, name, uid, holder, config } = facts;
  const fact = factValue(request.observed, podLive({ namespace, name }, ages({ config }).moving));
  if (fact.state === 'unknown') return undefined;
  const { value } = fact;
  if (!value.exists) return { exists: false };
  // a claim that was made again does not know the pod any more, nor one that is older than a pod from a backup
  const recorded = value.uid === holder?.incarnation?.podUid;
  // by the label of another container Metacontroller has given that one its pod
  const taken = recorded && value.controllerUid !== uid;
  if (value.controllerUid === uid) return { exists: true, ours: true };
  if (value.controllerUid !== undefined && !taken) {
    const ending = value.deletionTimestamp === undefined ? undefined : ends(facts, value.controllerUid);
    return defined({ exists: true as const, ours: false, ends: ending });
  }
  return { exists: true, ours: recorded, released: { command: givesBack({ namespace, name, uid }), recorded } };
}

/** The label alone would do for a pod that is not being deleted: one that is, nobody adopts. */
export function givesBack({ namespace, name, uid }: Pick<ContainerFacts, 'namespace' | 'name' | 'uid'>): string {
  const owner = { apiVersion, kind: 'WekaContainer', name, uid, controller: true, blockOwnerDeletion: true };
  return `kubectl patch pod ${name} -n ${namespace} --type=merge -p '${JSON.stringify({ metadata: { labels: { 'controller-uid': uid }, ownerReferences: [owner] } })}'`;
}

/** Whether the Node is there, looked up past every cache; undefined: not known. For when its WekaNode is not among the related objects: that one may have been deleted alone, and is made again. */
export function nodeExists(
  { request, config }: Pick<ContainerFacts, 'request' | 'config'>,
  name: string,
): boolean | undefined {
  const fact = factValue(
    request.observed,
    objectLive({ apiVersion: 'v1', kind: 'Node', name }, ages({ config }).moving),
  );
  return fact.state === 'known' ? fact.value.exists : undefined;
}

/** The one node that the container is of use on was looked up past every cache and is gone. Of a backend it holds data, and may come back. */
export function homeless(facts: ContainerFacts): boolean {
  const {
    container: {
      spec: { mode },
    },
    node,
    nodeName,
  } = facts;
  if (!is(mode, 'claims') || is(mode, 'backend') || node !== undefined || nodeName === undefined) return false;
  return nodeExists(facts, nodeName) === false;
}

export function bootConfigMapPresent(facts: ContainerFacts): boolean | undefined {
  const fact = factValue(
    facts.request.observed,
    configMapKeys({ namespace: facts.namespace, name: facts.config.bootConfigMapName }, ages(facts).settled),
  );
  return fact.state === 'known' ? fact.value.exists : undefined;
}

function related<T>(
  request: HookRequest,
  kind: string,
  parse: (object: KubernetesObject) => { ok: true; value: T } | { ok: false },
): T[] {
  return objectsOf(request.related, kind, apiVersion).flatMap((object) => {
    const parsed = parse(object);
    return parsed.ok ? [parsed.value] : [];
  });
}

/** A member stays where its data is; before that the wish of the owner counts, even if a pod has landed elsewhere. */
function nodeOf({ spec, status }: WekaContainer, pod: PodView | undefined, bound = false): string | undefined {
  const ranked =
    status?.containerID === undefined && !bound
      ? [spec.nodeAffinity, pod?.nodeName, status?.nodeAffinity]
      : [pod?.nodeName, status?.nodeAffinity, spec.nodeAffinity];
  return ranked.find((name) => name !== undefined);
}

/**
 * Whose container it is. Its claim outranks its owner reference while that cluster is there, and so does its status where the
 * claim is lost: a tool that writes an older life's uid, or another cluster's labels, makes it a child of nobody or of another
 * one, and no less a member.
 */
function clusterFor(
  request: ReadingRequest,
  container: WekaContainer,
  holder: ClaimHolder | undefined,
): ClusterOfContainer | undefined {
  const { status, metadata } = container;
  const owner = clusterOf(request.parent);
  const said = holder?.clusterUid === undefined && status?.uid === metadata.uid ? status : holder;
  const { clusterUid: uid, clusterName: name = owner?.name } = said ?? {};
  if (uid === undefined || name === undefined || uid === owner?.uid) return owner;
  const claimed = { name, uid };
  const { state } = ownerFact(request, request.parent.metadata.namespace ?? '', claimed, ownerAge(container));
  return state === 'gone' ? owner : claimed;
}

/** The claims that matter to the container: those of the node on which it holds or is to hold something, those of its cluster. */
function claimsOf(request: ReadingRequest, container: WekaContainer, nodeName: string | undefined, age: number) {
  const { uid = '' } = container.metadata;
  const claimed = is(container.spec.mode, 'claims') ? (container.status?.nodeAffinity ?? nodeName) : undefined;
  const nodeClaims = claimed === undefined ? undefined : claimsFact(request.observed, claimsNames.ofNode(claimed), age);
  const holder = nodeClaims?.state === 'known' ? nodeClaims.spec.holders?.[uid] : undefined;
  const cluster = clusterFor(request, container, holder);
  // one that has lost its owner is still a member beside the others, and stops in turn with them
  const turnOfCluster = cluster?.uid ?? holder?.clusterUid;
  const clusterClaims =
    turnOfCluster === undefined
      ? undefined
      : clusterClaimsFact(request.observed, turnOfCluster, turnAge(container, age));
  const turn: Turn = clusterClaims === undefined ? { state: 'free' } : turnOf(clusterClaims, uid);
  return { nodeClaims, holder, cluster, clusterClaims, turn };
}

type Claims = ReturnType<typeof claimsOf>;

/** The cluster as a live read has it. That one is gone is not believed before the claims say that it is the right one. */
function ownerOf(
  request: ReadingRequest,
  container: WekaContainer,
  { cluster, nodeClaims, clusterClaims }: Pick<ReturnType<typeof claimsOf>, 'cluster' | 'nodeClaims' | 'clusterClaims'>,
  pod: PodView | undefined,
): OwnerFact {
  const erases = pod === undefined && clusterClaims?.state === 'known' && clusterClaims.spec.destroy !== undefined;
  const owner = ownerFact(request, request.parent.metadata.namespace ?? '', cluster, ownerAge(container, erases));
  return (owner.state === 'gone' || cluster === undefined) && nodeClaims?.state === 'unknown'
    ? { state: 'unknown' }
    : owner;
}

/** Who the container is in weka: by its runtime, its claim, its status. A status is only a cache, but an identity that was read once is never lost. */
function identityOf(
  container: WekaContainer,
  report: RuntimeReport | undefined,
  pod: PodView | undefined,
  claims: Pick<ReturnType<typeof claimsOf>, 'holder' | 'nodeClaims'>,
) {
  const { status = {} } = container;
  const said = report?.identity ?? undefined;
  const kept = claims.holder?.identity;
  // only the operator writes claims, and anybody a status
  const containerId = said?.hostId ?? kept?.containerId ?? status.containerID;
  const clusterGuid = said?.clusterGuid ?? kept?.clusterGuid ?? status.clusterID;
  const joined = clusterGuid !== undefined && containerId !== undefined;
  return {
    containerId,
    clusterGuid,
    joined,
    identityKnown: joined || report !== undefined || (pod?.running !== true && isStranger(container, claims)),
  };
}

/** It never was a member, though no runtime says so. */
function isStranger(
  container: WekaContainer,
  { holder, nodeClaims }: Pick<ReturnType<typeof claimsOf>, 'holder' | 'nodeClaims'>,
): boolean {
  return !is(container.spec.mode, 'backend') || (nodeClaims?.state !== 'unknown' && neverJoined(holder, container));
}

/** Whether the claim proves it, and the status knows no more: none of its pods ever ran, nor one of whom it has adopted, or the last one was no member when it was allowed to stop. */
function neverJoined(holder: ClaimHolder | undefined, container: WekaContainer): boolean {
  // the claim was given back at its very end, after it had proven that
  if (holder === undefined && saidCleaned({ container })) return true;
  const last = holder?.incarnation?.podUid ?? container.status?.lastPodUid;
  // without the permission it may have joined since
  if (last !== undefined && holder?.identity?.podUid === last && holder.stopAllowed === last)
    return holder.identity.containerId === undefined;
  return last === undefined && holder?.adopted === undefined;
}

/** Earlier releases did not say whose a status is: it counts where the claims know the container, or a pod of it is there. */
function nobodysStatus({ status }: WekaContainer, claims: Claims | undefined, pod: PodView | undefined): boolean {
  if (claims === undefined) return false;
  const { nodeClaims, holder } = claims;
  return status?.uid === undefined && nodeClaims?.state === 'known' && holder === undefined && pod === undefined;
}

/** It may be from a backup, or all that is left of a container whose claim was lost: neither may be guessed. */
function doubtful(container: WekaContainer, claims: Claims | undefined, pod: PodView | undefined): boolean {
  const { containerID, podUid, allocations } = container.status ?? {};
  return (
    is(container.spec.mode, 'backend') &&
    nobodysStatus(container, claims, pod) &&
    (containerID ?? podUid ?? allocations) !== undefined
  );
}

/** The container without a status that is about another object of its name, as a restored one is. */
function withOwnStatus(container: WekaContainer, claims: Claims | undefined, pod: PodView | undefined): WekaContainer {
  const {
    status,
    metadata: { uid },
  } = container;
  const foreign = status?.uid === undefined ? nobodysStatus(container, claims, pod) : status.uid !== uid;
  return foreign ? defined({ ...container, status: undefined }) : container;
}

/**
 * Its claim says, or does not rule out, that weka has what is on the node: there it stays, whatever became of its status.
 * A status that is its own and knows of no number says that it never joined, unless it has adopted one that did.
 */
function isBound(
  container: WekaContainer,
  report: RuntimeReport | undefined,
  pod: PodView | undefined,
  claims: ReturnType<typeof claimsOf>,
): boolean {
  const { joined, identityKnown } = identityOf(container, report, pod, claims);
  const { status, metadata } = container;
  const saysNever =
    status?.uid !== undefined &&
    status.uid === metadata.uid &&
    status.podUid !== undefined &&
    claims.holder?.adopted === undefined;
  return (
    is(container.spec.mode, 'backend') && claims.holder !== undefined && (joined || (!identityKnown && !saysNever))
  );
}

/** What Kubernetes and its own runtime say. Reads what each call needs: the claims, the owner, and what the runtime says of itself. */
function ownFacts(request: ReadingRequest, given: WekaContainer): ContainerFacts {
  const { namespace = '', name, uid = '' } = given.metadata;
  const { now } = request.context;
  const config = configOf(request.context.config);
  const pod = childPod(request, name);
  const age = lookAge(given, pod, config);
  const candidates = related(request, 'WekaNode', parseWekaNode);
  // whose a status is that does not say so, the claims know
  const givenClaims = given.status?.uid === undefined ? claimsOf(request, given, nodeOf(given, pod), age) : undefined;
  const container = withOwnStatus(given, givenClaims, pod);
  const claimedNode = container.status?.nodeAffinity;
  const { report, reportMissing } = reportOf(request, pod, age);
  const nodeName = nodeOf(
    container,
    pod,
    isBound(container, report, pod, claimsOf(request, container, nodeOf(container, pod), age)),
  );
  const { cluster, ...claims } = claimsOf(request, container, nodeName, age);
  const owner = ownerOf(request, container, { cluster, ...claims }, pod);
  const members = related(request, 'WekaMembers', parseWekaMembers).find(
    ({ metadata }) => cluster !== undefined && metadata.labels?.[labels.clusterId] === cluster.uid,
  );
  const speakers = pickMembers(members, namespace, { uid, name }, now);
  const speaksForItself = report?.identity !== undefined && report.identity !== null && report.phase !== 'stopped';
  const looks = pod === undefined || pod.terminating || container.metadata.deletionTimestamp !== undefined;
  const namespaceEnds = looks && isTerminating(request, namespace, namespaceAge);
  const state = effectiveState(container, owner, claims.clusterClaims, now, namespaceEnds);
  return defined({
    request,
    container,
    uid,
    namespace,
    name,
    now,
    config,
    owner,
    candidates,
    pod,
    nodeName,
    claimedNode,
    members,
    report,
    reportMissing,
    speakers,
    state,
    namespaceEnds,
    otherMember: speakers[0]?.pod,
    executor: pod !== undefined && speaksForItself ? pod.target : speakers[0]?.pod,
    age: state === 'active' && claims.turn.state !== 'ours' ? age : Math.min(age, ages({ config }).moving),
    statusDoubtful: doubtful(given, givenClaims, pod),
    clusterUid: cluster?.uid,
    clusterName: cluster?.name,
    node: candidates.find((one) => one.metadata.name === (nodeName ?? claimedNode)),
    ...claims,
    ...identityOf(container, report, pod, claims),
  });
}

/** Gathers the facts. Of one that ends, and of which nothing else knows anything, weka itself is asked. */
export function containerFacts(request: ReadingRequest, given: WekaContainer): ContainerFacts {
  const facts = ownFacts(request, given);
  const word = wordOnEnding(facts);
  if (word === undefined || word.state === 'stranger') return facts;
  return word.state === 'member'
    ? { ...ownFacts(request, { ...facts.container, status: word.status }), toldByWeka: true }
    : { ...facts, identityKnown: false, unheard: word };
}

/** The facts of a node that shape a pod, as one text. */
export function nodeFactsText(discovery: { isHt: boolean; os?: string | undefined }): string {
  return `hyper-threads ${discovery.isHt ? 'yes' : 'no'}, os ${discovery.os ?? 'any'}`;
}
