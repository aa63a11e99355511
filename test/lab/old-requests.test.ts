/** RemovalRequested in the status of a container whose word was taken back while no operator ran, or that comes from a backup. */
import { expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster } from './world.ts';

it('is no word by itself: the container stays, and its drive is not erased', { timeout: 100_000 }, async () => {
  const world = await readyCluster({ drive: 6, compute: 5, spec: { gracefulDestroyDuration: '24h' } }, { nodes: 6 });
  const watch = watchLosses(world);
  const name = 'demo-drive-0';
  const before = world.get('WekaContainer', name);
  const { store } = world.lab;
  const kind = store.definitionOf('weka.weka.io/v1alpha1', 'WekaContainer')!;
  const conditions = [
    ...((before?.status?.['conditions'] ?? []) as object[]),
    {
      type: 'RemovalRequested',
      status: 'True',
      reason: 'Deleting',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ];
  store.patch(kind, 'default', name, 'application/merge-patch+json', { status: { conditions } }, 'status');
  await watch.pass(120);
  expect([world.get('WekaContainer', name)?.metadata.uid, watch.erased()]).toEqual([before?.metadata.uid, []]);
  world.lab.stop();
});
