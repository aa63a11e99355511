/** Whether a container may leave its weka cluster now: what remains has to bear it, and one leaves at a time. */
import { act, unknown, wait } from '../../core/steps.ts';
import { returnTurn, takeTurn } from '../../core/turn.ts';
import { isRole } from '../api/modes.ts';
import { protectionOf, type Protection } from '../protection.ts';
import type { Outcome } from '../reasons.ts';
import { againstAbsence, madeUpFor } from '../redundancy.ts';
import { holderGone } from './disruption.ts';
import type { ContainerFacts } from './facts.ts';
import { lastCopy } from './last-copy.ts';
import { ownEntry, type OwnEntry } from './own-entry.ts';
import { givesUpKnowing } from './stop.ts';
import { othersWord, witness, type Testimony } from './testimony.ts';

type Said = Pick<Testimony, 'status' | 'inWeka'>;

/** Why the one that left before it is still missed: its successor is not there. */
function withoutSuccessor(
  { containerId, members, clusterUid, container: { spec } }: ContainerFacts,
  { inWeka }: Said,
): string | undefined {
  const wished = isRole(spec.mode) ? members?.spec.wished?.[spec.mode] : undefined;
  if (wished === undefined)
    return clusterUid === undefined
      ? undefined
      : `it is not known how many ${spec.mode} containers are wished: waits for the cluster to write its WekaMembers`;
  const up =
    inWeka.state === 'known'
      ? inWeka.members.filter(
          ({ hostId, role, status }) => role === spec.mode && hostId !== containerId && status === 'UP',
        ).length
      : 0;
  return up < wished - 1
    ? `${up} other ${spec.mode} containers are UP, ${wished} are wished: waits for the successor of the one that left before`
    : undefined;
}

/** Why it may not leave now, as one member sees it: what remains has to bear it, and the one that left before it has to have its successor. */
function againstLeavingOf(
  facts: ContainerFacts,
  own: Exclude<OwnEntry, { state: 'unknown' }>,
  said: Said,
): string | undefined {
  const { containerId } = facts;
  const { status, inWeka } = said;
  // before IO was started there is nothing to lose
  if (status?.status === 'UNINITIALIZED' && status.io_status !== undefined && status.io_status !== 'STARTED')
    return undefined;
  // what is away in its own failure domain costs nothing more
  const domain = own.state === 'listed' ? own.member.failureDomain : undefined;
  if (madeUpFor(status, inWeka, containerId)) return undefined;
  const against = againstAbsence(
    status,
    inWeka,
    (member) =>
      member.hostId === containerId ||
      (domain !== undefined && member.failureDomain === domain && member.status !== 'UP'),
  );
  if (against !== undefined) return against;
  const protection: Protection =
    status === undefined
      ? { state: 'unknown', message: 'the status of the weka cluster has not been read' }
      : protectionOf(status);
  if (own.state === 'listed' && own.member.status === 'UP' && protection.state !== 'full') return protection.message;
  return withoutSuccessor(facts, said);
}

/** A member that is cut off speaks of the past, when all was whole: two have to say it where there are two. */
function againstLeaving(facts: ContainerFacts): string | undefined {
  const own = ownEntry(facts);
  if (own.state === 'unknown') return own.reason;
  const second = witness(facts);
  const said: Said[] = [othersWord(facts), ...(second === undefined ? [] : [second])];
  return said.map((one) => againstLeavingOf(facts, own, one)).find((reason) => reason !== undefined);
}

const refusal = (facts: ContainerFacts, against: string): string =>
  `may not leave yet: ${against}; ${givesUpKnowing(lastCopy(facts))}`;

/** The same for one whose pod is gone: to stop it took the turn, and what is erased of it needs no turn, but is borne or waits. */
export function mayBeErased(facts: ContainerFacts): Outcome | undefined {
  const against = againstLeaving(facts);
  return against === undefined ? undefined : wait('WaitingToLeave', refusal(facts, against), 5);
}

/**
 * Takes the turn of the cluster, so that one container leaves at a time, and none while another is down.
 * @returns what is waited for or done first; undefined: it may leave now
 */
export function mayLeave(facts: ContainerFacts): Outcome | undefined {
  const { turn, clusterClaims } = facts;
  const against = againstLeaving(facts);
  const message = refusal(facts, against ?? '');
  if (clusterClaims === undefined) return against === undefined ? undefined : wait('WaitingToLeave', message, 5);
  if (clusterClaims.state === 'unknown' || turn.state === 'unknown')
    return unknown('the disruption turn of the cluster has not been read', 2);
  if (turn.state === 'taken' && !holderGone(facts))
    return wait('WaitingForTurn', `waits to leave for the disruption turn, held by ${turn.holder}`, 5);
  if (against !== undefined) {
    return turn.state === 'ours' && !turn.shared
      ? act('WaitingToLeave', message, [returnTurn(clusterClaims, turn, facts.uid)], 5)
      : wait('WaitingToLeave', message, 5);
  }
  return turn.state === 'ours'
    ? undefined
    : act(
        'TakingTurn',
        'takes the disruption turn of the cluster, to leave it',
        [takeTurn(clusterClaims, facts, 'leave', facts.now)],
        1,
      );
}
