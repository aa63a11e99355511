/**
 * Whether the claims of the node are complete. An object that somebody deleted is made anew by the first who writes: until
 * all that run on the node have claimed again what they have, what it does not name is not free.
 */
import type { WekaNode } from '../api/index.ts';

type Seen = NonNullable<NonNullable<WekaNode['status']>['claims']>;

/** Seconds in which every container looks at its claim at least once: a settled one each minute, and its answer may be nearly as old. */
const settling = 150;

/**
 * @param before what the status of the WekaNode says
 * @param uid of the claims object that is there; undefined: none is
 * @returns what the status is to say, and in how many seconds that may change
 */
export function claimsSeen(
  before: Seen | undefined,
  uid: string | undefined,
  now: string,
): { seen?: Seen; again?: number } {
  const settled = uid === undefined ? {} : { seen: { uid } };
  if (before === undefined || before.uid === uid) return settled;
  const pending = uid ?? '';
  const noted = before.pending === pending ? (before.since ?? now) : now;
  // by a clock that was set back since: nobody knows how long ago it was
  const since = Date.parse(noted) > Date.parse(now) ? now : noted;
  const left = settling - (Date.parse(now) - Date.parse(since)) / 1000;
  return left <= 0 ? settled : { seen: { uid: before.uid, pending, since }, again: Math.ceil(left) };
}

/** Nobody chooses in claims that are not those which a WekaNode knows to be complete. */
export const isIncomplete = (
  { status }: Pick<WekaNode, 'status'>,
  field: 'claims' | 'portClaims',
  uid: string | undefined,
): boolean => status?.[field] !== undefined && status[field].uid !== uid;
