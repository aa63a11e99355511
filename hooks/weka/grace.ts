/**
 * The grace of a cluster's deletion. It begins when the operator first sees the deletion, or sees it again after it had been
 * cancelled, and is kept in the claims of the cluster. Two clocks measure it, that of the hooks and that of the API server,
 * and it is over when both say so: one that steps, or a replica whose clock is hours off, shortens nothing.
 */
import { parseDurationSeconds } from '../core/durations.ts';
import type { WekaClaimsSpec } from './api/index.ts';

export type Grace = NonNullable<WekaClaimsSpec['grace']>;

/** Upstream's default of spec.gracefulDestroyDuration, 24 h; also for a text that is no duration: never shorter by mistake. */
const defaultSeconds = 24 * 3600;

/** Seconds of a Go duration such as `24h`; empty, or no duration: the default. */
export const graceSeconds = (duration: string | undefined): number => parseDurationSeconds(duration ?? '') ?? defaultSeconds;

const after = (timestamp: string, seconds: number): number => Date.parse(timestamp) + seconds * 1000;

/** When the grace ends, by the clock of the API server, RFC 3339. */
export const graceEnd = ({ startedAtServer }: Grace, duration: string): string => new Date(after(startedAtServer, graceSeconds(duration))).toISOString();

/**
 * Seconds until the grace is over by both clocks; 0 when it is.
 * @param clocks RFC 3339; `server` undefined: not known
 * @returns undefined while the clock of the API server is not known
 */
export function graceLeft(grace: Grace, duration: string, clocks: { hooks: string; server: string | undefined }): number | undefined {
  if (clocks.server === undefined) return undefined;
  const seconds = graceSeconds(duration);
  const left = Math.max(after(grace.startedAt, seconds) - Date.parse(clocks.hooks), after(grace.startedAtServer, seconds) - Date.parse(clocks.server));
  // a timestamp that nobody can read ends nothing
  return Number.isNaN(left) ? seconds : Math.max(0, Math.ceil(left / 1000));
}
