/** The grace period of a cluster deletion. */
import { parseDurationSeconds } from './api/durations.ts';

/** Upstream's default of spec.gracefulDestroyDuration, 24 h; also for a text that is no duration: never shorter by mistake. */
const defaultSeconds = 24 * 3600;

/**
 * When the grace period ends that began with the deletion.
 * @param deletionTimestamp RFC 3339
 * @param duration a Go duration such as `24h`, or empty for the default
 * @returns RFC 3339
 */
export function graceEnd(deletionTimestamp: string, duration: string): string {
  const seconds = parseDurationSeconds(duration) ?? defaultSeconds;
  return new Date(Date.parse(deletionTimestamp) + seconds * 1000).toISOString();
}
