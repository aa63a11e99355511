import { describe, expect, it } from 'vitest';
import { shortLife, lifeOf, wholeLife, type Life } from './life.ts';
import { shrink } from './shrink.ts';
import { simulatedWeka } from './weka/system.ts';

const { troubles } = simulatedWeka;
const names = (life: Life): string[] => life.schedule.map(({ name }) => name);

describe('a life', () => {
  it.each([
    ['whole', wholeLife],
    ['short', shortLife],
  ] as const)('%s: is the same for the same seed, and has what it is to have', (_, measure) => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const life = lifeOf(seed, measure, troubles);
      expect(lifeOf(seed, measure, troubles)).toEqual(life);
      expect(JSON.parse(JSON.stringify(life))).toEqual(life);
      expect(new Set(names(life)).size).toBeGreaterThanOrEqual(measure.kinds);
      expect(life.schedule).toHaveLength(measure.troubles);
      expect(life.schedule.at(-1)?.at).toBe(measure.seconds);
      expect(life.schedule.every(({ at }, index) => at >= (life.schedule[index - 1]?.at ?? 0))).toBe(true);
    }
  });

  it('comes to each trouble', () => {
    const drawn = new Set(Array.from({ length: 300 }, (_, seed) => names(lifeOf(seed, shortLife, troubles))).flat());
    expect([...drawn].sort()).toEqual(troubles.map(({ name }) => name).sort());
  });
});

describe('a life that fails', () => {
  const life: Life = {
    ...lifeOf(1, shortLife, troubles),
    schedule: Array.from({ length: 20 }, (_, at) => ({ at, name: `trouble-${at}`, arguments: {} })),
  };

  it('is made as short as it can be', async () => {
    const needed = ['trouble-3', 'trouble-11'];
    const shortened = await shrink(
      life,
      'broken',
      async (shorter) => (needed.every((name) => names(shorter).includes(name)) ? 'broken' : undefined),
      100,
    );
    expect(names(shortened)).toEqual(needed);
  });

  it('keeps what another check would break without', async () => {
    const shortened = await shrink(
      life,
      'broken',
      async (shorter) => (names(shorter).includes('trouble-7') ? 'broken' : 'another'),
      100,
    );
    expect(names(shortened)).toEqual(['trouble-7']);
  });

  it('is run no more often than asked for', async () => {
    let runs = 0;
    await shrink(
      life,
      'broken',
      async () => {
        runs += 1;
        return undefined;
      },
      5,
    );
    expect(runs).toBe(5);
  });
});
