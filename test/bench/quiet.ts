/** What a cluster at rest asks of everybody, as measures. */
import type { Measure } from './measure.ts';
import type { QuietFigures } from './at-rest.ts';

/** @param containers how many the cluster has */
export function measureQuiet(
  { minutes, hookCalls, execs, sidecarReads, writes }: QuietFigures,
  containers: number,
): Measure[] {
  const name = (what: string): string => `cluster of ${containers} at rest: ${what}`;
  const perMinute = (count: number): Pick<Measure, 'unit' | 'value'> => ({
    unit: 'per minute',
    value: count / minutes,
  });
  return [
    {
      name: name('API writes'),
      unit: 'count',
      value: writes.length,
      goal: 0,
      detail: writes.length === 0 ? `in ${minutes} minutes` : [...new Set(writes)].slice(0, 5).join(', '),
    },
    {
      name: name('hook calls'),
      ...perMinute(hookCalls),
      detail: `${(hookCalls / minutes / containers).toFixed(1)} for each container`,
    },
    {
      name: name('execs'),
      ...perMinute(execs),
      detail: `${(execs / minutes / containers).toFixed(1)} for each container`,
    },
    { name: name('reads of the sidecar'), ...perMinute(sidecarReads) },
  ];
}
