/** The whole content of the claims of two nodes, or of two clusters, is exchanged, as by a script that restores them under the wrong names. */
import { expect, it } from 'vitest';
import { asWritten } from '../simulate/kubectl.ts';
import { watchLosses } from './losses.ts';
import { readyCluster, startWorld, wekaCluster, type LabWorld } from './world.ts';

const messages = (world: LabWorld): string[] =>
  world.list('WekaContainer').flatMap(({ metadata }) => {
    const found = world.condition('WekaContainer', metadata.name);
    return found?.reason === 'ClaimContradiction' ? [found.message] : [];
  });
const holders = (world: LabWorld, node: string): string[] =>
  Object.keys(world.get('WekaClaims', `node-${node}`)?.spec?.['holders'] ?? {}).sort();

const replace = (world: LabWorld, name: string, value: unknown): void => {
  const { store } = world.lab;
  const definition = store.definitionOf('weka.weka.io/v1alpha1', 'WekaClaims')!;
  store.patch(definition, undefined, name, 'application/json-patch+json', [{ op: 'replace', path: '/spec', value }]);
};
const specOf = (world: LabWorld, name: string) => structuredClone(world.get('WekaClaims', name)?.spec);
function exchange(world: LabWorld, one: string, other: string): void {
  const [first, second] = [specOf(world, one), specOf(world, other)];
  replace(world, one, second);
  replace(world, other, first);
}

it('is made good by the command of the condition, which deletes no container', { timeout: 300_000 }, async () => {
  const world = await readyCluster({ spec: { gracefulDestroyDuration: '24h' } }, { nodes: 4 });
  const watch = watchLosses(world);
  const [one, other] = ['demo-drive-0', 'demo-drive-1'].map(
    (name) => world.get('Pod', name)?.spec?.['nodeName'] as string,
  ) as [string, string];
  const before = [holders(world, one), holders(world, other)];
  exchange(world, `node-${one}`, `node-${other}`);
  await watch.until('it is said', () => messages(world).length > 0, 300);
  await watch.pass(30);
  for (const message of messages(world)) expect(message).not.toMatch(/delete the one|kubectl \w+ wekacontainer/);
  const [said = ''] = messages(world);
  const claims = [`node-${one}`, `node-${other}`];
  const command = asWritten(world, said) ?? '';
  expect(command).toMatch(/^kubectl delete wekaclaims \S+ \S+$/);
  expect(command.split(' ').slice(3).sort()).toEqual(claims.sort());
  await watch.until(
    'all is as it was',
    () =>
      JSON.stringify([holders(world, one), holders(world, other)]) === JSON.stringify(before) &&
      messages(world).length === 0 &&
      world
        .list('WekaContainer')
        .every(({ metadata }) => world.condition('WekaContainer', metadata.name)?.status === 'True'),
    300,
  );
  expect([watch.losses.ioStopped, watch.losses.away, watch.erased(), watch.violations()]).toEqual([false, 0, [], []]);
  world.lab.stop();
});

/** Two clusters on the same nodes. */
async function twoClusters(graces: Record<'demo' | 'two', string>, options = {}) {
  const world = await startWorld({ nodes: 3, machine: { driveCount: 2 }, ...options });
  for (const [name, gracefulDestroyDuration] of Object.entries(graces)) {
    world.apply({ ...wekaCluster({ spec: { gracefulDestroyDuration } }), metadata: { name, namespace: 'default' } });
    await world.until(`${name} is Ready`, () => world.condition('WekaCluster', name)?.status === 'True', 600);
  }
  const [demo, two] = ['demo', 'two'].map((name) => `cluster-${world.get('WekaCluster', name)?.metadata.uid}`);
  const isSaid = (): boolean =>
    ['demo', 'two'].every((name) => world.condition('WekaCluster', name)?.reason === 'ClaimsMisplaced');
  const followsBoth = (): void => {
    for (const name of ['demo', 'two']) asWritten(world, world.condition('WekaCluster', name)?.message ?? '');
  };
  return { world, watch: watchLosses(world), demo: demo!, two: two!, isSaid, followsBoth };
}

it("those of two clusters that end: the order for one of them is not the other's", { timeout: 300_000 }, async () => {
  const { world, watch, demo, two, isSaid, followsBoth } = await twoClusters({ demo: '24h', two: '5m' });
  world.delete('WekaCluster', 'demo');
  await watch.pass(60);
  world.delete('WekaCluster', 'two');
  await watch.until('it is ordered', () => specOf(world, two)?.['destroy'] !== undefined, 900);
  exchange(world, demo, two);
  await watch.until('it is said', isSaid, 60);
  await watch.pass(600);
  followsBoth();
  await watch.until('the other one ends', () => world.get('WekaCluster', 'two') === undefined, 1200);
  expect([watch.erased(), watch.violations()]).toEqual([[], []]);
  world.lab.stop();
});

it(
  "those of two clusters that run: the turn of one of them is not the other's, and both go on",
  { timeout: 300_000 },
  async () => {
    const { world, watch, demo, two, isSaid, followsBoth } = await twoClusters({ demo: '24h', two: '24h' });
    for (const name of ['demo', 'two'])
      world.patch('WekaCluster', name, { spec: { additionalMemory: { compute: 100 } } });
    await watch.until('both roll', () => [demo, two].every((name) => specOf(world, name)?.['turn'] !== undefined), 300);
    exchange(world, demo, two);
    await watch.until('it is said', isSaid, 120);
    await watch.pass(60);
    followsBoth();
    await watch.until(
      'all is new',
      () =>
        world
          .list('WekaContainer')
          .every(({ metadata: { name } }) => world.condition('WekaContainer', name, 'PodUpToDate')?.status === 'True'),
      1200,
    );
    expect([watch.losses.ioStopped, watch.losses.away, watch.erased(), watch.violations()]).toEqual([false, 1, [], []]);
    world.lab.stop();
  },
);
