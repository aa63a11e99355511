/** What people wait for during a roll is true when it says so: judged at every event, against the pods that really run. */
import { describe, expect, it } from 'vitest';
import { readyCluster } from './world.ts';

describe('a roll', () => {
  it(
    'is over for a container when its new pod runs, and for the cluster when the last one does',
    { timeout: 120_000 },
    async () => {
      const world = await readyCluster({ drive: 3, compute: 4 }, { nodes: 4 });
      const computes = [0, 1, 2, 3].map((index) => `demo-compute-${index}`);
      const uidOf = (name: string): string | undefined => world.get('Pod', name)?.metadata.uid;
      const before = new Map(computes.map((name) => [name, uidOf(name)]));
      const isNew = (name: string): boolean =>
        uidOf(name) !== undefined &&
        uidOf(name) !== before.get(name) &&
        world.get('Pod', name)?.metadata.deletionTimestamp === undefined;
      world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { compute: 300 } } });
      const lies = new Set<string>();
      const messages = new Set<string>();
      const look = (): void => {
        for (const name of computes) {
          const { generation } = world.get('WekaContainer', name)!.metadata;
          const condition = world.condition('WekaContainer', name, 'PodUpToDate');
          if (generation === 1 || condition === undefined || condition.observedGeneration !== generation) continue;
          if (condition.status === 'True' && !isNew(name)) lies.add(`${name} is called up to date`);
        }
        const reconciling = world.condition('WekaCluster', 'demo', 'Reconciling');
        if (reconciling?.status === 'True')
          messages.add(`${reconciling.reason}: ${reconciling.message.replace(/;.*/, '')}`);
        // the containers have to say so first, a moment after they were changed
        const begun = messages.size > 0;
        if (begun && reconciling?.status === 'False' && !computes.every(isNew))
          lies.add('the cluster is called settled');
        if (world.condition('WekaCluster', 'demo')?.status !== 'True') lies.add('the cluster is not Ready');
      };
      await world.until(
        'all are new and the cluster is settled',
        () => {
          look();
          return (
            computes.every(isNew) &&
            messages.size > 0 &&
            world.condition('WekaCluster', 'demo', 'Reconciling')?.status === 'False'
          );
        },
        900,
      );
      await world.until(
        'all are up to date',
        () => computes.every((name) => world.condition('WekaContainer', name, 'PodUpToDate')?.status === 'True'),
        60,
      );
      expect([...lies]).toEqual([]);
      expect([...messages]).toEqual(
        expect.arrayContaining([
          'Rolling: 3/7 pods are of the wished configuration',
          'Rolling: 6/7 pods are of the wished configuration',
        ]),
      );
      world.lab.stop();
    },
  );
});
