/** The end of one pod and the coming of the next: stop flags, the fence before a successor, replacement of an outdated pod. */
import { writeClaims } from '../../core/claims.ts';
import type { Operation } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import type { ClaimChange } from '../../core/families/claims.ts';
import { decideFence, type FenceDecision, type FenceInput, type Incarnation } from '../../core/fence.ts';
import { act, done, skipped, wait } from '../../core/steps.ts';
import { outOfServiceTaint } from '../../core/tolerations.ts';
import type { ClaimHolder } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { allowStop } from '../catalogue.ts';
import { frozenWords } from '../frozen-node.ts';
import type { Outcome, Step } from '../reasons.ts';
import { returning, stopDecision, stoppedUnderTurn, turnOperations, turnReturned } from './disruption.ts';
import { endedOutcome } from './ended-pod.ts';
import { livePod, nodeExists, type ContainerFacts } from './facts.ts';
import { helperWords } from './helper-replacements.ts';
import { countedFirst, probeSucceeded, probeView } from './helpers.ts';
import { lastIncarnation } from './last-pod.ts';
import { countOperation } from './replacements.ts';
import { outOfOrder, placeBefore } from './roll-place.ts';
import { heldBack, isOutdated, isUnrecorded, rollReason } from './roll.ts';
import type { StopDecision } from './stop.ts';

/** Why the word of a probe that is there does not count. */
function probeWords(facts: ContainerFacts, incarnation: Incarnation): string | undefined {
  const probe = probeView(facts, incarnation);
  return probe === undefined || probe.rewritten.length === 0 ? undefined : `the helper pod ${helperWords(probe)}`;
}

/** The fence before a pod in place of the last one of a holder, whose own status may know of one that its claim does not. */
export function successorOf(
  facts: ContainerFacts,
  holder: ClaimHolder | undefined,
  live: FenceInput['live'],
  incarnation = holder?.incarnation,
): FenceDecision {
  // the boot of another node proves nothing about this pod, nor one of which nobody writes any more what it is
  const seen = facts.node?.metadata.name === incarnation?.nodeName ? facts.node : undefined;
  const frozen = seen === undefined ? undefined : frozenWords(seen);
  const node = frozen === undefined ? seen : undefined;
  const decision = decideFence({
    incarnation,
    stopAllowed: holder?.stopAllowed,
    live,
    node:
      node === undefined
        ? undefined
        : {
            bootId: node.spec.bootId ?? '',
            outOfService: (node.spec.taints ?? []).some(({ key }) => key === outOfServiceTaint),
          },
    nodeGone: incarnation !== undefined && node === undefined && nodeExists(facts, incarnation.nodeName) === false,
    lockObtained: incarnation !== undefined && probeSucceeded(facts, incarnation),
  });
  if (decision.create || decision.probe !== true || incarnation === undefined) return decision;
  const more = [probeWords(facts, incarnation), frozen].flatMap((words) => (words === undefined ? [] : [`; ${words}`]));
  return { ...decision, message: `${decision.message}${more.join('')}` };
}

/** The fence before the next pod. Modes without claims keep nothing on their node that a second pod could harm. */
export const successor = (facts: ContainerFacts): FenceDecision =>
  successorOf(facts, facts.holder, livePod(facts), lastIncarnation(facts));

/** What it is in weka is written beside the pod: after that pod nobody else may know it, and a status may be lost. */
export function identityChange({
  pod,
  uid,
  container: { spec },
  joined,
  identityKnown,
  containerId,
  clusterGuid,
}: ContainerFacts): ClaimChange[] {
  if (pod === undefined || !is(spec.mode, 'backend') || !identityKnown) return [];
  return [
    {
      path: ['holders', uid, 'identity'],
      value: defined({ podUid: pod.target.uid, ...(joined ? { containerId, clusterGuid } : {}) }),
    },
  ];
}

/** The permission is recorded before it is given: a pod that vanishes afterwards needs no proof of its death. */
function permission(facts: ContainerFacts, decision: StopDecision): Operation[] {
  const { pod, holder, nodeClaims, uid } = facts;
  if (pod === undefined || nodeClaims?.state === 'unknown') return [];
  if (holder !== undefined && nodeClaims?.state === 'known' && holder.stopAllowed !== pod.target.uid) {
    return [
      writeClaims(nodeClaims, [
        { path: ['holders', uid, 'stopAllowed'], value: pod.target.uid },
        ...identityChange(facts),
      ]),
    ];
  }
  return pod.running ? [allowStop(pod.target, decision.stop === 'force')] : [];
}

/** Seconds. Mounts may stay for weeks, and there may be thousands of clients, each look at which is an exec. */
const mountsPace = { terminating: 15, rolling: 60 };
const isAboutMounts = ({ reason }: StopDecision): boolean =>
  reason === 'ActiveMounts' || reason === 'ActiveMountsUnknown';

/** A permission that was recorded and not given yet is taken back when the stop is no longer right. */
function withdrawal({ pod, holder, nodeClaims, uid, report }: ContainerFacts): Operation[] {
  const recorded = pod !== undefined && holder?.stopAllowed === pod.target.uid && nodeClaims?.state === 'known';
  const given = report === undefined || report.allowStop || report.allowForceStop;
  return recorded && !given ? [writeClaims(nodeClaims, [{ path: ['holders', uid, 'stopAllowed'], value: null }])] : [];
}

/** Nothing can be said to a pod whose node does not report: it is tried on, and the wait names the node, for the turn of the cluster stays here until then. */
function silentNode({ node, pod }: ContainerFacts): string | undefined {
  if (pod?.nodeNotReady !== true && node?.spec.ready !== false) return undefined;
  const name = pod?.nodeName ?? '';
  return `it can not be told, for node ${name} does not report: it ends when the node is back, or when you know that the node is off and kubectl taint nodes ${name} ${outOfServiceTaint}=nodeshutdown:NoExecute, or delete the Node`;
}

/** A terminating pod: what it waits for, or the flag that lets it stop. */
export function terminationOutcome(facts: ContainerFacts): Outcome {
  // nothing can be executed in it, and nothing runs in it that could be stopped
  const ended = endedOutcome(facts);
  if (ended !== undefined) return ended;
  const decision = stopDecision(facts);
  const { report } = facts;
  if (report?.allowForceStop === true || (report?.allowStop === true && decision.stop !== 'force')) {
    return wait('PodStopping', 'the pod may stop; waits until it has', 1);
  }
  if (decision.takeTurn !== undefined)
    return act(decision.reason, decision.message, turnOperations(facts, decision.takeTurn));
  if (decision.stop === 'wait') {
    const back = withdrawal(facts);
    if (back.length > 0) return act(decision.reason, decision.message, back, 1);
    if (decision.returnTurn === true && facts.turn.state === 'ours' && !stoppedUnderTurn(facts))
      return act(decision.reason, decision.message, returning(facts), 2);
    return wait(decision.reason, decision.message, isAboutMounts(decision) ? mountsPace.terminating : 3);
  }
  const silent = silentNode(facts);
  if (silent !== undefined)
    return act('NodeSilent', `the pod may stop (${decision.message}); ${silent}`, permission(facts, decision), 10);
  return act('AllowingStop', `lets the pod stop: ${decision.message}`, permission(facts, decision), 1);
}

/** Seconds. The node and the back-off are looked at again; either may last for hours. */
const heldBackPace = 30;

/** There is a pod that runs, or one that is to be replaced before it does. */
const livesOn = (facts: ContainerFacts): boolean =>
  facts.pod !== undefined &&
  !facts.pod.terminating &&
  facts.pod.ended === undefined &&
  (facts.pod.running || isOutdated(facts));

/** A replacement is under way until the new pod runs; it is told from any other absence by what was said before. */
function rollGoesOn({ pod, holder, container: { status } }: ContainerFacts): Outcome {
  const before = status?.conditions?.find(({ type }) => type === 'PodUpToDate');
  // a status may be older than the replacement, which its claim has counted
  const counted = pod?.terminating === true && holder?.replacements?.podUid === pod.target.uid;
  if (counted || (before?.status === 'False' && before.reason === 'Rolling'))
    return wait('Rolling', 'the pod is replaced; waits until the new one runs', 5);
  if (pod?.terminating === true)
    return wait('PodEnding', 'the pod ends; the next one will be of the wished configuration', 30);
  return wait('PodNotRunning', 'no pod runs yet; the one that will is of the wished configuration', 30);
}

/** A running pod with an outdated configuration: take the turn, count it, then omit the pod. */
function upToDate(facts: ContainerFacts): Outcome {
  if (!livesOn(facts)) return rollGoesOn(facts);
  if (isUnrecorded(facts)) {
    return wait(
      'PodUnrecorded',
      `nothing on pod ${facts.name} says of which configuration it was built, so it is left alone; delete it to have it built anew`,
      600,
    );
  }
  if (!isOutdated(facts)) return done();
  const reason = rollReason(facts) ?? '';
  const held = heldBack(facts);
  if (held !== undefined) {
    const message = `${reason}; ${held.message}`;
    return wait(
      held.reason,
      message,
      heldBackPace,
      held.reason === 'RollBackedOff' ? [{ type: 'Warning', reason: held.reason, message }] : [],
    );
  }
  if (mayOmit(facts)) return wait('Rolling', `${reason}; replaces the pod`, 1);
  const decision = stopDecision(facts);
  const before = decision.takeTurn === 'alone' ? outOfOrder(facts) : undefined;
  if (before !== undefined) return wait('RollPending', `${reason}; ${before}`, 5);
  if (decision.takeTurn !== undefined)
    return act('Rolling', `${reason}; ${decision.message}`, turnOperations(facts, decision.takeTurn));
  if (decision.returnTurn === true && facts.turn.state === 'ours' && !stoppedUnderTurn(facts))
    return act('RollPending', `${reason}; ${decision.message}`, returning(facts), 5);
  if (decision.stop !== 'wait' && facts.nodeClaims?.state === 'unknown')
    return wait('RollPending', `${reason}; waits until the claims of its node can be read`, 2);
  if (decision.stop !== 'wait') return act('Rolling', `${reason}; counts the replacement`, countOperation(facts));
  const text = placeBefore(facts) ?? decision.message;
  return wait('RollPending', `${reason}; ${text}`, isAboutMounts(decision) ? mountsPace.rolling : 5);
}

/** A rolling pod may be omitted as soon as nothing speaks against its stop, and it has been counted. */
export function mayOmit(facts: ContainerFacts): boolean {
  if (heldBack(facts) !== undefined) return false;
  if (facts.pod?.nodeName === undefined) return true;
  return (
    stopDecision(facts).stop !== 'wait' && countOperation(facts).length === 0 && facts.nodeClaims?.state !== 'unknown'
  );
}

/** A probe that is of no use makes room for the next one once that is counted. */
function probeCounted(facts: ContainerFacts): Outcome {
  const last = lastIncarnation(facts);
  if (facts.pod !== undefined || last === undefined) return skipped;
  const counts = countedFirst(facts, probeView(facts, last));
  return counts.length === 0
    ? skipped
    : act('HelperRewritten', 'counts that the helper pod is replaced that is to prove a runtime dead', counts, 1);
}

/** In every life in which a probe may come. */
export const probeStep = {
  name: 'ProbeCounted',
  mode: 'independent',
  summary: 'A helper pod that is to prove a runtime dead and is of no use is counted before it is replaced.',
  check: probeCounted,
} as const satisfies Step<ContainerFacts>;

/** Beside the life of the container, never blocking it. */
export const successionSteps = [
  {
    name: 'UpToDate',
    condition: 'PodUpToDate',
    mode: 'independent',
    summary: 'The pod has the wished configuration and image; if not, it is replaced under the disruption turn.',
    check: upToDate,
  },
  {
    name: 'Turn',
    mode: 'independent',
    summary: 'The disruption turn is given back once weka is READY and protection is full.',
    check: turnReturned,
  },
  probeStep,
] as const satisfies readonly Step<ContainerFacts>[];
