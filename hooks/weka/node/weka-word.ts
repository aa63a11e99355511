/**
 * The word of weka on a holder whose WekaContainer is gone. That nobody is left who could speak proves nothing: a weka
 * cluster runs on when its objects are lost, so without a word everything stays.
 */
import type { PodTarget } from '../../core/catalogue.ts';
import { ask, factValue, type Reading } from '../../core/facts.ts';
import type { ClaimHolder } from '../api/index.ts';
import { wekaQuery } from '../catalogue.ts';
import { leaveWords } from '../leave-words.ts';
import { once } from '../once.ts';
import type { WekaAnswer, WekaQueryName } from '../queries.ts';
import { readContainers } from '../weka-containers.ts';
import { readDrives } from '../weka-drives.ts';
import { containerIn, drivesIn } from './answers.ts';
import type { HolderInput, Missing, Suspect } from './holder-proof.ts';
import {
  clusterByUid,
  clusterExists,
  clusterLook,
  inTurn,
  liveMembers,
  membersLook,
  type ClusterReference,
  type LiveMember,
} from './live.ts';

const questions = ['containers', 'drives', 'status'] as const satisfies WekaQueryName[];
const membersAsked = 2;
/** Seconds, of looks at the cluster and of words of weka. */
const ages = { look: 2, word: 1 };

/** The pod of the holder that still runs, and who it says it is. */
export interface RunningPod {
  target: PodTarget;
  identity?: { clusterGuid: string; hostId: number } | undefined;
}

/** The WekaCluster of the holder, as far as its name is known. */
function clusterOfHolder(
  { clusters }: Pick<HolderInput, 'clusters'>,
  { clusterUid, clusterName, namespace }: ClaimHolder,
): ClusterReference | undefined {
  if (clusterUid === undefined) return undefined;
  const name = clusterName ?? clusterByUid(clusters).get(clusterUid)?.name;
  return name === undefined ? undefined : { namespace, name, uid: clusterUid };
}

/** Other members, whose word counts both ways. */
function asked({ request }: HolderInput, suspect: Suspect, cluster: ClusterReference): LiveMember[] {
  const found = liveMembers(request, cluster, ages.look);
  const others =
    found.state === 'present' ? found.members.filter(({ containerUid }) => containerUid !== suspect.uid) : [];
  return inTurn(others, request.context.now, membersAsked);
}

/** Asks for all that the word rests on. A proof has many parts, and each would cost a round of its own if it waited for the one before. */
export function askForWord(input: HolderInput, suspect: Suspect, running: PodTarget | undefined): void {
  const {
    request: { observed },
  } = input;
  const cluster = clusterOfHolder(input, suspect.holder);
  if (cluster === undefined) return;
  ask(observed, clusterLook(cluster, ages.look));
  ask(observed, membersLook(cluster, ages.look));
  const members = asked(input, suspect, cluster).map(({ pod }) => pod);
  for (const pod of running === undefined ? members : [...members, running])
    for (const query of questions) ask(observed, wekaQuery(pod, query, ages.word));
}

function answer<N extends WekaQueryName>(
  { request }: HolderInput,
  pod: PodTarget,
  query: N,
): WekaAnswer<N> | undefined {
  const fact = factValue(request.observed, wekaQuery(pod, query, ages.word));
  return fact.state === 'known' ? fact.value : undefined;
}

/** What was found of members, by run and member: all holders of a cluster rest on the word of the same few. */
const words = once<Reading, Map<string, { missing: Missing }>>(() => new Map());

/** Why the word of that member is not whole: it has to see itself UP, to list as many drives as it counts, and to be of the cluster that is meant. */
function notWhole(input: HolderInput, guid: string | undefined, member: LiveMember): Missing {
  const known = words(input.request.observed);
  const key = JSON.stringify([guid, member]);
  const found = known.get(key) ?? { missing: judgeWord(input, guid, member) };
  known.set(key, found);
  return found.missing;
}

function judgeWord(input: HolderInput, guid: string | undefined, { pod, containerId }: LiveMember): Missing {
  const status = answer(input, pod, 'status');
  if (guid === undefined || status?.guid !== guid)
    return `${pod.name} has not said that it is of the weka cluster ${guid ?? 'that is meant'}`;
  const containers = readContainers(answer(input, pod, 'containers'), { containerId, status, clusterGuid: guid });
  if (containers.state === 'unknown') return containers.reason;
  const own = containers.members.find(({ hostId }) => hostId === containerId)?.status;
  if (own !== 'UP') return `the member ${pod.name} that answered is ${own}`;
  const drives = readDrives(answer(input, pod, 'drives'), status, guid);
  return drives.state === 'unknown' ? drives.reason : undefined;
}

/** What somebody says against it, whole or not. A container that has no drives is of use to weka also while it is DOWN. */
function against(
  input: HolderInput,
  { holder }: Suspect,
  speaker: PodTarget,
  running: RunningPod | undefined,
): Missing {
  const ownId = running?.identity === undefined ? undefined : `HostId<${running.identity.hostId}>`;
  const own = containerIn(answer(input, speaker, 'containers') ?? [], ownId, holder.wekaName);
  const listed = drivesIn(answer(input, speaker, 'drives') ?? [], holder.drives, own?.host_id);
  if (listed.length > 0) {
    const serials = listed.map(({ serial_number: serial, uuid }) => serial ?? uuid).join(', ');
    const [hostId, ...others] = [...new Set(listed.map(({ host_id }) => host_id))];
    const drives = listed.flatMap(({ uuid }) => uuid ?? []);
    return `still has the drives ${serials}; ${leaveWords({ hostId: others.length > 0 ? undefined : hostId, drives })}`;
  }
  if (own === undefined || own.status === 'INACTIVE') return undefined;
  if ((own.status ?? '') === '') return `lists its container ${own.host_id} without a status`;
  if (own.status !== 'DOWN')
    return `still counts on its container ${own.host_id}, which is ${own.status}; ${leaveWords({ hostId: own.host_id, drives: [] })}`;
  return running === undefined && holder.drives.length === 0
    ? `still has its container ${own.host_id}, which is DOWN; ${leaveWords({ hostId: own.host_id, drives: [] })}`
    : undefined;
}

/** Members, and the pod of the holder where that runs. */
function speakersOf(
  input: HolderInput,
  suspect: Suspect,
  cluster: ClusterReference,
  running?: RunningPod,
): PodTarget[] {
  const members = asked(input, suspect, cluster).map(({ pod }) => pod);
  return running === undefined ? members : [...members, running.target];
}

/** Another member is there, in whose pod it can be taken out of weka, and weka still has something of it. */
export function endsInWeka(input: HolderInput, suspect: Suspect, running: RunningPod): boolean {
  const cluster = clusterOfHolder(input, suspect.holder);
  return (
    cluster !== undefined &&
    asked(input, suspect, cluster).length > 0 &&
    wekaObjects(input, suspect, running) !== undefined
  );
}

/** What weka still has of the holder, with the commands that end it; undefined where nobody says that it has anything. */
function wekaObjects(input: HolderInput, suspect: Suspect, running?: RunningPod): Missing {
  const cluster = clusterOfHolder(input, suspect.holder);
  if (cluster === undefined) return undefined;
  return speakersOf(input, suspect, cluster, running)
    .map((speaker) => against(input, suspect, speaker, running))
    .find((one) => one !== undefined);
}

/** Why the word of the members can not be believed, or is about another weka cluster than its pod. */
function notProven(
  input: HolderInput,
  label: string,
  guid: string | undefined,
  members: LiveMember[],
  running: RunningPod | undefined,
): Missing {
  const own = running?.identity?.clusterGuid;
  if (own !== undefined && own !== guid)
    return `its pod is a member of the weka cluster ${own}, and the members of ${label} are of ${guid ?? 'one that is not known'}`;
  const open = members.map((member) => notWhole(input, guid, member)).find((missing) => missing !== undefined);
  return open === undefined
    ? undefined
    : `not all ${members.length} members of ${label} that were asked have given a complete list of containers and drives: ${open}`;
}

/**
 * Proof that no weka cluster has the drives or counts on the container.
 * @param running its pod, where that still runs: its word counts against it only, for it may be cut off from the others
 */
export function clusterDone(input: HolderInput, suspect: Suspect, running?: RunningPod): Missing {
  const { holder } = suspect;
  if (holder.clusterUid === undefined) return 'it is not known which weka cluster it belonged to';
  const cluster = clusterOfHolder(input, holder);
  if (cluster === undefined) return `the name of its WekaCluster with uid ${holder.clusterUid} is not known`;
  const label = `WekaCluster ${cluster.namespace}/${cluster.name}`;
  const exists = clusterExists(input.request, cluster, ages.look);
  const found = liveMembers(input.request, cluster, ages.look);
  if (exists === undefined || found.state === 'unknown') return `${label} has not been read`;
  const guid = found.state === 'present' ? found.guid : undefined;
  const members = asked(input, suspect, cluster);
  const objection = wekaObjects(input, suspect, running);
  if (objection !== undefined) return `${label} ${objection}`;
  if (members.length === 0)
    return `${label} ${exists ? 'has no other member' : 'does not exist any more, and no other member of it is known'} that could say whether weka has its data or counts on it; only a person can know`;
  const open = notProven(input, label, guid, members, running);
  if (open !== undefined) return open;
  // without drives its container is all that weka could name
  return holder.drives.length === 0 && holder.wekaName === undefined && running?.identity === undefined
    ? `it is not known which container of ${label} it was inside weka`
    : undefined;
}
