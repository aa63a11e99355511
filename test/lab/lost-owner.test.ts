/** Containers that have lost their owner and their labels, as after a restore or a slip of a tool: they are still members of their weka cluster. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster, type LabWorld } from './world.ts';

const long = { timeout: 400_000 };
const uidOf = (world: LabWorld, kind: string, name: string): string => world.get(kind, name)?.metadata.uid ?? '';
const isReady = (world: LabWorld): boolean => world.condition('WekaCluster', 'demo')?.status === 'True';
const names = [
  'demo-compute-0',
  'demo-compute-1',
  'demo-compute-2',
  'demo-compute-3',
  'demo-compute-4',
  'demo-drive-0',
  'demo-drive-1',
  'demo-drive-2',
  'demo-drive-3',
  'demo-drive-4',
  'demo-drive-5',
];
const orphan = (world: LabWorld, name: string, labels: readonly string[]): void =>
  world.patch('WekaContainer', name, {
    metadata: { ownerReferences: null, labels: Object.fromEntries(labels.map((label) => [label, null])) },
  });

describe('a container of a cluster that works', () => {
  it(
    'is named with the command that gives it back when it has lost its owner and both labels, and that command does',
    long,
    async () => {
      const world = await readyCluster({}, { nodes: 4 });
      const watch = watchLosses(world);
      const pods = world
        .list('Pod')
        .map(({ metadata }) => metadata.uid)
        .sort();
      orphan(world, 'demo-drive-1', ['controller-uid', 'weka.io/cluster-id']);
      await watch.until(
        'the cluster names it',
        () => world.condition('WekaCluster', 'demo')?.reason === 'UnlabelledContainers',
        60,
      );
      const uid = uidOf(world, 'WekaCluster', 'demo');
      expect(world.condition('WekaCluster', 'demo')?.message).toContain(
        `kubectl label --overwrite -n default wekacontainers demo-drive-1 controller-uid=${uid} weka.io/cluster-id=${uid}`,
      );
      await watch.pass(120);
      world.patch('WekaContainer', 'demo-drive-1', {
        metadata: { labels: { 'controller-uid': uid, 'weka.io/cluster-id': uid } },
      });
      await watch.until(
        'it is a child again',
        () => isReady(world) && world.get('WekaContainer', 'demo-drive-1')?.metadata.ownerReferences?.[0]?.uid === uid,
        120,
      );
      expect(
        world
          .list('Pod')
          .map(({ metadata }) => metadata.uid)
          .sort(),
      ).toEqual(pods);
      expect([watch.losses.away, watch.violations(), watch.erased()]).toEqual([0, [], []]);
      world.lab.stop();
    },
  );
});

describe('a copy of a container in another namespace, as a backup brings it', () => {
  it.each(['demo-drive-0', 'demo-compute-1'])(
    'names the one whose name inside weka it has on the node, and starts nothing: %s',
    long,
    async (name) => {
      const world = await readyCluster({}, { nodes: 3, machine: { driveCount: 3 } });
      const watch = watchLosses(world);
      const { apiVersion, kind, metadata, spec, status } = world.get('WekaContainer', name)!;
      world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'copy' } });
      world.apply({
        apiVersion,
        kind,
        metadata: { name, namespace: 'copy', labels: metadata.labels ?? {} },
        spec: { ...spec, nodeAffinity: status?.['nodeAffinity'] },
      });
      const said = (): string => JSON.stringify(world.get('WekaContainer', name, 'copy')?.status?.['conditions'] ?? []);
      await watch.until('it says who has the name', () => said().includes('"WekaNameHeld"'), 60);
      expect(said()).toContain(`WekaContainer default/${name} is weka container`);
      await watch.pass(120);
      expect([
        world.get('Pod', name, 'copy'),
        isReady(world),
        watch.losses.away,
        watch.violations(),
        watch.erased(),
      ]).toEqual([undefined, true, 0, [], []]);
      world.lab.stop();
    },
  );
});

describe('a pod that is deleted on a node whose power fails before it may stop', () => {
  it('keeps the turn, and says by which node it is held up and how that ends', long, async () => {
    const world = await readyCluster({}, { nodes: 4, weka: { rebuildElsewhere: 3_600_000 } });
    const watch = watchLosses(world);
    const node = world.get('Pod', 'demo-drive-0')?.spec?.['nodeName'] as string;
    world.delete('Pod', 'demo-drive-0');
    world.lab.machines.fail(node);
    await watch.until(
      'the node is named',
      () => JSON.stringify(world.get('WekaContainer', 'demo-drive-0')?.status).includes('"NodeSilent"'),
      240,
    );
    const command = /kubectl taint nodes (\S+) (\S+)=nodeshutdown:NoExecute/.exec(
      JSON.stringify(world.get('WekaContainer', 'demo-drive-0')?.status),
    );
    world.delete('Pod', 'demo-drive-1');
    await watch.pass(120);
    expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
    world.patch('Node', command?.[1] ?? '', {
      spec: { taints: [{ key: command?.[2], value: 'nodeshutdown', effect: 'NoExecute' }] },
    });
    await watch.pass(60);
    world.lab.machines.recover(node);
    world.patch('Node', node, { spec: { taints: null } });
    await watch.until(
      'both pods are new, one after the other',
      () =>
        isReady(world) &&
        ['demo-drive-0', 'demo-drive-1'].every((name) => world.condition('WekaContainer', name)?.status === 'True'),
      900,
    );
    expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
    expect([watch.violations(), watch.erased(), world.weka.damage]).toEqual([[], [], []]);
    world.lab.stop();
  });
});

describe('containers whose owner reference names a cluster of an older life', () => {
  it(
    'are collected, and leave the cluster that they are of by its gates, whatever labels they have',
    { timeout: 600_000 },
    async () => {
      const chosen = fc.subarray(names, { minLength: 3, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(chosen, fc.boolean(), fc.boolean(), async (ones, labels, claims) => {
          const world = await readyCluster(
            { drive: 6, compute: 5, spec: { gracefulDestroyDuration: '24h' } },
            { nodes: 6, weka: { rebuildElsewhere: 3_600_000 } },
          );
          const watch = watchLosses(world);
          const uids = new Set(ones.map((name) => uidOf(world, 'WekaContainer', name)));
          const old = '11111111-2222-4333-8444-555555555555';
          for (const name of ones) {
            const reference = { ...world.get('WekaContainer', name)!.metadata.ownerReferences![0]!, uid: old };
            world.patch('WekaContainer', name, {
              metadata: {
                ownerReferences: [reference],
                ...(labels ? { labels: { 'controller-uid': old, 'weka.io/cluster-id': old } } : {}),
              },
            });
          }
          await watch.until(
            'the collector has taken them',
            () => ones.every((name) => world.get('WekaContainer', name)?.metadata.deletionTimestamp !== undefined),
            120,
          );
          if (claims)
            for (const name of new Set(
              ones.map((one) => `node-${world.get('Pod', one)?.spec?.['nodeName'] as string}`),
            ))
              if (world.get('WekaClaims', name) !== undefined) world.delete('WekaClaims', name);
          await watch.pass(600);
          expect(watch.losses.away).toBeLessThanOrEqual(1);
          expect([watch.losses.ioStopped, watch.violations(), world.weka.damage]).toEqual([false, [], []]);
          // who may leave is gone altogether, and does not say that it keeps its data
          const kept = world
            .list('WekaContainer')
            .filter(
              ({ metadata }) =>
                uids.has(metadata.uid ?? '') && world.condition('WekaContainer', metadata.name)?.reason === 'OwnerGone',
            );
          expect(kept.map(({ metadata }) => metadata.name)).toEqual([]);
          world.lab.stop();
        }),
        { numRuns: 3 },
      );
    },
  );
});

describe('containers without an owner whose pods are deleted at one time', () => {
  it('stop one at a time, whichever they are and whatever labels are left', { timeout: 600_000 }, async () => {
    const orphans = fc.subarray(names, { minLength: 3, maxLength: 6 });
    const labels = fc.constantFrom(
      ['controller-uid'],
      ['controller-uid', 'weka.io/cluster-id'],
      ['controller-uid', 'weka.io/cluster-id', 'weka.io/cluster-name'],
    );
    await fc.assert(
      fc.asyncProperty(orphans, labels, fc.boolean(), async (chosen, lost, drained) => {
        const world = await readyCluster({ drive: 6, compute: 5 }, { nodes: 6, weka: { rebuildElsewhere: 3_600_000 } });
        const watch = watchLosses(world);
        for (const name of chosen) orphan(world, name, lost);
        await watch.pass(30);
        for (const name of chosen) {
          if (drained)
            world.patch('Node', world.get('Pod', name)?.spec?.['nodeName'] as string, {
              spec: { unschedulable: true },
            });
          world.delete('Pod', name);
        }
        await watch.pass(300);
        expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
        expect([watch.violations(), watch.erased(), world.weka.damage]).toEqual([[], [], []]);
        world.lab.stop();
      }),
      { numRuns: 4 },
    );
  });
});

describe('a cluster that is deleted after its containers were replaced with bare manifests', () => {
  it.each(['one of them', 'all of them'])(
    'keeps its Secrets and its claims, and says how they are given back: %s',
    long,
    async (which) => {
      const world = await readyCluster({ spec: { gracefulDestroyDuration: '60s' } }, { nodes: 3 });
      const watch = watchLosses(world);
      const uid = uidOf(world, 'WekaCluster', 'demo');
      const replaced = world
        .list('WekaContainer')
        .map(({ metadata }) => metadata.name)
        .filter((name) => (which.startsWith('all') ? name.startsWith('demo-') : name === 'demo-drive-0'));
      for (const name of replaced)
        world.patch('WekaContainer', name, { metadata: { labels: null, ownerReferences: null, finalizers: null } });
      world.delete('WekaCluster', 'demo');
      await watch.until(
        'they are named',
        () => world.condition('WekaCluster', 'demo')?.reason === 'UnlabelledContainers',
        300,
      );
      await watch.pass(300);
      const said = world.condition('WekaCluster', 'demo')?.message ?? '';
      expect(said).toContain(`${replaced.sort().join(', ')} are of this cluster and are not its children`);
      const patch = JSON.parse(
        /kubectl patch wekacontainer NAME -n default --type=merge -p '(.*)'$/.exec(said)?.[1] ?? '',
      ) as object;
      expect(world.get('Secret', `weka-operator-${uid}`)).toBeDefined();
      expect([watch.erased(), watch.violations()]).toEqual([[], []]);
      for (const name of replaced) world.patch('WekaContainer', name, patch);
      await watch.until(
        'all is gone',
        () =>
          world.get('WekaCluster', 'demo') === undefined &&
          world.list('WekaContainer').every(({ metadata }) => !metadata.name.startsWith('demo-')),
        600,
      );
      world.lab.stop();
    },
  );
});
