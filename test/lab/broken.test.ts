/** What is there and of no use: a host that was wiped, a drive that weka calls FAILED. Neither counts as whole, and each says what to do. */
import { describe, expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster, type LabWorld } from './world.ts';

const long = { timeout: 240_000 };
const hour = 3_600_000;
const isReady = (world: LabWorld, name = 'demo'): boolean => world.condition('WekaCluster', name)?.status === 'True';
const nodeOf = (world: LabWorld, name: string): string => world.get('Pod', name)?.spec?.['nodeName'] as string;
const members = (world: LabWorld): string[] =>
  world
    .list('WekaContainer')
    .map(({ metadata }) => metadata.name)
    .filter((name) => /^demo-(drive|compute)-\d+$/.test(name))
    .sort();
const allReady = (world: LabWorld): boolean =>
  isReady(world) && members(world).every((name) => world.condition('WekaContainer', name)?.status === 'True');

describe('a host that has lost the directory of a container', () => {
  it.each(['demo-drive-0', 'demo-compute-1'])(
    'makes %s say so, and the command in its words brings another member',
    long,
    async (name) => {
      const world = await readyCluster(
        { drive: 4, compute: 4 },
        { nodes: 5, machine: { driveCount: 2 }, weka: { rebuildElsewhere: hour } },
      );
      const watch = watchLosses(world);
      const node = nodeOf(world, name);
      const uid = world.get('WekaContainer', name)?.metadata.uid ?? '';
      world.lab.machines.fail(node);
      await watch.pass(60);
      world.weka.forget(uid, node, 'fault');
      world.lab.machines.recover(node);
      await watch.until('it says so', () => world.condition('WekaContainer', name)?.reason === 'IdentityLost', 400);
      const message = world.condition('WekaContainer', name)?.message ?? '';
      expect(message).toContain(`its directory on node ${node} is gone`);
      expect(world.condition('WekaCluster', 'demo', 'Degraded')?.status).toBe('True');
      const command = /kubectl delete wekacontainer (\S+) -n (\S+) /.exec(message);
      expect(command?.[2]).toBe('default');
      world.delete('WekaContainer', command?.[1] ?? '');
      await watch.until(
        'another member has its place',
        () => world.get('WekaContainer', name)?.metadata.uid !== uid && members(world).length === 8 && allReady(world),
        1800,
      );
      expect([watch.losses.ioStopped, watch.violations()]).toEqual([false, []]);
      world.lab.stop();
    },
  );
});

describe('a drive that weka calls FAILED', () => {
  it(
    'is named by its container and its cluster, and the command in their words has another one taken',
    long,
    async () => {
      const world = await readyCluster({}, { nodes: 3, machine: { driveCount: 2 } });
      const watch = watchLosses(world);
      const node = nodeOf(world, 'demo-drive-0');
      const [serial = ''] = (
        world.get('WekaContainer', 'demo-drive-0')?.status?.['allocations'] as { drives: string[] }
      ).drives;
      world.weka.failDrive(serial);
      const said = () =>
        world.condition('WekaContainer', 'demo-drive-0', 'WekaDrivesAdded') ??
        world.condition('WekaContainer', 'demo-drive-0');
      await watch.until(
        'its container says so',
        () => world.condition('WekaContainer', 'demo-drive-0')?.reason === 'DriveFailed',
        180,
      );
      await watch.until(
        'its cluster says so',
        () =>
          world
            .condition('WekaCluster', 'demo', 'Degraded')
            ?.message.includes(`${serial} of demo-drive-0 on node ${node}`) === true,
        180,
      );
      const command = /kubectl annotate node (\S+) --overwrite (\S+)='(\S+)'/.exec(said()?.message ?? '');
      world.patch('Node', command?.[1] ?? '', { metadata: { annotations: { [command?.[2] ?? '']: command?.[3] } } });
      await watch.until(
        'another one serves in its place',
        () => allReady(world) && world.condition('WekaCluster', 'demo', 'Degraded')?.status === 'False',
        900,
      );
      expect([watch.losses.ioStopped, watch.violations()]).toEqual([false, []]);
      world.lab.stop();
    },
  );
});
