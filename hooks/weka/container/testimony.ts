/**
 * What members of the weka cluster say. Each question is a command in a pod: it is asked by who rests a decision on the
 * answer, when it comes to that.
 */
import type { PodTarget } from '../../core/catalogue.ts';
import { defined } from '../../core/defined.ts';
import { factValue, type KnownFact, type UnknownFact } from '../../core/facts.ts';
import type { SilentMember, WekaMembers } from '../api/index.ts';
import { wekaQuery } from '../catalogue.ts';
import { protectionOf, type Protection } from '../protection.ts';
import type { WekaAnswer, WekaQueryName, WekaStatus } from '../queries.ts';
import { againstSilence, readContainers, type WekaContainers } from '../weka-containers.ts';
import { ages } from './ages.ts';
import type { ContainerFacts } from './facts.ts';
import { pausedAlone } from './order.ts';

/** A member that may be asked. */
export interface Speaker {
  pod: PodTarget;
  containerId: number | undefined;
}

/** What one member says of its weka cluster. */
export interface Testimony {
  pod: PodTarget;
  status?: WekaStatus;
  inWeka: WekaContainers;
}

/** Two other members, as far as there are two. They take turns, so that a dead one is not asked for ever. */
export function pickMembers(
  members: WekaMembers | undefined,
  namespace: string,
  notThis: { uid: string; name: string },
  now: string,
): Speaker[] {
  const others = (members?.spec.members ?? []).filter(
    (member) =>
      member.containerUid !== notThis.uid && member.containerName !== notThis.name && member.podUid !== undefined,
  );
  const first = Math.floor(Date.parse(now) / 20_000) % Math.max(1, others.length);
  const inTurn = [...others.slice(first), ...others.slice(0, first)];
  // what cuts off one container of a node cuts off the others
  const second = inTurn.find(({ address }) => address !== inTurn[0]?.address) ?? inTurn[1];
  return [inTurn[0], second].flatMap((member) =>
    member === undefined
      ? []
      : [{ pod: { namespace, name: member.containerName, uid: member.podUid ?? '' }, containerId: member.containerId }],
  );
}

type Asker = Pick<ContainerFacts, 'request' | 'config'>;

/** The answer of one member, or why there is none. */
export function answerOf<N extends WekaQueryName>(
  facts: Asker,
  speaker: PodTarget,
  query: N,
  maxAgeSeconds = ages(facts).moving,
): KnownFact<WekaAnswer<N>> | UnknownFact {
  return factValue(facts.request.observed, wekaQuery(speaker, query, maxAgeSeconds));
}

/** The same, if it is known. */
export function answered<N extends WekaQueryName>(
  facts: Asker,
  speaker: PodTarget | undefined,
  query: N,
  maxAgeSeconds?: number,
): WekaAnswer<N> | undefined {
  const fact = speaker === undefined ? undefined : answerOf(facts, speaker, query, maxAgeSeconds);
  return fact?.state === 'known' ? fact.value : undefined;
}

/** Members are asked about one that is a member, as long as the weka cluster is to go on: one that pauses with it or is destroyed asks nobody. */
const mayAsk = (facts: ContainerFacts): boolean =>
  facts.joined &&
  (facts.state === 'active' || facts.state === 'deleting' || (facts.pod !== undefined && pausedAlone(facts)));

/** The answer of a member to one that may ask, if it is known. */
export function queried<N extends WekaQueryName>(
  facts: ContainerFacts,
  speaker: PodTarget | undefined,
  query: N,
  maxAgeSeconds?: number,
): WekaAnswer<N> | undefined {
  return mayAsk(facts) ? answered(facts, speaker, query, maxAgeSeconds) : undefined;
}

/** Members on nodes that do not report, but for the container itself. */
const silentBeside = ({ members, container: { spec } }: ContainerFacts): SilentMember[] =>
  (members?.spec.silent ?? []).filter(({ wekaName }) => wekaName !== spec.name);

/** What a member says, as far as it can be believed. */
function testimony(
  facts: ContainerFacts,
  speaker: Speaker | undefined,
  ask: typeof queried = queried,
): Partial<Testimony> & Pick<Testimony, 'inWeka'> {
  const status = ask(facts, speaker?.pod, 'status');
  const listed = readContainers(ask(facts, speaker?.pod, 'containers'), {
    containerId: speaker?.containerId,
    status,
    clusterGuid: facts.clusterGuid,
  });
  const stale = againstSilence(listed, silentBeside(facts));
  return defined({
    pod: speaker?.pod,
    status,
    inWeka: stale === undefined ? listed : { state: 'unknown' as const, reason: stale },
  });
}

/** What the other member says: it speaks for the container, which can not do so itself. */
export const othersWord = (facts: ContainerFacts): Pick<Testimony, 'status' | 'inWeka'> =>
  testimony(facts, facts.speakers[0]);

/** What the other member says to one of whom nothing is known: weka may know it all the same. */
export const wordOnStranger = (facts: ContainerFacts): WekaContainers =>
  testimony(facts, facts.speakers[0], answered).inWeka;

/** The same of each that can be asked. */
export const wordsOnStranger = (facts: ContainerFacts): WekaContainers[] =>
  facts.speakers.map((speaker) => testimony(facts, speaker, answered).inWeka);

/** What a second one says, for what the word of one does not prove: it may be cut off and speak of the past. Undefined where there is but one. */
export function witness(facts: ContainerFacts): Testimony | undefined {
  const [, second] = facts.speakers;
  return second === undefined ? undefined : { ...testimony(facts, second), pod: second.pod };
}

/** What the executor says of the protection; that all is whole is not believed while a member's node does not report. */
export function protectionSeen(facts: ContainerFacts): Protection {
  const status = queried(facts, facts.executor, 'status');
  if (status === undefined) return { state: 'unknown', message: 'the status of the weka cluster has not been read' };
  const [silent] = silentBeside(facts);
  const said = protectionOf(status);
  if (said.state !== 'full' || silent === undefined) return said;
  return {
    state: 'unknown',
    message: `weka misses nobody, and node ${silent.nodeName} of its member ${silent.wekaName} does not report`,
  };
}
