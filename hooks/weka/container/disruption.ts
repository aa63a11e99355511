/** Who may be disturbed now: the stop decision of a container, and the disruption turn of its cluster. */
import type { Operation } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { factValue } from '../../core/facts.ts';
import { objectLive } from '../../core/families/objects.ts';
import { act, skipped, unknown, wait } from '../../core/steps.ts';
import { returnTurn, shareTurn, takeTurn } from '../../core/turn.ts';
import { apiVersion } from '../api/group.ts';
import { is } from '../api/modes.ts';
import { protectionOf, type Protection } from '../protection.ts';
import { againstAbsence } from '../redundancy.ts';
import { ofAnotherCluster } from '../weka-containers.ts';
import type { Outcome } from '../reasons.ts';
import { turnHolderAge } from './ages.ts';
import { absence } from './last-copy.ts';
import { keptForDrive } from './drive-turn.ts';
import type { ContainerFacts } from './facts.ts';
import { forceWord } from './force-word.ts';
import { keptFromItsNode } from './obstacles.ts';
import { pausedAlone } from './order.ts';
import { deactivated, itselfMissing, listedIn } from './own-entry.ts';
import { formerImage, isRolling, rollReason } from './roll.ts';
import { decideStop, type StopDecision, type StopInput, type StopReason } from './stop.ts';
import { othersWord, protectionSeen, queried, witness } from './testimony.ts';

/** Its node is emptied: the next pod may not come to it, or Kubernetes itself has sent the present one away. */
const isEmptied = (facts: ContainerFacts): boolean =>
  facts.pod?.disrupted === true || keptFromItsNode(facts) !== undefined;

/** Who deletes its pod gives the container up. */
const givesUpPlace = ({ config, pod, container: { spec } }: ContainerFacts): boolean =>
  config.evictContainerOnDeletion && spec.overrides?.upgradePreventEviction !== true && pod?.terminating === true;

/** Why the pod terminates: our own turn says roll or upgrade, anything else was done by somebody else. */
function stopReason(facts: ContainerFacts): StopReason {
  if (facts.container.metadata.deletionTimestamp !== undefined) return 'owner';
  if (facts.node?.spec.unschedulable === true) return 'node';
  const ofOurs = formerImage(facts) !== undefined ? 'upgrade' : rollReason(facts) === undefined ? undefined : 'roll';
  if (ofOurs === undefined && givesUpPlace(facts)) return 'user';
  return isEmptied(facts) ? 'node' : (ofOurs ?? 'user');
}

/** The failure domain that weka itself gives to the container, as long as it counts on it. */
function failureDomain(facts: ContainerFacts): string | undefined {
  const own = listedIn(facts, othersWord(facts).inWeka);
  return own.state === 'listed' && own.member.status !== 'INACTIVE' ? own.member.failureDomain : undefined;
}

/** The turn is that of the node of this container, which is emptied: whether its containers may be away together. */
function nodeTurn(facts: ContainerFacts): StopInput['nodeTurn'] {
  const { turn, nodeName, container } = facts;
  if (turn.state !== 'taken' && turn.state !== 'ours') return undefined;
  if (
    stopReason(facts) !== 'node' ||
    turn.by.reason !== 'node' ||
    nodeName === undefined ||
    turn.by.nodeName !== nodeName
  )
    return undefined;
  if (container.spec.dropAffinityConstraints === true)
    return { against: 'the cluster disregards redundancy (overrides.disregardRedundancy)' };
  const domain = turn.by.failureDomain;
  const said = othersWord(facts);
  if (said.inWeka.state === 'unknown') return { against: said.inWeka.reason };
  if (domain === undefined || failureDomain(facts) === undefined) return { against: 'weka names no failure domain' };
  if (failureDomain(facts) !== domain)
    return { against: `it is in the failure domain ${failureDomain(facts) ?? ''}, the holder in ${domain}` };
  // a member that is cut off goes on saying that all is whole
  const second = witness(facts);
  const words = [said, ...(second === undefined ? [] : [second])];
  return {
    against: words
      .map(({ status, inWeka }) => againstAbsence(status, inWeka, (member) => member.failureDomain === domain))
      .find((reason) => reason !== undefined),
  };
}

/** One that was never of a cluster has nobody to share a turn with, and protection alone decides; only its claim says that it never was. */
function turnFor(facts: ContainerFacts): StopInput['turn'] {
  if (facts.clusterClaims === undefined)
    return facts.nodeClaims?.state === 'unknown' ? { state: 'unknown' } : { state: 'ours' };
  return facts.turn.state === 'taken' && holderGone(facts) ? { state: 'free' } : facts.turn;
}

/** A member may be cut off, or answer with what it knew before: where another one can be asked, both have to say that it is full. */
export function agreedProtection(facts: ContainerFacts): Protection {
  const { otherMember, executor, speakers, clusterGuid } = facts;
  const protection = protectionSeen(facts);
  // where its own pod does not speak, the other member is the first who was asked
  const second = otherMember?.uid === executor?.uid ? speakers[1]?.pod : otherMember;
  if (protection.state !== 'full' || second === undefined) return protection;
  const status = queried(facts, second, 'status');
  const foreign = ofAnotherCluster(status, clusterGuid);
  return foreign === undefined && status !== undefined
    ? protectionOf(status)
    : { state: 'unknown', message: foreign ?? '' };
}

/**
 * Kernel mounts that live on the pod. None where nothing of it has started and nobody has deleted it: left out it goes at once,
 * and should it have started meanwhile, it waits for permission as every pod does.
 */
function mountsOf({ pod, report }: ContainerFacts): number | undefined {
  return pod?.unstarted === true && !pod.terminating ? 0 : (report?.activeMounts ?? undefined);
}

/** The stop decision for a pod that terminates, or would if it were omitted now. What members are asked for is read where the decision comes to it. */
export function stopDecision(facts: ContainerFacts): StopDecision {
  const { mode, overrides } = facts.container.spec;
  const alone = pausedAlone(facts);
  return decideStop({
    family: is(mode, 'frontend') ? 'frontend' : is(mode, 'backend') ? 'backend' : 'other',
    state: alone ? 'active' : facts.state,
    reason: stopReason(facts),
    nodeExists: true,
    evictOnDeletion: facts.config.evictContainerOnDeletion && !alone,
    // it is about a pod that somebody has deleted: what the operator replaces of its own will, it replaces in turn
    overrides: {
      ...overrides,
      podDeleteForceReplace: (facts.pod?.terminating === true || alone) && forceWord(facts) === 'counts',
    },
    joined: facts.identityKnown ? facts.joined : undefined,
    get deactivated() {
      return deactivated(facts);
    },
    activeMounts: mountsOf(facts),
    get turn() {
      return turnFor(facts);
    },
    get protection() {
      return agreedProtection(facts);
    },
    get absence() {
      return absence(facts);
    },
    get itselfMissing() {
      return itselfMissing(facts);
    },
    get nodeTurn() {
      return nodeTurn(facts);
    },
  });
}

/** A container that has the turn, or a share in it, does not exist any more. */
function isGone(facts: ContainerFacts, { namespace, name }: { namespace: string; name: string }, uid: string): boolean {
  const fact = factValue(
    facts.request.observed,
    objectLive({ apiVersion, kind: 'WekaContainer', namespace, name }, turnHolderAge),
  );
  return fact.state === 'known' && (!fact.value.exists || fact.value.uid !== uid);
}

/** All that had the turn are gone. */
export function holderGone(facts: ContainerFacts): boolean {
  if (facts.turn.state !== 'taken') return false;
  const { by } = facts.turn;
  return (
    isGone(facts, by, by.containerUid) &&
    Object.entries(by.others ?? {}).every(([uid, other]) => isGone(facts, other, uid))
  );
}

/** The node may be seen to be emptied only after its first container has gone: then the turn becomes that of the node. */
function ofNodeNow(facts: ContainerFacts): Operation[] {
  const { turn, clusterClaims, nodeName, pod } = facts;
  if (
    turn.state !== 'ours' ||
    turn.as !== 'holder' ||
    turn.by.failureDomain !== undefined ||
    clusterClaims?.state !== 'known'
  )
    return [];
  // a pod that is on its node is not kept away from it
  const isThere = pod?.nodeName !== undefined && !pod.terminating;
  if (stopReason(facts) !== 'node' || nodeName === undefined || isThere) return [];
  const domain = failureDomain(facts);
  return domain === undefined
    ? []
    : [takeTurn(clusterClaims, facts, 'node', turn.by.at, { nodeName, failureDomain: domain })];
}

export function turnOperations(facts: ContainerFacts, how: NonNullable<StopDecision['takeTurn']>): Operation[] {
  if (facts.clusterClaims?.state !== 'known') return [];
  if (how === 'together') return [shareTurn(facts.clusterClaims, facts)];
  const reason = stopReason(facts);
  const place = reason === 'node' ? defined({ nodeName: facts.nodeName, failureDomain: failureDomain(facts) }) : {};
  return [takeTurn(facts.clusterClaims, facts, reason, facts.now, place)];
}

/** Gives back the turn, or the share in it. */
export function returning(facts: ContainerFacts): Operation[] {
  return facts.clusterClaims?.state === 'known' && facts.turn.state === 'ours'
    ? [returnTurn(facts.clusterClaims, facts.turn, facts.uid)]
    : [];
}

/** Something is away, or is allowed to go, under the turn that the container has. */
export function stoppedUnderTurn({ turn, pod, holder }: ContainerFacts): boolean {
  return (turn.state === 'ours' && turn.shared) || (pod !== undefined && holder?.stopAllowed === pod.target.uid);
}

/** Of those that shared the turn, the first that is gone: its share is given back for it. */
function strayShare(facts: ContainerFacts): [string, { namespace: string; name: string }] | undefined {
  if (facts.turn.state !== 'ours' || facts.turn.as !== 'holder') return undefined;
  return Object.entries(facts.turn.by.others ?? {}).find(([uid, other]) => isGone(facts, other, uid));
}

/** Why the turn is kept by a container that is back. */
function keepsTurn(facts: ContainerFacts): Outcome | undefined {
  const { turn, containerId } = facts;
  if (turn.state !== 'ours' || turn.as === 'guest') return undefined;
  if (turn.shared)
    return wait(
      'TurnHeld',
      `keeps the disruption turn until all that share it are READY: ${Object.values(turn.by.others ?? {})
        .map(({ name }) => name)
        .join(', ')}`,
      2,
    );
  const protection = protectionSeen(facts);
  if (protection.state === 'unknown')
    return unknown(`the protection of the weka cluster is not known: ${protection.message}`, 2);
  if (protection.state === 'full') return undefined;
  // what others lack is not for this turn to wait for: who mends it may need the turn
  const { inWeka } = othersWord(facts);
  const othersAway =
    inWeka.state === 'known' &&
    inWeka.members.some(({ hostId, status, role }) => hostId !== containerId && role !== 'other' && status === 'DOWN');
  return othersAway
    ? undefined
    : wait('TurnHeld', `keeps the disruption turn until protection is full: ${protection.message}`, 2);
}

/** The turn goes back when all that stopped under it is READY. */
export function turnReturned(facts: ContainerFacts): Outcome {
  const { turn, clusterClaims, pod, report, container, nodeName } = facts;
  if (turn.state !== 'ours' || clusterClaims?.state !== 'known') return skipped;
  const ofNode = ofNodeNow(facts);
  if (ofNode.length > 0)
    return act('TakingTurn', `its node ${nodeName ?? ''} is emptied: makes the turn that of the node`, ofNode);
  if (pod === undefined || pod.terminating || isRolling(facts))
    return wait('TurnHeld', 'holds the disruption turn of its cluster', 2);
  if (facts.holder?.stopAllowed === pod.target.uid) return wait('TurnHeld', 'its pod is allowed to stop', 1);
  const ready =
    report?.local?.some(
      (entry) => entry.name === container.spec.name && entry.internalStatus?.display_status === 'READY',
    ) === true;
  if (!ready) return wait('TurnHeld', 'keeps the disruption turn until its weka container is READY', 1);
  const drive = keptForDrive(facts);
  if (drive !== undefined) return wait('TurnHeld', `keeps the disruption turn until weka empties drive ${drive}`, 2);
  const stray = strayShare(facts);
  if (stray !== undefined)
    return act('ReturningTurn', `gives back the share of ${stray[1].name}, which is gone`, [
      returnTurn(clusterClaims, { ...turn, as: 'guest' }, stray[0]),
    ]);
  return (
    keepsTurn(facts) ??
    act(
      'ReturningTurn',
      turn.as === 'guest' ? 'gives its share of the disruption turn back' : 'gives the disruption turn back',
      returning(facts),
    )
  );
}
