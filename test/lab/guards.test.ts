/** Slips of administrators and tools, each with a count of what was down and what was erased at every moment. */
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { watchLosses } from './losses.ts';
import { readyCluster, wekaCluster, type LabWorld } from './world.ts';

interface Holder {
  name: string;
  wekaPort?: number | undefined;
  agentPort?: number | undefined;
  drives?: string[] | undefined;
}

const hour = 3600;
const roles = ['drive', 'compute'] as const;
/** The containers of the cluster; helpers have other names. */
const members = (world: LabWorld): string[] =>
  world
    .list('WekaContainer')
    .map(({ metadata }) => metadata.name)
    .filter((name) => /^demo-(drive|compute)-\d+$/.test(name))
    .sort();
const uidOf = (world: LabWorld, kind: string, name: string): string | undefined => world.get(kind, name)?.metadata.uid;
const nodeOf = (world: LabWorld, name: string): string => world.get('Pod', name)?.spec?.['nodeName'] as string;
const isReady = (world: LabWorld, name = 'demo'): boolean => world.condition('WekaCluster', name)?.status === 'True';
const allReady = (world: LabWorld): boolean =>
  isReady(world) && members(world).every((name) => world.condition('WekaContainer', name)?.status === 'True');
const weka = (world: LabWorld) => world.weka.snapshot().clusters.find(({ name }) => name === 'demo')!;
const memberOf = (world: LabWorld, name: string) =>
  weka(world).members.find(({ dataId }) => dataId === uidOf(world, 'WekaContainer', name));
const isUp = (world: LabWorld, name: string): boolean => memberOf(world, name)?.status === 'UP';
const podsOn = (world: LabWorld, node: string): string[] =>
  members(world).filter((name) => nodeOf(world, name) === node);
const holders = (world: LabWorld): Record<string, Holder & { node: string }> =>
  Object.fromEntries(
    world
      .list('WekaClaims')
      .flatMap((claims) =>
        Object.entries((claims['spec'] as { holders?: Record<string, Holder> }).holders ?? {}).map(
          ([uid, { name, wekaPort, agentPort, drives }]) => [
            uid,
            { node: claims.metadata.name, name, wekaPort, agentPort, drives },
          ],
        ),
      ),
  );
const drivesOf = (world: LabWorld, name: string): string[] =>
  holders(world)[uidOf(world, 'WekaContainer', name) ?? '']?.drives ?? [];
const statusOf = (world: LabWorld, serial: string): string | undefined =>
  weka(world).drives.find((drive) => drive.serial === serial)?.status;
const turn = (world: LabWorld): string | undefined =>
  world
    .list('WekaClaims')
    .map((claims) => (claims['spec'] as { turn?: { name: string } } | undefined)?.turn?.name)
    .find((name) => name !== undefined);
const secrets = (world: LabWorld): (string | undefined)[] =>
  world
    .list('Secret')
    .filter(({ metadata }) => metadata.name.startsWith('weka-'))
    .map(({ metadata }) => metadata.uid);
const cordon = (world: LabWorld, node: string, unschedulable: boolean): void =>
  world.patch('Node', node, { spec: { unschedulable } });
/** What `kubectl drain` does to the pods of a cluster. */
function drain(world: LabWorld, node: string): string[] {
  cordon(world, node, true);
  const pods = podsOn(world, node);
  for (const name of pods) world.delete('Pod', name);
  return pods;
}

/** Taints a node as an autoscaler or an administrator does; without an effect it has none any more. */
const taint = (world: LabWorld, node: string, effect?: 'NoSchedule' | 'NoExecute'): void =>
  world.patch('Node', node, {
    spec: { taints: effect === undefined ? null : [{ key: 'example.com/maintenance', effect }] },
  });
/** Gives a node the label of its pods, or takes it. */
const label = (world: LabWorld, node: string, role: 'backend' | null): void =>
  world.patch('Node', node, { metadata: { labels: { 'weka.io/role': role } } });
const remove = (world: LabWorld, pods: string[]): void => pods.forEach((name) => world.delete('Pod', name));
/** The turn is taken: the first of them is about to stop. */
const firstStops = (world: LabWorld) => world.until('the turn is taken', () => turn(world) !== undefined, 60);

const giveUp = (world: LabWorld, name: string): void => {
  world.patch('WekaContainer', name, {
    spec: { overrides: { skipDeactivate: true, podDeleteForceReplace: true } },
  });
  world.delete('WekaContainer', name);
};

const long = { timeout: 300_000 };

describe('a node that is emptied', () => {
  type Emptying = (world: LabWorld, node: string, pods: string[]) => Promise<void> | void;
  it.each<[string, Emptying]>([
    [
      'by a cordon and deletions',
      (world, node, pods) => {
        cordon(world, node, true);
        remove(world, pods);
      },
    ],
    ['by a NoExecute taint', (world, node) => taint(world, node, 'NoExecute')],
    [
      'by a NoSchedule taint and evictions',
      (world, node, pods) => {
        taint(world, node, 'NoSchedule');
        pods.forEach((name) => world.evict(name));
      },
    ],
    [
      'by a NoSchedule taint and deletions',
      (world, node, pods) => {
        taint(world, node, 'NoSchedule');
        remove(world, pods);
      },
    ],
    [
      'by the loss of a label that its pods ask for, and deletions',
      async (world, node, pods) => {
        label(world, node, null);
        // a person looks before deleting
        await world.clock.advance(5000);
        remove(world, pods);
      },
    ],
    [
      'by evictions, and a taint while the first one stops',
      async (world, node, pods) => {
        pods.forEach((name) => world.evict(name));
        await firstStops(world);
        taint(world, node, 'NoSchedule');
      },
    ],
    [
      'by deletions, and a taint while the first one stops',
      async (world, node, pods) => {
        remove(world, pods);
        await firstStops(world);
        taint(world, node, 'NoSchedule');
      },
    ],
    [
      'by a deletion, a cordon while its successor waits, and the deletion of the other',
      async (world, node, pods) => {
        const [first = '', ...others] = pods;
        remove(world, [first]);
        await firstStops(world);
        cordon(world, node, true);
        const waits = (): boolean => nodeOf(world, first) === undefined && memberOf(world, first)?.status === 'DOWN';
        await world.until('it is away', waits, 180);
        await world.stays('its successor waits', waits, 60);
        remove(world, others);
      },
    ],
    [
      'by a taint and deletions, and a cordon in place of the taint',
      async (world, node, pods) => {
        taint(world, node, 'NoSchedule');
        remove(world, pods);
        await firstStops(world);
        await world.stays('time passes', () => true, 120);
        cordon(world, node, true);
        taint(world, node);
      },
    ],
    [
      'by a cordon and deletions, under a turn as the last release wrote it',
      (world, node, pods) => {
        const [name = ''] = pods;
        const claims = world.list('WekaClaims').find(({ metadata }) => metadata.name.startsWith('cluster-'))!;
        const containerUid = uidOf(world, 'WekaContainer', name);
        const at = '2026-01-01T00:00:00Z';
        const written = { containerUid, namespace: 'default', name, reason: 'user', at };
        world.patch('WekaClaims', claims.metadata.name, { spec: { turn: written } });
        cordon(world, node, true);
        remove(world, pods);
      },
    ],
  ])('%s loses both of its containers together, and nobody else', long, async (_how, empty) => {
    const world = await readyCluster({ drive: 6, compute: 6 }, { nodes: 6, weka: { rebuildElsewhere: hour * 1000 } });
    const watch = watchLosses(world);
    const node = nodeOf(world, 'demo-drive-2');
    const pods = podsOn(world, node);
    await empty(world, node, pods);
    await watch.until(
      'the node is empty',
      () => pods.every((name) => nodeOf(world, name) === undefined && memberOf(world, name)?.status === 'DOWN'),
      300,
    );
    taint(world, node);
    cordon(world, node, false);
    label(world, node, 'backend');
    await watch.until('all is Ready', () => allReady(world) && turn(world) === undefined, 900);
    expect(watch.losses).toMatchObject({ away: 1, containersAway: 2, ioStopped: false });
    expect([watch.violations(), watch.erased(), world.weka.damage]).toEqual([[], [], []]);
    world.lab.stop();
  });
});

describe('the turn of a node', () => {
  type End = (world: LabWorld, holder: string) => void;
  /** A drained node whose containers are both away, with who has the turn and who shares it. */
  async function drained() {
    const world = await readyCluster(
      { drive: 6, compute: 6, spec: { gracefulDestroyDuration: '24h' } },
      { nodes: 6, weka: { rebuildElsewhere: hour * 1000 } },
    );
    const watch = watchLosses(world);
    const node = nodeOf(world, 'demo-drive-2');
    const pods = drain(world, node);
    const isAway = (name: string) => nodeOf(world, name) === undefined && memberOf(world, name)?.status === 'DOWN';
    await watch.until('the node is empty', () => pods.every(isAway), 180);
    const holder = turn(world)!;
    return { world, watch, node, holder, guest: pods.find((name) => name !== holder)!, isAway };
  }
  const finalizersOff: End = (world, name) => {
    world.delete('WekaContainer', name);
    world.patch('WekaContainer', name, { metadata: { finalizers: null } });
  };

  it('is free when its holder is paused, and nobody stops for that while others are away', long, async () => {
    const { world, watch, node, holder, guest, isAway } = await drained();
    world.patch('WekaContainer', holder, { spec: { state: 'paused' } });
    await watch.until('the turn is free', () => turn(world) === undefined, 60);
    const other = members(world).find((name) => name !== holder && name !== guest)!;
    const before = uidOf(world, 'Pod', other);
    world.delete('Pod', other);
    await watch.stays('the other one runs', () => uidOf(world, 'Pod', other) === before && isUp(world, other), 120);
    cordon(world, node, false);
    await watch.until('the guest is back', () => isUp(world, guest), 300);
    expect([isAway(holder), uidOf(world, 'Pod', other)]).toEqual([true, before]);
    world.patch('WekaContainer', holder, { spec: { state: 'active' } });
    const replaced = () => uidOf(world, 'Pod', other) !== before && turn(world) === undefined;
    await watch.until('all is Ready, the other pod replaced', () => allReady(world) && replaced(), 900);
    expect(watch.losses).toMatchObject({ away: 1, containersAway: 2, ioStopped: false });
    expect([watch.violations(), watch.erased(), world.weka.damage]).toEqual([[], [], []]);
    world.lab.stop();
  });

  it.each<[string, End]>([
    ['is given up', (world, name) => giveUp(world, name)],
    ['has lost its finalizers', finalizersOff],
  ])('is free in the end when its holder %s and a guest is left', long, async (_how, end) => {
    const { world, watch, node, holder, guest } = await drained();
    const uid = uidOf(world, 'WekaContainer', holder);
    end(world, holder);
    await watch.until('it is gone', () => uidOf(world, 'WekaContainer', holder) !== uid, 300);
    cordon(world, node, false);
    await watch.until('the guest is back', () => isUp(world, guest), 300);
    const other = members(world).find((name) => name !== holder && name !== guest)!;
    const before = uidOf(world, 'Pod', other);
    world.delete('Pod', other);
    const waitsForWeka = () => world.condition('WekaContainer', other)?.reason === 'WaitingForProtection';
    const stops = () => uidOf(world, 'Pod', other) !== before || waitsForWeka();
    await watch.until('another one waits for no turn', stops, 120);
    expect(watch.losses).toMatchObject({ away: 1, containersAway: 2, ioStopped: false });
    expect([watch.violations(), world.weka.damage]).toEqual([[], []]);
    world.lab.stop();
  });
});

describe('a drain of one node', () => {
  it(
    'stops the drive and the compute container of it together, and nothing else until they are back',
    long,
    async () => {
      const world = await readyCluster({ drive: 6, compute: 6 }, { nodes: 6, weka: { rebuildElsewhere: hour * 1000 } });
      const watch = watchLosses(world);
      const node = nodeOf(world, 'demo-drive-2');
      const pods = drain(world, node);
      expect(pods.map((name) => name.split('-')[1]).sort()).toEqual(['compute', 'drive']);
      await watch.until(
        'the node is empty',
        () => pods.every((name) => nodeOf(world, name) === undefined && memberOf(world, name)?.status === 'DOWN'),
        180,
      );
      const other = members(world).find((name) => !pods.includes(name))!;
      const before = uidOf(world, 'Pod', other);
      world.delete('Pod', other);
      await watch.stays(
        'the others run',
        () =>
          uidOf(world, 'Pod', other) === before &&
          members(world).every((name) => pods.includes(name) || isUp(world, name)),
        180,
      );
      cordon(world, node, false);
      await watch.until(
        'all is Ready, the other pod replaced',
        () => allReady(world) && uidOf(world, 'Pod', other) !== before && turn(world) === undefined,
        900,
      );
      expect(watch.losses).toMatchObject({ away: 1, containersAway: 2, ioStopped: false });
      expect([watch.violations(), watch.erased(), world.weka.damage]).toEqual([[], [], []]);
      world.lab.stop();
    },
  );

  it('stops one container at a time where weka names no failure domain', long, async () => {
    const world = await readyCluster(
      { drive: 6, compute: 6 },
      { nodes: 6, weka: { namesDomains: false, rebuildElsewhere: hour * 1000 } },
    );
    const watch = watchLosses(world);
    const node = nodeOf(world, 'demo-drive-2');
    const pods = drain(world, node);
    await watch.pass(180);
    expect(watch.losses).toMatchObject({ containersAway: 1, ioStopped: false });
    cordon(world, node, false);
    await watch.until(
      'all is Ready',
      () => pods.every((name) => isUp(world, name)) && allReady(world) && turn(world) === undefined,
      900,
    );
    expect(watch.losses).toMatchObject({ containersAway: 1, ioStopped: false });
    expect([watch.violations(), watch.erased(), world.weka.damage]).toEqual([[], [], []]);
    world.lab.stop();
  });
});

describe('containers that are deleted while their cluster lives', () => {
  it('leave one failure domain after the other, all of them in the end', long, async () => {
    const world = await readyCluster(
      { drive: 6, compute: 6, spec: { gracefulDestroyDuration: '24h' } },
      { nodes: 8, weka: { deactivate: 30_000 } },
    );
    const watch = watchLosses(world);
    const before = new Map(members(world).map((name) => [uidOf(world, 'WekaContainer', name), name]));
    for (const name of before.values()) world.delete('WekaContainer', name);
    const left = (): number => world.list('WekaContainer').filter(({ metadata }) => before.has(metadata.uid)).length;
    await watch.until(
      'others have taken the place of all',
      () => left() === 0 && members(world).length === 12 && allReady(world),
      hour,
    );
    expect(watch.losses).toMatchObject({ leaving: 1, ioStopped: false });
    expect(watch.losses.driveDomains).toBeGreaterThanOrEqual(5);
    expect(watch.losses.computes).toBeGreaterThanOrEqual(4);
    expect([watch.violations(), world.weka.damage]).toEqual([[], []]);
    world.lab.stop();
  });

  it.each(roles)('of the role %s alone leave a majority and a stripe throughout', long, async (role) => {
    const world = await readyCluster(
      { spec: { gracefulDestroyDuration: '24h' } },
      { nodes: 3, weka: { deactivate: 60_000 } },
    );
    const watch = watchLosses(world);
    for (const name of members(world).filter((one) => one.includes(role))) world.delete('WekaContainer', name);
    await watch.pass(900);
    expect(watch.losses.leaving).toBeLessThanOrEqual(1);
    expect(watch.losses.driveDomains).toBe(3);
    expect(watch.losses.computes).toBeGreaterThanOrEqual(2);
    expect(watch.losses.ioStopped).toBe(false);
    expect([watch.violations(), watch.erased(), world.weka.damage]).toEqual([[], [], []]);
    world.lab.stop();
  });

  it(
    'go one after the other, as the rest bears it, although a skipDeactivate of long ago is set on all',
    long,
    async () => {
      const overrides = { skipDeactivate: true };
      const world = await readyCluster(
        { drive: 6, spec: { gracefulDestroyDuration: '24h' } },
        { nodes: 6, weka: { rebuildElsewhere: 60_000 } },
      );
      for (const name of members(world)) world.patch('WekaContainer', name, { spec: { overrides } });
      const watch = watchLosses(world);
      const chosen = members(world).filter((name) => /-[0-2]$/.test(name));
      for (const name of chosen) {
        world.delete('WekaContainer', name);
        world.delete('Pod', name);
      }
      const waiting = (): string[] =>
        chosen.filter((name) => world.condition('WekaContainer', name)?.reason === 'WaitingToLeave');
      await watch.until(
        'one is gone, and another waits',
        () => waiting().length > 0 && chosen.some((name) => world.get('Pod', name) === undefined),
        900,
      );
      expect(watch.losses).toMatchObject({ away: 1, containersAway: 1, ioStopped: false });
      expect([watch.violations(), world.weka.damage]).toEqual([[], []]);
      const [next = ''] = waiting();
      expect(world.condition('WekaContainer', next)?.message).toMatch(
        /skipDeactivate and overrides\.podDeleteForceReplace together skip it/,
      );
      world.patch('WekaContainer', next, { spec: { overrides: { ...overrides, podDeleteForceReplace: true } } });
      await watch.until(
        'the one that is given up is gone',
        () => !chosen.includes(next) || world.get('Pod', next) === undefined,
        300,
      );
      world.lab.stop();
    },
  );
});

describe('the claim of a drive', () => {
  it(
    'follows weka when the drive is blocked: another one is added, the old one removed, and only then it is free',
    long,
    async () => {
      const world = await readyCluster({}, { nodes: 3, machine: { driveCount: 3 } });
      const watch = watchLosses(world);
      const node = nodeOf(world, 'demo-drive-0');
      const [serial = ''] = drivesOf(world, 'demo-drive-0');
      const block = (serials: string[]): void =>
        world.patch('Node', node, { metadata: { annotations: { 'weka.io/blocked-drives': JSON.stringify(serials) } } });
      block([serial]);
      await watch.until(
        'weka has another drive in its place',
        () => {
          const [now] = drivesOf(world, 'demo-drive-0');
          return (
            drivesOf(world, 'demo-drive-0').length === 1 &&
            now !== serial &&
            statusOf(world, now ?? '') === 'ACTIVE' &&
            statusOf(world, serial) === undefined
          );
        },
        600,
      );
      block([]);
      await watch.pass(30);
      world.apply({ ...wekaCluster(), metadata: { name: 'two', namespace: 'default' } });
      await watch.pass(180);
      world.delete('WekaCluster', 'two');
      await watch.pass(300);
      expect(weka(world).drives.map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
      expect(watch.losses).toMatchObject({ away: 0, driveDomains: 3, ioStopped: false });
      expect([watch.violations(), world.weka.damage, allReady(world)]).toEqual([[], [], true]);
      world.lab.stop();
    },
  );

  it('three nodes block at once: at most one PHASING_OUT', long, async () => {
    const world = await readyCluster({}, { nodes: 3, machine: { driveCount: 3 } });
    const watch = watchLosses(world);
    const containers = ['demo-drive-0', 'demo-drive-1', 'demo-drive-2'];
    const serials = containers.flatMap((name) => drivesOf(world, name));
    for (const name of containers)
      world.patch('Node', nodeOf(world, name), {
        metadata: { annotations: { 'weka.io/blocked-drives': JSON.stringify(drivesOf(world, name)) } },
      });
    let most = 0;
    await watch.until(
      'weka has none of them',
      () => {
        most = Math.max(most, weka(world).drives.filter(({ status }) => status === 'PHASING_OUT').length);
        return serials.every((serial) => statusOf(world, serial) === undefined);
      },
      1800,
    );
    expect(most).toBe(1);
    await watch.until('the turn is free', () => turn(world) === undefined, 300);
    expect(weka(world).drives.map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
    expect(watch.losses).toMatchObject({ away: 0, driveDomains: 3, ioStopped: false });
    expect([watch.violations(), world.weka.damage, allReady(world)]).toEqual([[], [], true]);
    world.lab.stop();
  });

  it(
    'is mended while its pod waits to stop: the drive has failed, and another one is claimed and added',
    long,
    async () => {
      const world = await readyCluster({}, { nodes: 3, machine: { driveCount: 3 } });
      const watch = watchLosses(world);
      const [name, node] = ['demo-drive-0', nodeOf(world, 'demo-drive-0')];
      const [serial = ''] = drivesOf(world, name);
      const pod = uidOf(world, 'Pod', name);
      // all data of its only drive is missing a copy, and nobody else can make a stripe
      world.weka.failDrive(serial);
      world.delete('Pod', name);
      await watch.pass(60);
      expect(uidOf(world, 'Pod', name)).toBe(pod);
      world.patch('Node', node, { metadata: { annotations: { 'weka.io/blocked-drives': JSON.stringify([serial]) } } });
      await watch.until(
        'its pod has stopped and all is well',
        () => uidOf(world, 'Pod', name) !== pod && allReady(world),
        1800,
      );
      await watch.until('the failed drive is gone', () => statusOf(world, serial) === undefined, 600);
      await watch.until('the turn is free', () => turn(world) === undefined, 300);
      expect(weka(world).drives.map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
      expect([watch.losses.ioStopped, watch.violations(), world.weka.damage, watch.erased()]).toEqual([
        false,
        [],
        [],
        [],
      ]);
      world.lab.stop();
    },
  );

  it('stays when the drive is blocked and there is no other one', long, async () => {
    const world = await readyCluster({}, { nodes: 3, machine: { driveCount: 1 } });
    const watch = watchLosses(world);
    const serials = drivesOf(world, 'demo-drive-0');
    world.patch('Node', nodeOf(world, 'demo-drive-0'), {
      metadata: { annotations: { 'weka.io/blocked-drives': JSON.stringify(serials) } },
    });
    await watch.stays(
      'weka uses it, and it is claimed',
      () =>
        serials.every(
          (serial) => statusOf(world, serial) === 'ACTIVE' && drivesOf(world, 'demo-drive-0').includes(serial),
        ),
      300,
    );
    expect([watch.violations(), watch.erased(), world.weka.damage]).toEqual([[], [], []]);
    world.lab.stop();
  });

  it.each<[string, (world: LabWorld) => void]>([
    ['a container', (world) => world.patch('WekaContainer', 'demo-drive-0', { spec: { numDrives: 1 } })],
    ['a cluster', (world) => world.patch('WekaCluster', 'demo', { spec: { dynamicTemplate: { numDrives: 1 } } })],
  ])('stays as it is, for a lower number is refused: of %s', long, async (_whose, lower) => {
    const world = await readyCluster(
      { spec: { dynamicTemplate: { computeContainers: 3, driveContainers: 3, numDrives: 2 } } },
      { nodes: 3 },
    );
    const watch = watchLosses(world);
    const before = holders(world);
    const pods = members(world).map((name) => uidOf(world, 'Pod', name));
    expect(() => lower(world)).toThrow(/numDrives cannot be/);
    await watch.pass(300);
    world.apply({ ...wekaCluster(), metadata: { name: 'two', namespace: 'default' } });
    await watch.pass(120);
    world.delete('WekaCluster', 'two');
    await watch.pass(300);
    expect([holders(world), members(world).map((name) => uidOf(world, 'Pod', name))]).toEqual([before, pods]);
    expect(
      weka(world)
        .drives.map(({ serial }) => serial)
        .sort(),
    ).toEqual(
      Object.values(before)
        .flatMap(({ drives = [] }) => drives)
        .sort(),
    );
    // of the second cluster the end was ordered
    expect([
      watch.losses.ioStopped,
      watch.erased(),
      watch.violations(),
      world.weka.damage.filter((message) => !message.startsWith('cluster two:')),
    ]).toEqual([false, [], [], []]);
    world.lab.stop();
  });

  it('is made again from what runs when all WekaClaims are deleted', long, async () => {
    const world = await readyCluster({}, { nodes: 3 });
    const watch = watchLosses(world);
    // a free drive that comes first in every order
    for (const machine of world.lab.hardware.list()) {
      const first = `AAA-${machine.name}`;
      machine.drives = [first, ...machine.drives];
      world.patch('Node', machine.name, {
        metadata: { annotations: { 'weka.io/weka-drives': JSON.stringify(machine.drives) } },
      });
    }
    await watch.pass(60);
    const before = holders(world);
    const ranges = world.get('WekaClaims', 'ports')?.spec?.['ranges'];
    for (const { metadata } of world.list('WekaClaims')) world.delete('WekaClaims', metadata.name);
    await watch.pass(240);
    expect(holders(world)).toEqual(before);
    expect(world.get('WekaClaims', 'ports')?.spec?.['ranges']).toEqual(ranges);
    expect([watch.losses.away, watch.violations(), watch.erased(), world.weka.damage, allReady(world)]).toEqual([
      0,
      [],
      [],
      [],
      true,
    ]);
    world.lab.stop();
  });
});

describe('the deletion of a cluster', () => {
  it.each([0, 5])(
    'destroys nothing when a replace had taken the finalizer away %i seconds before',
    long,
    async (seconds) => {
      const world = await readyCluster({ spec: { gracefulDestroyDuration: '1h' } });
      await world.clock.advance(200_000);
      const watch = watchLosses(world);
      const { apiVersion, kind, spec } = world.get('WekaCluster', 'demo') as KubernetesObject & { spec: object };
      const bare = { apiVersion, kind, metadata: { name: 'demo', namespace: 'default' }, spec } as KubernetesObject;
      world.apply(bare);
      await watch.pass(seconds);
      world.delete('WekaCluster', 'demo');
      await watch.stays(
        'everything is there',
        () => members(world).length === 6 && watch.erased().length === 0 && world.weka.removed.length === 0,
        3000,
      );
      // an owner that is gone ordered nothing, also after its grace
      if (world.get('WekaCluster', 'demo') === undefined) {
        await watch.stays(
          'it waits for a person',
          () => members(world).length === 6 && watch.erased().length === 0 && world.weka.removed.length === 0,
          1800,
        );
      }
      expect(watch.violations()).toEqual([]);
      world.lab.stop();
    },
  );

  it('that was cancelled and is taken up again hours later begins with a new grace', long, async () => {
    const world = await readyCluster({ spec: { gracefulDestroyDuration: '1h' } });
    const watch = watchLosses(world);
    world.delete('WekaCluster', 'demo');
    await watch.pass(60);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
    await watch.until(
      'it works again',
      () => allReady(world) && members(world).every((name) => isUp(world, name)),
      600,
    );
    await watch.stays('it works', () => isReady(world), 2 * hour);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: null } } });
    await watch.stays(
      'the data is kept',
      () =>
        watch.erased().length === 0 &&
        world.weka.removed.length === 0 &&
        world.get('WekaCluster', 'demo') !== undefined,
      3300,
    );
    expect(world.get('WekaCluster', 'demo')?.status?.['status']).toBe('GracePeriod');
    expect(world.list('Pod').filter(({ metadata }) => metadata.namespace === 'default')).toEqual([]);
    await watch.until('then it ends', () => world.get('WekaCluster', 'demo') === undefined, 1200);
    expect([watch.erased().length, watch.violations()]).toEqual([3, []]);
    world.lab.stop();
  });

  it('in the foreground keeps what a cancelled deletion needs', long, async () => {
    const world = await readyCluster({ spec: { gracefulDestroyDuration: '1h' } });
    const watch = watchLosses(world);
    const before = secrets(world);
    expect(before.length).toBeGreaterThanOrEqual(4);
    world.delete('WekaCluster', 'demo', { propagationPolicy: 'Foreground' });
    await watch.stays('all Secrets are there', () => before.every((uid) => secrets(world).includes(uid)), 900);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
    await watch.stays(
      'no Secret is missed',
      () =>
        before.every((uid) => secrets(world).includes(uid)) &&
        world.condition('WekaCluster', 'demo')?.reason !== 'SecretMissing',
      600,
    );
    expect([watch.erased(), world.weka.removed, watch.violations()]).toEqual([[], [], []]);
    world.lab.stop();
  });
});

describe('the disruption turn', () => {
  it('lets its holder not stop again while another node is away', long, async () => {
    const world = await readyCluster(
      { drive: 6, compute: 6 },
      { nodes: 6, weka: { rebuild: 120_000, rebuildElsewhere: hour * 1000 } },
    );
    const watch = watchLosses(world);
    const name = 'demo-compute-0';
    const first = uidOf(world, 'Pod', name);
    world.delete('Pod', name);
    await watch.until(
      'it is back and holds the turn',
      () => uidOf(world, 'Pod', name) !== first && isUp(world, name),
      300,
    );
    expect(turn(world)).toBe(name);
    const node = world.lab.hardware
      .list()
      .map((machine) => machine.name)
      .find((one) => one !== nodeOf(world, name))!;
    world.lab.machines.fail(node);
    await watch.pass(45);
    const second = uidOf(world, 'Pod', name);
    world.delete('Pod', name);
    await watch.stays('it runs', () => uidOf(world, 'Pod', name) === second && isUp(world, name), 300);
    world.lab.machines.recover(node);
    await watch.until(
      'it is replaced, and all is Ready',
      () => uidOf(world, 'Pod', name) !== second && allReady(world) && turn(world) === undefined,
      1200,
    );
    expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
    expect([watch.violations(), watch.erased()]).toEqual([[], []]);
    world.lab.stop();
  });

  // its successor cannot come before the drivers are there: a person's deletion stops it all the same, a roll leaves it for later
  const missing = roles.flatMap((role): [string, string, boolean, (world: LabWorld) => void][] => [
    [role, 'a deletion of its pod', true, (world) => world.delete('Pod', `demo-${role}-0`)],
    [
      role,
      'a change of the configuration',
      false,
      (world) => world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { [role]: 100 } } }),
    ],
  ]);
  it.each(missing)(
    'does not keep the member from stopping that is itself what is missing, a %s container: %s',
    long,
    async (role, _, stopsAtOnce, disturb) => {
      const name = `demo-${role}-0`;
      const world = await readyCluster({}, { nodes: 6, weka: { rebuildElsewhere: hour * 1000 } });
      const watch = watchLosses(world);
      const others = new Map(
        members(world)
          .filter((one) => one !== name)
          .map((one) => [one, uidOf(world, 'Pod', one)]),
      );
      const first = uidOf(world, 'Pod', name);
      const machine = world.lab.hardware.get(nodeOf(world, name))!;
      machine.driverLoadError = 'no such driver';
      world.lab.machines.reboot(machine.name);
      await watch.pass(180);
      expect(memberOf(world, name)?.status).toBe('DOWN');
      disturb(world);
      if (stopsAtOnce) await watch.until('its pod has stopped', () => uidOf(world, 'Pod', name) !== first, 600);
      await watch.stays(
        'the others run on',
        () => [...others].every(([one, uid]) => uidOf(world, 'Pod', one) === uid && isUp(world, one)),
        120,
      );
      delete machine.driverLoadError;
      await watch.until(
        'its pod is a new one, and all is Ready',
        () =>
          ![first, undefined].includes(uidOf(world, 'Pod', name)) &&
          allReady(world) &&
          isUp(world, name) &&
          turn(world) === undefined,
        1200,
      );
      expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
      expect([watch.violations(), watch.erased()]).toEqual([[], []]);
      world.lab.stop();
    },
  );
});

describe('the role of a container', () => {
  it.each([3, 5])('is what its spec says, whatever a label says: on %i nodes', long, async (nodes) => {
    const world = await readyCluster({}, { nodes });
    const watch = watchLosses(world);
    const identity = () => {
      const spec = world.get('WekaContainer', 'demo-drive-0')?.spec ?? {};
      return {
        uid: uidOf(world, 'WekaContainer', 'demo-drive-0'),
        name: spec['name'],
        nodeAffinity: spec['nodeAffinity'],
        mode: spec['mode'],
      };
    };
    const before = identity();
    world.patch('WekaContainer', 'demo-drive-0', { metadata: { labels: { 'weka.io/mode': 'other' } } });
    await watch.stays(
      'nothing but the label changes',
      () => JSON.stringify(identity()) === JSON.stringify(before) && members(world).length === 6 && isReady(world),
      300,
    );
    expect(world.get('WekaContainer', 'demo-drive-0')?.metadata.labels?.['weka.io/mode']).toBe('drive');
    const pod = uidOf(world, 'Pod', 'demo-drive-0');
    const node = nodeOf(world, 'demo-drive-0');
    world.delete('Pod', 'demo-drive-0');
    await watch.until(
      'its pod is back',
      () =>
        ![pod, undefined].includes(uidOf(world, 'Pod', 'demo-drive-0')) &&
        allReady(world) &&
        isUp(world, 'demo-drive-0'),
      600,
    );
    expect([nodeOf(world, 'demo-drive-0'), identity()]).toEqual([node, before]);
    expect([watch.losses.away, watch.violations(), watch.erased()]).toEqual([1, [], []]);
    world.lab.stop();
  });
});
