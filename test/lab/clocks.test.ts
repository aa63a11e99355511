/** A grace where no clock is right but that of the lab: two replicas of the hooks hours apart, and an API server whose clock is set. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../lab/clock.ts';
import { createRandom } from '../../lab/random.ts';
import { watchLosses } from './losses.ts';
import { readyCluster } from './world.ts';

const long = { timeout: 400_000 };
const hour = 3600;
const grace = hour;
/** Seconds, more than those after which a grace counts as one at which nobody has looked. */
const spell = 2400;

interface Clocks {
  /** Hours by which each replica is ahead. */
  replicas: [number, number];
  /** Which of them takes a call: each in its turn, as it comes, or one for a while and then the other. */
  turns: 'alternating' | 'random' | 'in spells';
  /** When the clock of the API server is set, in seconds since the deletion, and by how many hours in all it is ahead then. */
  steps: { at: number; ahead: number }[];
}

/** Seconds of the lab from the deletion of a cluster to its destruction, and to its end. */
async function deleted({ replicas, turns, steps }: Clocks, seed: number): Promise<{ erased: number; gone: number }> {
  const random = createRandom(seed);
  const clock = new VirtualClock({ seed });
  let call = 0;
  let ahead = 0;
  let skewed = false;
  const world = await readyCluster(
    { spec: { gracefulDestroyDuration: `${grace}s` } },
    {
      nodes: 3,
      seed,
      clock,
      replicaSkew: () => {
        call += 1;
        const second = {
          alternating: () => call % 2 === 1,
          random: () => random.next() < 0.5,
          // a connection that is kept
          'in spells': () => Math.floor(clock.now() / 1000 / spell) % 2 === 1,
        }[turns]();
        return skewed ? hour * 1000 * replicas[second ? 1 : 0] : 0;
      },
      serverAhead: () => ahead * hour * 1000,
    },
  );
  const watch = watchLosses(world);
  const began = world.clock.now();
  const passed = (): number => (world.clock.now() - began) / 1000;
  skewed = true;
  world.delete('WekaCluster', 'demo');
  let erased: number | undefined;
  const look = (): void => {
    if (erased === undefined && (watch.erased().length > 0 || world.weka.removed.length > 0)) erased = passed();
  };
  const isGone = (): boolean => {
    look();
    return world.get('WekaCluster', 'demo') === undefined;
  };
  for (const step of steps) {
    await watch.stays('it is kept', () => !isGone(), Math.max(0, step.at - passed())).catch(() => undefined);
    ahead = step.ahead;
  }
  await watch.until('the cluster is gone', isGone, 60 * hour);
  expect(watch.violations()).toEqual([]);
  const gone = passed();
  world.lab.stop();
  return { erased: erased ?? gone, gone };
}

describe('a grace', () => {
  it.each<[string, Clocks]>([
    ['two replicas 12 hours apart, in turns', { replicas: [6, -6], turns: 'alternating', steps: [] }],
    ['two replicas 12 hours apart, as it comes', { replicas: [6, -6], turns: 'random', steps: [] }],
    ['two replicas 12 hours apart, each for a while', { replicas: [6, -6], turns: 'in spells', steps: [] }],
    [
      'a server whose clock is set forward, and back',
      {
        replicas: [0, 0],
        turns: 'alternating',
        steps: [
          { at: 900, ahead: 6 },
          { at: 1800, ahead: 0 },
        ],
      },
    ],
    [
      'both',
      {
        replicas: [6, -6],
        turns: 'random',
        steps: [
          { at: 900, ahead: 6 },
          { at: 1800, ahead: -6 },
        ],
      },
    ],
  ])('is never shorter by the true clock, and ends: %s', long, async (_sentence, clocks) => {
    const { erased, gone } = await deleted(clocks, 1);
    expect(erased).toBeGreaterThanOrEqual(grace);
    // as much longer as the clocks are apart
    expect(gone).toBeLessThan(30 * hour);
  });

  it(
    'says that it has begun anew, and why, where the clock of the API server is set again and again',
    long,
    async () => {
      let ahead = 0;
      const world = await readyCluster(
        { spec: { gracefulDestroyDuration: `${grace}s` } },
        {
          nodes: 3,
          serverAhead: () => ahead * hour * 1000,
        },
      );
      const watch = watchLosses(world);
      world.delete('WekaCluster', 'demo');
      for (let minute = 0; minute < 90; minute += 1) {
        await watch.pass(60);
        ahead += 1;
      }
      const said = world.condition('WekaCluster', 'demo', 'GracePeriodOver');
      expect(said).toMatchObject({ status: 'False', reason: 'GracePeriod' });
      expect(said?.message).toMatch(
        /; the grace has begun anew \d\d times, last at \S+: by the clock of the API server nobody had looked at it for \d+ min: the operator did not run, or that clock was set$/,
      );
      expect([watch.erased(), world.weka.removed]).toEqual([[], []]);
      await watch.until('it ends', () => world.get('WekaCluster', 'demo') === undefined, 2 * grace);
      world.lab.stop();
    },
  );

  it('is never shorter by the true clock, and ends, whatever the clocks do', long, async () => {
    const skew = fc.integer({ min: -6, max: 6 });
    const clocks = fc.record({
      replicas: fc.tuple(skew, skew),
      turns: fc.constantFrom<Clocks['turns']>('alternating', 'random', 'in spells'),
      steps: fc
        .array(fc.record({ at: fc.nat(2 * hour), ahead: skew }), { maxLength: 3 })
        .map((steps) => steps.sort((one, other) => one.at - other.at)),
    });
    await fc.assert(
      fc.asyncProperty(clocks, fc.nat(1000), async (given, seed) => {
        const { erased, gone } = await deleted(given, seed);
        expect(erased).toBeGreaterThanOrEqual(grace);
        expect(gone).toBeLessThan(30 * hour);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });
});
