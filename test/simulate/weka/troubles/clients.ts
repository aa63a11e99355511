/** A client beside the cluster, and what people do to it. */
import type { LabWorld } from '../../../lab/world.ts';
import { addAppNode, wekaClient } from '../../../lab/world.ts';
import { attempt } from '../../stage.ts';
import { lasting, type Trouble } from '../../trouble.ts';
import type { WekaStage } from '../stage.ts';

const target = (stage: WekaStage, name: string): boolean =>
  attempt(() => stage.world.patch('WekaClient', 'apps', { spec: { targetCluster: { name, namespace: 'default' } } }));

export const clientTroubles: readonly Trouble<LabWorld>[] = [
  {
    name: 'client-is-repointed',
    by: 'person',
    weight: 2,
    onceALife: true,
    draw: (random) => ({ first: lasting(random, 5, 300), seconds: lasting(random, 310, 900) }),
    begin(stage, args) {
      const { world } = stage;
      void addAppNode(world, 'app-1').then(
        () => attempt(() => world.apply(wekaClient())),
        () => undefined,
      );
      world.clock.after(Number(args['first']) * 1000, () => {
        if (target(stage, 'another'))
          stage.tell('WekaClient apps was pointed to WekaCluster another, which is not there');
      });
      return {
        story: `WekaClient apps came, to be pointed to another cluster after ${String(args['first'])} s`,
        end: () => target(stage, 'demo'),
      };
    },
  },
];
