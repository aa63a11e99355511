/** Labels that make containers another cluster's, orders that are called back, answers that speak of the past. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stale } from '../../lab/weka/distortions.ts';
import { watchLosses } from './losses.ts';
import { patchAsTold, readyCluster, wekaCluster, type LabWorld } from './world.ts';

const long = { timeout: 400_000 };
const hour = 3600;
const uidOf = (world: LabWorld, kind: string, name: string): string => world.get(kind, name)?.metadata.uid ?? '';
const isReady = (world: LabWorld, name = 'demo'): boolean => world.condition('WekaCluster', name)?.status === 'True';
const members = (world: LabWorld): string[] =>
  world
    .list('WekaContainer')
    .map(({ metadata }) => metadata.name)
    .filter((name) => /^demo-(drive|compute)-\d+$/.test(name))
    .sort();
const nodeOf = (world: LabWorld, name: string): string => world.get('Pod', name)?.spec?.['nodeName'] as string;
const wekaOf = (world: LabWorld, name: string) =>
  world.weka.snapshot().clusters.find((cluster) => cluster.name === name);

describe('containers that a label makes children of another cluster', () => {
  it.each<[string, string[], string]>([
    ['three, and the other cluster is destroyed', ['demo-drive-0', 'demo-drive-1', 'demo-compute-2'], '0s'],
    ['three, and the other cluster is paused by its grace', ['demo-drive-0', 'demo-drive-1', 'demo-drive-2'], '24h'],
  ])('%s: run on, keep their data, and go back', long, async (_sentence, names, grace) => {
    const world = await readyCluster(
      { drive: 6, compute: 5, spec: { gracefulDestroyDuration: '24h' } },
      { nodes: 6, weka: { rebuildElsewhere: hour * 1000 } },
    );
    const watch = watchLosses(world);
    world.apply({
      ...wekaCluster({ spec: { gracefulDestroyDuration: grace } }),
      metadata: { name: 'two', namespace: 'default' },
    });
    await watch.until('two is Ready', () => isReady(world, 'two'), 300);
    const [one, two] = [uidOf(world, 'WekaCluster', 'demo'), uidOf(world, 'WekaCluster', 'two')];
    const guid = (name: string): unknown => world.get('WekaCluster', name)?.status?.['clusterID'];
    const before = { guids: [guid('demo'), guid('two')], pods: names.map((name) => uidOf(world, 'Pod', name)) };
    const label = (uid: string): void =>
      names.forEach((name) =>
        world.patch('WekaContainer', name, {
          metadata: { labels: { 'weka.io/cluster-id': uid, 'controller-uid': uid } },
        }),
      );
    label(two);
    await watch.until(
      'two names them',
      () => world.condition('WekaCluster', 'two')?.reason === 'ForeignContainers',
      60,
    );
    expect(world.condition('WekaCluster', 'two')?.message).toContain(names[0]!);
    await watch.pass(60);
    expect([guid('demo'), guid('two')]).toEqual(before.guids);
    expect(wekaOf(world, 'demo')).toBeDefined();
    world.delete('WekaCluster', 'two');
    await watch.pass(120);
    expect(names.map((name) => uidOf(world, 'Pod', name))).toEqual(before.pods);
    for (const name of names)
      world.patch('WekaContainer', name, {
        metadata: { ownerReferences: null, labels: { 'weka.io/cluster-id': one, 'controller-uid': one } },
      });
    await watch.until(
      'demo has them again',
      () => names.every((name) => world.get('WekaContainer', name)?.metadata.ownerReferences?.[0]?.uid === one),
      120,
    );
    if (grace === '0s') await watch.until('two is gone', () => world.get('WekaCluster', 'two') === undefined, 600);
    expect(watch.losses).toMatchObject({ away: 0, ioStopped: false });
    expect([
      watch.violations(),
      watch.erased(),
      world.weka.damage.filter((words) => words.includes('cluster demo')),
    ]).toEqual([[], [], []]);
    world.lab.stop();
  });
});

const cancel = (world: LabWorld): void =>
  world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });

/**
 * `demo` with a grace of ten minutes is deleted, and five minutes later the machines of these containers go off; default: of all.
 * `uids` are those of its containers, `elsewhere` are the names of those on other machines, `back` turns the machines on again.
 */
async function offInTheGrace(names?: string[]) {
  const world = await readyCluster({ spec: { gracefulDestroyDuration: '10m' } }, { nodes: 3 });
  const watch = watchLosses(world);
  const uids = new Set(members(world).map((name) => uidOf(world, 'WekaContainer', name)));
  const nodes = new Set((names ?? members(world)).map((name) => nodeOf(world, name)));
  const elsewhere = new Set(members(world).filter((name) => !nodes.has(nodeOf(world, name))));
  world.delete('WekaCluster', 'demo');
  await watch.pass(300);
  for (const node of nodes) world.lab.machines.fail(node);
  const back = (): void => nodes.forEach((node) => world.lab.machines.recover(node));
  return { world, watch, uids, elsewhere, back };
}

describe('a deletion that is cancelled after its order', () => {
  it('is no order for a container that loses its owner afterwards', long, async () => {
    const { world, watch, back } = await offInTheGrace();
    await watch.pass(400);
    cancel(world);
    await watch.pass(30);
    for (const name of ['demo-drive-0', 'demo-compute-1'])
      world.patch('WekaContainer', name, {
        metadata: { ownerReferences: null, labels: { 'controller-uid': null, 'weka.io/cluster-id': null } },
      });
    await watch.pass(30);
    back();
    await watch.pass(300);
    expect([watch.erased(), world.weka.removed, watch.violations()]).toEqual([[], [], []]);
    world.lab.stop();
  });

  it('erases nothing more, where no container has begun', long, async () => {
    const { world, watch, back } = await offInTheGrace();
    await watch.pass(360);
    expect(world.weka.erased).toEqual([]);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
    await watch.pass(60);
    back();
    await watch.pass(600);
    expect([watch.erased(), world.weka.removed]).toEqual([[], []]);
    for (const name of members(world).filter(
      (one) => world.get('WekaContainer', one)?.metadata.deletionTimestamp !== undefined,
    )) {
      expect(world.condition('WekaContainer', name)).toMatchObject({ reason: 'DeletionCancelled' });
    }
    world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: false } } });
    await watch.pass(300);
    expect(watch.erased()).toEqual([]);
    await watch.until(
      'the new grace is over, and all is gone',
      () => world.get('WekaCluster', 'demo') === undefined,
      1200,
    );
    expect(watch.violations()).toEqual([]);
    world.lab.stop();
  });

  it(
    'is interrupted by a change of the spec, and the words of the new grace do not promise what is erased',
    long,
    async () => {
      // what is on a node that is off can not be erased in the same moment
      const { world, watch, back } = await offInTheGrace(['demo-drive-2']);
      await watch.until('a drive is erased', () => watch.erased().length > 0, 1200);
      world.patch('WekaCluster', 'demo', { spec: { gracefulDestroyDuration: '20m' } });
      back();
      await watch.until(
        'a new grace runs',
        () => world.condition('WekaCluster', 'demo', 'GracePeriodOver')?.message?.includes('is interrupted') === true,
        60,
      );
      expect(world.condition('WekaCluster', 'demo', 'GracePeriodOver')?.message).toMatch(
        /the data is destroyed at .*; the destruction that was ordered at 2\S+Z is interrupted, by a change of the spec: what was erased by then does not come back; the grace has begun anew at 2\S+Z: the spec was changed, and may have cancelled it meanwhile$/,
      );
      // what a clean-up is at in that very moment it finishes
      await watch.pass(5);
      const erased = watch.erased();
      await watch.pass(600);
      expect(watch.erased()).toEqual(erased);
      world.patch('WekaCluster', 'demo', { spec: { gracefulDestroyDuration: '0s' } });
      await watch.until('all is gone', () => world.get('WekaCluster', 'demo') === undefined, 1200);
      expect(watch.erased()).toHaveLength(3);
      world.lab.stop();
    },
  );

  it('and taken back while nobody looked begins a new grace: an order is for one deletion', long, async () => {
    const { world, watch, back } = await offInTheGrace();
    await watch.pass(400);
    for (const cancelDeletion of [true, null])
      world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion } } });
    // what a clean-up has begun does not come back; none has, on a node that is off
    await watch.pass(60);
    back();
    await watch.pass(500);
    expect([watch.erased(), world.weka.removed]).toEqual([[], []]);
    await watch.until(
      'the new grace is over, and all is gone',
      () => world.get('WekaCluster', 'demo') === undefined,
      1200,
    );
    expect(watch.violations()).toEqual([]);
    world.lab.stop();
  });

  it.each<[string, (world: LabWorld) => void, number]>([
    ['goes without a word 5 s later', cancel, 5],
    ['goes without a word 120 s later', cancel, 120],
    [
      'goes without a word, and its claims were deleted by hand',
      (world) => {
        cancel(world);
        for (const { metadata } of world.list('WekaClaims'))
          if (metadata.name.startsWith('cluster-')) world.delete('WekaClaims', metadata.name);
      },
      60,
    ],
    [
      'goes without a word, and had taken it up again while nobody looked',
      (world) => {
        cancel(world);
        world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: null } } });
      },
      60,
    ],
  ])('is no order any more when the WekaCluster %s', long, async (_sentence, callBack, seconds) => {
    const { world, watch, back } = await offInTheGrace();
    await watch.pass(400);
    callBack(world);
    await watch.pass(seconds);
    world.patch('WekaCluster', 'demo', { metadata: { finalizers: null } });
    await watch.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 60);
    back();
    await watch.pass(300);
    expect([watch.erased(), world.weka.removed]).toEqual([[], []]);
    const [name = ''] = members(world);
    expect(world.condition('WekaContainer', name)).toMatchObject({ reason: 'WordNeeded' });
    for (const one of members(world)) patchAsTold(world, world.condition('WekaContainer', one)?.message ?? '');
    await watch.until('all is gone', () => members(world).length === 0, 600);
    world.lab.stop();
  });

  it('makes no new containers beside the last one of those that it had, which keeps its data', long, async () => {
    const { world, watch, uids, elsewhere, back } = await offInTheGrace(['demo-drive-0']);
    await watch.until('all others are gone', () => !members(world).some((name) => elsewhere.has(name)), 900);
    const erased = watch.erased();
    world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
    await watch.until('it says so', () => world.condition('WekaCluster', 'demo')?.reason === 'DeletionCancelled', 120);
    back();
    await watch.stays(
      'it makes nothing',
      () => members(world).every((name) => uids.has(uidOf(world, 'WekaContainer', name))),
      300,
    );
    expect([watch.erased(), watch.violations()]).toEqual([erased, []]);
    world.lab.stop();
  });

  it('at any moment erases only what was begun before', { timeout: 400_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 29_900, max: 30_600 }), async (milliseconds) => {
        const world = await readyCluster({ spec: { gracefulDestroyDuration: '30s' } }, { nodes: 3 });
        const watch = watchLosses(world);
        world.delete('WekaCluster', 'demo');
        await watch.pass(milliseconds / 1000);
        const begun = world
          .list('Pod')
          .filter(({ metadata }) => metadata.name.endsWith('-cleanup'))
          .map(({ metadata }) => metadata.name.replace(/-cleanup$/, ''));
        const uids = new Set(
          world
            .list('WekaContainer')
            .filter(({ metadata }) => begun.includes(metadata.name))
            .map(({ metadata }) => metadata.uid),
        );
        if (world.get('WekaCluster', 'demo') === undefined) return;
        world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
        await watch.pass(120);
        expect(world.weka.removed.filter(({ dataId }) => !uids.has(dataId))).toEqual([]);
        world.lab.stop();
      }),
      { numRuns: 3 },
    );
  });
});

describe('answers of weka that speak of the past', () => {
  it(
    'do not outweigh a node that is silent: nothing more is stopped, and the wait names the contradiction',
    long,
    async () => {
      const world = await readyCluster({}, { nodes: 4, weka: { rebuildElsewhere: hour * 1000 } });
      const watch = watchLosses(world);
      world.weka.distort(undefined, stale());
      await watch.pass(90);
      const node = nodeOf(world, 'demo-drive-0');
      world.lab.machines.fail(node);
      await watch.until(
        'the node is known to be silent',
        () => ((world.get('WekaMembers', 'demo-members')?.spec?.['silent'] as object[] | undefined) ?? []).length > 0,
        180,
      );
      world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { drive: 100, compute: 100 } } });
      await watch.pass(300);
      expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
      const waiting = members(world)
        .filter((name) => nodeOf(world, name) !== node)
        .map((name) => world.condition('WekaContainer', name, 'PodUpToDate')?.message ?? '');
      expect(waiting.some((message) => message.includes(`node ${node} of its member`))).toBe(true);
      expect(watch.violations()).toEqual([]);
      world.lab.stop();
    },
  );
});

describe('members that are cut off, and answer as before the last container came', () => {
  it.each<[string, number, (names: string[], nodeOfName: (name: string) => string) => string[]]>([
    ['one of them', 1, ([first = '']) => [first]],
    ['one of them, in another lab', 2, ([first = '']) => [first]],
    ['two that are asked one after the other', 1, ([first = '', second = '']) => [first, second]],
    [
      'all on one node',
      1,
      ([first = '', ...others], on) => [first, ...others.filter((name) => on(name) === on(first))],
    ],
    ['all but those of one node', 3, (names, on) => names.filter((name) => on(name) !== on(names.at(-1) ?? ''))],
  ])('erase nothing of that container: %s', long, async (_sentence, seed, choose) => {
    const world = await readyCluster(
      { drive: 6, compute: 5, spec: { gracefulDestroyDuration: '24h' } },
      { seed, nodes: 8, weka: { rebuildElsewhere: hour * 1000 } },
    );
    const watch = watchLosses(world);
    const names = (world.get('WekaMembers', 'demo-members')?.spec?.['members'] as { containerName: string }[]).map(
      ({ containerName }) => containerName,
    );
    const deaf = choose(names, (name) => nodeOf(world, name));
    for (const name of deaf) {
      world.weka.distort(uidOf(world, 'WekaContainer', name), stale());
      for (const words of ['cluster container', 'cluster drive', 'status'])
        await world.lab.pods.exec('default', name, 'weka-container', ['weka', ...words.split(' '), '--json'], '');
    }
    world.patch('WekaCluster', 'demo', { spec: { dynamicTemplate: { driveContainers: 7 } } });
    await watch.until(
      'the seventh is a member',
      () => world.condition('WekaContainer', 'demo-drive-6')?.status === 'True',
      300,
    );
    // by force, so that weka does not know of it at once
    world.patch('WekaContainer', 'demo-drive-6', {
      spec: { state: 'paused', overrides: { podDeleteForceReplace: true } },
    });
    await watch.until('its pod is gone', () => world.get('Pod', 'demo-drive-6') === undefined, 120);
    const away = members(world).find(
      (name) =>
        name.startsWith('demo-drive') &&
        name !== 'demo-drive-6' &&
        !deaf.some((one) => nodeOf(world, one) === nodeOf(world, name)),
    );
    if (away !== undefined) world.lab.machines.fail(nodeOf(world, away));
    world.delete('WekaContainer', 'demo-drive-6');
    await watch.pass(300);
    expect([watch.erased(), world.weka.removed, watch.violations()]).toEqual([[], [], []]);
    expect(wekaOf(world, 'demo')?.drives.filter(({ status }) => status === 'ACTIVE').length).toBeGreaterThanOrEqual(7);
    world.lab.stop();
  });
});

describe('the members that speak for others', () => {
  it('are all known, so that one which leaves is told what it waits for while a whole node is away', long, async () => {
    const world = await readyCluster(
      { drive: 7, compute: 5, spec: { gracefulDestroyDuration: '24h' } },
      { nodes: 8, weka: { rebuildElsewhere: 30_000 } },
    );
    const watch = watchLosses(world);
    const known = (): string[] =>
      (world.get('WekaMembers', 'demo-members')?.spec?.['members'] as { containerName: string }[])
        .map(({ containerName }) => containerName)
        .sort();
    expect(known()).toEqual(members(world));
    const node = nodeOf(world, 'demo-drive-6');
    const uid = uidOf(world, 'WekaContainer', 'demo-drive-0');
    world.lab.machines.fail(node);
    await watch.pass(200);
    world.delete('WekaContainer', 'demo-drive-0');
    await watch.until(
      'it waits for the one that is away',
      () =>
        /may not leave yet: HostId<\d+> is DOWN/.test(world.condition('WekaContainer', 'demo-drive-0')?.message ?? ''),
      120,
    );
    world.lab.machines.recover(node);
    await watch.until(
      'it has left, and another one has come',
      () => uidOf(world, 'WekaContainer', 'demo-drive-0') !== uid,
      900,
    );
    expect([watch.losses.ioStopped, watch.violations()]).toEqual([false, []]);
    world.lab.stop();
  });
});
