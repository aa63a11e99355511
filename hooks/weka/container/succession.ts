/** The end of one pod and the coming of the next: stop flags, the disruption turn, the fence before a successor. */
import { factValue } from '../../core/facts.ts';
import { objectLive } from '../../core/catalogue.ts';
import type { Json, Operation } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { act, done, skipped, unknown, wait, type Outcome, type Step } from '../../core/steps.ts';
import { apiVersion } from '../api/group.ts';
import type { ClaimHolder } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { allowStop } from '../catalogue.ts';
import { writeClaims } from '../claims/claims.ts';
import { returnTurn, shareTurn, takeTurn } from '../claims/turn.ts';
import { againstAbsence, nameOf } from '../redundancy.ts';
import type { WekaMember } from '../weka-containers.ts';
import { livePod, nodeObservation, type ContainerFacts } from './facts.ts';
import { decideFence, type FenceDecision } from './fence.ts';
import { probeSucceeded } from './helpers.ts';
import { withReplacement } from './back-off.ts';
import { formerImage, heldBack, isOutdated, isRolling, isUnrecorded, rollReason } from './roll.ts';
import { decideStop, type StopDecision, type StopInput, type StopReason } from './stop.ts';

const outOfServiceTaint = 'node.kubernetes.io/out-of-service';

/** The fence before a pod in place of the last one of a holder. */
export function successorOf(facts: ContainerFacts, holder: ClaimHolder | undefined): FenceDecision {
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

/** The fence before the next pod. Modes without claims keep nothing on their node that a second pod could harm. */
export const successor = (facts: ContainerFacts): FenceDecision => successorOf(facts, facts.holder);

/** Why the pod terminates: our own turn says roll or upgrade, anything else was done by somebody else. */
function stopReason(facts: ContainerFacts): StopReason {
  if (facts.container.metadata.deletionTimestamp !== undefined) return 'owner';
  if (facts.node?.spec.unschedulable === true) return 'node';
  if (formerImage(facts) !== undefined) return 'upgrade';
  return rollReason(facts) === undefined ? 'user' : 'roll';
}

/** This container as another member lists it; `absent`: the cluster does not know it any more. */
export type OwnEntry = { state: 'listed'; member: WekaMember } | { state: 'absent' } | { state: 'unknown'; reason: string };

export function ownEntry({ inWeka, containerId, report, container }: ContainerFacts): OwnEntry {
  if (inWeka.state === 'unknown') return inWeka;
  const member = inWeka.members.find(({ hostId }) => hostId === containerId);
  if (member !== undefined) return { state: 'listed', member };
  // absence is not death: who is listed nowhere and calls itself a member that is READY was left out of the list
  const local = report?.local?.find(({ name }) => name === container.spec.name);
  const insists = (report?.identity ?? undefined) !== undefined && local?.internalStatus?.display_status === 'READY';
  return insists ? { state: 'unknown', reason: `${nameOf(containerId ?? NaN)} is not in the list of another member, and its own runtime says that it is READY` } : { state: 'absent' };
}

/** Whether weka has let the container go; undefined: not known. */
export function deactivated(facts: ContainerFacts): boolean | undefined {
  const own = ownEntry(facts);
  return own.state === 'unknown' ? undefined : own.state === 'absent' || own.member.status === 'INACTIVE';
}

/** Another member says that it is away: weka has to make do without it already. */
function itselfMissing(facts: ContainerFacts): boolean {
  const own = ownEntry(facts);
  return own.state === 'listed' && own.member.status === 'DOWN';
}

/** The failure domain that weka itself gives to the container. */
function failureDomain(facts: ContainerFacts): string | undefined {
  const own = ownEntry(facts);
  return own.state === 'listed' ? own.member.failureDomain : undefined;
}

/** The turn is that of the node of this container, which is emptied: whether its containers may be away together. */
function nodeTurn(facts: ContainerFacts): StopInput['nodeTurn'] {
  const { turn, nodeName, container, inWeka, wekaStatus } = facts;
  if (turn.state !== 'taken' && turn.state !== 'ours') return undefined;
  if (stopReason(facts) !== 'node' || turn.by.reason !== 'node' || nodeName === undefined || turn.by.nodeName !== nodeName) return undefined;
  if (container.spec.dropAffinityConstraints === true) return { against: 'the cluster disregards redundancy (overrides.disregardRedundancy)' };
  const domain = turn.by.failureDomain;
  if (inWeka.state === 'unknown') return { against: inWeka.reason };
  if (domain === undefined || failureDomain(facts) === undefined) return { against: 'weka names no failure domain' };
  if (failureDomain(facts) !== domain) return { against: `it is in the failure domain ${failureDomain(facts) ?? ''}, the holder in ${domain}` };
  return { against: againstAbsence(wekaStatus, inWeka, (member) => member.failureDomain === domain) };
}

/** The stop decision for a pod that terminates, or would if it were omitted now. */
export function stopDecision(facts: ContainerFacts): StopDecision {
  const { mode, overrides } = facts.container.spec;
  const ofNode = nodeTurn(facts);
  return decideStop({
    family: is(mode, 'frontend') ? 'frontend' : is(mode, 'backend') ? 'backend' : 'other',
    state: facts.state,
    reason: stopReason(facts),
    nodeExists: true,
    evictOnDeletion: facts.config.evictContainerOnDeletion,
    overrides: overrides ?? {},
    joined: facts.identityKnown ? facts.joined : undefined,
    deactivated: deactivated(facts),
    activeMounts: facts.report?.activeMounts ?? undefined,
    turn: facts.turn.state === 'taken' && holderGone(facts) ? { state: 'free' } : facts.turn,
    protection: facts.protection,
    itselfMissing: itselfMissing(facts),
    ...(ofNode === undefined ? {} : { nodeTurn: ofNode }),
  });
}

/** A container that has the turn, or a share in it, does not exist any more. */
function isGone(facts: ContainerFacts, { namespace, name }: { namespace: string; name: string }, uid: string): boolean {
  const fact = factValue(facts.request.observed, objectLive({ apiVersion, kind: 'WekaContainer', namespace, name }, 0));
  return fact.state === 'known' && (!fact.value.exists || fact.value.uid !== uid);
}

/** All that had the turn are gone. */
export function holderGone(facts: ContainerFacts): boolean {
  if (facts.turn.state !== 'taken') return false;
  const { by } = facts.turn;
  return isGone(facts, by, by.containerUid) && Object.entries(by.others ?? {}).every(([uid, other]) => isGone(facts, other, uid));
}

/** The node may be seen to be emptied only after its first container has gone: then the turn becomes that of the node. */
function ofNodeNow(facts: ContainerFacts): Operation[] {
  const { turn, clusterClaims, nodeName, pod } = facts;
  const domain = failureDomain(facts);
  if (turn.state !== 'ours' || turn.as !== 'holder' || turn.by.failureDomain !== undefined || clusterClaims?.state !== 'known') return [];
  if (stopReason(facts) !== 'node' || nodeName === undefined || domain === undefined || pod?.terminating === false) return [];
  return [takeTurn(clusterClaims, facts, 'node', turn.by.at, { nodeName, failureDomain: domain })];
}

function turnOperations(facts: ContainerFacts, how: NonNullable<StopDecision['takeTurn']>): Operation[] {
  if (facts.clusterClaims?.state !== 'known') return [];
  if (how === 'together') return [shareTurn(facts.clusterClaims, facts)];
  const reason = stopReason(facts);
  const place = reason === 'node' ? defined({ nodeName: facts.nodeName, failureDomain: failureDomain(facts) }) : {};
  return [takeTurn(facts.clusterClaims, facts, reason, facts.now, place)];
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

/** A permission that was recorded and not given yet is taken back when the stop is no longer right. */
function withdrawal({ pod, holder, nodeClaims, uid, report }: ContainerFacts): Operation[] {
  const recorded = pod !== undefined && holder?.stopAllowed === pod.target.uid && nodeClaims?.state === 'known';
  const given = report === undefined || report.allowStop || report.allowForceStop;
  return recorded && !given ? [writeClaims(nodeClaims, [{ path: ['holders', uid, 'stopAllowed'], value: null }])] : [];
}

/** Gives back the turn, or the share in it. */
function returning(facts: ContainerFacts): Operation[] {
  return facts.clusterClaims?.state === 'known' && facts.turn.state === 'ours' ? [returnTurn(facts.clusterClaims, facts.turn, facts.uid)] : [];
}

/** A terminating pod: what it waits for, or the flag that lets it stop. */
export function terminationOutcome(facts: ContainerFacts): Outcome {
  const decision = stopDecision(facts);
  const { report } = facts;
  if (report?.allowForceStop === true || (report?.allowStop === true && decision.stop !== 'force')) {
    return wait('PodStopping', 'the pod may stop; waits until it has', 1);
  }
  if (decision.takeTurn !== undefined) return act(decision.reason, decision.message, turnOperations(facts, decision.takeTurn));
  if (decision.stop === 'wait') {
    const back = withdrawal(facts);
    if (back.length > 0) return act(decision.reason, decision.message, back, 1);
    if (decision.returnTurn === true && facts.turn.state === 'ours' && !stoppedUnderTurn(facts)) return act(decision.reason, decision.message, returning(facts), 2);
    return wait(decision.reason, decision.message, isAboutMounts(decision) ? mountsPace.terminating : 3);
  }
  return act('AllowingStop', `lets the pod stop: ${decision.message}`, permission(facts, decision), 1);
}

/** Something is away, or is allowed to go, under the turn that the container has. */
function stoppedUnderTurn({ turn, pod, holder }: ContainerFacts): boolean {
  return (turn.state === 'ours' && turn.shared) || (pod !== undefined && holder?.stopAllowed === pod.target.uid);
}

/** Of those that shared the turn, the first that is gone: its share is given back for it. */
function strayShare(facts: ContainerFacts): [string, { namespace: string; name: string }] | undefined {
  if (facts.turn.state !== 'ours' || facts.turn.as !== 'holder') return undefined;
  return Object.entries(facts.turn.by.others ?? {}).find(([uid, other]) => isGone(facts, other, uid));
}

function turnReturned(facts: ContainerFacts): Outcome {
  const { turn, clusterClaims, inWeka, protection } = facts;
  if (turn.state !== 'ours' || clusterClaims?.state !== 'known') return skipped;
  const ofNode = ofNodeNow(facts);
  if (ofNode.length > 0) return act('TakingTurn', `its node ${facts.nodeName ?? ''} is emptied: makes the turn that of the node`, ofNode);
  if (facts.pod === undefined || facts.pod.terminating || isRolling(facts)) return wait('TurnHeld', 'holds the disruption turn of its cluster', 2);
  const ready = facts.report?.local?.some((entry) => entry.name === facts.container.spec.name && entry.internalStatus?.display_status === 'READY') === true;
  if (!ready) return wait('TurnHeld', 'keeps the disruption turn until its weka container is READY', 1);
  const stray = strayShare(facts);
  if (stray !== undefined) return act('ReturningTurn', `gives back the share of ${stray[1].name}, which is gone`, [returnTurn(clusterClaims, { ...turn, as: 'guest' }, stray[0])]);
  if (turn.as === 'holder' && turn.shared) return wait('TurnHeld', `keeps the disruption turn until all that share it are READY: ${Object.values(turn.by.others ?? {}).map(({ name }) => name).join(', ')}`, 2);
  if (turn.as === 'guest') return act('ReturningTurn', 'gives its share of the disruption turn back', returning(facts));
  if (protection.state === 'unknown') return unknown(`the protection of the weka cluster is not known: ${protection.message}`, 2);
  // what others lack is not for this turn to wait for: who mends it may need the turn
  const away = inWeka.state === 'known' ? inWeka.members.find(({ hostId, status, role }) => hostId !== facts.containerId && role !== 'other' && status === 'DOWN') : undefined;
  if (protection.state === 'lacking' && away === undefined) return wait('TurnHeld', `keeps the disruption turn until protection is full: ${protection.message}`, 2);
  return act('ReturningTurn', 'gives the disruption turn back', returning(facts));
}

/** The replacement is counted before it is made, in the claims of the node; only what claims something there can be counted. */
function countOperation({ pod, holder, nodeClaims, uid, now }: ContainerFacts): Operation[] {
  if (pod === undefined || holder === undefined || nodeClaims?.state !== 'known' || holder.replacements?.podUid === pod.target.uid) return [];
  return [writeClaims(nodeClaims, [{ path: ['holders', uid, 'replacements'], value: withReplacement(holder.replacements, pod.target.uid, now) as unknown as Json }])];
}

/** Seconds. The node and the back-off are looked at again; either may last for hours. */
const heldBackPace = 30;

/** A running pod with an outdated configuration: take the turn, count it, then omit the pod. */
function upToDate(facts: ContainerFacts): Outcome {
  if (facts.pod !== undefined && !facts.pod.terminating && isUnrecorded(facts)) {
    return wait('PodUnrecorded', `nothing on pod ${facts.name} says of which configuration it was built, so it is left alone; delete it to have it built anew`, 600);
  }
  if (!isOutdated(facts)) return done();
  const reason = rollReason(facts) ?? '';
  const held = heldBack(facts);
  if (held !== undefined) {
    const message = `${reason}; ${held.message}`;
    return wait(held.reason, message, heldBackPace, held.reason === 'RollBackedOff' ? [{ type: 'Warning', reason: held.reason, message }] : []);
  }
  if (mayOmit(facts)) return wait('Rolling', `${reason}; replaces the pod`, 1);
  const decision = stopDecision(facts);
  if (decision.takeTurn !== undefined) return act('Rolling', `${reason}; ${decision.message}`, turnOperations(facts, decision.takeTurn));
  if (decision.returnTurn === true && facts.turn.state === 'ours' && !stoppedUnderTurn(facts)) return act('RollPending', `${reason}; ${decision.message}`, returning(facts), 5);
  if (decision.stop !== 'wait' && facts.nodeClaims?.state === 'unknown') return wait('RollPending', `${reason}; waits until the claims of its node can be read`, 2);
  if (decision.stop !== 'wait') return act('Rolling', `${reason}; counts the replacement`, countOperation(facts));
  return wait('RollPending', `${reason}; ${decision.message}`, isAboutMounts(decision) ? mountsPace.rolling : 5);
}

/** A rolling pod may be omitted as soon as nothing speaks against its stop, and it has been counted. */
export function mayOmit(facts: ContainerFacts): boolean {
  if (facts.pod?.nodeName === undefined) return true;
  return heldBack(facts) === undefined && stopDecision(facts).stop !== 'wait' && countOperation(facts).length === 0 && facts.nodeClaims?.state !== 'unknown';
}

/** Beside the life of the container, never blocking it. */
export const successionSteps: readonly Step<ContainerFacts>[] = [
  { name: 'UpToDate', condition: 'PodUpToDate', mode: 'independent', summary: 'The pod has the wished configuration and image; if not, it is replaced under the disruption turn.', check: upToDate },
  { name: 'Turn', mode: 'independent', summary: 'The disruption turn is given back once weka is READY and protection is full.', check: turnReturned },
];
