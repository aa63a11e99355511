/**
 * How often the operator has replaced one pod, whatever for: two tools that write a field in turn have a new reason each
 * time. Remembered in claims, where no restored or stale status can lose it.
 */

/** As recorded. */
export interface Replacements {
  /** The last pod that was replaced. */
  podUid: string;
  /** RFC 3339; the times of the last ones, at most four. */
  at: string[];
  /** How many came in a row that were too many. */
  level: number;
  /** RFC 3339; when that row began. */
  since?: string | undefined;
}

const minute = 60_000;
/** More than three in an hour are too many. */
const free = 3;
const window = 60 * minute;
const firstPause = 10 * minute;
const longestPause = 360 * minute;

/** Milliseconds until the next one may come, after so many in a row that were too many. */
const pauseOf = (level: number): number => (level === 0 ? 0 : Math.min(firstPause * 2 ** (level - 1), longestPause));
/** Milliseconds without any, after which all is forgotten. */
const quietOf = (level: number): number => Math.max(window, 2 * pauseOf(level));

const isForgotten = ({ at, level }: Replacements, now: number): boolean =>
  !(now - Date.parse(at.at(-1) ?? '') <= quietOf(level));

/** The record with one more replacement, of the pod that is about to end; the same pod counts once. */
export function withReplacement(before: Replacements | undefined, podUid: string, now: string): Replacements {
  if (before?.podUid === podUid) return before;
  const time = Date.parse(now);
  const kept = before === undefined || isForgotten(before, time) ? { at: [], level: 0 } : before;
  const at = [...kept.at, now].slice(-(free + 1));
  const [oldest = now] = at;
  const tooMany = at.length > free && time - Date.parse(oldest) <= window;
  const level = kept.level > 0 || tooMany ? kept.level + 1 : 0;
  if (level === 0) return { podUid, at, level };
  return { podUid, at, level, since: 'since' in kept && kept.since !== undefined ? kept.since : oldest };
}

export interface Pause {
  /** RFC 3339. */
  until: string;
  since: string;
  count: number;
}

/** Until when no further replacement may come, and why; undefined when it may. */
export function backOff(replacements: Replacements | undefined, now: string): Pause | undefined {
  if (replacements === undefined || replacements.level === 0) return undefined;
  const until = Date.parse(replacements.at.at(-1) ?? '') + pauseOf(replacements.level);
  if (!(Date.parse(now) < until)) return undefined;
  return {
    until: new Date(until).toISOString(),
    since: replacements.since ?? replacements.at[0] ?? '',
    count: free + replacements.level,
  };
}
