/** The place of a container in the order in which its cluster replaces pods (docs/stopping-a-pod.md#the-order-of-a-roll). */
import { hasPassed } from '../../core/deadlines.ts';
import { is } from '../api/modes.ts';
import { once } from '../once.ts';
import type { ConditionWish } from '../reasons.ts';
import { isHeard, rollDueCondition, rollTimes, type RollWord } from '../roll-word.ts';
import { agreedProtection } from './disruption.ts';
import { clusterOf, type ContainerFacts } from './facts.ts';
import { isRolling, isToldToEnd } from './roll.ts';

/** Whose order it is: that of a cluster which is there and has it among its children. */
const isOrdered = ({ owner, clusterUid, clusterClaims, request }: ContainerFacts): boolean =>
  clusterClaims !== undefined && owner.state !== 'gone' && clusterOf(request.parent)?.uid === clusterUid;

/**
 * Its pod is replaced as soon as it is its turn. One that is left for now is not waited for, nor one on which nothing depends;
 * and one that its kubelet ends waits for no order, for its time runs out.
 */
const isDue = once(
  (facts: ContainerFacts): boolean =>
    is(facts.container.spec.mode, 'backend') &&
    facts.joined &&
    facts.pod?.nodeName !== undefined &&
    isOrdered(facts) &&
    !isToldToEnd(facts) &&
    isRolling(facts),
);

/** By this its cluster knows whom to name; when it became so is when it began to wait. */
export const rollDue = (facts: ContainerFacts): ConditionWish[] =>
  isDue(facts)
    ? [
        {
          type: rollDueCondition,
          status: 'True',
          reason: 'RollPending',
          message: 'its pod is to be replaced, in the order that the claims of its cluster say',
        },
      ]
    : [];

/** Who is next by a word of the cluster that still counts. */
const heard = ({ clusterClaims, now }: ContainerFacts): RollWord | undefined => {
  const roll = clusterClaims?.state === 'known' ? clusterClaims.spec.roll : undefined;
  return roll !== undefined && isHeard(roll, now) ? roll : undefined;
};

/** The same for all that wait and whoever is next: each word of the cluster would be a write to each of them otherwise. */
const inItsPlace = ({ clusterName }: ContainerFacts): string =>
  `waits for its place in the order: status.rollOrder of WekaCluster ${clusterName ?? ''}`;

/**
 * Why it does not take the turn yet although it may; undefined: nothing, or nobody says an order. Who stops although something
 * is missing waits for none: it is itself what is missing, or a person has said so, and the next one may wait for just that.
 */
export function outOfOrder(facts: ContainerFacts): string | undefined {
  const { clusterClaims, uid, now, container } = facts;
  if (!isDue(facts) || clusterClaims?.state !== 'known' || agreedProtection(facts).state !== 'full') return undefined;
  const roll = heard(facts);
  if (roll !== undefined) return roll.next.containerUid === uid ? undefined : inItsPlace(facts);
  const since = container.status?.conditions?.find(
    ({ type, status }) => type === rollDueCondition && status === 'True',
  )?.lastTransitionTime;
  return since !== undefined && hasPassed(since, rollTimes.silence, now)
    ? undefined
    : 'waits until its cluster says who is next';
}

/** What is told of one that is not next and waits for something else as well; of one that was passed over it is that which counts. */
export function placeBefore(facts: ContainerFacts): string | undefined {
  const { uid, turn } = facts;
  const roll = heard(facts);
  if (!isDue(facts) || roll === undefined || turn.state === 'ours') return undefined;
  return roll.next.containerUid === uid || roll.passed?.[uid] !== undefined ? undefined : inItsPlace(facts);
}
