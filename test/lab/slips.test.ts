/**
 * Slips that together leave nothing in Kubernetes by which a member would be known: while its cluster is paused the claims of
 * its node are deleted, its status is wiped, and it is deleted itself. Weka is asked before anything of it ends.
 */
import { describe, expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster, type LabWorld } from './world.ts';

const long = { timeout: 400_000 };
const hour = 3_600_000;
const containers = (world: LabWorld) =>
  world.list('WekaContainer').filter(({ metadata }) => /^demo-(drive|compute)-\d+$/.test(metadata.name));
const nodeOf = (world: LabWorld, name: string): string =>
  world.get('WekaContainer', name)?.status?.['nodeAffinity'] as string;
const namesOn = (world: LabWorld, nodes: string[]): string[] =>
  containers(world)
    .map(({ metadata }) => metadata.name)
    .filter((name) => nodes.includes(nodeOf(world, name)));
const uids = (world: LabWorld): Set<string> => new Set(containers(world).map(({ metadata }) => metadata.uid ?? ''));
const isReady = (world: LabWorld): boolean => world.condition('WekaCluster', 'demo')?.status === 'True';
const weka = (world: LabWorld) => world.weka.snapshot().clusters.find(({ name }) => name === 'demo');
const isStarted = (world: LabWorld): boolean => weka(world)?.ioStatus === 'STARTED';
const pause = (world: LabWorld, paused: boolean | null): void =>
  void world.patch('WekaCluster', 'demo', { spec: { overrides: { paused } } });

/** A paused cluster whose operator can be switched off: it comes back without what it looked up before. */
async function pausedCluster(nodes: number, seed = 1) {
  const operator = { off: false };
  const world = await readyCluster(
    { spec: { dynamicTemplate: { driveContainers: nodes, computeContainers: nodes } } },
    {
      nodes,
      seed,
      weka: { rebuildElsewhere: hour },
      transport: (inner) => ({
        call: (one) => (operator.off ? Promise.reject(new Error('connection refused')) : inner.call(one)),
      }),
    },
  );
  const watch = watchLosses(world);
  pause(world, true);
  await watch.until('all have stopped', () => world.list('Pod').length === 0, 300);
  await watch.pass(25);
  const off = async (slips: () => Promise<void> | void): Promise<void> => {
    operator.off = true;
    await watch.pass(30);
    await slips();
    // no call goes on that saw what was before
    await watch.pass(30);
    world.lab.restartSidecar();
    operator.off = false;
    await watch.pass(60);
  };
  return { operator, world, watch, off };
}

const slips = {
  claims: (world: LabWorld, nodes: string[]) => nodes.forEach((node) => world.delete('WekaClaims', `node-${node}`)),
  status(world: LabWorld, _nodes: string[], names: string[]) {
    const definition = world.lab.store.definitionOf('weka.weka.io/v1alpha1', 'WekaContainer')!;
    const wiped = { status: null };
    for (const name of names)
      world.lab.store.patch(definition, 'default', name, 'application/merge-patch+json', wiped, 'status');
  },
  deletion: (world: LabWorld, _nodes: string[], names: string[]) =>
    names.forEach((name) => world.delete('WekaContainer', name)),
};
type Slip = keyof typeof slips;
const orders: Slip[][] = [
  ['claims', 'status', 'deletion'],
  ['claims', 'deletion', 'status'],
  ['status', 'claims', 'deletion'],
  ['status', 'deletion', 'claims'],
  ['deletion', 'claims', 'status'],
  ['deletion', 'status', 'claims'],
];

/** Those containers have left in order, and nobody is left in weka whom Kubernetes does not know. */
async function comesBack(world: LabWorld, watch: ReturnType<typeof watchLosses>, names: string[], before: Set<string>) {
  await watch.until('IO runs', () => isStarted(world), 600);
  await watch.until(
    'they are replaced',
    () =>
      isReady(world) &&
      containers(world).every(({ metadata }) => metadata.deletionTimestamp === undefined) &&
      [...uids(world)].filter((uid) => before.has(uid)).length === before.size - names.length,
    7200,
  );
  const known = new Set(containers(world).map(({ spec }) => spec?.['name']));
  expect(weka(world)?.members.filter(({ name }) => !known.has(name))).toEqual([]);
  expect(weka(world)?.members.every(({ status }) => status === 'UP')).toBe(true);
  await watch.until(
    'all drives are ACTIVE',
    () => weka(world)?.drives.every(({ status }) => status === 'ACTIVE') === true,
    600,
  );
  expect(watch.violations()).toEqual([]);
}

describe('claims, statuses and objects of all containers of a node that are lost while their cluster is paused', () => {
  it.each([['one node', 1] as const, ['two nodes', 2] as const])(
    'at one time, %s: they leave in order',
    long,
    async (_what, count) => {
      const { world, watch, off } = await pausedCluster(6);
      const nodes = ['node-1', 'node-2'].slice(0, count);
      const names = namesOn(world, nodes);
      expect(names.length).toBeGreaterThanOrEqual(count);
      const before = uids(world);
      await off(() => {
        for (const slip of orders[0] ?? []) slips[slip](world, nodes, names);
      });
      await watch.pass(120);
      expect(names.map((name) => world.get('WekaContainer', name)?.status?.['containerID'])).toEqual(
        names.map(() => undefined),
      );
      expect([watch.erased(), world.weka.removed, names.every((name) => world.get('WekaContainer', name))]).toEqual([
        [],
        [],
        true,
      ]);
      pause(world, null);
      await comesBack(world, watch, names, before);
      world.lab.stop();
    },
  );
});

const said = (world: LabWorld, name: string) => world.condition('WekaContainer', name);
const isUnknown = (world: LabWorld, name: string): boolean => said(world, name)?.reason === 'IdentityUnknown';

describe('one after the other, and the operator looks between', () => {
  const cases = orders
    .map((order, index) => [order, 1 + 7 * index, 2 - (index % 2)] as const)
    .filter(([, seconds]) => [1, 22, 29].includes(seconds));
  it.each(cases)('%s, %i s between two, %i nodes: they leave in order', long, async (order, seconds, count) => {
    const { world, watch } = await pausedCluster(6, 1 + count + seconds);
    const nodes = ['node-1', 'node-2'].slice(0, count);
    const names = namesOn(world, nodes);
    const before = uids(world);
    for (const one of order) {
      // made again meanwhile
      if (one !== 'claims') slips[one](world, nodes, names);
      else
        slips.claims(
          world,
          nodes.filter((node) => world.get('WekaClaims', `node-${node}`) !== undefined),
        );
      await watch.pass(seconds);
    }
    await watch.pass(60);
    expect([watch.erased(), world.weka.removed]).toEqual([[], []]);
    pause(world, null);
    await comesBack(world, watch, names, before);
    world.lab.stop();
  });
});

describe('so many of them that weka does not answer without them', () => {
  it('wait and say so, and leave once the claims are put back from a backup', long, async () => {
    const { world, watch, off } = await pausedCluster(6);
    const nodes = ['node-1', 'node-2', 'node-3'];
    const names = namesOn(world, nodes);
    const before = uids(world);
    const backup = nodes.map((node) => world.get('WekaClaims', `node-${node}`)!);
    await off(() => {
      for (const slip of orders[0] ?? []) slips[slip](world, nodes, names);
    });
    pause(world, null);
    await watch.until('they say so', () => names.every((name) => isUnknown(world, name)), 300);
    await watch.stays('they wait', () => names.every((name) => isUnknown(world, name)), 300);
    expect(said(world, 'demo-drive-0')?.message).toMatch(
      /^neither its status nor its claim says whether it is a member of a weka cluster: whether weka has drivex\w+ is asked: .*; its entry in a backup of WekaClaims node-node-1, put back, says it as well; overrides.skipDeactivate and overrides.podDeleteForceReplace together skip it, and what only this container holds is lost/,
    );
    for (const { apiVersion, kind, metadata, spec } of backup)
      world.apply({ apiVersion, kind, metadata: { name: metadata.name }, spec: spec ?? {} });
    await comesBack(world, watch, names, before);
    world.lab.stop();
  });
});

/** Another container made of the object of one, as by kubectl get, sed and apply. */
function copied(world: LabWorld, name: string, change: Record<string, unknown>): string {
  const { apiVersion, kind, metadata, spec } = world.get('WekaContainer', name)!;
  const { labels = {}, ownerReferences = [] } = metadata;
  const copy = `${name}0`;
  world.apply({
    apiVersion,
    kind,
    metadata: { name: copy, namespace: 'default', labels, ownerReferences },
    spec: { ...spec, ...change },
  });
  return copy;
}

describe('a container that never was a member', () => {
  it.each([
    ['of a name of its own', { name: 'drivexnobody' }],
    ['of the name of a member of its node', {}],
    ['of the name of a member of another node', { nodeAffinity: 'node-2' }],
  ])('ends at once while its cluster runs, and nobody else does: %s', long, async (_what, change) => {
    const world = await readyCluster({}, { nodes: 3, machine: { driveCount: 1 } });
    const watch = watchLosses(world);
    const member = containers(world).find(
      ({ metadata, spec }) => spec?.['nodeAffinity'] === 'node-1' && metadata.name.includes('drive'),
    );
    const copy = copied(world, member?.metadata.name ?? '', change);
    await watch.pass(60);
    expect([world.get('Pod', copy), world.get('WekaContainer', copy)?.status?.['containerID']]).toEqual([
      undefined,
      undefined,
    ]);
    world.delete('WekaContainer', copy);
    await watch.until('it is gone', () => world.get('WekaContainer', copy) === undefined, 60);
    expect([watch.losses.away, watch.losses.leaving, watch.erased(), watch.violations()]).toEqual([0, 0, [], []]);
    expect(weka(world)?.members).toHaveLength(6);
    world.lab.stop();
  });

  it.each(['the pause is taken back', 'two words say so'])(
    'says under a pause what it waits for, and ends when %s',
    long,
    async (how) => {
      const { world, watch } = await pausedCluster(3);
      const copy = copied(world, 'demo-drive-0', { name: 'drivexnobody' });
      await watch.pass(30);
      world.delete('WekaContainer', copy);
      await watch.until('it says so', () => said(world, copy)?.message.includes('deleted') === true, 60);
      expect(said(world, copy)?.message).toBe(
        'it is being deleted, and nobody leaves a weka cluster that is paused: with overrides.paused of WekaCluster demo taken back weka is asked whether it has drivexnobody: it leaves as a member, or ends at once; overrides.skipDeactivate and overrides.podDeleteForceReplace together do not wait for that, and what only this container holds is lost',
      );
      await watch.stays('it waits', () => world.get('WekaContainer', copy) !== undefined, 120);
      if (how.startsWith('two'))
        world.patch('WekaContainer', copy, {
          spec: { overrides: { skipDeactivate: true, podDeleteForceReplace: true } },
        });
      else pause(world, null);
      await watch.until('it is gone', () => world.get('WekaContainer', copy) === undefined, 300);
      expect([watch.erased(), watch.violations()]).toEqual([[], []]);
      world.lab.stop();
    },
  );
});

it('a cluster of which all claims and statuses are lost is destroyed all the same', long, async () => {
  const { world, watch, off } = await pausedCluster(3);
  const nodes = ['node-1', 'node-2', 'node-3'];
  const names = namesOn(world, nodes);
  await off(() => {
    for (const slip of orders[0] ?? []) slips[slip](world, nodes, names);
    world.delete('WekaCluster', 'demo');
  });
  await watch.until(
    'all is gone',
    () => containers(world).length === 0 && world.get('WekaCluster', 'demo') === undefined,
    900,
  );
  expect(watch.violations()).toEqual([]);
  world.lab.stop();
});
