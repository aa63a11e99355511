/** What is kept of a cluster whose finalizer was taken off, after all its containers have gone: named until a person gives it up. */
import { describe, expect, it } from 'vitest';
import { patchAsTold, readyCluster, wekaCluster } from './world.ts';

describe('the claims of a cluster that is gone', () => {
  it(
    'are named when nothing of it is left, and go by the commands of the condition',
    { timeout: 300_000 },
    async () => {
      const world = await readyCluster({ spec: { gracefulDestroyDuration: '10m' } }, { nodes: 3 });
      const uid = world.get('WekaCluster', 'demo')?.metadata.uid ?? '';
      const ours = () =>
        world
          .list('WekaContainer')
          .map(({ metadata }) => metadata.name)
          .filter((name) => /^demo-(drive|compute)-\d+$/.test(name));
      const said = () =>
        world
          .list('WekaNode')
          .map(({ metadata: { name } }) => world.condition('WekaNode', name, 'ClustersSettled'))
          .filter((condition) => condition !== undefined);
      // as `kubectl get wekaclaims -o yaml | grep` finds it
      const holders = () => JSON.stringify(world.list('WekaClaims')).includes(`"clusterUid":"${uid}"`);
      const range = () => world.get('WekaClaims', 'ports')?.spec?.['ranges'] as Record<string, object> | undefined;
      world.delete('WekaCluster', 'demo');
      world.patch('WekaCluster', 'demo', { metadata: { finalizers: null } });
      await world.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 60);
      await world.until(
        'its containers ask for a word',
        () =>
          ours().length === 6 &&
          ours().every((name) => world.condition('WekaContainer', name)?.reason === 'WordNeeded'),
        1200,
      );
      expect([said(), holders(), Object.keys(range() ?? {})]).toEqual([[], true, [uid]]);
      for (const name of ours()) {
        patchAsTold(world, world.condition('WekaContainer', name)?.message ?? '');
        world.delete('WekaContainer', name);
      }
      await world.until('they are gone', () => ours().length === 0, 900);
      await world.until('each node names the cluster', () => said().length === 3, 600);
      expect([holders(), said().map(({ status, reason }) => `${status} ${reason}`)]).toEqual([
        false,
        Array.from({ length: 3 }, () => 'False ClusterLeft'),
      ]);
      const message = said()[0]?.message ?? '';
      expect(message).toContain(`kubectl delete wekaclaims cluster-${uid} --ignore-not-found`);
      expect(message).toContain(`{"op":"remove","path":"/spec/ranges/${uid}"}`);
      if (world.get('WekaClaims', `cluster-${uid}`) !== undefined) world.delete('WekaClaims', `cluster-${uid}`);
      world.patch('WekaClaims', 'ports', { spec: { ranges: { [uid]: null } } });
      await world.until('nobody names it', () => said().length === 0, 600);
      // another one of its name would have to wait for its Secrets
      world.apply({ ...wekaCluster(), metadata: { name: 'two', namespace: 'default' } });
      await world.until('the next one is Ready', () => world.condition('WekaCluster', 'two')?.status === 'True', 300);
      expect([said(), world.get('WekaClaims', `cluster-${uid}`)]).toEqual([[], undefined]);
      world.lab.stop();
    },
  );
});
