/**
 * Deadlines. What they are counted from was written by another replica of the hooks or by the API server: the shell gives all
 * of them one clock (docs/adr/0025-one-clock-for-all-replicas.md), and that one may be set.
 */

/** Seconds by which clocks may differ without anybody having set one. */
const drift = 60;

/**
 * Whether so many seconds have passed since a moment. One that lies ahead is of a clock that was set back since, by nobody
 * knows how much: nothing waits for it to come.
 * @param since RFC 3339; what is no time has passed
 */
export function hasPassed(since: string | undefined, seconds: number, now: string): boolean {
  const passed = (Date.parse(now) - Date.parse(since ?? '')) / 1000;
  return !(passed < seconds) || passed < -drift;
}
