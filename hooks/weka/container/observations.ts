/** What the container's hook asks the sidecar. Costs are bounded here: the maximal ages decide how often a pod is executed in. */
import type { Observation } from '../../core/contract.ts';
import { claimsRead } from '../../core/families/claims.ts';
import { configMapKeys, objectLive } from '../../core/families/objects.ts';
import { podLive } from '../../core/families/pods.ts';
import { refusalObservations, type MissingChild } from '../../core/refused-child.ts';
import { apiVersion } from '../api/group.ts';
import { is } from '../api/modes.ts';
import { runtimeReport, wekaQuery } from '../catalogue.ts';
import type { Reason } from '../reasons.ts';
import { drivesGoing, drivesListers } from './drives-in-weka.ts';
import { clusterOf, nodeObservation, type ContainerFacts } from './facts.ts';
import { canBeKnown } from './known-to-weka.ts';
import { ownerObservation } from './order.ts';
import { isOutdated, isRolling } from './roll.ts';

/**
 * How old an answer may be, in seconds; a settled container is looked at once a minute, with the resync period. Half the
 * time between two looks: at the whole of it, each second look would find the answer of the one before fresh enough.
 */
const ages = ({ config: { lookSeconds } }: ContainerFacts) => ({ helper: lookSeconds / 4, moving: lookSeconds / 2, settled: 50 });

/** Seconds. Of a living container the owner is looked at for its finalizer only, of one that ends for what it says of the end. */
const ownerAges = { settled: 50, ending: 5 };

/** Whether the container was Ready when it was last looked at, and nothing is asked of it now. */
function isSettled(facts: ContainerFacts): boolean {
  const ready = facts.container.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === facts.container.metadata.generation
    && facts.pod?.running === true && !facts.pod.terminating && facts.state === 'active' && facts.turn.state !== 'ours' && !isRolling(facts);
}

function claims(facts: ContainerFacts, age: number): Observation[] {
  const names = [facts.nodeClaims?.name, is(facts.container.spec.mode, 'backend') ? facts.clusterClaims?.name : undefined];
  return names.flatMap((name) => (name === undefined ? [] : [claimsRead(name, age)]));
}

/** How it is said that the pod may come and is not there. */
export const missingPod: MissingChild<Reason> = { type: 'PodRunning', reason: 'PodNotCreated' };

/** While no pod is seen: is there really none? Then, while a pod does not run, and before one is replaced: are the boot scripts there? */
function beforePod(facts: ContainerFacts): Observation[] {
  const scripts = configMapKeys({ namespace: facts.namespace, name: facts.config.bootConfigMapName }, ages(facts).settled);
  if (facts.pod === undefined) return [podLive(facts, ages(facts).moving), scripts, ...refusalObservations(facts.request, missingPod)];
  return !facts.pod.running || (isOutdated(facts) && facts.joined) ? [scripts] : [];
}

/** The node is not among the related objects: is it gone? Asked of the last pod's node, and of the one that alone is of use. */
function lostNode(facts: ContainerFacts): Observation[] {
  if (facts.node !== undefined) return [];
  const { mode } = facts.container.spec;
  const names = [facts.pod === undefined ? facts.holder?.incarnation?.nodeName : undefined, is(mode, 'backend') || !is(mode, 'claims') ? undefined : facts.nodeName];
  return [...new Set(names)].flatMap((name) => (name === undefined ? [] : [nodeObservation(name, ages(facts).moving)]));
}

/** Those that have the turn may have vanished: asked by who waits for it, and of those that share it by its holder. */
function holdersOfTurn(facts: ContainerFacts): Observation[] {
  const { turn } = facts;
  const look = ({ namespace, name }: { namespace: string; name: string }): Observation => objectLive({ apiVersion, kind: 'WekaContainer', namespace, name }, 10);
  if (turn.state === 'ours' && turn.as === 'holder') return Object.values(turn.by.others ?? {}).map(look);
  const waiting = isRolling(facts) || facts.pod?.terminating === true || facts.state === 'deleting';
  return turn.state === 'taken' && waiting ? [turn.by, ...Object.values(turn.by.others ?? {})].map(look) : [];
}

/** A container that leaves, or of which nothing is known, is spoken for by two other members: what it says of itself proves nothing of what the cluster thinks of it. */
function leaving({ otherMember, witness, container: { spec } }: ContainerFacts, moving: number): Observation[] {
  return [otherMember, witness?.pod].flatMap((speaker) => (speaker === undefined ? [] : [
    wekaQuery(speaker, 'containers', moving), wekaQuery(speaker, 'status', moving), ...(is(spec.mode, 'hasDrives') ? [wekaQuery(speaker, 'drives', moving)] : []),
  ]));
}

function living(facts: ContainerFacts, age: number): Observation[] {
  const { executor, container: { spec }, otherMember, witness } = facts;
  const { moving } = ages(facts);
  const disrupting = is(spec.mode, 'backend') && (facts.pod?.terminating === true || facts.turn.state === 'ours' || isRolling(facts));
  const replacing = is(spec.mode, 'hasDrives') && drivesGoing(facts);
  const asked = [
    ...(executor !== undefined && disrupting ? [wekaQuery(executor, 'status', moving)] : []),
    ...(executor !== undefined && is(spec.mode, 'hasDrives') ? [wekaQuery(executor, 'drives', replacing ? moving : age)] : []),
    ...(otherMember !== undefined && disrupting ? [wekaQuery(otherMember, 'containers', moving), wekaQuery(otherMember, 'status', moving)] : []),
    ...(witness !== undefined && disrupting && executor?.uid === otherMember?.uid ? [wekaQuery(witness.pod, 'status', moving)] : []),
    ...(replacing ? drivesListers(facts).flatMap(({ pod }) => [wekaQuery(pod, 'status', moving), wekaQuery(pod, 'drives', moving)]) : []),
  ];
  return [...new Map(asked.map((one) => [one.id, one])).values()];
}

/** A former container that is to be given up: whether weka still has its drives. */
function givingUp({ otherMember, witness, container: { spec } }: ContainerFacts, moving: number): Observation[] {
  if (spec.overrides?.giveUpFormer === undefined) return [];
  return [otherMember, witness?.pod].flatMap((speaker) => (speaker === undefined ? [] : [wekaQuery(speaker, 'drives', moving), wekaQuery(speaker, 'status', moving)]));
}

function inWeka(facts: ContainerFacts, age: number): Observation[] {
  if (!facts.joined) return canBeKnown(facts) ? leaving(facts, ages(facts).moving) : givingUp(facts, ages(facts).moving);
  const wanted = facts.state === 'deleting' ? leaving(facts, ages(facts).moving) : facts.state === 'active' ? living(facts, age) : [];
  return [...new Map(wanted.map((one) => [one.id, one])).values()];
}

/** Whom its owner reference names, and whose it is by its claim: mostly one. */
function owners({ request, namespace, holder, container: { metadata, status } }: ContainerFacts): Observation[] {
  const names = new Set([clusterOf(request.parent)?.name, holder?.clusterName, status?.clusterName].flatMap((name) => name ?? []));
  return [...names].map((name) => ownerObservation(namespace, name, metadata.deletionTimestamp === undefined ? ownerAges.settled : ownerAges.ending));
}

/** All that is to be known before a decision about this container. */
export function containerObservations(facts: ContainerFacts): Observation[] {
  const { helper, moving, settled } = ages(facts);
  const age = isSettled(facts) ? settled : is(facts.container.spec.mode, 'oneOff') ? helper : moving;
  return [
    ...claims(facts, age),
    ...owners(facts),
    ...beforePod(facts),
    ...lostNode(facts),
    ...(facts.pod?.running === true && !facts.pod.nodeNotReady ? [runtimeReport(facts.pod.target, age)] : []),
    ...holdersOfTurn(facts),
    ...inWeka(facts, age),
  ];
}
