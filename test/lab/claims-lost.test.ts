/** The claims of the nodes are deleted while a cluster is destroyed: everything is cleaned all the same. */
import { describe, expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster } from './world.ts';

describe('claims of nodes that are deleted amid a destruction', () => {
  it.each([0, 10, 25, 31, 33])(
    '%s s after it: no drive and no directory is left',
    { timeout: 200_000 },
    async (seconds) => {
      const world = await readyCluster({ spec: { gracefulDestroyDuration: '30s' } }, { nodes: 3 });
      const watch = watchLosses(world);
      await watch.pass(65);
      world.delete('WekaCluster', 'demo');
      await watch.pass(seconds);
      for (const { metadata } of world.list('WekaClaims'))
        if (metadata.name.startsWith('node-')) world.delete('WekaClaims', metadata.name);
      await watch.until('it is gone', () => world.get('WekaCluster', 'demo') === undefined, 900);
      expect([watch.erased().length, world.weka.removed.length]).toEqual([3, 6]);
      expect(watch.violations()).toEqual([]);
      world.lab.stop();
    },
  );
});
