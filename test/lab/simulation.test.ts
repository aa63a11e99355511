/**
 * Whole lives under faults: calls lost, repeated and delayed, caches that lag, people who delete and edit at the worst
 * moment. What the operator does to weka is judged in the moment in which it is done, the other invariants after every
 * event that changed something in the API, and each second; when the faults end, the cluster has to come back to Ready.
 * One seed is one reproducible life.
 */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../lab/clock.ts';
import { createRandom } from '../../lab/random.ts';
import { faultyAccess } from '../../lab/faulty-access.ts';
import { faultyTransport } from '../../lab/faulty-transport.ts';
import { invariantsOf } from './invariants.ts';
import { troubles } from './troubles.ts';
import { startWorld, wekaCluster } from './world.ts';

const seeds = Array.from({ length: Number(process.env['SIMULATION_SEEDS'] ?? 6) }, (_, index) => index + Number(process.env['SIMULATION_FIRST_SEED'] ?? 1));

const calm = { lost: 0, answerLost: 0, repeated: 0, delayMilliseconds: 5 };
const storm = { lost: 0.1, answerLost: 0.1, repeated: 0.1, delayMilliseconds: 400 };

describe('a cluster in trouble', () => {
  it.each(seeds)('seed %i survives and comes back', { timeout: 120_000 }, async (seed) => {
    const chance = createRandom(seed * 7919);
    let stormy = true;
    const log: string[] = [];
    const clock = new VirtualClock({ seed });
    const world = await startWorld({
      clock, seed, nodes: 4, weka: { rebuild: 1000 },
      // a kubelet with much to do: what was removed by force lives on for long
      nodeSettings: { orphanKillMilliseconds: 30_000 },
      staleCache: { minimumMilliseconds: 0, maximumMilliseconds: 300, applies: () => true },
      transport: (local, random) => faultyTransport(local, clock, random, () => (stormy ? storm : calm)),
      access: (local) => faultyAccess(local, chance, () => (stormy ? { lost: 0.05, answerLost: 0.05 } : { lost: 0, answerLost: 0 })),
    });
    world.lab.apply(wekaCluster({ drive: 3, compute: 3 }));
    const invariants = invariantsOf(world);
    const check = (found: string[]): void => {
      if (found.length > 0) throw new Error(`seed ${seed} at ${world.clock.now()}: ${found.join('; ')}\n${log.join('\n')}\n${world.picture()}`);
    };
    const pass = async (milliseconds: number): Promise<void> => {
      const end = world.clock.now() + milliseconds;
      await world.clock.runUntil(() => {
        check(invariants.checkOften());
        return world.clock.now() >= end;
      }, { maxMilliseconds: milliseconds });
    };
    for (let round = 0; round < 8; round += 1) {
      await pass(5_000 + chance.integer(40_000));
      const trouble = troubles[chance.integer(troubles.length)];
      if (trouble === undefined) continue;
      log.push(`${world.clock.now()}: ${trouble.what}`);
      trouble.act(world, chance);
    }
    await pass(30_000);
    stormy = false;
    const settled = (): boolean => {
      check(invariants.checkOften());
      return isSettled();
    };
    const isSettled = (): boolean => world.condition('WekaCluster', 'demo')?.status === 'True'
      && world.lab.all('WekaContainer').every(({ metadata }) => metadata.namespace !== 'default' || world.condition('WekaContainer', metadata.name)?.status === 'True')
      && world.lab.all('Pod').filter(({ metadata }) => metadata.namespace === 'default').length === 6;
    try {
      await world.until('all is Ready again', settled, 3600);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}\n${log.join('\n')}`);
    }
    check(invariants.check());
    expect(world.lab.world.damage.filter((message) => !/IO stopped/.test(message))).toEqual([]);
    world.lab.stop();
  });
});
