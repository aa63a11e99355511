import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOff, withReplacement, type Replacements } from './back-off.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const minute = 60_000;
const at = (time: number): string => new Date(time).toISOString();

/** Replaces the pod whenever it is wished and allowed; the wishes are so many minutes apart. */
function replaced(gaps: readonly number[]): { times: number[]; longestWait: number } {
  let memory: Replacements | undefined;
  let now = start;
  let longestWait = 0;
  const times: number[] = [];
  for (const gap of gaps) {
    now += gap * minute;
    const pause = backOff(memory, at(now));
    if (pause !== undefined) longestWait = Math.max(longestWait, Date.parse(pause.until) - now);
    if (pause !== undefined) continue;
    memory = withReplacement(memory, `pod-${times.length}`, at(now));
    times.push(now);
  }
  return { times, longestWait };
}
const minutesOf = ({ times }: { times: number[] }): number[] => times.map((time) => (time - start) / minute);

describe('replacements of one pod', () => {
  it('wished every minute come four times, and then after 10, 20, 40 minutes and so on, at most 6 hours apart', () => {
    const minutes = minutesOf(replaced(Array.from({ length: 2500 }, () => 1)));
    expect(minutes).toEqual([1, 2, 3, 4, 14, 34, 74, 154, 314, 634, 994, 1354, 1714, 2074, 2434]);
  });

  it.each<[string, number[]]>([
    ['three in a row', [1, 1, 1]],
    ['one in twenty minutes', Array.from({ length: 40 }, () => 20.1)],
    ['three again after a quiet hour', [1, 1, 1, 61, 1, 1]],
    ['three again when those that were too many are forgotten', [1, 1, 1, 1, 61, 1, 1]],
  ])('that are few are never held back: %s', (_name, gaps) => {
    expect(replaced(gaps).times).toHaveLength(gaps.length);
  });

  it('say how many there were and since when', () => {
    let memory: Replacements | undefined;
    for (const [index, time] of [0, 2, 4, 6, 20].entries())
      memory = withReplacement(memory, `pod-${index}`, at(start + time * minute));
    expect(backOff(memory, at(start + 21 * minute))).toEqual({
      count: 5,
      since: at(start),
      until: at(start + 40 * minute),
    });
    expect(backOff(memory, at(start + 40 * minute))).toBeUndefined();
  });

  it('of the same pod count once', () => {
    const first = withReplacement(undefined, 'pod-1', at(start));
    expect(withReplacement(first, 'pod-1', at(start + minute))).toBe(first);
  });

  const gaps = fc.array(
    fc.oneof(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 800 })),
    { maxLength: 120 },
  );
  it('whenever they are wished, are at most six in any hour', () => {
    fc.assert(
      fc.property(gaps, (given) => {
        const { times } = replaced(given);
        for (const time of times)
          expect(times.filter((other) => other > time - 60 * minute && other <= time).length).toBeLessThanOrEqual(6);
      }),
    );
  });

  it('whenever they are wished, are never held back for more than six hours', () => {
    fc.assert(
      fc.property(gaps, (given) => {
        expect(replaced(given).longestWait).toBeLessThanOrEqual(360 * minute);
      }),
    );
  });

  it('with times that are no times are held back by nothing', () => {
    expect(backOff({ podUid: 'a', at: ['soon'], level: 3 }, at(start))).toBeUndefined();
    expect(withReplacement({ podUid: 'a', at: [], level: 3 }, 'b', at(start))).toEqual({
      podUid: 'b',
      at: [at(start)],
      level: 0,
    });
  });
});
