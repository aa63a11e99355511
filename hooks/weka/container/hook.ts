/** The WekaContainer controller: a container and its one pod, from node facts to the last claim given back. */
import type { Condition } from '../../core/conditions.ts';
import type { KubernetesObject, RelatedRule } from '../../core/contract.ts';
import { defineController, type Said } from '../../core/controller.ts';
import { notSupportedCondition } from '../../core/not-supported.ts';
import { apiVersion, labels } from '../api/group.ts';
import { membersName, parseWekaContainer, type WekaContainer } from '../api/index.ts';
import { is } from '../api/modes.ts';
import type { ConditionWish, Event, Life, Reason, StepsResult, Summary } from '../reasons.ts';
import { containerMilestones } from '../milestones.ts';
import { bringUpSteps } from './bring-up.ts';
import { againstCleaning, asHeld } from './claim-kept.ts';
import { cleansFromNode } from './cleaned.ts';
import { mayDelete } from './ended-pod.ts';
import { containerFacts, clusterOf, homeless, type ContainerFacts } from './facts.ts';
import { forceLeft, forceWordStep } from './force-word.ts';
import { formerStep } from './former.ts';
import { childPod } from './child-pod.ts';
import { cleanUpName, cleanUpPod, cleanUpView, dirtyNode, probePod, probeView } from './helpers.ts';
import { lastIncarnation } from './last-pod.ts';
import { leaveSteps, mayEndPod, pauseSteps } from './leave.ts';
import { stopDecision } from './disruption.ts';
import { namespaceEnding, orphaned, ownerStep, halfAWord } from './owner.ts';
import { ownedStep } from './owned-pod.ts';
import { wishedPod, type PodWish } from './pod-wish.ts';
import { metadataStep } from './metadata.ts';
import { misplaced } from './misplaced.ts';
import { graceStep } from './capped-grace.ts';
import { isRolling } from './roll.ts';
import { rollDue } from './roll-place.ts';
import { containerStatus, statusWord, summarize } from './status.ts';
import { podOfStay } from './staying.ts';
import { mayOmit, successionSteps, successor } from './succession.ts';
import { whoseDrives } from './whose-drives.ts';
import { refusedContainer, unsupportedContainerFields } from './unsupported.ts';

/** The pod exists and is to stay; listing it only keeps it, for pods are never updated in place. */
function keep(pod: KubernetesObject): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace ?? '' },
  };
}

function activeChildren(facts: ContainerFacts, { run, meanwhile }: ContainerSaid): KubernetesObject[] {
  const { pod } = facts;
  const wish = wishedPod(facts);
  if (pod !== undefined) {
    const ends = pod.terminating || mayDelete(facts) || misplaced(facts, wish) || (isRolling(facts) && mayOmit(facts));
    return ends ? [] : [keep(pod.object)];
  }
  if ('refused' in wish) return [];
  const blocked = run.blockedBy;
  // a successor that is to go to another node needs the same proof before the claims on the old one are given back
  const wantsProof = blocked?.outcome.state === 'wait' && blocked.outcome.reason === 'WaitingForProofOfDeath';
  return meanwhile === 'create' || wantsProof ? nextPod(facts, wish) : [];
}

/** Behind the fence, or the probe that proves what it asks for. */
function nextPod(facts: ContainerFacts, wish: PodWish): KubernetesObject[] {
  const fence = successor(facts);
  if (fence.create) return 'refused' in wish ? [] : [wish.pod];
  return fence.probe === true ? probes(facts) : [];
}

/** The probe for the last pod on its node; one of an older case, or one that has failed, goes first. */
function probes(facts: ContainerFacts): KubernetesObject[] {
  const incarnation = lastIncarnation(facts);
  if (incarnation === undefined) return [];
  const present = probeView(facts, incarnation);
  return present?.replacement?.state === 'goes' ? [] : [probePod(facts, incarnation.podUid, incarnation.nodeName)];
}

/** What an ending container is called, while it ends and when it has ended. */
const endings = {
  paused: { word: 'Paused', ended: 'Paused' },
  deleting: { word: 'Deleting', ended: 'Removed' },
  destroying: { word: 'Destroying', ended: 'Destroyed' },
  // finalized while its state is still active: its owner is not known
  active: { word: 'Deleting', ended: 'Removed' },
} as const;

/** A container that ought to go altogether asks its owner to remove it; it can not delete itself. */
function removalRequest(facts: ContainerFacts): ConditionWish[] {
  const { state, request } = facts;
  if (request.finalizing) return [];
  const ask = (reason: Reason, message: string): ConditionWish[] => [
    { type: 'RemovalRequested', status: 'True', reason, message },
  ];
  if (state === 'deleting' || state === 'destroying')
    return ask(endings[state].word, 'spec.state asks the owner to remove this container');
  if (
    facts.config.evictContainerOnDeletion &&
    facts.pod?.terminating === true &&
    stopDecision(facts).reason === 'RemovalRequested'
  )
    return ask(
      'PodDeleted',
      'its pod was deleted, and EVICT_CONTAINER_ON_DELETION asks the owner to remove the container then',
    );
  return homeless(facts)
    ? ask('NodeGone', `node ${facts.nodeName ?? ''} does not exist any more, and a client is of no use on another`)
    : [];
}

function endingSummary(facts: ContainerFacts, run: StepsResult<ContainerFacts>): Summary {
  const { state } = facts;
  const blocked = run.blockedBy?.outcome;
  if (blocked === undefined) {
    const ending = namespaceEnding(facts);
    if (ending !== undefined) return ending;
    const alone = orphaned(facts);
    if (alone !== undefined) return alone.summary;
    return state === 'paused'
      ? { state: 'stalled', reason: 'Paused', message: 'the container is paused' }
      : { state: 'progressing', reason: endings[state].ended, message: 'the pod is gone' };
  }
  return {
    state: 'progressing',
    reason: blocked.state === 'unknown' ? 'FactUnknown' : blocked.reason,
    message: blocked.message,
  };
}

/** The helper that cleans the node; a new one only where `mayCome`. */
function cleanUps(facts: ContainerFacts, dirty: string, mayCome: boolean): KubernetesObject[] {
  // what is to be erased is not known: who is there stays as it is, for it begins when it is allowed to
  if (whoseDrives(facts).state === 'unknown') {
    const present = childPod(facts.request, cleanUpName(facts.name));
    return present === undefined || present.terminating ? [] : [keep(present.object)];
  }
  const helper = cleanUpView(facts, dirty);
  // it stays until the status has what it says: a call that sees an older status would have all cleaned once more
  if (helper?.stale === false && helper.pod.phase === 'Succeeded') return [keep(helper.pod.object)];
  // one that was made for another wish, or has failed, goes first: it is never updated in place. What waits for a node that does
  // not report would be started when it is back, whatever has been called back by then
  return mayCome && helper?.replacement?.state !== 'goes' ? [cleanUpPod(facts, dirty)] : [];
}

/** The pod as long as it may not end, and the helper that cleans the node after it. */
function endingChildren(given: ContainerFacts, { meanwhile }: ContainerSaid): KubernetesObject[] {
  const { pod, request, node } = given;
  const stay = podOfStay(given);
  if (pod !== undefined) return pod.terminating || stay === 'goes' || mayEndPod(given) ? [] : [keep(pod.object)];
  if (stay === 'comes') return nextPod(given, wishedPod(given));
  const facts = asHeld(given);
  const isKnown = facts.holder !== undefined || againstCleaning(given) === undefined;
  const dirty = request.finalizing && isKnown && !cleansFromNode(facts) ? dirtyNode(facts) : undefined;
  if (dirty === undefined || node === undefined) return [];
  return cleanUps(facts, dirty, meanwhile === 'create' && node.spec.ready);
}

const previous = ({ container }: ContainerFacts): Condition[] => (container.status?.conditions ?? []) as Condition[];

const isOneOff = ({ container }: ContainerFacts): boolean => is(container.spec.mode, 'oneOff');

const conditions = (facts: ContainerFacts, ofSteps: ConditionWish[]): ConditionWish[] => [
  ...removalRequest(facts),
  ...forceLeft(facts),
  ...rollDue(facts),
  ...halfAWord(facts),
  ...notSupportedCondition(unsupportedContainerFields(facts.container).ignored),
  ...ofSteps,
];

const active: Life<ContainerFacts> = {
  steps: [
    ...bringUpSteps,
    ...successionSteps,
    graceStep,
    ownedStep,
    metadataStep,
    formerStep,
    ownerStep,
    forceWordStep,
  ],
  whenDone: 'keep',
  summary(facts, run) {
    const wish = wishedPod(facts);
    if ('refused' in wish && wish.passing !== true)
      return { state: 'stalled', reason: 'NotSupported', message: wish.refused };
    const whole = isOneOff(facts)
      ? ({ reason: 'Completed', message: 'the results are in' } as const)
      : ({ reason: 'Running', message: 'the weka container is READY' } as const);
    return summarize(run, previous(facts), facts.container.metadata.generation ?? 0, whole);
  },
  word: (facts, run) => statusWord(facts, run, isOneOff(facts) ? 'Completed' : 'Running'),
  conditions,
};

const isDraining = ({ blockedBy }: StepsResult<ContainerFacts>): boolean =>
  blockedBy !== undefined && 'reason' in blockedBy.outcome && blockedBy.outcome.reason === 'ActiveMounts';

/** The pod ends, and of one that is deleted everything that it has left. */
const leaving: Life<ContainerFacts> = {
  steps: leaveSteps,
  whenDone: 'keep',
  summary: endingSummary,
  word: ({ state }, run) => (isDraining(run) ? 'Draining' : endings[state].word),
  conditions,
  resync: (facts, { resyncAfterSeconds }) => resyncAfterSeconds ?? orphaned(facts)?.resyncAfterSeconds,
  finalized: ({ request }, { blockedBy }) => (request.finalizing && blockedBy === undefined ? true : undefined),
};

/** The pod ends, and all else stays, also of one that is deleted. */
const pausing: Life<ContainerFacts> = {
  ...leaving,
  steps: pauseSteps,
  word: (_facts, run) =>
    isDraining(run) ? 'Draining' : run.blockedBy === undefined ? endings.paused.word : 'PodTerminating',
  finalized: () => undefined,
};

const lives = { active, leaving, pausing };
type ContainerSaid = Said<ContainerFacts, Reason, Event, keyof typeof lives>;

function lifeOf({ state, request }: ContainerFacts): keyof typeof lives {
  if (state === 'paused') return 'pausing';
  return state === 'active' && !request.finalizing ? 'active' : 'leaving';
}

function related(container: WekaContainer, parent: KubernetesObject): RelatedRule[] {
  const { spec, status } = container;
  // its owner may wish it elsewhere while it is bound to where it was, whatever its status says of that
  const places = [...new Set([spec.nodeAffinity, status?.nodeAffinity])].flatMap((name) => name ?? []);
  const nodes =
    spec.nodeAffinity === undefined ? { labelSelector: { matchLabels: { ...spec.nodeSelector } } } : { names: places };
  // one that has lost its owner is told its members by a label; whose they are says its claim
  const cluster = clusterOf(parent)?.name ?? parent.metadata.labels?.[labels.clusterName];
  return [
    { apiVersion, resource: 'wekanodes', ...nodes },
    ...(cluster === undefined
      ? []
      : [
          {
            apiVersion,
            resource: 'wekamembers',
            namespace: parent.metadata.namespace ?? '',
            names: [membersName(cluster)],
          },
        ]),
  ];
}

export const wekaContainerController = defineController({
  name: 'wekacontainer',
  milestones: containerMilestones,
  parse: parseWekaContainer,
  facts: containerFacts,
  lives,
  life: lifeOf,
  // one that stops or goes builds nothing any more
  refused: (facts) => (lifeOf(facts) === 'active' ? refusedContainer(facts.container) : undefined),
  previous,
  children: (facts, said) => (said.life === 'active' ? activeChildren(facts, said) : endingChildren(facts, said)),
  status: containerStatus,
  related,
});
