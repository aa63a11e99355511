/** A client under faults, on nodes that come and go and with mounts that come and go: it has to come back, and no mount may lose its weka. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../lab/clock.ts';
import { faultyAccess } from '../../lab/faulty-access.ts';
import { faultyTransport } from '../../lab/faulty-transport.ts';
import { createRandom, type Random } from '../../lab/random.ts';
import { violations } from './invariants.ts';
import { addAppNode, appRole, startWorld, wekaClient, wekaCluster, type LabWorld } from './world.ts';

const seeds = Array.from(
  { length: Number(process.env['SIMULATION_SEEDS'] ?? 4) },
  (_, index) => index + Number(process.env['SIMULATION_FIRST_SEED'] ?? 1),
);
const calm = { lost: 0, answerLost: 0, repeated: 0, delayMilliseconds: 5 };
const storm = { lost: 0.1, answerLost: 0.1, repeated: 0.1, delayMilliseconds: 400 };

const isClients = (name: string): boolean => name.startsWith('apps-');
const containers = (world: LabWorld): string[] =>
  world
    .list('WekaContainer')
    .map(({ metadata }) => metadata.name)
    .filter(isClients);
const pods = (world: LabWorld): string[] =>
  world
    .list('Pod')
    .map(({ metadata }) => metadata.name)
    .filter(isClients);
const nodesWith = (world: LabWorld, role: string): string[] =>
  world
    .list('Node')
    .filter(({ metadata }) => metadata.labels?.['weka.io/role'] === role)
    .map(({ metadata }) => metadata.name);
/** A pod that is about to stop serves no new mounts. */
const mayMount = (world: LabWorld, node: string): boolean => {
  const pod = world.get('Pod', `apps-${node}`);
  return pod !== undefined && pod.metadata.deletionTimestamp === undefined;
};
const pick = <Item>(items: readonly Item[], random: Random): Item | undefined =>
  items[random.integer(Math.max(1, items.length))];
const withOne = (items: string[], random: Random, act: (name: string) => void): void => {
  const name = pick(items, random);
  if (name !== undefined) act(name);
};

interface Trouble {
  what: string;
  act(world: LabWorld, random: Random): Promise<unknown> | void;
}

const troubles: readonly Trouble[] = [
  {
    what: 'a person deletes a pod',
    act: (world, random) => withOne(pods(world), random, (name) => world.delete('Pod', name)),
  },
  {
    what: 'a person force-deletes a pod of a node without mounts',
    act: (world, random) =>
      withOne(
        pods(world).filter((name) => (world.lab.hardware.get(name.slice(5))?.activeMounts ?? 0) === 0),
        random,
        (name) => world.delete('Pod', name, { gracePeriodSeconds: 0 }),
      ),
  },
  {
    what: 'a person deletes a container',
    act: (world, random) => withOne(containers(world), random, (name) => world.delete('WekaContainer', name)),
  },
  {
    what: 'the spec changes',
    act: (world, random) => world.patch('WekaClient', 'apps', { spec: { additionalMemory: random.integer(1000) } }),
  },
  {
    what: 'applications mount and unmount',
    act: (world, random) => {
      for (const name of nodesWith(world, 'app'))
        if (mayMount(world, name)) world.lab.hardware.get(name)!.activeMounts = random.integer(3);
    },
  },
  {
    what: 'a node is added',
    act: (world) => addAppNode(world, `app-${nodesWith(world, 'app').length + 10}-${world.clock.now()}`),
  },
  {
    what: 'a node is taken away',
    act: (world, random) =>
      nodesWith(world, 'app').length < 2
        ? undefined
        : world.lab.machines.remove(pick(nodesWith(world, 'app'), random)!),
  },
  {
    what: 'a node is rebooted',
    act: (world, random) => withOne(nodesWith(world, 'app'), random, (name) => world.lab.machines.reboot(name)),
  },
  {
    what: 'a node changes its role',
    // without any the client has nowhere to be
    act: (world, random) =>
      nodesWith(world, 'app').length < 2
        ? undefined
        : withOne(nodesWith(world, 'app'), random, (name) =>
            world.patch('Node', name, { metadata: { labels: { 'weka.io/role': 'other' } } }),
          ),
  },
  { what: 'watches break', act: (world) => world.lab.store.breakWatches({ forget: true }) },
];

describe('a client in trouble', () => {
  it.each(seeds)('seed %i survives and comes back', { timeout: 120_000 }, async (seed) => {
    const chance = createRandom(seed * 104_729);
    let stormy = true;
    const log: string[] = [];
    const clock = new VirtualClock({ seed });
    const world = await startWorld({
      clock,
      seed,
      nodes: 3,
      nodeSettings: { orphanKillMilliseconds: 30_000 },
      staleCache: { minimumMilliseconds: 0, maximumMilliseconds: 300, applies: () => true },
      transport: (local, random) => faultyTransport(local, clock, random, () => (stormy ? storm : calm)),
      access: (local) =>
        faultyAccess(local, chance, () => (stormy ? { lost: 0.05, answerLost: 0.05 } : { lost: 0, answerLost: 0 })),
    });
    world.apply(wekaCluster());
    for (const name of ['app-1', 'app-2', 'app-3']) await addAppNode(world, name);
    world.apply(wekaClient());
    const told = (error: unknown): Error =>
      new Error(`seed ${seed}: ${String(error)}\n${log.join('\n')}\n${world.picture()}`);
    for (let round = 0; round < 12; round += 1) {
      await world.clock.advance(5_000 + chance.integer(30_000));
      const trouble = troubles[chance.integer(troubles.length)]!;
      log.push(`${world.clock.now()}: ${trouble.what}`);
      await trouble.act(world, chance);
      expect(violations(world), log.join('\n')).toEqual([]);
    }
    await world.clock.advance(30_000);
    stormy = false;
    for (const name of [...nodesWith(world, 'app'), ...nodesWith(world, 'other')])
      world.lab.hardware.get(name)!.activeMounts = 0;
    const expected = (): string[] => nodesWith(world, appRole['weka.io/role']).map((name) => `apps-${name}`);
    const settled = (): boolean =>
      world.condition('WekaClient', 'apps')?.status === 'True' &&
      world.condition('WekaClient', 'apps', 'ClientsUpToDate')?.status === 'True' &&
      containers(world).every((name) => world.condition('WekaContainer', name)?.status === 'True') &&
      expected().every((name) => containers(world).includes(name)) &&
      pods(world).length === containers(world).length;
    await world
      .until('all clients are Ready again', settled, 3600)
      .catch((error: unknown) => Promise.reject(told(error)));
    world.delete('WekaClient', 'apps');
    await world
      .until(
        'all is gone',
        () => containers(world).length + pods(world).length === 0 && world.get('WekaClient', 'apps') === undefined,
        600,
      )
      .catch((error: unknown) => Promise.reject(told(error)));
    expect(JSON.stringify(world.list('WekaClaims'))).not.toContain('"apps-');
    expect(world.weka.damage).toEqual([]);
    world.lab.stop();
  });
});
