/** The API server answers 404 for a kind that it does not serve, as between the CustomResourceDefinitions of two releases. */
import { expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster } from './world.ts';

it(
  'a WekaCluster whose kind is not served for a while is not gone: none of its containers stops for that',
  { timeout: 200_000 },
  async () => {
    let served = true;
    const world = await readyCluster(
      { spec: { gracefulDestroyDuration: '24h' } },
      {
        nodes: 3,
        access: (local) => ({
          ...local,
          get: (address) =>
            local.get(
              served || address.kind !== 'WekaCluster' ? address : { ...address, apiVersion: 'weka.weka.io/v1' },
            ),
        }),
      },
    );
    const watch = watchLosses(world);
    const names = world.list('WekaContainer').map(({ metadata }) => metadata.name);
    for (const name of names) world.delete('WekaContainer', name);
    await watch.pass(10);
    served = false;
    await watch.pass(60);
    expect([watch.losses.ioStopped, watch.losses.containersAway]).toEqual([false, 0]);
    expect(names.map((name) => world.condition('WekaContainer', name)?.reason)).not.toContain('OwnerGone');
    served = true;
    await watch.pass(30);
    expect([watch.losses.ioStopped, watch.losses.containersAway, watch.erased()]).toEqual([false, 0, []]);
    world.lab.stop();
  },
);
