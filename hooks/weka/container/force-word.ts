/**
 * `overrides.podDeleteForceReplace`: a person's word for one emergency. It is left in the spec sooner or later, and a drain
 * weeks later would stop what weka's redundancy does not bear. So the claim notes when it was first seen, and it counts for a
 * deletion that was there by then, or came soon after.
 */
import { writeClaims } from '../../core/claims.ts';
import { act, skipped } from '../../core/steps.ts';
import type { ConditionWish, Outcome, Step } from '../reasons.ts';
import type { ContainerFacts } from './facts.ts';

/** Seconds after the word in which a deletion may come for which it was said: `kubectl patch`, then `kubectl drain`. */
const countsFor = 600;
/** Seconds that a note may lie ahead, by clocks that differ; what lies further was noted before the clock was set back. */
const ahead = 60;
/** In place of such a note, which would count when the clock has come to it: nobody knows when that word was said. */
const noTime = '1970-01-01T00:00:00Z';

/** `unseen`: it is not noted yet. `old`: it was said long before what ends now, or would from now on. */
export type ForceWord = 'none' | 'unseen' | 'counts' | 'old';

const seconds = (timestamp: string): number => Date.parse(timestamp) / 1000;

/** When the end began that a word may be about, in seconds: a deletion timestamp of a pod is when its grace period will be over. */
function endBegan({ container, pod, now }: ContainerFacts): number {
  const { deletionTimestamp } = container.metadata;
  if (deletionTimestamp !== undefined) return seconds(deletionTimestamp);
  const { deletionTimestamp: over, deletionGracePeriodSeconds = 0 } = (pod?.object.metadata ?? {}) as {
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
  };
  return over === undefined ? seconds(now) : seconds(over) - deletionGracePeriodSeconds;
}

const isSet = ({ container: { spec } }: ContainerFacts): boolean => spec.overrides?.podDeleteForceReplace === true;

/**
 * When the word was first seen, RFC 3339; undefined: not yet. The status says it too, for a claim that is lost and made again
 * would make the word new; of the two the earlier one counts.
 */
export function wordSaid({ holder, container: { status } }: ContainerFacts): string | undefined {
  return [holder?.forceWord, status?.forceWord]
    .flatMap((one) => one ?? [])
    .sort((left, right) => seconds(left) - seconds(right))[0];
}

/** How the word stands for the end of the container or its pod that has begun, or, where none has, for one that would now. */
export function forceWord(facts: ContainerFacts): ForceWord {
  const { nodeClaims, now } = facts;
  if (!isSet(facts)) return 'none';
  const noted = nodeClaims?.state === 'unknown' ? undefined : wordSaid(facts);
  if (noted === undefined) return 'unseen';
  const said = seconds(noted);
  return said <= seconds(now) + ahead && endBegan(facts) <= said + countsFor ? 'counts' : 'old';
}

/** A person gives up what the container holds. Either word alone may have been set for something else, long ago. */
export const givenUp = (facts: ContainerFacts): boolean =>
  facts.container.spec.overrides?.skipDeactivate === true && forceWord(facts) === 'counts';

/** When the word was first seen, or is now. */
function noteOf(facts: ContainerFacts): string {
  const said = wordSaid(facts) ?? facts.now;
  return seconds(said) > seconds(facts.now) + ahead ? noTime : said;
}

/** For the status: when the word was first seen, as long as it stands. */
export const statedWord = (facts: ContainerFacts): string | undefined => (isSet(facts) ? noteOf(facts) : undefined);

function noted(facts: ContainerFacts): Outcome {
  const { nodeClaims, holder, uid } = facts;
  if (nodeClaims?.state !== 'known' || holder === undefined) return skipped;
  const note = isSet(facts) ? noteOf(facts) : null;
  if (note === (holder.forceWord ?? null) || (note !== null && note !== noTime && holder.forceWord !== undefined))
    return skipped;
  return act(
    'ForceReplaceLeft',
    'notes when overrides.podDeleteForceReplace was set',
    [writeClaims(nodeClaims, [{ path: ['holders', uid, 'forceWord'], value: note }])],
    1,
  );
}

export const forceWordStep = {
  name: 'ForceWordNoted',
  mode: 'independent',
  summary:
    'When overrides.podDeleteForceReplace was set is known: it counts for ten minutes, and for what is deleted by then.',
  check: noted,
} as const satisfies Step<ContainerFacts>;

/** Shown while a word stands that no end uses: what it would do yet, or that it does nothing any more. */
export function forceLeft(facts: ContainerFacts): ConditionWish[] {
  const { pod, name, namespace, container } = facts;
  const word = forceWord(facts);
  const ends = pod?.terminating === true || container.metadata.deletionTimestamp !== undefined;
  if (word === 'none' || word === 'unseen' || (word === 'counts' && (ends || pod === undefined))) return [];
  const patch = (value: string): string =>
    `kubectl patch wekacontainer ${name} -n ${namespace} --type=merge -p '{"spec":{"overrides":{"podDeleteForceReplace":${value}}}}'`;
  const since = noteOf(facts) === noTime ? 'a time that the clock has not come to yet' : noteOf(facts);
  const message =
    word === 'counts'
      ? `overrides.podDeleteForceReplace is set and no pod is to stop: one that is deleted or drained within ten minutes of ${since} stops at once, whatever else is away; ${patch('null')} takes it back`
      : `overrides.podDeleteForceReplace is left from ${since} and counts for nothing that was deleted more than ten minutes later; ${patch('null')} takes it back, and once this condition has gone ${patch('true')} says it anew`;
  return [{ type: 'ForceReplaceLeft', status: 'True', reason: 'ForceReplaceLeft', message }];
}
