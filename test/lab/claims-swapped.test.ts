/** The whole content of the claims of two nodes is exchanged, as by a script that restores them under the wrong names. */
import { expect, it } from 'vitest';
import { asWritten } from '../simulate/kubectl.ts';
import { watchLosses } from './losses.ts';
import { readyCluster, type LabWorld } from './world.ts';

const messages = (world: LabWorld): string[] =>
  world.list('WekaContainer').flatMap(({ metadata }) => {
    const found = world.condition('WekaContainer', metadata.name);
    return found?.reason === 'ClaimContradiction' ? [found.message] : [];
  });
const holders = (world: LabWorld, node: string): string[] =>
  Object.keys(world.get('WekaClaims', `node-${node}`)?.spec?.['holders'] ?? {}).sort();

it('is made good by the command of the condition, which deletes no container', { timeout: 300_000 }, async () => {
  const world = await readyCluster({ spec: { gracefulDestroyDuration: '24h' } }, { nodes: 4 });
  const watch = watchLosses(world);
  const [one, other] = ['demo-drive-0', 'demo-drive-1'].map(
    (name) => world.get('Pod', name)?.spec?.['nodeName'] as string,
  ) as [string, string];
  const before = [holders(world, one), holders(world, other)];
  const [first, second] = [one, other].map((node) => structuredClone(world.get('WekaClaims', `node-${node}`)!.spec));
  const replace = (node: string, value: unknown): void => {
    const { store } = world.lab;
    const definition = store.definitionOf('weka.weka.io/v1alpha1', 'WekaClaims')!;
    const patch = [{ op: 'replace', path: '/spec', value }];
    store.patch(definition, undefined, `node-${node}`, 'application/json-patch+json', patch);
  };
  replace(one, second);
  replace(other, first);
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
