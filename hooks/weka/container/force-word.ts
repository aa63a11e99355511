/**
 * `overrides.podDeleteForceReplace`: a person's word for one emergency. It is left in the spec sooner or later, and a drain
 * weeks later would stop what weka's redundancy does not bear. So the claim notes when it was first seen, and it counts for a
 * deletion that was there by then, or came soon after. A backup that is put back says it of many at once: so the claims of the
 * cluster note of whom it was said last, and said of another node soon after that it counts only where it is confirmed
 * (docs/adr/0030-force-said-of-many-is-confirmed.md).
 */
import { writeClaims } from '../../core/claims.ts';
import { defined } from '../../core/defined.ts';
import { act, skipped } from '../../core/steps.ts';
import { annotations } from '../api/group.ts';
import { is } from '../api/modes.ts';
import type { ConditionWish, Outcome, Step } from '../reasons.ts';
import type { ContainerFacts } from './facts.ts';

/** Seconds after the word in which a deletion may come for which it was said: `kubectl patch`, then `kubectl drain`. */
const countsFor = 600;
/** Seconds that a note may lie ahead, by clocks that differ; what lies further was noted before the clock was set back. */
const ahead = 60;
/** In place of such a note, which would count when the clock has come to it: nobody knows when that word was said. */
const noTime = '1970-01-01T00:00:00Z';

/** In place of a time: it was said too soon after that of another node's container, and was not confirmed. */
const crowded = '1970-01-01T00:00:01Z';

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

const isConfirmed = ({ container: { metadata }, uid }: ContainerFacts): boolean =>
  metadata.annotations?.[annotations.forceConfirmed] === uid;

/**
 * When the word was first seen, RFC 3339; undefined: not yet. The status says it too, for a claim that is lost and made again
 * would make the word new; of the two the earlier one counts.
 */
export function wordSaid(facts: ContainerFacts): string | undefined {
  const { holder, container } = facts;
  return [holder?.forceWord, container.status?.forceWord]
    .flatMap((one) => one ?? [])
    .filter((one) => one !== crowded || !isConfirmed(facts))
    .sort((left, right) => seconds(left) - seconds(right))[0];
}

/** How a new word stands beside that of another container: `own`: it counts. `free`: it does once the cluster has noted it. */
function standing(facts: ContainerFacts): 'own' | 'free' | 'crowded' | 'unknown' {
  const { clusterClaims, container, uid, nodeName, now } = facts;
  if (clusterClaims === undefined || !is(container.spec.mode, 'backend') || isConfirmed(facts)) return 'own';
  if (clusterClaims.state === 'unknown') return 'unknown';
  const last = clusterClaims.spec.forced;
  const age = seconds(now) - seconds(last?.at ?? noTime);
  if (last === undefined || age > countsFor || age < -ahead) return 'free';
  if (last.containerUid === uid) return 'own';
  // what is on one node may stop together
  return last.nodeName !== undefined && last.nodeName === nodeName ? 'free' : 'crowded';
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

/** When the word was first seen, or is now; undefined: the cluster has not noted it yet. */
function noteOf(facts: ContainerFacts): string | undefined {
  const said = wordSaid(facts);
  if (said !== undefined) return seconds(said) > seconds(facts.now) + ahead ? noTime : said;
  const beside = standing(facts);
  return beside === 'own' ? facts.now : beside === 'crowded' ? crowded : undefined;
}

/** For the status: when the word was first seen, as long as it stands. */
export const statedWord = (facts: ContainerFacts): string | undefined => (isSet(facts) ? noteOf(facts) : undefined);

/** The claims of the cluster know of whom it was said last. */
function notedOfCluster({ clusterClaims, uid, nodeName, now }: ContainerFacts): Outcome {
  if (clusterClaims?.state !== 'known') return skipped;
  const value = defined({ containerUid: uid, nodeName, at: now });
  return act(
    'ForceReplaceLeft',
    'notes in the claims of the cluster that overrides.podDeleteForceReplace was set',
    [writeClaims(clusterClaims, [{ path: ['forced'], value }])],
    1,
  );
}

function noted(facts: ContainerFacts): Outcome {
  const { nodeClaims, holder, uid } = facts;
  const note = isSet(facts) ? noteOf(facts) : null;
  // of one without a claim the status notes it
  if (note === undefined) return notedOfCluster(facts);
  if (nodeClaims?.state !== 'known' || holder === undefined) return skipped;
  const stands = holder.forceWord !== undefined && (holder.forceWord !== crowded || !isConfirmed(facts));
  if (note === (holder.forceWord ?? null) || (note !== null && note !== noTime && stands)) return skipped;
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
    'When overrides.podDeleteForceReplace was set is known: it counts for ten minutes, and for what is deleted by then; and so for one node at a time.',
  check: noted,
} as const satisfies Step<ContainerFacts>;

/** Shown while a word stands that no end uses: what it would do yet, or that it does nothing any more. */
export function forceLeft(facts: ContainerFacts): ConditionWish[] {
  const { pod, name, namespace, container, uid } = facts;
  const word = forceWord(facts);
  const ends = pod?.terminating === true || container.metadata.deletionTimestamp !== undefined;
  if (word === 'none' || word === 'unseen' || (word === 'counts' && (ends || pod === undefined))) return [];
  const patch = (podDeleteForceReplace: true | null, confirmed: string | null | undefined): string =>
    `kubectl patch wekacontainer ${name} -n ${namespace} --type=merge -p '${JSON.stringify({
      ...(confirmed === undefined ? {} : { metadata: { annotations: { [annotations.forceConfirmed]: confirmed } } }),
      spec: { overrides: { podDeleteForceReplace } },
    })}'`;
  const takesBack = `${patch(null, isConfirmed(facts) ? null : undefined)} takes it back`;
  return [{ type: 'ForceReplaceLeft', status: 'True', reason: 'ForceReplaceLeft', message: message() }];

  function message(): string {
    const note = noteOf(facts) ?? noTime;
    if (note === crowded)
      return `overrides.podDeleteForceReplace was set within ten minutes of that of a container on another node, as a backup that is put back or a script does, and counts for nothing: ${patch(true, uid)} says it of this very container, whatever else is away; ${takesBack}`;
    const since = note === noTime ? 'a time that the clock has not come to yet' : note;
    return word === 'counts'
      ? `overrides.podDeleteForceReplace is set and no pod is to stop: one that is deleted or drained within ten minutes of ${since} stops at once, whatever else is away; ${takesBack}`
      : `overrides.podDeleteForceReplace is left from ${since} and counts for nothing that was deleted more than ten minutes later; ${takesBack}, and once this condition has gone ${patch(true, undefined)} says it anew`;
  }
}
