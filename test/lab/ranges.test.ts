/** The ranges of ports of two clusters, deleted while one of them does anything but work: each keeps its own, and what is another one's is left alone. */
import { describe, expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster, wekaCluster, type LabWorld } from './world.ts';

const long = { timeout: 400_000 };
const hour = 3_600_000;
const uidOf = (world: LabWorld, kind: string, name: string): string => world.get(kind, name)?.metadata.uid ?? '';
const ranges = (world: LabWorld): Record<string, { basePort: number }> =>
  (world.get('WekaClaims', 'ports')?.spec?.['ranges'] ?? {}) as Record<string, { basePort: number }>;
const labelled = (uid: string) => ({ metadata: { labels: { 'weka.io/cluster-id': uid, 'controller-uid': uid } } });
const orphaned = {
  metadata: { ownerReferences: null, labels: { 'controller-uid': null, 'weka.io/cluster-id': null } },
};
const two = (spec: Record<string, unknown> = { gracefulDestroyDuration: '24h' }) => ({
  ...wekaCluster({ spec }),
  metadata: { name: 'two', namespace: 'default' },
});
const isReady = (world: LabWorld, name: string): boolean => world.condition('WekaCluster', name)?.status === 'True';

describe('a cluster whose range of ports is deleted before a second cluster comes', () => {
  it.each<[string, (world: LabWorld) => void, (world: LabWorld) => void]>([
    [
      'is paused',
      (world) => {
        world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: true } } });
      },
      (world) => {
        world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: false } } });
      },
    ],
    [
      'is in its grace',
      (world) => {
        world.delete('WekaCluster', 'demo');
      },
      (world) => {
        world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
      },
    ],
    [
      'waits for a container to be given back',
      (world) => {
        world.patch('WekaContainer', 'demo-drive-1', orphaned);
      },
      (world) => {
        world.patch('WekaContainer', 'demo-drive-1', labelled(uidOf(world, 'WekaCluster', 'demo')));
      },
    ],
  ])('keeps it while it %s', long, async (_sentence, slip, back) => {
    const world = await readyCluster(
      { drive: 3, compute: 3, spec: { gracefulDestroyDuration: '24h' } },
      { nodes: 4, machine: { driveCount: 3 }, weka: { rebuildElsewhere: hour } },
    );
    const one = uidOf(world, 'WekaCluster', 'demo');
    const before = ranges(world)[one]?.basePort;
    await world.stays('time passes', () => true, 60);
    slip(world);
    await world.stays('time passes', () => true, 90);
    world.delete('WekaClaims', 'ports');
    await world.stays('time passes', () => true, 10);
    world.apply(two());
    await world.until('the second one is Ready', () => isReady(world, 'two'), 600);
    back(world);
    await world.until('the first one is Ready', () => isReady(world, 'demo'), 600);
    const all = Object.values(ranges(world)).map(({ basePort }) => basePort);
    expect([ranges(world)[one]?.basePort, all.length, new Set(all).size]).toEqual([before, 2, 2]);
    expect(world.errors).toEqual([]);
    world.lab.stop();
  });
});

describe("a container whose labels make it another cluster's", () => {
  it.each(['works', 'is paused', 'is deleted'])(
    'is neither changed nor stopped where the ranges of ports are deleted as well, while that one %s',
    long,
    async (how) => {
      const world = await readyCluster(
        { drive: 4, compute: 3, spec: { gracefulDestroyDuration: '24h' } },
        { nodes: 4, machine: { driveCount: 3 }, weka: { rebuildElsewhere: hour } },
      );
      const watch = watchLosses(world);
      world.apply(two({ gracefulDestroyDuration: '60s' }));
      await watch.until('two is Ready', () => isReady(world, 'two'), 300);
      const uid = uidOf(world, 'WekaCluster', 'two');
      world.patch('WekaContainer', 'demo-drive-0', labelled(uid));
      await watch.until(
        'two names it',
        () => world.condition('WekaCluster', 'two')?.reason === 'ForeignContainers',
        60,
      );
      if (how === 'is paused') world.patch('WekaCluster', 'two', { spec: { overrides: { paused: true } } });
      if (how === 'is deleted') world.delete('WekaCluster', 'two');
      await watch.pass(20);
      world.delete('WekaClaims', 'ports');
      await watch.pass(300);
      expect([watch.losses, watch.violations(), watch.erased(), world.errors]).toMatchObject([
        { away: 0, ioStopped: false },
        [],
        [],
        [],
      ]);
      expect(world.get('WekaContainer', 'demo-drive-0')?.spec?.['state']).not.toMatch(/paused|destroying/);
      world.lab.stop();
    },
  );

  it('is told by its claim where both clusters have come to the same range', long, async () => {
    const world = await readyCluster(
      { drive: 6, compute: 5, spec: { gracefulDestroyDuration: '24h' } },
      { nodes: 6, machine: { driveCount: 3 }, weka: { rebuildElsewhere: hour } },
    );
    const watch = watchLosses(world);
    const guid = world.weka.snapshot().clusters[0]?.guid;
    world.apply(two());
    await watch.until('two is Ready', () => isReady(world, 'two'), 400);
    const uid = uidOf(world, 'WekaCluster', 'two');
    // as an earlier release let it come about, or a hand
    const { basePort } = Object.values(ranges(world))[0] ?? {};
    for (const name of ['demo-drive-0', 'demo-drive-1', 'demo-drive-2'])
      world.patch('WekaContainer', name, labelled(uid));
    world.patch('WekaClaims', 'ports', { spec: { ranges: { [uid]: { basePort } } } });
    await watch.pass(120);
    world.delete('WekaCluster', 'two');
    await watch.pass(120);
    expect(world.weka.snapshot().clusters.find((cluster) => cluster.guid === guid)).toMatchObject({
      name: 'demo',
      ioStatus: 'STARTED',
    });
    expect([watch.losses, watch.violations(), watch.erased()]).toMatchObject([{ away: 0, ioStopped: false }, [], []]);
    world.lab.stop();
  });
});
