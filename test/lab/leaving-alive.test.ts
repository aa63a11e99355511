/** Containers that are deleted run until weka has let them go, whatever stopped them before. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster, type LabWorld } from './world.ts';

const long = { timeout: 400_000 };
const roles = { dynamicTemplate: { driveContainers: 6, computeContainers: 6 } };
const containers = (world: LabWorld) => world.list('WekaContainer');
const uids = (world: LabWorld): Set<string> => new Set(containers(world).map(({ metadata }) => metadata.uid ?? ''));
const pods = (world: LabWorld): string[] => world.list('Pod').map(({ metadata }) => metadata.name);
const io = (world: LabWorld): string | undefined =>
  world.weka.snapshot().clusters.find(({ name }) => name === 'demo')?.ioStatus;
const isReady = (world: LabWorld): boolean => world.condition('WekaCluster', 'demo')?.status === 'True';
const pause = (world: LabWorld, paused: boolean | null): void =>
  void world.patch('WekaCluster', 'demo', { spec: { overrides: { paused } } });
const numbered = (role: string, count: number): string[] =>
  Array.from({ length: count }, (_one, index) => `demo-${role}-${index}`);

describe('containers that are deleted while their cluster is paused', () => {
  it('wait for it, run again with it, and leave one after the other', long, async () => {
    const world = await readyCluster({ spec: roles }, { nodes: 6 });
    const watch = watchLosses(world);
    pause(world, true);
    await watch.until('all have stopped', () => pods(world).length === 0, 300);
    const gone = [...numbered('drive', 3), ...numbered('compute', 3)];
    const before = uids(world);
    for (const name of gone) world.delete('WekaContainer', name);
    await watch.pass(120);
    expect(world.condition('WekaContainer', 'demo-drive-0', 'Stalled')).toMatchObject({
      reason: 'Paused',
      message:
        'it is being deleted, and nobody leaves a weka cluster that is paused: with overrides.paused of WekaCluster demo taken back it runs once more and leaves',
    });
    expect([watch.erased(), pods(world)]).toEqual([[], []]);

    pause(world, null);
    await watch.until('IO runs', () => io(world) === 'STARTED', 600);
    await watch.until(
      'all others have come, and the cluster is whole',
      () => isReady(world) && [...uids(world)].filter((uid) => before.has(uid)).length === 6,
      7200,
    );
    expect(watch.violations()).toEqual([]);
    expect(containers(world).every(({ metadata }) => metadata.deletionTimestamp === undefined)).toBe(true);
    world.lab.stop();
  });

  it.each(['Background', 'Foreground'] as const)(
    'all of them, in the %s: IO comes back, and new ones take their places',
    long,
    async (propagationPolicy) => {
      const world = await readyCluster({}, { nodes: 6 });
      const watch = watchLosses(world);
      const before = uids(world);
      pause(world, true);
      await watch.until('all have stopped', () => pods(world).length === 0, 300);
      for (const { metadata } of containers(world)) world.delete('WekaContainer', metadata.name, { propagationPolicy });
      await watch.pass(60);
      pause(world, null);
      await watch.until('IO runs', () => io(world) === 'STARTED', 600);
      await watch.until(
        'all have been replaced',
        () => isReady(world) && [...uids(world)].every((uid) => !before.has(uid)),
        7200,
      );
      expect(watch.violations()).toEqual([]);
      world.lab.stop();
    },
  );
});

it(
  'skipDeactivate left in containers that are deleted under a pause: the condition names what brings IO back',
  long,
  async () => {
    const world = await readyCluster({ spec: roles }, { nodes: 6 });
    const watch = watchLosses(world);
    const gone = [...numbered('drive', 3), ...numbered('compute', 3)];
    for (const name of gone) world.patch('WekaContainer', name, { spec: { overrides: { skipDeactivate: true } } });
    pause(world, true);
    await watch.until('all have stopped', () => pods(world).length === 0, 300);
    for (const name of gone) world.delete('WekaContainer', name);
    await watch.pass(60);
    pause(world, null);
    await watch.pass(300);
    for (const name of gone) {
      const { message = '' } = world.condition('WekaContainer', name) ?? {};
      const found = /kubectl patch wekacontainer (\S+) -n default --type=merge -p '([^']+)' has it run once more/.exec(
        message,
      );
      expect([name, found?.[1]]).toEqual([name, name]);
      world.patch('WekaContainer', name, JSON.parse(found?.[2] ?? '') as object);
    }
    await watch.until('IO runs', () => io(world) === 'STARTED', 900);
    await watch.until(
      'all are replaced',
      () => isReady(world) && containers(world).every(({ metadata }) => metadata.deletionTimestamp === undefined),
      7200,
    );
    expect(watch.violations()).toEqual([]);
    world.lab.stop();
  },
);

it('all containers of a cluster whose deletion was cancelled are replaced one after the other', long, async () => {
  const world = await readyCluster({ spec: { gracefulDestroyDuration: '1h' } }, { nodes: 6 });
  const watch = watchLosses(world);
  world.delete('WekaCluster', 'demo');
  await watch.pass(60);
  world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
  await watch.until(
    'it is as it was',
    () => isReady(world) && io(world) === 'STARTED' && pods(world).length === 6,
    900,
  );
  const before = uids(world);
  for (const { metadata } of containers(world)) world.delete('WekaContainer', metadata.name);
  await watch.until(
    'all have been replaced',
    () => isReady(world) && [...uids(world)].every((uid) => !before.has(uid)),
    7200,
  );
  expect(watch.violations()).toEqual([]);
  world.lab.stop();
});

it(
  'whichever are deleted when, around a pause: nothing is erased that weka has not let go, and all ends',
  long,
  async () => {
    const names = [...numbered('drive', 5), ...numbered('compute', 5)];
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(names, { minLength: 1 }),
        fc.nat(120),
        fc.nat(300),
        fc.nat(1000),
        async (chosen, afterPause, untilResumed, seed) => {
          const world = await readyCluster({}, { nodes: 6, seed });
          const watch = watchLosses(world);
          const before = uids(world);
          const left = chosen.filter((name) => world.get('WekaContainer', name) !== undefined);
          pause(world, true);
          await watch.pass(afterPause);
          for (const name of left) world.delete('WekaContainer', name);
          await watch.pass(untilResumed);
          expect(watch.erased()).toEqual([]);
          pause(world, null);
          await watch.until('IO runs', () => io(world) === 'STARTED', 900);
          await watch.until(
            'those are replaced',
            () =>
              isReady(world) && [...uids(world)].filter((uid) => before.has(uid)).length === before.size - left.length,
            7200,
          );
          expect(watch.violations()).toEqual([]);
          world.lab.stop();
        },
      ),
      { numRuns: 2, endOnFailure: true },
    );
  },
);
