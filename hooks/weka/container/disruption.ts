/** Who may be disturbed now: what another member says of the container, and the disruption turn of its cluster. */
import type { PodTarget } from '../../core/catalogue.ts';
import type { Operation } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { factValue } from '../../core/facts.ts';
import { objectLive } from '../../core/families/objects.ts';
import { act, skipped, unknown, wait } from '../../core/steps.ts';
import { returnTurn, shareTurn, takeTurn } from '../../core/turn.ts';
import { apiVersion } from '../api/group.ts';
import { is } from '../api/modes.ts';
import { protectionOf, type Protection } from '../protection.ts';
import { againstAbsence, nameOf } from '../redundancy.ts';
import { ofAnotherCluster, type WekaContainers, type WekaMember } from '../weka-containers.ts';
import type { Outcome } from '../reasons.ts';
import { turnHolderAge } from './ages.ts';
import type { ContainerFacts } from './facts.ts';
import { formerImage, isRolling, rollReason } from './roll.ts';
import { decideStop, type StopDecision, type StopInput, type StopReason } from './stop.ts';
import { othersWord, protectionSeen, queried, witness } from './testimony.ts';

/** Why the pod terminates: our own turn says roll or upgrade, anything else was done by somebody else. */
function stopReason(facts: ContainerFacts): StopReason {
  if (facts.container.metadata.deletionTimestamp !== undefined) return 'owner';
  if (facts.node?.spec.unschedulable === true) return 'node';
  if (formerImage(facts) !== undefined) return 'upgrade';
  return rollReason(facts) === undefined ? 'user' : 'roll';
}

/** This container as another member lists it; `absent`: the cluster does not know it any more. */
export type OwnEntry =
  { state: 'listed'; member: WekaMember } | { state: 'absent' } | { state: 'unknown'; reason: string };

/** Its own runtime calls it a member that is READY. */
function insists({ report, container: { spec } }: ContainerFacts): boolean {
  const local = report?.local?.find(({ name }) => name === spec.name);
  return (report?.identity ?? undefined) !== undefined && local?.internalStatus?.display_status === 'READY';
}

/** Why it is not gone for all that it is in no list: what runs may be a member, what has drives is one. */
function againstAbsent(facts: ContainerFacts, speaker: PodTarget | undefined): string | undefined {
  const {
    pod,
    report,
    containerId,
    container: { spec },
  } = facts;
  if (insists(facts)) return 'its own runtime says that it is READY';
  if (pod?.running === true && (report === undefined || (report.local ?? undefined) === undefined))
    return 'its own runtime does not say how it stands';
  const listed = is(spec.mode, 'hasDrives') ? queried(facts, speaker, 'drives') : [];
  const drives = listed?.filter(({ host_id }) => host_id === nameOf(containerId ?? NaN)) ?? [];
  return drives.length === 0 ? undefined : `the same member lists ${drives.length} drives of it`;
}

/** The container in such a list; not to be in it is not yet to be gone. */
function listedIn(facts: ContainerFacts, inWeka: WekaContainers): OwnEntry {
  const {
    containerId,
    container: { spec },
  } = facts;
  if (inWeka.state === 'unknown') return inWeka;
  const name = nameOf(containerId ?? NaN);
  const member = inWeka.members.find(({ hostId }) => hostId === containerId);
  if (member?.name !== undefined && member.name !== spec.name)
    return { state: 'unknown', reason: `weka calls ${name} ${member.name}, and this container is ${spec.name}` };
  if (member !== undefined) return { state: 'listed', member };
  const namesake = inWeka.members.find((one) => one.name === spec.name);
  if (namesake !== undefined)
    return {
      state: 'unknown',
      reason: `weka calls ${nameOf(namesake.hostId)} ${spec.name}, and this container is said to be ${name}`,
    };
  return { state: 'absent' };
}

function entryIn(facts: ContainerFacts, inWeka: WekaContainers, speaker: PodTarget | undefined): OwnEntry {
  const entry = listedIn(facts, inWeka);
  const against = entry.state === 'absent' ? againstAbsent(facts, speaker) : undefined;
  return against === undefined
    ? entry
    : {
        state: 'unknown',
        reason: `${nameOf(facts.containerId ?? NaN)} is not in the list of another member, and ${against}`,
      };
}

/**
 * How the container stands. That weka has let it go ends its pod, and that weka does not know it frees its drives: two members
 * have to say so, where there are two, and the second only counts of one that was seen to be deactivated. Whoever is cut off
 * speaks of the past, and has never heard of what came last.
 */
export function ownEntry(facts: ContainerFacts): OwnEntry {
  const { otherMember, holder, containerId } = facts;
  const own = entryIn(facts, othersWord(facts).inWeka, otherMember);
  // whose claim is given back holds nothing any more
  if (own.state === 'absent' && holder !== undefined && holder.deactivated !== containerId) {
    return {
      state: 'unknown',
      reason: `another member does not list ${nameOf(containerId ?? NaN)}, which was never seen to be deactivated (somebody may have removed it inside weka)`,
    };
  }
  const isOut = (entry: OwnEntry): boolean =>
    entry.state === 'absent' || (entry.state === 'listed' && entry.member.status === 'INACTIVE');
  const other = isOut(own) ? witness(facts) : undefined;
  if (other === undefined) return own;
  const second = entryIn(facts, other.inWeka, other.pod);
  if (second.state === 'unknown' || isOut(second)) return second;
  const first = own.state === 'listed' ? `calls it ${own.member.status}` : 'does not list it';
  return {
    state: 'unknown',
    reason: `${otherMember?.name ?? ''} ${first}, and ${other.pod.name} calls it ${second.state === 'listed' ? second.member.status : ''}`,
  };
}

/** Whether weka has let the container go; undefined: not known. */
export function deactivated(facts: ContainerFacts): boolean | undefined {
  const own = ownEntry(facts);
  return own.state === 'unknown' ? undefined : own.state === 'absent' || own.member.status === 'INACTIVE';
}

/** Another member says that it is away, and its own runtime does not gainsay it: weka has to make do without it already. */
function itselfMissing(facts: ContainerFacts): boolean {
  const own = listedIn(facts, othersWord(facts).inWeka);
  return own.state === 'listed' && own.member.status === 'DOWN' && !insists(facts);
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
  const { inWeka, status } = othersWord(facts);
  if (inWeka.state === 'unknown') return { against: inWeka.reason };
  if (domain === undefined || failureDomain(facts) === undefined) return { against: 'weka names no failure domain' };
  if (failureDomain(facts) !== domain)
    return { against: `it is in the failure domain ${failureDomain(facts) ?? ''}, the holder in ${domain}` };
  return { against: againstAbsence(status, inWeka, (member) => member.failureDomain === domain) };
}

/** One that was never of a cluster has nobody to share a turn with, and protection alone decides; only its claim says that it never was. */
function turnFor(facts: ContainerFacts): StopInput['turn'] {
  if (facts.clusterClaims === undefined)
    return facts.nodeClaims?.state === 'unknown' ? { state: 'unknown' } : { state: 'ours' };
  return facts.turn.state === 'taken' && holderGone(facts) ? { state: 'free' } : facts.turn;
}

/** A member may be cut off, or answer with what it knew before: where another one can be asked, both have to say that it is full. */
function agreedProtection(facts: ContainerFacts): Protection {
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

/** The stop decision for a pod that terminates, or would if it were omitted now. What members are asked for is read where the decision comes to it. */
export function stopDecision(facts: ContainerFacts): StopDecision {
  const { mode, overrides } = facts.container.spec;
  return decideStop({
    family: is(mode, 'frontend') ? 'frontend' : is(mode, 'backend') ? 'backend' : 'other',
    state: facts.state,
    reason: stopReason(facts),
    nodeExists: true,
    evictOnDeletion: facts.config.evictContainerOnDeletion,
    // it is about a pod that somebody has deleted: what the operator replaces of its own will, it replaces in turn
    overrides: {
      ...overrides,
      podDeleteForceReplace: overrides?.podDeleteForceReplace === true && facts.pod?.terminating === true,
    },
    joined: facts.identityKnown ? facts.joined : undefined,
    get deactivated() {
      return deactivated(facts);
    },
    activeMounts: facts.report?.activeMounts ?? undefined,
    get turn() {
      return turnFor(facts);
    },
    get protection() {
      return agreedProtection(facts);
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
  if (stopReason(facts) !== 'node' || nodeName === undefined || pod?.terminating === false) return [];
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
