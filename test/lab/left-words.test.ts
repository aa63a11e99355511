/** Words for one emergency that were left in the spec, or said to all containers at once: no more stops than weka's redundancy bears. */
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { watchLosses } from './losses.ts';
import { readyCluster, type LabWorld } from './world.ts';

const long = { timeout: 400_000 };
const names = (world: LabWorld): string[] =>
  world
    .list('WekaContainer')
    .map(({ metadata }) => metadata.name)
    .filter((name) => /^demo-(drive|compute)-\d+$/.test(name))
    .sort();
const nodeOf = (world: LabWorld, name: string) => world.get('Pod', name)?.spec?.['nodeName'] as string | undefined;
const allReady = (world: LabWorld): boolean =>
  names(world).every((name) => world.condition('WekaContainer', name)?.status === 'True');
const patchAll = (world: LabWorld, spec: object): void => {
  for (const name of names(world)) world.patch('WekaContainer', name, { spec });
};

describe('a word that was left in all containers', () => {
  it('has no more pods stopped at one time by a roll than without it', long, async () => {
    const world = await readyCluster({ drive: 6, compute: 5 }, { nodes: 6 });
    const watch = watchLosses(world);
    for (const name of names(world))
      world.patch('WekaContainer', name, { spec: { overrides: { podDeleteForceReplace: true } } });
    await watch.pass(30);
    const before = world.list('Pod').map(({ metadata }) => metadata.uid);
    world.patch('WekaCluster', 'demo', {
      spec: {
        dynamicTemplate: { driveContainers: 6, computeContainers: 5 },
        additionalMemory: { drive: 512, compute: 512 },
      },
    });
    await watch.until(
      'three pods are replaced',
      () =>
        world.list('Pod').filter(({ metadata }) => metadata.namespace === 'default' && !before.includes(metadata.uid))
          .length >= 3,
      1800,
    );
    expect([watch.losses.away, watch.losses.ioStopped, watch.violations()]).toEqual([1, false, []]);
    world.lab.stop();
  });

  it('of force lets a drain of two nodes, a quarter of an hour later, take one after the other', long, async () => {
    const world = await readyCluster({ drive: 6, compute: 6 }, { nodes: 6, weka: { rebuildElsewhere: 3_600_000 } });
    const watch = watchLosses(world);
    patchAll(world, { overrides: { podDeleteForceReplace: true } });
    await watch.pass(900);
    const drained = ['demo-drive-1', 'demo-drive-4'].map((name) => nodeOf(world, name));
    const pods = names(world).filter((name) => drained.includes(nodeOf(world, name)));
    for (const node of drained) world.patch('Node', node ?? '', { spec: { unschedulable: true } });
    for (const name of pods) world.delete('Pod', name);
    const waiting = (): string[] =>
      pods.filter((name) => world.get('Pod', name)?.metadata.deletionTimestamp !== undefined);
    await watch.pass(600);
    expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
    const [last = ''] = waiting();
    const said = world.condition('WekaContainer', last, 'ForceReplaceLeft')?.message ?? '';
    expect(said).toMatch(/was set within ten minutes of that of a container on another node, .* counts for nothing/);
    const [, name = '', patch = ''] =
      /kubectl patch wekacontainer (\S+) -n default --type=merge -p '(\S+)' says it/.exec(said) ?? [];
    await watch.stays('it waits', () => waiting().includes(last), 60);
    world.patch('WekaContainer', name, JSON.parse(patch) as object);
    await watch.until('it stops', () => !waiting().includes(last), 120);
    for (const node of drained) world.patch('Node', node ?? '', { spec: { unschedulable: null } });
    await watch.until('all is Ready', () => allReady(world), 1800);
    expect(watch.violations()).toEqual([]);
    world.lab.stop();
  });

  it('of force is as old as it was where somebody deletes the claims in a drain', long, async () => {
    const world = await readyCluster({ drive: 6, compute: 6 }, { nodes: 6, weka: { rebuildElsewhere: 3_600_000 } });
    const watch = watchLosses(world);
    patchAll(world, { overrides: { podDeleteForceReplace: true } });
    await watch.pass(900);
    const drained = ['demo-drive-1', 'demo-drive-3', 'demo-drive-4'].map((name) => nodeOf(world, name));
    const pods = names(world).filter((name) => drained.includes(nodeOf(world, name)));
    for (const node of drained) world.patch('Node', node ?? '', { spec: { unschedulable: true } });
    for (const name of pods) world.delete('Pod', name);
    await watch.pass(120);
    for (const node of drained) world.delete('WekaClaims', `node-${node ?? ''}`);
    await watch.pass(600);
    expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
    expect([watch.erased(), watch.violations()]).toEqual([[], []]);
    world.lab.stop();
  });

  it(
    'of a silent departure lets one of three that are deleted go to its end; the others wait for what weka lists of it',
    long,
    async () => {
      const world = await readyCluster({ drive: 6, compute: 5 }, { nodes: 6 });
      const watch = watchLosses(world);
      patchAll(world, { overrides: { skipDeactivate: true, podDeleteForceReplace: true } });
      await watch.pass(900);
      const chosen = ['demo-drive-0', 'demo-drive-2', 'demo-drive-4'];
      const uids = chosen.map((name) => world.get('WekaContainer', name)?.metadata.uid ?? '');
      const turnOf = (object: KubernetesObject | undefined) =>
        (object?.['spec'] as { turn?: { name: string } } | undefined)?.turn?.name;
      let taken = 0;
      world.lab.store.onChange(({ before, after }) => {
        if (after?.kind === 'WekaClaims' && turnOf(after) !== undefined && turnOf(after) !== turnOf(before)) taken += 1;
      });
      for (const name of chosen) world.delete('WekaContainer', name);
      const left = (): string[] =>
        world
          .list('WekaContainer')
          .flatMap(({ metadata }) => (uids.includes(metadata.uid ?? '') ? [metadata.name] : []));
      await watch.until('one has gone', () => left().length === 2, 900);
      await watch.pass(900);
      expect(left().map((name) => world.condition('WekaContainer', name)?.message)).toEqual(
        left().map(() => expect.stringMatching(/^may not leave yet: HostId<\d+> is DOWN; /) as string),
      );
      expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
      expect([watch.erased().length, watch.violations()]).toEqual([1, []]);
      expect(taken).toBeLessThan(10);
      world.lab.stop();
    },
  );
});

describe('spec.state: paused', () => {
  it(
    'said to all containers of a cluster that is in use stops one, and the others as they were go on',
    long,
    async () => {
      const world = await readyCluster({ drive: 6, compute: 5 }, { nodes: 6 });
      const watch = watchLosses(world);
      patchAll(world, { state: 'paused' });
      await watch.pass(300);
      expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
      const waiting = names(world).filter((name) => world.get('Pod', name) !== undefined);
      expect(waiting).toHaveLength(10);
      for (const name of waiting) {
        expect(world.get('Pod', name)?.metadata.deletionTimestamp).toBeUndefined();
        expect(world.condition('WekaContainer', name)?.reason).toBe('WaitingForProtection');
      }
      patchAll(world, { state: 'active' });
      await watch.until('all is Ready', () => allReady(world), 600);
      expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
      expect([watch.erased(), watch.violations()]).toEqual([[], []]);
      world.lab.stop();
    },
  );

  it('waits for the others, unless the word of force is said for it', long, async () => {
    const world = await readyCluster({ drive: 6, compute: 5 }, { nodes: 6, weka: { rebuildElsewhere: 3_600_000 } });
    const two = ['demo-drive-0', 'demo-drive-1'];
    for (const name of two) world.patch('WekaContainer', name, { spec: { state: 'paused' } });
    const left = (): string[] => two.filter((name) => world.get('Pod', name) !== undefined);
    await world.until('one is paused', () => left().length === 1, 120);
    await world.stays('the other waits', () => left().length === 1, 600);
    const [second = ''] = left();
    expect(world.condition('WekaContainer', second)?.message).toMatch(
      /overrides\.podDeleteForceReplace of this container does not wait/,
    );
    world.patch('WekaContainer', second, { spec: { overrides: { podDeleteForceReplace: true } } });
    await world.until('it stops', () => left().length === 0, 120);
    world.patch('WekaContainer', second, { spec: { overrides: { podDeleteForceReplace: null } } });
    patchAll(world, { state: 'active' });
    await world.until('all is Ready', () => allReady(world), 900);
    world.lab.stop();
  });
});

it(
  'a word of force that was said while the clock was ahead does not count when the clock has come to it',
  long,
  async () => {
    const clock = { ahead: 0 };
    const world = await readyCluster(
      { drive: 6, compute: 5 },
      {
        nodes: 6,
        weka: { rebuildElsewhere: 7_200_000 },
        access: (local) => ({
          ...local,
          serverTime: async () => new Date(Date.parse(await local.serverTime()) + clock.ahead * 1000).toISOString(),
        }),
      },
    );
    const watch = watchLosses(world);
    clock.ahead = 1500;
    await watch.pass(60);
    patchAll(world, { overrides: { podDeleteForceReplace: true } });
    await watch.pass(60);
    clock.ahead = 0;
    await watch.pass(700);
    const drained = ['demo-drive-0', 'demo-drive-1', 'demo-drive-2'].map((name) => nodeOf(world, name));
    const pods = names(world).filter((name) => drained.includes(nodeOf(world, name)));
    for (const node of drained) world.patch('Node', node ?? '', { spec: { unschedulable: true } });
    for (const name of pods) world.delete('Pod', name);
    await watch.pass(1600);
    expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
    expect(watch.violations()).toEqual([]);
    world.lab.stop();
  },
);

it('a word of force is obeyed for the pod of a container that waits to leave', long, async () => {
  const world = await readyCluster({ drive: 6, compute: 5 }, { nodes: 6, weka: { rebuildElsewhere: 7_200_000 } });
  world.lab.machines.fail(nodeOf(world, 'demo-drive-5') ?? '');
  await world.clock.advance(120_000);
  const node = nodeOf(world, 'demo-drive-1') ?? '';
  world.delete('WekaContainer', 'demo-drive-1');
  await world.clock.advance(120_000);
  world.patch('Node', node, { spec: { unschedulable: true } });
  world.evict('demo-drive-1');
  await world.clock.advance(60_000);
  expect(world.get('Pod', 'demo-drive-1')).toBeDefined();
  world.patch('WekaContainer', 'demo-drive-1', { spec: { overrides: { podDeleteForceReplace: true } } });
  await world.until('its pod has stopped', () => world.get('Pod', 'demo-drive-1') === undefined, 120);
  world.lab.stop();
});

describe('overrides.upgradeForceReplace, left in all containers', () => {
  it.each([1, 2])(
    'stops no more than weka bears where %i nodes have failed and the images are rewritten',
    { timeout: 300_000 },
    async (failed) => {
      const world = await readyCluster(
        { drive: 6, compute: 6, spec: { gracefulDestroyDuration: '24h' } },
        { nodes: 6, weka: { rebuildElsewhere: 3_600_000 } },
      );
      const watch = watchLosses(world);
      const names = world.list('WekaContainer').map(({ metadata }) => metadata.name);
      for (const name of names)
        world.patch('WekaContainer', name, { spec: { overrides: { upgradeForceReplace: true } } });
      await watch.pass(120);
      for (let node = 1; node <= failed; node++) world.lab.machines.fail(`node-${node}`);
      await watch.pass(120);
      for (const name of names)
        world.patch('WekaContainer', name, { spec: { image: 'mirror.example.com/weka-in-container:4.4.5.118-k8s' } });
      await watch.pass(300);
      expect([watch.losses.ioStopped, watch.erased()]).toEqual([false, []]);
      expect(watch.losses.away).toBeLessThanOrEqual(2);
      const said = names.map((name) => world.condition('WekaContainer', name, 'PodUpToDate')?.message ?? '');
      const held = said.filter((message) =>
        /upgradeForceReplace what the weka cluster may not be without/.test(message),
      );
      expect(held.length > 0).toBe(failed === 2);
      world.lab.stop();
    },
  );
});
