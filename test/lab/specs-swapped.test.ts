/** The nodes in the specs of two containers are exchanged by hand: their data stays where it is. */
import { expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster, type LabWorld } from './world.ts';

const named = (world: LabWorld, name: string) => world.get('WekaContainer', name);
const nodeOf = (world: LabWorld, name: string): unknown => named(world, name)?.spec?.['nodeAffinity'];

it(
  'come back to where the containers run, and one that is deleted gets its successor',
  { timeout: 300_000 },
  async () => {
    const world = await readyCluster({ spec: { gracefulDestroyDuration: '24h' } }, { nodes: 4 });
    const running = (): number =>
      world
        .list('WekaContainer')
        .filter(
          ({ metadata, spec }) =>
            spec?.['mode'] === 'drive' &&
            metadata.deletionTimestamp === undefined &&
            world.condition('WekaContainer', metadata.name)?.status === 'True',
        ).length;
    // a stripe of three, so that one of four may leave, and each node has its own
    world.patch('WekaCluster', 'demo', { spec: { dynamicTemplate: { driveContainers: 4 } } });
    await world.until('four drive containers run', () => running() === 4, 600);
    const watch = watchLosses(world);
    const names = ['demo-drive-0', 'demo-drive-1'] as const;
    const [first, second] = names.map((name) => nodeOf(world, name));
    world.patch('WekaContainer', names[0], { spec: { nodeAffinity: second } });
    world.patch('WekaContainer', names[1], { spec: { nodeAffinity: first } });
    const uid = named(world, names[0])?.metadata.uid;
    world.delete('WekaContainer', names[0]);
    await watch.until('it has left', () => named(world, names[0])?.metadata.uid !== uid, 600);
    await watch.until('its successor runs', () => running() === 4, 900);
    expect([nodeOf(world, names[1])]).toEqual([second]);
    expect([watch.losses.ioStopped, watch.losses.away, watch.violations()]).toEqual([false, 0, []]);
    world.lab.stop();
  },
);
