/** An order to destroy that is called back in the very moment in which the WekaCluster goes: nobody may have looked in between. */
import { describe, expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { patchAsTold, readyCluster, wekaCluster, type LabWorld } from './world.ts';

const long = { timeout: 400_000 };
const spec = { gracefulDestroyDuration: '10m' };
const containers = (world: LabWorld) =>
  world.list('WekaContainer').filter(({ metadata }) => /^demo-(drive|compute)-\d+$/.test(metadata.name));
const names = (world: LabWorld): string[] =>
  containers(world)
    .map(({ metadata }) => metadata.name)
    .sort();
const nodes = (world: LabWorld): string[] => [
  ...new Set(names(world).map((name) => world.get('Pod', name)?.spec?.['nodeName'] as string)),
];
const isOrdered = (world: LabWorld): boolean =>
  world.list('WekaClaims').some((claims) => (claims['spec'] as { destroy?: object }).destroy !== undefined);
const cancelled = { spec: { overrides: { cancelDeletion: true } } };
const withoutFinalizers = { metadata: { finalizers: null } };

/** The end is ordered while all machines are off, so that nothing is erased yet. Gives the machines. */
async function orderedWhileOff(world: LabWorld, watch: ReturnType<typeof watchLosses>): Promise<string[]> {
  const machines = nodes(world);
  world.delete('WekaCluster', 'demo');
  await watch.pass(300);
  for (const node of machines) world.lab.machines.fail(node);
  await watch.until(
    'it is ordered, and the containers go',
    () => isOrdered(world) && containers(world).every(({ metadata }) => metadata.deletionTimestamp !== undefined),
    400,
  );
  return machines;
}

/** Each asks for a word, and nothing is erased; that word, as the condition gives it, is obeyed. */
async function asksAndObeys(world: LabWorld, watch: ReturnType<typeof watchLosses>): Promise<void> {
  await watch.pass(300);
  expect([watch.erased(), world.weka.removed, watch.violations()]).toEqual([[], [], []]);
  const [first = ''] = names(world).filter((name) => name.includes('drive'));
  for (const name of names(world))
    expect(world.condition('WekaContainer', name)).toMatchObject({ reason: 'WordNeeded' });
  patchAsTold(world, world.condition('WekaContainer', first)?.message ?? '');
  await watch.until('that one has gone', () => !names(world).includes(first), 300);
  expect([watch.erased().length, world.weka.removed.length, watch.violations()]).toEqual([1, 1, []]);
}

/** A cluster whose operator can be switched off. */
async function switchedCluster(gracefulDestroyDuration = '10m') {
  const operator = { off: false };
  const world = await readyCluster(
    { spec: { gracefulDestroyDuration } },
    {
      nodes: 3,
      transport: (inner) => ({
        call: (one) => (operator.off ? Promise.reject(new Error('connection refused')) : inner.call(one)),
      }),
    },
  );
  return { operator, world, watch: watchLosses(world) };
}

it(
  "an order that was called back is nobody else's word where a tool has stripped all annotations, and the claims are lost",
  long,
  async () => {
    const world = await readyCluster({ spec }, { nodes: 3 });
    const watch = watchLosses(world);
    const uid = world.get('WekaCluster', 'demo')?.metadata.uid ?? '';
    const machines = await orderedWhileOff(world, watch);
    world.patch('WekaCluster', 'demo', cancelled);
    await watch.pass(60);
    for (const name of names(world)) world.patch('WekaContainer', name, { metadata: { annotations: null } });
    for (const machine of machines) world.lab.machines.recover(machine);
    await watch.pass(120);
    world.delete('WekaClaims', `cluster-${uid}`);
    world.patch('WekaCluster', 'demo', withoutFinalizers);
    await asksAndObeys(world, watch);
    world.lab.stop();
  },
);

it(
  'an order that is called back while no operator runs cleans no machine that was off when it was given',
  long,
  async () => {
    const { operator, world, watch } = await switchedCluster('5m');
    const machines = nodes(world);
    world.delete('WekaCluster', 'demo');
    await watch.pass(200);
    for (const machine of machines) world.lab.machines.fail(machine);
    await watch.pass(200);
    operator.off = true;
    world.patch('WekaCluster', 'demo', cancelled);
    await watch.pass(60);
    for (const machine of machines) world.lab.machines.recover(machine);
    await watch.pass(600);
    expect([watch.erased(), world.weka.removed, watch.violations()]).toEqual([[], [], []]);
    world.lab.stop();
  },
);

describe('an order to destroy of which nobody speaks for minutes, as after a restore of etcd', () => {
  it('is void, and a new grace begins', long, async () => {
    const { operator, world, watch } = await switchedCluster();
    const machines = await orderedWhileOff(world, watch);
    operator.off = true;
    await watch.pass(700);
    for (const node of machines) world.lab.machines.recover(node);
    operator.off = false;
    const condition = () => world.condition('WekaCluster', 'demo', 'GracePeriodOver');
    await watch.until('a new grace runs', () => condition()?.message.includes('begun anew') === true, 120);
    expect(condition()?.message).toMatch(/the destruction that was ordered at .* is interrupted/);
    await watch.pass(500);
    expect([isOrdered(world), watch.erased(), world.weka.removed, watch.violations()]).toEqual([false, [], [], []]);
    await watch.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 1200);
    expect(watch.violations()).toEqual([]);
    world.lab.stop();
  });
});

describe('an order to destroy that is called back as the cluster goes', () => {
  it('is void where no operator ran', long, async () => {
    const { operator, world, watch } = await switchedCluster();
    const machines = await orderedWhileOff(world, watch);
    operator.off = true;
    world.patch('WekaCluster', 'demo', cancelled);
    await watch.pass(10);
    world.patch('WekaCluster', 'demo', withoutFinalizers);
    await watch.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 60);
    operator.off = false;
    for (const node of machines) world.lab.machines.recover(node);
    await asksAndObeys(world, watch);
    world.lab.stop();
  });

  it('is void in one edit with the finalizers, and the cluster applied anew waits', long, async () => {
    const world = await readyCluster({ spec }, { nodes: 3 });
    const watch = watchLosses(world);
    const machines = await orderedWhileOff(world, watch);
    world.patch('WekaCluster', 'demo', { ...withoutFinalizers, ...cancelled });
    await watch.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 60);
    world.apply(wekaCluster({ spec }));
    for (const node of machines) world.lab.machines.recover(node);
    await watch.until(
      'the new one names what is left',
      () => world.condition('WekaCluster', 'demo')?.reason === 'LeftoverContainers',
      120,
    );
    await asksAndObeys(world, watch);
    world.lab.stop();
  });

  it('is void in the moment in which it is written', long, async () => {
    const world = await readyCluster({ spec }, { nodes: 3 });
    const watch = watchLosses(world);
    world.delete('WekaCluster', 'demo');
    await watch.until('it is ordered', () => isOrdered(world), 900);
    world.patch('WekaCluster', 'demo', { ...withoutFinalizers, ...cancelled });
    await watch.pass(300);
    expect([watch.erased(), world.weka.removed]).toEqual([[], []]);
    world.lab.stop();
  });

  it("is nobody else's word where a tool has stripped the mark", long, async () => {
    const world = await readyCluster({ spec }, { nodes: 3 });
    const watch = watchLosses(world);
    const machines = await orderedWhileOff(world, watch);
    for (const name of names(world)) world.patch('WekaContainer', name, { metadata: { annotations: null } });
    world.patch('WekaCluster', 'demo', cancelled);
    await watch.pass(60);
    for (const node of machines) world.lab.machines.recover(node);
    await watch.pass(120);
    world.patch('WekaCluster', 'demo', withoutFinalizers);
    await asksAndObeys(world, watch);
    world.lab.stop();
  });
});

describe('a grace at which nobody looks', () => {
  it(
    'begins anew, as where claims and spec of a deletion that was cancelled come back from a backup',
    long,
    async () => {
      const { operator, world, watch } = await switchedCluster('1h');
      world.delete('WekaCluster', 'demo');
      await watch.pass(300);
      operator.off = true;
      await world.clock.runUntil(() => false, { maxMilliseconds: 7_200_000 });
      operator.off = false;
      await watch.pass(3000);
      expect([watch.erased(), world.weka.removed, watch.violations()]).toEqual([[], [], []]);
      expect(world.condition('WekaCluster', 'demo', 'GracePeriodOver')).toMatchObject({
        status: 'False',
        reason: 'GracePeriod',
      });
      await watch.until(
        'the new one is over, and all is gone',
        () => world.get('WekaCluster', 'demo') === undefined,
        1800,
      );
      world.lab.stop();
    },
  );
});
