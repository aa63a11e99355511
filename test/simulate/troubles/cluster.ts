/** What befalls the Kubernetes cluster itself. */
import { lasting, type Trouble } from '../trouble.ts';

export const clusterTroubles: readonly Trouble[] = [
  {
    name: 'etcd-is-restored',
    by: 'person',
    weight: 1,
    onceALife: true,
    draw: (random) => ({ seconds: lasting(random, 30, 900) }),
    begin({ world, forced }) {
      const backup = world.lab.store.backup();
      return {
        story: 'etcd was backed up, and is restored',
        end: () => {
          // of those that came since nothing is known any more
          for (const { metadata } of world.list('Pod')) forced.add(metadata.uid ?? '');
          world.lab.goBackTo(backup);
        },
      };
    },
  },
];
