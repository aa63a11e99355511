/** The end of one pod and the coming of the next: stop flags, the disruption turn, the fence before a successor. */
import { factValue } from '../../core/facts.ts';
import { objectLive } from '../../core/catalogue.ts';
import type { Operation } from '../../core/contract.ts';
import { act, done, skipped, unknown, wait, type Outcome, type Step } from '../../core/steps.ts';
import { apiVersion } from '../api/group.ts';
import { is } from '../api/modes.ts';
import { allowStop } from '../catalogue.ts';
import { writeClaims } from '../claims/claims.ts';
import { releaseTurn, takeTurn } from '../claims/turn.ts';
import { queried, livePod, nodeObservation, type ContainerFacts } from './facts.ts';
import { decideFence, type FenceDecision } from './fence.ts';
import { probeSucceeded } from './helpers.ts';
import { isRolling, rollReason } from './roll.ts';
import { decideStop, type StopDecision, type StopReason } from './stop.ts';

const outOfServiceTaint = 'node.kubernetes.io/out-of-service';

/** The fence before the next pod. Modes without claims keep nothing on their node that a second pod could harm. */
export function successor(facts: ContainerFacts): FenceDecision {
  const { holder } = facts;
  const incarnation = holder?.incarnation;
  // the boot of another node proves nothing about this pod
  const node = facts.node?.metadata.name === incarnation?.nodeName ? facts.node : undefined;
  const nodeFact = incarnation === undefined || node !== undefined
    ? undefined
    : factValue(facts.request.observed, nodeObservation(incarnation.nodeName, 0));
  return decideFence({
    incarnation,
    stopAllowed: holder?.stopAllowed,
    live: livePod(facts),
    node: node === undefined ? undefined : {
      bootId: node.spec.bootId ?? '',
      outOfService: (node.spec.taints ?? []).some(({ key }) => key === outOfServiceTaint),
    },
    nodeGone: nodeFact?.state === 'known' && !nodeFact.value.exists,
    lockObtained: incarnation !== undefined && probeSucceeded(facts, incarnation.podUid),
  });
}

/** Why the pod terminates: our own turn says roll or upgrade, anything else was done by somebody else. */
function stopReason(facts: ContainerFacts): StopReason {
  if (facts.container.metadata.deletionTimestamp !== undefined) return 'owner';
  if (facts.node?.spec.unschedulable === true) return 'node';
  if (facts.pod?.image !== undefined && facts.pod.image !== facts.container.spec.image) return 'upgrade';
  return rollReason(facts) === undefined ? 'user' : 'roll';
}

/** Whether weka has let the container go; undefined: not known. */
export function deactivated(facts: ContainerFacts): boolean | undefined {
  const containers = queried(facts, facts.otherMember, 'containers');
  if (containers === undefined) return undefined;
  const own = containers.find(({ host_id }) => host_id === `HostId<${facts.containerId}>`);
  return own === undefined || own.status === 'INACTIVE';
}

/** The stop decision for a pod that terminates, or would if it were omitted now. */
export function stopDecision(facts: ContainerFacts): StopDecision {
  const { mode, overrides } = facts.container.spec;
  return decideStop({
    family: is(mode, 'frontend') ? 'frontend' : is(mode, 'backend') ? 'backend' : 'other',
    state: facts.state,
    reason: stopReason(facts),
    nodeExists: true,
    evictOnDeletion: facts.config.evictContainerOnDeletion,
    overrides: overrides ?? {},
    joined: facts.joined,
    deactivated: deactivated(facts),
    activeMounts: facts.report?.activeMounts ?? undefined,
    turn: facts.turn.state === 'taken' && holderGone(facts) ? { state: 'free' } : facts.turn,
    protection: facts.protection,
  });
}

/** The container that holds the turn does not exist any more. */
function holderGone(facts: ContainerFacts): boolean {
  if (facts.turn.state !== 'taken') return false;
  const { namespace, name, containerUid } = facts.turn.by;
  const fact = factValue(facts.request.observed, objectLive({ apiVersion, kind: 'WekaContainer', namespace, name }, 0));
  return fact.state === 'known' && (!fact.value.exists || fact.value.uid !== containerUid);
}

function turnOperation(facts: ContainerFacts): Operation[] {
  if (facts.clusterClaims?.state !== 'known') return [];
  return [takeTurn(facts.clusterClaims, facts, stopReason(facts), facts.now)];
}

/** The permission is recorded before it is given: a pod that vanishes afterwards needs no proof of its death. */
function permission(facts: ContainerFacts, decision: StopDecision): Operation[] {
  const { pod, holder, nodeClaims, uid } = facts;
  if (pod === undefined || nodeClaims?.state === 'unknown') return [];
  if (holder !== undefined && nodeClaims?.state === 'known' && holder.stopAllowed !== pod.target.uid) {
    return [writeClaims(nodeClaims, [{ path: ['holders', uid, 'stopAllowed'], value: pod.target.uid }])];
  }
  return pod.running ? [allowStop(pod.target, decision.stop === 'force')] : [];
}

/** Seconds. Mounts may stay for weeks, and there may be thousands of clients, each look at which is an exec. */
const mountsPace = { terminating: 15, rolling: 60 };
const isAboutMounts = ({ reason }: StopDecision): boolean => reason === 'ActiveMounts' || reason === 'ActiveMountsUnknown';

/** A terminating pod: what it waits for, or the flag that lets it stop. */
export function terminationOutcome(facts: ContainerFacts): Outcome {
  const decision = stopDecision(facts);
  if (decision.takeTurn === true) return act(decision.reason, decision.message, turnOperation(facts));
  if (decision.stop === 'wait') return wait(decision.reason, decision.message, isAboutMounts(decision) ? mountsPace.terminating : 3);
  const flag = decision.stop === 'force' ? facts.report?.allowForceStop : facts.report?.allowStop;
  if (flag === true) return wait('PodStopping', `the pod may stop (${decision.message}); waits until it has`, 1);
  return act('AllowingStop', `lets the pod stop: ${decision.message}`, permission(facts, decision), 1);
}

function turnReturned(facts: ContainerFacts): Outcome {
  if (facts.turn.state !== 'ours' || facts.clusterClaims?.state !== 'known') return skipped;
  if (facts.pod === undefined || facts.pod.terminating || isRolling(facts)) return wait('TurnHeld', 'holds the disruption turn of its cluster', 2);
  const ready = facts.report?.local?.some((entry) => entry.name === facts.container.spec.name && entry.internalStatus?.display_status === 'READY') === true;
  if (!ready) return wait('TurnHeld', 'keeps the disruption turn until its weka container is READY', 1);
  if (facts.protection === undefined) return unknown('the protection of the weka cluster is not known', 2);
  if (!facts.protection.full) return wait('TurnHeld', `keeps the disruption turn until protection is full: ${facts.protection.message}`, 2);
  return act('ReturningTurn', 'gives the disruption turn back', [releaseTurn(facts.clusterClaims)]);
}

/** A running pod with an outdated configuration: take the turn, then omit the pod. */
function upToDate(facts: ContainerFacts): Outcome {
  if (!isRolling(facts)) return done();
  const reason = rollReason(facts) ?? '';
  if (mayOmit(facts)) return wait('Rolling', `${reason}; replaces the pod`, 1);
  const decision = stopDecision(facts);
  if (decision.takeTurn === true) return act('Rolling', `${reason}; ${decision.message}`, turnOperation(facts));
  return wait('RollPending', `${reason}; ${decision.message}`, isAboutMounts(decision) ? mountsPace.rolling : 5);
}

/** A rolling pod may be omitted as soon as nothing speaks against its stop. */
export function mayOmit(facts: ContainerFacts): boolean {
  return facts.pod?.nodeName === undefined || stopDecision(facts).stop !== 'wait';
}

/** Beside the life of the container, never blocking it. */
export const successionSteps: readonly Step<ContainerFacts>[] = [
  { name: 'UpToDate', condition: 'PodUpToDate', mode: 'independent', summary: 'The pod has the wished configuration and image; if not, it is replaced under the disruption turn.', check: upToDate },
  { name: 'Turn', mode: 'independent', summary: 'The disruption turn is given back once weka is READY and protection is full.', check: turnReturned },
];
