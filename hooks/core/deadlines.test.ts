import { describe, expect, it } from 'vitest';
import { hasPassed } from './deadlines.ts';

const now = '2026-01-01T12:00:00Z';

describe('a deadline of ten seconds', () => {
  it.each<[string, string | undefined, boolean]>([
    ['has passed after ten', '2026-01-01T11:59:50Z', true],
    ['has not passed after nine', '2026-01-01T11:59:51Z', false],
    ['has not passed where the clocks differ a little', '2026-01-01T12:00:59Z', false],
    ['has passed where it was counted by a clock that was set back since', '2026-01-01T18:00:00Z', true],
    ['has passed where nobody knows since when', undefined, true],
    ['has passed since what is no time', 'yesterday', true],
  ])('%s', (_sentence, since, passed) => {
    expect(hasPassed(since, 10, now)).toBe(passed);
  });
});
