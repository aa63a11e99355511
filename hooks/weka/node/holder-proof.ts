/**
 * What is known of a holder whose WekaContainer is gone: whether its runtime is dead, and whether a weka cluster still
 * has its drives. Every answer here is "given" or the sentence that says what is missing; not known is missing.
 */
import { podLive, type PodTarget } from '../../core/catalogue.ts';
import type { HookRequest, Observation } from '../../core/contract.ts';
import { factValue } from '../../core/facts.ts';
import type { ClaimHolder, WekaNode } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { runtimeReport, wekaQuery } from '../catalogue.ts';
import { decideFence } from '../container/fence.ts';
import type { WekaQueryName } from '../queries.ts';
import { clusterExists, clusterLook, containerLook, inTurn, liveMembers, membersLook, type ClusterReference, type LiveMember } from './live.ts';

export interface HolderInput {
  request: HookRequest;
  node: WekaNode;
  /** Who holds a place on the node, by uid. */
  holders: Record<string, ClaimHolder>;
  /** All WekaClusters that have ports. */
  clusters: ClusterReference[];
}

export interface Suspect {
  uid: string;
  holder: ClaimHolder;
}

/** What is missing for a proof; undefined: it is given. */
type Missing = string | undefined;

/** Seconds. The first look is rare, for there are thousands of holders; nothing is done on less than a fresh one. */
const ages = { rare: 240, fresh: 2, weka: 1 };
const outOfServiceTaint = 'node.kubernetes.io/out-of-service';
/** A field makes the fresh look another question than the rare one. */
const freshFields = ['spec.mode'];

function isGone(request: HookRequest, { uid, holder }: Suspect, fields: string[]): boolean | undefined {
  const fact = factValue(request.observed, containerLook(holder, 0, fields));
  return fact.state === 'unknown' ? undefined : !fact.value.exists || fact.value.uid !== uid;
}

/** Holders whose container a look of some minutes ago did not find. */
export function suspects({ request, holders }: HolderInput): Suspect[] {
  return Object.entries(holders).map(([uid, holder]) => ({ uid, holder })).filter((one) => isGone(request, one, []) === true);
}

export function containerGone({ request }: HolderInput, suspect: Suspect): Missing {
  return isGone(request, suspect, freshFields) === true ? undefined : 'a fresh look at the WekaContainer is missing';
}

/** The WekaCluster of the holder, as far as its name is known. */
export function clusterOfHolder({ clusters }: HolderInput, { clusterUid, clusterName, namespace }: ClaimHolder): ClusterReference | undefined {
  if (clusterUid === undefined) return undefined;
  const name = clusterName ?? clusters.find(({ uid }) => uid === clusterUid)?.name;
  return name === undefined ? undefined : { namespace, name, uid: clusterUid };
}

/** Nothing of the cluster is left that could speak for it; undefined: not known. */
export function clusterGone({ request }: HolderInput, cluster: ClusterReference): boolean | undefined {
  const exists = clusterExists(request, cluster);
  const members = liveMembers(request, cluster);
  if (exists === undefined || members.state === 'unknown') return undefined;
  return !exists && members.state === 'absent';
}

export type LeftPod = { state: 'unknown' | 'gone' | 'living' } | { state: 'terminating'; target: PodTarget; running: boolean };

/** The pod of the holder, by uid: one of that name that belongs to another container is none of its. */
export function leftPod({ request }: HolderInput, { uid, holder }: Suspect): LeftPod {
  const fact = factValue(request.observed, podLive(holder, 0));
  if (fact.state === 'unknown') return { state: 'unknown' };
  const { value } = fact;
  if (!value.exists || (value.controllerUid !== uid && value.uid !== holder.incarnation?.podUid)) return { state: 'gone' };
  if (value.deletionTimestamp === undefined) return { state: 'living' };
  return { state: 'terminating', running: value.phase === 'Running', target: { namespace: holder.namespace, name: holder.name, uid: value.uid } };
}

/** Proof that the last runtime of the holder is dead. A node that is gone proves nothing: its drives may come back with it. */
export function runtimeDead(input: HolderInput, suspect: Suspect): Missing {
  const pod = leftPod(input, suspect);
  if (pod.state === 'unknown') return 'its pod has not been read';
  if (pod.state !== 'gone') return `its pod ${suspect.holder.namespace}/${suspect.holder.name} still exists`;
  const { incarnation, stopAllowed } = suspect.holder;
  const { metadata, spec } = input.node;
  const node = incarnation === undefined || incarnation.nodeName !== metadata.name ? undefined : {
    // a boot id that is not known is no other one
    bootId: incarnation.bootId === '' ? '' : spec.bootId || incarnation.bootId,
    outOfService: (spec.taints ?? []).some(({ key }) => key === outOfServiceTaint),
  };
  const fence = decideFence({ incarnation, stopAllowed, live: { exists: false }, node, nodeGone: false, lockObtained: false });
  return fence.create ? undefined : `its pod ${incarnation?.podUid ?? ''} vanished without our permission; reboot the node, or taint it out-of-service`;
}

const membersAsked = 2;
const questions = ['containers', 'drives', 'status'] as const satisfies WekaQueryName[];

function asked({ request }: HolderInput, suspect: Suspect, cluster: ClusterReference): LiveMember[] {
  const found = liveMembers(request, cluster);
  const others = found.state === 'present' ? found.members.filter(({ containerUid }) => containerUid !== suspect.uid) : [];
  return inTurn(others, request.context.now, membersAsked);
}

interface Answer {
  /** The member sees itself, the list of drives is as long as the status says, and the cluster is the one that is meant. */
  complete: boolean;
  serials: string[];
  /** Status of a container by its number. */
  containers: Map<string, string | undefined>;
}

function answerOf({ request }: HolderInput, guid: string | undefined, { pod, containerId }: LiveMember): Answer {
  const containers = factValue(request.observed, wekaQuery(pod, 'containers', 0));
  const drives = factValue(request.observed, wekaQuery(pod, 'drives', 0));
  const status = factValue(request.observed, wekaQuery(pod, 'status', 0));
  const list = containers.state === 'known' ? containers.value : [];
  const all = drives.state === 'known' ? drives.value : [];
  const serials = all.flatMap(({ serial_number: serial }) => serial ?? []);
  const itself = list.some(({ host_id: id, status: state }) => id === `HostId<${containerId}>` && state === 'UP');
  const meant = status.state === 'known' && guid !== undefined && status.value.guid === guid;
  const whole = drives.state === 'known' && serials.length === all.length && status.state === 'known' && status.value.drives?.total === all.length;
  return { complete: itself && meant && whole, serials, containers: new Map(list.map(({ host_id: id, status: state }) => [id, state])) };
}

/** Proof that no weka cluster has the drives, and, for a pod that still runs, that none counts on its container. */
export function clusterDone(input: HolderInput, suspect: Suspect, hostId?: number): Missing {
  const { holder } = suspect;
  if (holder.clusterUid === undefined) return 'it is not known which weka cluster it belonged to';
  const cluster = clusterOfHolder(input, holder);
  if (cluster === undefined) return `the name of its WekaCluster with uid ${holder.clusterUid} is not known`;
  const label = `WekaCluster ${cluster.namespace}/${cluster.name}`;
  const gone = clusterGone(input, cluster);
  if (gone === undefined) return `${label} has not been read`;
  if (gone) {
    const sibling = Object.entries(input.holders).find(([uid, other]) => other.clusterUid === cluster.uid && uid !== suspect.uid && isGone(input.request, { uid, holder: other }, []) !== true);
    return sibling === undefined ? undefined : `${label} is gone, but its container ${sibling[1].name} is still there and may have the drives`;
  }
  const found = liveMembers(input.request, cluster);
  const guid = found.state === 'present' ? found.guid : undefined;
  const answers = asked(input, suspect, cluster).map((member) => answerOf(input, guid, member));
  const listed = holder.drives.filter((serial) => answers.some(({ serials }) => serials.includes(serial)));
  if (listed.length > 0) return `${label} still has the drives ${listed.join(', ')}; deactivate and remove them in weka`;
  const up = hostId === undefined ? undefined : answers.map(({ containers }) => containers.get(`HostId<${hostId}>`)).find((state) => state !== undefined && state !== 'DOWN' && state !== 'INACTIVE');
  if (up !== undefined) return `${label} still counts on its container ${hostId}, which is ${up}; deactivate it in weka`;
  return answers.some(({ complete }) => complete) ? undefined : `no member of ${label} has given a complete list of containers and drives`;
}

/** Proof that a terminating pod without owner may be let go: nothing in weka counts on it, and no mount hangs on it. */
export function mayBeLetGo(input: HolderInput, suspect: Suspect, pod: Extract<LeftPod, { state: 'terminating' }>): Missing {
  const fact = factValue(input.request.observed, runtimeReport(pod.target, 0));
  if (!pod.running || fact.state === 'unknown') return 'its runtime has not reported';
  const { mode } = suspect.holder;
  const { activeMounts, identity } = fact.value;
  if (is(mode, 'frontend') && activeMounts !== 0) return activeMounts === undefined || activeMounts === null ? 'its number of active mounts is not known' : `${activeMounts} active mounts hang on it`;
  return is(mode, 'backend') ? clusterDone(input, suspect, identity?.hostId) : undefined;
}

/** What is to be looked at: rarely every holder, and all that a proof needs once one is gone. */
export function proofObservations(input: HolderInput): Observation[] {
  const { request, holders } = input;
  const inDepth = suspects(input).flatMap((suspect): Observation[] => {
    const { holder } = suspect;
    const cluster = clusterOfHolder(input, holder);
    const pod = leftPod(input, suspect);
    const members = cluster === undefined ? [] : asked(input, suspect, cluster);
    return [
      containerLook(holder, ages.fresh, freshFields), podLive(holder, ages.fresh),
      ...(cluster === undefined ? [] : [clusterLook(cluster, ages.fresh), membersLook(cluster, ages.fresh)]),
      ...members.flatMap((member) => questions.map((query) => wekaQuery(member.pod, query, ages.weka))),
      ...(pod.state === 'terminating' && pod.running ? [runtimeReport(pod.target, ages.weka)] : []),
    ];
  });
  const unique = new Map([...Object.values(holders).map((holder) => containerLook(holder, ages.rare)), ...inDepth].map((one) => [one.id, one]));
  return request.parent.metadata.deletionTimestamp === undefined ? [...unique.values()] : [];
}
