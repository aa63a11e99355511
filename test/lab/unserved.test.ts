/**
 * Answers that are no word on the object that was asked for: 404 for a kind that is not served, as between the
 * CustomResourceDefinitions of two releases, and what a proxy or a cache has for another object.
 */
import { expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster } from './world.ts';
import type { ObjectAddress } from '../../sidecar/cluster-access.ts';

const asked = (address: ObjectAddress): ObjectAddress => address;
const lies: Record<string, (address: ObjectAddress) => ObjectAddress> = {
  'the kind is not served': (address) => ({ ...address, apiVersion: 'weka.weka.io/v1' }),
  'there is no such object, of another name': (address) => ({ ...address, name: 'prod' }),
  'another object': (address) => ({ ...address, kind: 'WekaContainer', name: 'demo-drive-0' }),
};

it(
  'a WekaCluster, or a container that has the turn, is not gone for such an answer: no container stops for that',
  { timeout: 300_000 },
  async () => {
    let answers = asked;
    const world = await readyCluster(
      { spec: { gracefulDestroyDuration: '24h' } },
      {
        nodes: 3,
        access: (local) => ({
          ...local,
          get: (address) => local.get(/^Weka(Cluster|Container)$/.test(address.kind) ? answers(address) : address),
        }),
      },
    );
    const watch = watchLosses(world);
    const names = world.list('WekaContainer').map(({ metadata }) => metadata.name);
    for (const name of names) world.delete('WekaContainer', name);
    await watch.pass(10);
    for (const lie of Object.values(lies)) {
      answers = lie;
      await watch.pass(60);
      expect([watch.losses.ioStopped, watch.losses.containersAway]).toEqual([false, 0]);
      expect(names.map((name) => world.condition('WekaContainer', name)?.reason)).not.toContain('OwnerGone');
    }
    answers = asked;
    await watch.pass(30);
    expect([watch.losses.ioStopped, watch.losses.containersAway, watch.erased()]).toEqual([false, 0, []]);
    world.lab.stop();
  },
);
