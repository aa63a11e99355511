/** The same as in called-back and guards at moments that nobody has chosen: what is taken back, replaced or deleted when, and what is erased meanwhile. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster } from './world.ts';

const long = { timeout: 400_000 };
/** Seconds. */
const grace = 600;
const spec = { gracefulDestroyDuration: `${grace}s` };
const bounded = { numRuns: 2, endOnFailure: true };
/** The moments that a real tool chooses lie close together, those of people far apart. */
const moment = fc.oneof(fc.nat(90), fc.nat(3 * grace));

describe('at any moment', () => {
  it(
    'a replace without finalizers and a deletion erase nothing before the grace, and end after it where the finalizer is back',
    long,
    async () => {
      await fc.assert(
        fc.asyncProperty(moment, moment, fc.nat(1000), async (replaced, deleted, seed) => {
          const world = await readyCluster({ spec }, { nodes: 3, seed });
          const watch = watchLosses(world);
          await watch.pass(replaced);
          world.patch('WekaCluster', 'demo', { metadata: { finalizers: null } });
          await watch.pass(deleted);
          world.delete('WekaCluster', 'demo');
          await watch.pass(grace - 5);
          expect([watch.erased(), world.weka.removed, watch.violations()]).toEqual([[], [], []]);
          const left = world.get('WekaCluster', 'demo');
          if (left === undefined) {
            // nobody is left who could order it: each asks for a word
            await watch.pass(2 * grace);
            expect([watch.erased(), world.weka.removed]).toEqual([[], []]);
            expect(world.condition('WekaContainer', 'demo-drive-0')?.reason).toBe('WordNeeded');
          } else {
            await watch.until('it ends', () => world.get('WekaCluster', 'demo') === undefined, 300);
            expect(watch.erased()).toHaveLength(3);
          }
          expect(watch.violations()).toEqual([]);
          world.lab.stop();
        }),
        bounded,
      );
    },
  );

  it(
    'a cancelled deletion that is taken back erases nothing before a whole grace from then, and ends after it',
    long,
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(grace - 10), moment, fc.nat(1000), async (cancelled, takenBack, seed) => {
          const world = await readyCluster({ spec }, { nodes: 3, seed });
          const watch = watchLosses(world);
          world.delete('WekaCluster', 'demo');
          await watch.pass(cancelled);
          world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
          await watch.pass(takenBack);
          world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: null } } });
          await watch.pass(grace - 5);
          expect([watch.erased(), world.weka.removed, watch.violations()]).toEqual([[], [], []]);
          await watch.until('it ends', () => world.get('WekaCluster', 'demo') === undefined, 300);
          expect(watch.erased()).toHaveLength(3);
          expect(watch.violations()).toEqual([]);
          world.lab.stop();
        }),
        {
          ...bounded,
          // cancelled in the same second: the pods have been told to stop
          examples: [[0, 85, 961]],
        },
      );
    },
  );
});
