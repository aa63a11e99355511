/** Two replicas of the hooks whose clocks are hours apart: what one of them has dated, or the API server, is no deadline that the other one sees expire. */
import { describe, expect, it } from 'vitest';
import { readyCluster, type LabWorld } from './world.ts';

const long = { timeout: 300_000 };
const hour = 3_600_000;

const failedLoads = (world: LabWorld): unknown[] =>
  world.list('WekaNode').flatMap(({ status }) => (status?.['failedLoads'] as unknown[] | undefined) ?? []);

describe('a cluster of which two replicas twelve hours apart take the calls', () => {
  it.each<[string, (call: number) => boolean]>([
    ['in turns', (call) => call % 2 === 1],
    ['each for a while', (call) => Math.floor(call / 40) % 2 === 1],
  ])('comes up, and comes back: %s', long, async (_sentence, isSecond) => {
    let call = 0;
    const world = await readyCluster(
      {},
      {
        nodes: 3,
        replicaSkew: () => {
          call += 1;
          return isSecond(call) ? 6 * hour : -6 * hour;
        },
      },
    );
    expect(failedLoads(world)).toEqual([]);
    const before = world.get('Pod', 'demo-drive-0')?.metadata.uid;
    world.delete('Pod', 'demo-drive-0');
    await world.until(
      'its successor is Ready',
      () =>
        world.get('Pod', 'demo-drive-0')?.metadata.uid !== before &&
        world.condition('WekaContainer', 'demo-drive-0')?.status === 'True' &&
        world.condition('WekaCluster', 'demo')?.status === 'True',
      300,
    );
    for (const { metadata, status } of world.list('WekaContainer'))
      for (const { lastTransitionTime } of (status?.['conditions'] ?? []) as { lastTransitionTime: string }[])
        expect([metadata.name, Date.parse(lastTransitionTime) <= world.clock.now()]).toEqual([metadata.name, true]);
    expect(world.weka.damage).toEqual([]);
    world.lab.stop();
  });
});
