/**
 * Helper pods that are of no use. One that came to be something else than was wished, or has failed, is counted in the claims
 * of its node before it goes, so that what spoils every one of them, such as a webhook, makes no storm. One that was made for
 * another wish goes at once: it may have begun.
 */
import { backOff, withReplacement, type Pause } from '../../core/back-off.ts';
import { writeClaims } from '../../core/claims.ts';
import type { Json, Operation } from '../../core/contract.ts';
import type { PodView } from '../../core/pod-view.ts';
import type { ClaimHolder } from '../api/index.ts';
import type { KnownClaims } from '../claims/claims.ts';
import { hasFailed, isYoung } from './ended-pod.ts';
import { rewrittenWords } from './pod/rewritten.ts';

export type Replacement =
  | { state: 'goes' }
  /** It is to be counted first. */
  | { state: 'counts' }
  | { state: 'waits'; pause?: Pause };

export interface Judged {
  pod: PodView;
  /** It was made for something else than what is wished now, or came to be something else: it proves nothing, and is never let begin. */
  stale: boolean;
  /** In what it came to be something else, as where a webhook rewrites it; empty: in nothing. */
  rewritten: string[];
  /** How it makes room for the next one; undefined: it is of use. */
  replacement?: Replacement;
}

/**
 * How a helper pod makes room for the next one; undefined: it is of use.
 * @param holder whose helper it is; undefined: it has no claim in which that could be counted; `unread`: that is not known
 */
export function replacementOf(
  { pod, stale, rewritten }: Judged,
  holder: ClaimHolder | undefined | 'unread',
  now: string,
): Replacement | undefined {
  if (rewritten.length === 0 && stale) return { state: 'goes' };
  if (rewritten.length === 0 && !hasFailed(pod, now)) return undefined;
  if (holder === 'unread') return { state: 'waits' };
  if (holder === undefined) return { state: isYoung(pod, now) ? 'waits' : 'goes' };
  if (holder.helperReplacements?.podUid !== pod.target.uid) return { state: 'counts' };
  const pause = backOff(holder.helperReplacements, now);
  return pause === undefined ? { state: 'goes' } : { state: 'waits', pause };
}

/** Counts the replacement of that helper pod. */
export const countHelper = (
  claims: KnownClaims,
  [uid, holder]: [string, ClaimHolder],
  pod: PodView,
  now: string,
): Operation =>
  writeClaims(claims, [
    {
      path: ['holders', uid, 'helperReplacements'],
      value: withReplacement(holder.helperReplacements, pod.target.uid, now) as unknown as Json,
    },
  ]);

/** What becomes of it, after what is said of it. */
function next({
  pod: {
    target: { name, namespace },
  },
  replacement,
}: Judged): string {
  if (replacement?.state !== 'waits' || replacement.pause === undefined) return ' and is replaced';
  const { count, since, until } = replacement.pause;
  return `; the operator has replaced it ${count} times since ${since} and waits until ${until}; kubectl delete pod ${name} -n ${namespace} replaces it at once`;
}

/** How it goes with a helper pod, for the sentence `the helper pod ...`. */
export function helperWords(judged: Judged): string {
  const { pod, stale, rewritten } = judged;
  const { unschedulable, ended, lastWords, waiting, phase } = pod;
  if (rewritten.length > 0) return `${rewrittenWords(rewritten)}${next(judged)}`;
  if (stale) return 'was made for another wish and is replaced';
  if (ended !== undefined && phase === 'Failed')
    return `has failed (${ended}${lastWords === undefined ? '' : `; it says: ${lastWords}`})${next(judged)}`;
  return unschedulable?.message ?? (lastWords === undefined ? (waiting ?? `is ${phase}`) : `says: ${lastWords}`);
}
