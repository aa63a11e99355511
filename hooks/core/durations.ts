/** Go durations as metav1.Duration writes them: `24h`, `5m0s`, `0s`. Hours have at most six digits: what comes after so many is still a date. */
export const durationPattern =
  /^(0|[0-9]{1,6}(\.[0-9]{1,9})?h([0-9]{1,9}(\.[0-9]{1,9})?(ns|us|µs|ms|s|m))*|([0-9]{1,9}(\.[0-9]{1,9})?(ns|us|µs|ms|s|m))+)$/;

const unitSeconds: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 };

/** Seconds of a Go duration; undefined when the text is none. */
export function parseDurationSeconds(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h)/g)) {
    seconds += Number(amount) * (unitSeconds[unit ?? 's'] ?? 1);
  }
  return seconds;
}
