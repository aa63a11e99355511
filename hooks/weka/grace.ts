/** How long the data of a cluster outlives its deletion. */
import { parseDurationSeconds } from '../core/durations.ts';

/** Upstream's default of spec.gracefulDestroyDuration, 24 h; also for a text that is no duration: never shorter by mistake. */
const defaultSeconds = 24 * 3600;

/** Seconds of spec.gracefulDestroyDuration, such as `24h`; empty, or no duration: the default. */
export const graceSeconds = (duration: string | undefined): number =>
  parseDurationSeconds(duration ?? '') ?? defaultSeconds;
