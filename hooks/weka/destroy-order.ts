/**
 * The order to destroy the data of a cluster, as it stands in its claims. While it is carried out its cluster goes on saying
 * that it stands. One of which nobody has said so for a time may be from a backup, called back long since: it is none.
 */
import type { WekaClaimsSpec } from './api/index.ts';

export type DestroyOrder = NonNullable<WekaClaimsSpec['destroy']>;

/** Seconds. Three notes may be missed, as by an operator that is restarted; a restore of etcd takes longer than that. */
const notes = { every: 180, last: 600 } as const;

/** When the order was last known to stand, RFC 3339; an earlier release has noted only when it was given. */
export const lastNoted = ({ seenAt, at }: DestroyOrder): string => seenAt ?? at;

/** Seconds since the last note; NaN where nobody can read it. */
const age = (order: DestroyOrder, now: string): number => (Date.parse(now) - Date.parse(lastNoted(order))) / 1000;

/**
 * Whether the order is about the very deletion that runs, and stands.
 * @param generation metadata.generation of the WekaCluster: whoever cancelled its deletion and took that back has another one
 * @param now RFC 3339; of a note that lies ahead by more than one pace the clock was set back, and nobody knows how old it is
 */
export function orderStands(order: DestroyOrder | undefined, generation: number | undefined, now: string): boolean {
  if (order === undefined || order.generation !== generation) return false;
  const seconds = age(order, now);
  return seconds <= notes.last && seconds >= -notes.every;
}

/** Whether it is time to note that the order still stands. */
export const noteIsDue = (order: DestroyOrder, now: string): boolean => age(order, now) >= notes.every;
