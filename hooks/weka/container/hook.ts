/** The WekaContainer controller: a container and its one pod, from node facts to the last claim given back. */
import { describeIssues } from '../../core/api/parse.ts';
import type { Condition, ConditionWish, Summary } from '../../core/conditions.ts';
import { listing } from '../../core/controller.ts';
import type { Decision, HookRequest, KubernetesObject, RelatedRule } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { invalidSpec } from '../../core/echo.ts';
import { runSteps, type StepsResult } from '../../core/steps.ts';
import { apiVersion, labels } from '../api/group.ts';
import { membersName, parseWekaContainer, type WekaContainer } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { bringUpSteps } from './bring-up.ts';
import { hasFailed, mayDelete } from './ended-pod.ts';
import { containerFacts, clusterOf, homeless, type ContainerFacts } from './facts.ts';
import { formerStep } from './former.ts';
import { cleanUpPod, cleanUpView, dirtyNode, probeName, probePod, provesAnnotation } from './helpers.ts';
import { leaveSteps, mayEndPod, pauseSteps } from './leave.ts';
import { stopDecision } from './disruption.ts';
import { containerObservations } from './observations.ts';
import { orphaned, ownerStep } from './owner.ts';
import { wishedPod, type PodWish } from './pod-wish.ts';
import { metadataStep } from './metadata.ts';
import { podRecord } from './pod-record.ts';
import { graceStep } from './capped-grace.ts';
import { childPod } from './child-pod.ts';
import { isRolling } from './roll.ts';
import { containerStatus, statusWord, summarize } from './status.ts';
import { mayOmit, successionSteps, successor } from './succession.ts';

const activeSteps = [...bringUpSteps, ...successionSteps, graceStep, metadataStep, formerStep, ownerStep];

/** The pod exists and is to stay; listing it only keeps it, for pods are never updated in place. */
function keep(pod: KubernetesObject): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace ?? '' } };
}

/** A pod that waits for a node is replaced at once when it is to go elsewhere; nothing of it runs yet. */
function misplaced(facts: ContainerFacts, wish: PodWish): boolean {
  if (facts.pod === undefined || facts.pod.nodeName !== undefined || 'refused' in wish) return false;
  const { affinity } = facts.pod.record;
  return affinity !== undefined && affinity !== podRecord(wish.pod).affinity;
}

function activeChildren(facts: ContainerFacts, run: StepsResult<ContainerFacts>, wish: PodWish): KubernetesObject[] {
  const { pod } = facts;
  if (pod !== undefined) {
    const ends = pod.terminating || mayDelete(facts) || misplaced(facts, wish) || (isRolling(facts) && mayOmit(facts));
    return ends ? [] : [keep(pod.object)];
  }
  if ('refused' in wish) return [];
  const blocked = run.blockedBy;
  // a successor that is to go to another node needs the same proof before the claims on the old one are given back
  const wantsProof = blocked?.outcome.state === 'wait' && blocked.outcome.reason === 'WaitingForProofOfDeath';
  if (blocked?.step.name !== 'Pod' && !wantsProof) return [];
  const fence = successor(facts);
  if (fence.create) return [wish.pod];
  return fence.probe === true ? probes(facts) : [];
}

/** The probe for the last pod on its node; one of an older case, or one that has failed, goes first. */
function probes(facts: ContainerFacts): KubernetesObject[] {
  const incarnation = facts.holder?.incarnation;
  if (incarnation === undefined) return [];
  const present = childPod(facts.request, probeName(facts.name));
  const stale = present !== undefined && (present.object.metadata.annotations?.[provesAnnotation] !== incarnation.podUid || hasFailed(present, facts.now));
  return stale ? [] : [probePod(facts, incarnation.podUid, incarnation.nodeName)];
}

function active(facts: ContainerFacts): Decision {
  const run = runSteps(activeSteps, facts, facts.request.observed.operations);
  const wish = wishedPod(facts);
  const previous = (facts.container.status?.conditions ?? []) as Condition[];
  const oneOff = is(facts.container.spec.mode, 'oneOff');
  const summary = 'refused' in wish && wish.passing !== true
    ? { state: 'stalled' as const, reason: 'NotSupported', message: wish.refused }
    : summarize(run, previous, facts.container.metadata.generation ?? 0, oneOff ? { reason: 'Completed', message: 'the results are in' } : { reason: 'Running', message: 'the weka container is READY' });
  return {
    status: containerStatus(facts, run, statusWord(facts, run, oneOff ? 'Completed' : 'Running'), summary, removalRequest(facts)),
    children: activeChildren(facts, run, wish),
    operations: run.operations,
    events: run.events,
    ...(run.resyncAfterSeconds === undefined ? {} : { resyncAfterSeconds: run.resyncAfterSeconds }),
  };
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
  const ask = (reason: string, message: string): ConditionWish[] => [{ type: 'RemovalRequested', status: 'True', reason, message }];
  if (state === 'deleting' || state === 'destroying') return ask(endings[state].word, 'spec.state asks the owner to remove this container');
  if (facts.pod?.terminating === true && stopDecision(facts).reason === 'RemovalRequested') return ask('PodDeleted', 'its pod was deleted, and EVICT_CONTAINER_ON_DELETION asks the owner to remove the container then');
  return homeless(facts) ? ask('NodeGone', `node ${facts.nodeName ?? ''} does not exist any more, and a client is of no use on another`) : [];
}

function endingSummary(facts: ContainerFacts, run: StepsResult<ContainerFacts>): Summary {
  const { state } = facts;
  const blocked = run.blockedBy?.outcome;
  if (blocked === undefined) {
    const alone = orphaned(facts);
    if (alone !== undefined) return alone.summary;
    return state === 'paused'
      ? { state: 'stalled', reason: 'Paused', message: 'the container is paused' }
      : { state: 'progressing', reason: endings[state].ended, message: 'the pod is gone' };
  }
  const message = 'message' in blocked ? (blocked.message ?? '') : '';
  return { state: 'progressing', reason: 'reason' in blocked ? blocked.reason : 'FactUnknown', message };
}

/** The pod as long as it may not end, and the helper that cleans the node after it. */
function endingChildren(facts: ContainerFacts, run: StepsResult<ContainerFacts>): KubernetesObject[] {
  const { pod, request, node } = facts;
  if (pod !== undefined) return pod.terminating || mayEndPod(facts) ? [] : [keep(pod.object)];
  const dirty = request.finalizing && run.blockedBy?.step.name === 'Cleaned' ? dirtyNode(facts) : undefined;
  // one that was made for another wish, or has failed, goes first: it is never updated in place
  return dirty === undefined || node === undefined || cleanUpView(facts, dirty)?.goes === true ? [] : [cleanUpPod(facts, dirty)];
}

/** paused, deleting, destroying: the pod ends, and in finalize everything that the container has left. */
function ending(facts: ContainerFacts): Decision {
  const { state, request } = facts;
  const run = runSteps(state === 'paused' ? pauseSteps : leaveSteps, facts, request.observed.operations);
  const finished = run.blockedBy === undefined;
  const blocked = run.blockedBy?.outcome;
  const draining = blocked !== undefined && 'reason' in blocked && blocked.reason === 'ActiveMounts';
  const word = draining ? 'Draining' : state === 'paused' && !finished ? 'PodTerminating' : endings[state].word;
  return defined({
    status: containerStatus(facts, run, word, endingSummary(facts, run), removalRequest(facts)),
    children: endingChildren(facts, run),
    operations: run.operations,
    events: run.events,
    finalized: request.finalizing && finished && state !== 'paused' ? true : undefined,
    resyncAfterSeconds: run.resyncAfterSeconds ?? orphaned(facts)?.resyncAfterSeconds,
  });
}

function decide(request: HookRequest): Decision {
  const parsed = parseWekaContainer(request.parent);
  if (!parsed.ok) return invalidSpec(request, describeIssues(parsed.issues));
  const facts = containerFacts(request, parsed.value);
  return facts.state === 'active' && !request.finalizing ? active(facts) : ending(facts);
}

function related(container: WekaContainer, parent: KubernetesObject): RelatedRule[] {
  const { spec, status } = container;
  // its owner may wish it elsewhere while it is bound to where it was, whatever its status says of that
  const places = [...new Set([spec.nodeAffinity, status?.nodeAffinity])].flatMap((name) => name ?? []);
  const nodes = spec.nodeAffinity === undefined ? { labelSelector: { matchLabels: { ...spec.nodeSelector } } } : { names: places };
  // one that has lost its owner is told its members by a label; whose they are says its claim
  const cluster = clusterOf(parent)?.name ?? parent.metadata.labels?.[labels.clusterName];
  return [
    { apiVersion, resource: 'wekanodes', ...nodes },
    ...(cluster === undefined ? [] : [{ apiVersion, resource: 'wekamembers', namespace: parent.metadata.namespace ?? '', names: [membersName(cluster)] }]),
  ];
}

export const wekaContainerController = listing({
  name: 'wekacontainer',
  type: 'composite',
  observe(request) {
    const parsed = parseWekaContainer(request.parent);
    return parsed.ok ? containerObservations(containerFacts(request, parsed.value)) : [];
  },
  decide,
  customize(parent) {
    const parsed = parseWekaContainer(parent);
    return parsed.ok ? related(parsed.value, parent) : [];
  },
});

