import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graceEnd, graceLeft } from './grace.ts';

const start = '2026-01-01T00:00:00Z';
const at = (seconds: number): string => new Date(Date.parse(start) + seconds * 1000).toISOString();
const grace = { startedAt: start, startedAtServer: start };

describe('the grace of a deletion', () => {
  it.each([
    ['has all of it left when it begins', 0, 0, 3600],
    ['is over when both clocks say so', 3600, 3600, 0],
    ['is not over while the clock of the API server does not say so', 36_000, 60, 3540],
    ['is not over while the clock of the hooks does not say so', 60, 36_000, 3540],
    ['is longer when a clock steps back', -7200, 3600, 10_800],
  ])('%s', (_name, hooks, server, left) => {
    expect(graceLeft(grace, 3600, { hooks: at(hooks), server: at(server) })).toBe(left);
  });

  it('is not known while the clock of the API server is not', () => {
    expect(graceLeft(grace, 3600, { hooks: at(36_000), server: undefined })).toBeUndefined();
  });

  it('never ends by what is no time', () => {
    expect(graceLeft({ ...grace, startedAt: 'yesterday' }, 3600, { hooks: at(99_999), server: at(99_999) })).toBe(3600);
    expect(graceEnd(grace, 3600)).toBe('2026-01-01T01:00:00.000Z');
  });

  // hours of skew both ways: replicas whose clocks differ, and clocks that step while it runs
  it('is never shortened by a difference or a step of one clock', () => {
    const hours = fc.integer({ min: -12 * 3600, max: 12 * 3600 });
    fc.assert(
      fc.property(
        hours,
        hours,
        fc.boolean(),
        fc.nat(7200),
        fc.integer({ min: 1, max: 7200 }),
        (skewAtStart, skewNow, hooksAreOff, passed, duration) => {
          const off = (seconds: number, skew: number): string => at(seconds + skew);
          const begun = hooksAreOff
            ? { startedAt: off(0, skewAtStart), startedAtServer: start }
            : { startedAt: start, startedAtServer: off(0, skewAtStart) };
          const clocks = hooksAreOff
            ? { hooks: off(passed, skewNow), server: at(passed) }
            : { hooks: at(passed), server: off(passed, skewNow) };
          if (passed < duration) expect(graceLeft(begun, duration, clocks)).toBeGreaterThan(0);
        },
      ),
    );
  });
});
