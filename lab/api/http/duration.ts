/** Durations as kubectl shows them (`duration.HumanDuration` of k8s.io/apimachinery). */

/** `milliseconds` as `45s`, `3m20s`, `25m`, `5h3m`, `2d4h`, `40d`, `3y20d`; `<invalid>` from two seconds below zero. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 120) return `${Math.max(0, seconds)}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 192) return withRest(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  const years = Math.trunc(days / 365);
  return days < 2920 ? withRest(years, 'y', days % 365, 'd') : `${years}y`;
}

function withRest(value: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${value}${unit}` : `${value}${unit}${rest}${restUnit}`;
}

/** The age of an RFC 3339 time at `now` (ms since the epoch): `<unknown>` without a time, `<invalid>` for what is none. */
export function age(time: unknown, now: number): string {
  if (time === undefined || time === null || time === '') return '<unknown>';
  const parsed = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(parsed) ? '<invalid>' : humanDuration(now - parsed);
}
