/**
 * A pod whose phase is Failed or Succeeded: evicted, refused by its kubelet, ended with its node. It never runs again,
 * whatever its restartPolicy says, and nothing of the operator's has stopped it: it is deleted, and its successor comes
 * behind the fence like that of any pod that vanished.
 */
import { hasPassed } from '../../core/deadlines.ts';
import { heldWords } from '../../core/finalizers.ts';
import type { PodView } from '../../core/pod-view.ts';
import { act, wait } from '../../core/steps.ts';
import { is } from '../api/modes.ts';
import type { Event, Outcome } from '../reasons.ts';
import type { ContainerFacts } from './facts.ts';
import { backedOff, countOperation } from './replacements.ts';

/** Seconds from its creation. Where no claim has a record of the replacements, this keeps them from a hot loop. */
export const shortestLife = 60;

/** It was made within the last minute. */
export const isYoung = ({ createdAt }: PodView, now: string): boolean => !hasPassed(createdAt, shortestLife, now);

/** A helper pod has failed, such as by an eviction, and may make room for the next one. */
export const hasFailed = (pod: PodView, now: string): boolean => pod.phase === 'Failed' && !isYoung(pod, now);

/** A one-off whose results are in has ended as it should. */
const hasDoneItsWork = ({ container }: ContainerFacts): boolean =>
  is(container.spec.mode, 'oneOff') && container.status?.result !== undefined;

/** Why the pod that has ended is left as it is for now; undefined: it may be deleted. */
function keptFor(facts: ContainerFacts, pod: PodView): string | undefined {
  if (is(facts.container.spec.mode, 'claims')) return backedOff(facts, 'what ends it');
  return isYoung(pod, facts.now) ? `it is replaced ${shortestLife} s after it was created` : undefined;
}

/** The pod has ended, may be deleted, and that was counted. */
export function mayDelete(facts: ContainerFacts): boolean {
  const { pod } = facts;
  if (pod?.ended === undefined || hasDoneItsWork(facts)) return false;
  return (
    keptFor(facts, pod) === undefined && countOperation(facts).length === 0 && facts.nodeClaims?.state !== 'unknown'
  );
}

/** What is said of a pod that has ended; undefined where it has not, or as it should. */
export function endedOutcome(facts: ContainerFacts): Outcome | undefined {
  const { pod } = facts;
  if (pod?.ended === undefined || hasDoneItsWork(facts)) return undefined;
  const said = `the pod has ended (${pod.ended})`;
  if (pod.terminating)
    return wait('PodEnded', `${said}; ${heldWords(pod.object, 'pod') ?? 'waits until Kubernetes has removed it'}`, 2);
  const kept = keptFor(facts, pod);
  const events: Event[] = [{ type: 'Warning', reason: 'PodEnded', message: said }];
  if (kept !== undefined) return wait('PodEnded', `${said}; ${kept}`, 30, events);
  const operations = countOperation(facts);
  if (operations.length > 0) return act('PodEnded', `${said}; counts its replacement`, operations, 1, events);
  return wait(
    'PodEnded',
    `${said}; it is deleted, and its successor comes when nothing of it runs any more`,
    2,
    events,
  );
}
