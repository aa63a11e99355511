/** What the claims of a cluster say of the order in which its pods are replaced: who is next, and for how long that counts. */
import { hasPassed } from '../core/deadlines.ts';
import type { WekaClaimsSpec } from './api/index.ts';

/** Written by the hook of the cluster, read by those of its containers. */
export type RollWord = NonNullable<WekaClaimsSpec['roll']>;

/** The condition of a WekaContainer whose pod is to be replaced as soon as it is its turn. */
export const rollDueCondition = 'RollDue';

/** Seconds. */
export const rollTimes = {
  /** Who has not said yet whether it is concerned is waited for, where it would come first. */
  unheard: 60,
  /** Who is next and does not stop is passed over: ten times the pace at which a container and its cluster are looked at. */
  patience: 600,
  /** The word is said anew, though nothing has changed: so a cluster that says nothing any more is told from one that waits. */
  repeated: 300,
  /** After so long without a word of the cluster nobody waits for one: three words are missing. */
  silence: 900,
} as const;

/** The cluster has said so lately. */
export const isHeard = ({ at }: RollWord, now: string): boolean => !hasPassed(at, rollTimes.silence, now);
