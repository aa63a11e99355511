/** What people and kubelets do to pods. */
import { namesOf, ours, patch, remove, type Stage } from '../stage.ts';
import { picked, toOne, type Trouble } from '../trouble.ts';

export const pickedPod = (stage: Stage, fraction: unknown): string | undefined =>
  picked(namesOf(ours(stage, 'Pod')), fraction);

export const podTroubles: readonly Trouble[] = [
  {
    name: 'pod-is-deleted',
    by: 'person',
    weight: 3,
    ...toOne(pickedPod, (stage, name) => {
      remove(stage, 'Pod', name);
      return { story: `pod ${name} was deleted` };
    }),
  },
  {
    name: 'pod-is-removed-by-force',
    by: 'person',
    weight: 3,
    ...toOne(pickedPod, (stage, name) => {
      stage.forced.add(stage.world.get('Pod', name)?.metadata.uid ?? '');
      remove(stage, 'Pod', name, { gracePeriodSeconds: 0 });
      return { story: `pod ${name} was deleted with --force` };
    }),
  },
  {
    name: 'all-pods-are-deleted',
    by: 'person',
    weight: 2,
    draw: () => ({}),
    begin(stage) {
      for (const name of namesOf(ours(stage, 'Pod'))) remove(stage, 'Pod', name);
      return { story: 'all pods were deleted' };
    },
  },
  {
    name: 'pod-is-evicted',
    by: 'fault',
    weight: 3,
    ...toOne(pickedPod, (stage, name) => {
      stage.world.lab.kubelet.evict('default', name, 'Evicted', 'The node was low on resource: ephemeral-storage.');
      return { story: `pod ${name} was evicted by its kubelet` };
    }),
  },
  {
    name: 'pod-loses-its-owner',
    by: 'person',
    ...toOne(pickedPod, (stage, name) => {
      patch(stage, 'Pod', name, { metadata: { labels: { 'controller-uid': null } } });
      return { story: `the label controller-uid was taken off pod ${name}` };
    }),
  },
  {
    name: 'pod-loses-its-annotations',
    by: 'person',
    ...toOne(pickedPod, (stage, name) => {
      patch(stage, 'Pod', name, { metadata: { annotations: null } });
      return { story: `all annotations were taken off pod ${name}` };
    }),
  },
];
