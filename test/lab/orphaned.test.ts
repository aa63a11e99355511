/** `kubectl delete wekacluster --cascade=orphan`: the cluster alone is deleted, and its containers, which nobody gave up, are nobody's children. */
import { expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster } from './world.ts';

it.each(['after', 'before'])(
  'they run on, and come back to it as they are when its message is followed, where the deletion is cancelled %s that',
  { timeout: 200_000 },
  async (when) => {
    const world = await readyCluster({ spec: { gracefulDestroyDuration: '30s' } }, { nodes: 3 });
    const watch = watchLosses(world);
    const names = world.list('WekaContainer').map(({ metadata }) => metadata.name);
    const said = () => world.condition('WekaCluster', 'demo');
    const cancel = () => world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
    if (when === 'before') cancel();
    world.delete('WekaCluster', 'demo', { propagationPolicy: 'Orphan' });
    await watch.until('they are named', () => said()?.reason === 'UnlabelledContainers', 300);
    const message = said()?.message ?? '';
    if (when === 'after')
      expect(message).toMatch(
        /destroyed with the cluster, unless overrides.cancelDeletion of WekaCluster demo was set before/,
      );
    if (when === 'after') cancel();
    const [, patch = ''] = /give each of them back with kubectl patch .* -p '(.*)'$/.exec(message) ?? [];
    await watch.pass(30);
    for (const name of names) world.patch('WekaContainer', name, JSON.parse(patch) as object);
    await watch.until(
      'the cluster has them',
      () =>
        said()?.status === 'True' &&
        names.every((name) => world.get('WekaContainer', name)?.metadata.ownerReferences?.length === 1),
      300,
    );
    await watch.pass(120);
    expect([watch.losses.ioStopped, watch.losses.containersAway, watch.erased()]).toEqual([false, 0, []]);
    world.lab.stop();
  },
);

it.each(['paused', 'destroying'])(
  'whose WekaCluster is gone: spec.state: %s, said to all, stops one at most',
  { timeout: 200_000 },
  async (state) => {
    const world = await readyCluster({ drive: 6, compute: 6 }, { nodes: 6 });
    const watch = watchLosses(world);
    const names = world.list('WekaContainer').map(({ metadata }) => metadata.name);
    world.delete('WekaCluster', 'demo', { propagationPolicy: 'Orphan' });
    await watch.until(
      'nobody owns them',
      () => names.every((name) => world.get('WekaContainer', name)?.metadata.ownerReferences === undefined),
      60,
    );
    world.patch('WekaCluster', 'demo', { metadata: { finalizers: null } });
    await watch.until('the WekaCluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 60);
    await watch.pass(30);
    for (const name of names) world.patch('WekaContainer', name, { spec: { state } });
    await watch.pass(180);
    expect([watch.losses.ioStopped, watch.erased()]).toEqual([false, []]);
    expect(watch.losses.away).toBeLessThanOrEqual(1);
    world.lab.stop();
  },
);
