/**
 * A container that ends, and of which neither claim nor status nor a pod says whether it is a member. It may be new. It may as
 * well be one whose claim and status were both lost, and its data and its drives would be left behind as nobody's. Weka says it.
 */
import { defined } from '../../core/defined.ts';
import { labels } from '../api/group.ts';
import { claimsNames, type WekaContainer } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { claimsFact } from '../claims/claims.ts';
import type { WekaAnswer, WekaQueryName } from '../queries.ts';
import { nameOf } from '../redundancy.ts';
import type { WekaMember } from '../weka-containers.ts';
import { readDrives } from '../weka-drives.ts';
import { ages } from './ages.ts';
import type { ContainerFacts } from './facts.ts';
import { saidCleaned } from './last-pod.ts';
import { answered, answerOf, wordsOnStranger } from './testimony.ts';

/** Why it is not known whether weka has the container; `passing`: the question was only just asked. */
export interface Unheard {
  reason: string;
  passing: boolean;
}

/** `member`: the status that the container had; `stranger`: weka does not know it. */
export type WordOnStranger =
  | { state: 'stranger' }
  | { state: 'member'; status: NonNullable<WekaContainer['status']> }
  | ({ state: 'unheard' } & Unheard);

type Entry = WekaAnswer<'containers'>[number];

const unheard = (reason: string, passing = false): WordOnStranger => ({ state: 'unheard', reason, passing });

/** It leaves a weka cluster that lives, and nothing that Kubernetes has of it says whether it is a member. */
function isNobody(facts: ContainerFacts): boolean {
  const { state, container, clusterUid, owner, pod, holder, nodeClaims, joined, identityKnown, statusDoubtful } = facts;
  // a claim that says that it never joined is believed, and that there is none is not
  const isUnsaid = !joined && (holder === undefined || !identityKnown);
  return (
    state === 'deleting' &&
    container.metadata.deletionTimestamp !== undefined &&
    is(container.spec.mode, 'backend') &&
    clusterUid !== undefined &&
    owner.state !== 'gone' &&
    pod === undefined &&
    isUnsaid &&
    nodeClaims?.state !== 'unknown' &&
    !statusDoubtful &&
    !saidCleaned(facts)
  );
}

/** The weka cluster that the WekaCluster has formed; `unknown`: not read; undefined: none, so there is nothing to leave. */
function formedGuid({ members, clusterClaims }: ContainerFacts): string | undefined {
  const guid =
    members?.spec.clusterGuid ?? (clusterClaims?.state === 'known' ? clusterClaims.spec.formed?.guid : undefined);
  return guid ?? (clusterClaims?.state === 'unknown' ? 'unknown' : undefined);
}

/** With what a member has refused to answer, where one has. */
function refusal(facts: ContainerFacts): string | undefined {
  return facts.speakers
    .flatMap(({ pod }) => (['containers', 'status'] as const).map((query) => answerOf(facts, pod, query)))
    .flatMap((answer) => (answer.state === 'unknown' ? (answer.error ?? []) : []))[0];
}

/** The question is on its way: nobody has refused an answer. */
function isAsking(facts: ContainerFacts, queries: readonly WekaQueryName[]): boolean {
  return facts.speakers.some(({ pod }) =>
    queries.some((query) => {
      const answer = answerOf(facts, pod, query);
      return answer.state === 'unknown' && answer.error === undefined;
    }),
  );
}

const firstLabel = (host: string): string => host.split('.')[0] ?? host;

/** The node of that host name, by the nodes that are known, else by the name itself. */
function nodeOfHost({ candidates, container: { spec } }: ContainerFacts, { hostname = '' }: Entry): string | undefined {
  const isCalled = (name: string | undefined): boolean =>
    name !== undefined && firstLabel(name) === firstLabel(hostname);
  if (hostname === '') return spec.nodeAffinity;
  const found = candidates.find(
    ({ metadata, spec: { labels: own } }) => isCalled(metadata.name) || isCalled(own[labels.hostname]),
  );
  if (found !== undefined) return found.metadata.name;
  return spec.nodeAffinity === undefined ? undefined : hostname;
}

/** The member that weka calls by its name is another container, which says so itself or by the claims of its node. */
function isAnothers(facts: ContainerFacts, { hostId }: WekaMember, node: string): boolean {
  const {
    uid,
    members,
    clusterUid,
    container: { spec },
  } = facts;
  if (members?.spec.members.some(({ containerId, containerUid }) => containerId === hostId && containerUid !== uid))
    return true;
  const claims = claimsFact(facts.request.observed, claimsNames.ofNode(node), ages(facts).moving);
  const holders = claims.state === 'known' ? Object.entries(claims.spec.holders ?? {}) : [];
  return holders.some(
    ([key, { wekaName, clusterUid: of }]) => key !== uid && wekaName === spec.name && of === clusterUid,
  );
}

/** What its status said, as far as weka says it. */
function statusOf(facts: ContainerFacts, member: WekaMember, guid: string, nodeName: string): WordOnStranger {
  const [speaker] = facts.speakers;
  const { container, uid, clusterUid, clusterName } = facts;
  const own = nameOf(member.hostId);
  const listed = is(container.spec.mode, 'hasDrives')
    ? readDrives(answered(facts, speaker?.pod, 'drives'), answered(facts, speaker?.pod, 'status'), guid)
    : { state: 'known' as const, drives: [] };
  if (listed.state === 'unknown') return unheard(listed.reason, isAsking(facts, ['drives']));
  const entry = answered(facts, speaker?.pod, 'containers')?.find(({ host_id }) => host_id === own);
  return {
    state: 'member',
    status: defined({
      ...container.status,
      uid,
      containerID: member.hostId,
      clusterID: guid,
      clusterUid,
      clusterName,
      nodeAffinity: nodeName,
      allocations:
        container.status?.allocations ??
        defined({
          drives: listed.drives.flatMap(({ host_id, serial_number = '' }) => (host_id === own ? [serial_number] : [])),
          wekaPort: entry?.mgmt_port,
        }),
    }),
  };
}

/** It is in the list: whose that member is, and where its data is. */
function wordOnMember(facts: ContainerFacts, member: WekaMember, guid: string): WordOnStranger {
  const {
    container: { spec },
    holder,
    claimedNode,
    nodeName,
    speakers,
  } = facts;
  const name = `${spec.name ?? ''}, ${nameOf(member.hostId)},`;
  const entry = answered(facts, speakers[0]?.pod, 'containers')?.find(
    ({ host_id }) => host_id === nameOf(member.hostId),
  );
  // where its claim is, its data is
  const node =
    entry === undefined ? undefined : holder === undefined ? nodeOfHost(facts, entry) : (claimedNode ?? nodeName);
  if (node !== undefined && isAnothers(facts, member, node)) return { state: 'stranger' };
  if (member.status === 'UP')
    return unheard(`weka calls ${name} UP, and no pod of this container is there: another one may have its name`);
  if (node === undefined || (holder === undefined && (spec.nodeAffinity ?? node) !== node))
    return unheard(
      `weka has ${name} on host ${entry?.hostname ?? ''}, and ${spec.nodeAffinity === undefined ? 'no node of that name is known' : `its spec.nodeAffinity is ${spec.nodeAffinity}`}`,
    );
  return statusOf(facts, member, guid, node);
}

/**
 * What weka says of a container that ends and of which nothing else is known; two members where there are two.
 * @returns undefined: weka is not asked, for what Kubernetes has of it says enough
 */
export function wordOnEnding(facts: ContainerFacts): WordOnStranger | undefined {
  if (!isNobody(facts)) return undefined;
  const guid = formedGuid(facts);
  if (guid === undefined) return undefined;
  if (guid === 'unknown') return unheard('the claims of the cluster have not been read', true);
  const {
    container: { spec },
    owner,
    identityKnown,
  } = facts;
  const asked = { ...facts, clusterGuid: guid };
  const words = wordsOnStranger(asked);
  if (words.length === 0) {
    const paused = owner.state === 'living' && owner.paused === true ? ', for the cluster is paused' : '';
    return unheard(`no other member is known that could say whether weka has ${spec.name ?? ''}${paused}`);
  }
  const found: (WekaMember | undefined)[] = [];
  for (const word of words) {
    if (word.state === 'unknown')
      return unheard(
        `whether weka has ${spec.name ?? ''} is asked: ${refusal(asked) ?? word.reason}`,
        isAsking(facts, ['containers', 'status']),
      );
    found.push(word.members.find(({ name }) => name === spec.name));
  }
  const [first] = found;
  if (found.some((one) => one?.hostId !== first?.hostId))
    return unheard(`of two members one says otherwise than the other whether weka has ${spec.name ?? ''}`);
  if (first !== undefined) return wordOnMember(asked, first, guid);
  // nobody has seen weka let it go
  return identityKnown
    ? { state: 'stranger' }
    : unheard(`weka does not have ${spec.name ?? ''}, and a pod of it was there`);
}
