/**
 * The grace of a deletion. It begins when the operator first sees the deletion, or sees it again after it had been
 * cancelled, and is kept in claims. Two clocks measure it, that of the hooks and that of the API server, and it is over
 * when both say so: one that steps, or a replica whose clock is hours off, shortens nothing.
 */

/** When it began, RFC 3339. */
export interface Grace {
  /** By the clock of the hooks. */
  startedAt: string;
  /** By the clock of the API server. */
  startedAtServer: string;
}

const after = (timestamp: string, seconds: number): number => Date.parse(timestamp) + seconds * 1000;

/** When a grace of so many seconds ends, by the clock of the API server, RFC 3339. */
export const graceEnd = ({ startedAtServer }: Grace, seconds: number): string =>
  new Date(after(startedAtServer, seconds)).toISOString();

/**
 * Seconds until the grace is over by both clocks; 0 when it is.
 * @param seconds how long it lasts
 * @param clocks RFC 3339; `server` undefined: not known
 * @returns undefined while the clock of the API server is not known
 */
export function graceLeft(
  grace: Grace,
  seconds: number,
  clocks: { hooks: string; server: string | undefined },
): number | undefined {
  if (clocks.server === undefined) return undefined;
  const left = Math.max(
    after(grace.startedAt, seconds) - Date.parse(clocks.hooks),
    after(grace.startedAtServer, seconds) - Date.parse(clocks.server),
  );
  // a timestamp that nobody can read ends nothing
  return Number.isNaN(left) ? seconds : Math.max(0, Math.ceil(left / 1000));
}
