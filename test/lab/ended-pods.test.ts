/** Pods whose phase is Failed or Succeeded: evicted, refused by their kubelet, ended with their node. They never run again by themselves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster, type LabWorld } from './world.ts';

const uidOf = (world: LabWorld, name: string): string | undefined => world.get('Pod', name)?.metadata.uid;
const isReady = (world: LabWorld, kind: string, name: string): boolean =>
  world.condition(kind, name)?.status === 'True';

/** What the kubelet writes of a pod that it has evicted or refused; its container ended before. */
function end(world: LabWorld, name: string, phase: 'Failed' | 'Succeeded', reason: string, message: string): void {
  const terminated = { exitCode: phase === 'Failed' ? 137 : 0, reason: phase === 'Failed' ? 'Error' : 'Completed' };
  const pods = world.lab.store.definitionOf('v1', 'Pod')!;
  void world.lab.store.patch(
    pods,
    'default',
    name,
    'application/merge-patch+json',
    {
      status: {
        phase,
        reason,
        message,
        containerStatuses: [
          { name: 'weka-container', image: 'x', imageID: '', ready: false, restartCount: 0, state: { terminated } },
        ],
      },
    },
    'status',
  );
}

const drivesOf = (world: LabWorld, name: string): string[] =>
  world
    .list('WekaClaims')
    .flatMap((claims) =>
      Object.values(
        (claims['spec'] as { holders?: Record<string, { name: string; drives?: string[] }> }).holders ?? {},
      ).flatMap((holder) => (holder.name === name ? (holder.drives ?? []) : [])),
    );

const words: [phase: 'Failed' | 'Succeeded', reason: string, message: string][] = [
  ['Failed', 'Evicted', 'The node was low on resource: ephemeral-storage.'],
  ['Failed', 'Terminated', 'Pod was terminated in response to imminent node shutdown.'],
  ['Failed', 'UnexpectedAdmissionError', 'Allocate failed due to no healthy devices present'],
  ['Failed', 'Preempting', 'Preempted in order to admit critical pod'],
  ['Succeeded', 'Completed', 'the container ended'],
];

describe('a pod that has ended', () => {
  it.each(words)(
    '%s, %s: is deleted, and its successor comes behind the fence',
    { timeout: 120_000 },
    async (phase, reason, message) => {
      const world = await readyCluster({ drive: 6, compute: 6 }, { nodes: 6 });
      const watch = watchLosses(world);
      const before = uidOf(world, 'demo-compute-4');
      end(world, 'demo-compute-4', phase, reason, message);
      await watch.until(
        'it is said why',
        () =>
          (world.condition('WekaContainer', 'demo-compute-4', 'PodRunning')?.message ?? '').includes(
            `${reason}: ${message}`,
          ),
        30,
      );
      await watch.until(
        'another pod is Ready',
        () =>
          uidOf(world, 'demo-compute-4') !== before &&
          isReady(world, 'WekaContainer', 'demo-compute-4') &&
          isReady(world, 'WekaCluster', 'demo'),
        120,
      );
      expect([watch.violations(), watch.erased(), world.weka.damage]).toEqual([[], [], []]);
      world.lab.stop();
    },
  );

  it(
    'whichever and whenever it is, also while another one rolls or leaves, ends in a cluster that is whole',
    { timeout: 300_000 },
    async () => {
      const names = ['demo-drive-1', 'demo-drive-3', 'demo-compute-0', 'demo-compute-5'];
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...names),
          fc.constantFrom(...words),
          fc.constantFrom('roll', 'deleted container', 'deleted pod', 'nothing'),
          fc.integer({ min: 0, max: 40 }),
          async (name, [phase, reason, message], beside, seconds) => {
            const world = await readyCluster({ drive: 6, compute: 6 }, { nodes: 6 });
            const watch = watchLosses(world);
            const before = uidOf(world, name);
            const leaving = beside === 'deleted container' ? drivesOf(world, 'demo-drive-2') : [];
            if (beside === 'roll') world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { drive: 100 } } });
            if (beside === 'deleted container') world.delete('WekaContainer', 'demo-drive-2');
            if (beside === 'deleted pod') world.delete('Pod', name);
            await watch.pass(seconds);
            if (world.get('Pod', name) !== undefined) end(world, name, phase, reason, message);
            await watch.until(
              'all is whole',
              () =>
                uidOf(world, name) !== before &&
                isReady(world, 'WekaContainer', name) &&
                isReady(world, 'WekaCluster', 'demo'),
              900,
            );
            expect([
              watch.violations(),
              watch.erased().filter((serial) => !leaving.includes(serial)),
              world.weka.damage,
            ]).toEqual([[], [], []]);
            world.lab.stop();
          },
        ),
        { numRuns: 3 },
      );
    },
  );

  it(
    'again and again is left alone for longer and longer, and it is said how to have it sooner',
    { timeout: 120_000 },
    async () => {
      const world = await readyCluster({ drive: 6, compute: 6 }, { nodes: 6 });
      for (let times = 0; times < 3; times += 1) {
        const before = uidOf(world, 'demo-compute-4');
        end(world, 'demo-compute-4', 'Failed', 'Evicted', 'low on memory');
        await world.until(
          'another pod is Ready',
          () => uidOf(world, 'demo-compute-4') !== before && isReady(world, 'WekaContainer', 'demo-compute-4'),
          180,
        );
      }
      const last = uidOf(world, 'demo-compute-4');
      end(world, 'demo-compute-4', 'Failed', 'Evicted', 'low on memory');
      await world.stays('it is left alone', () => uidOf(world, 'demo-compute-4') === last, 300);
      expect(world.condition('WekaContainer', 'demo-compute-4', 'PodRunning')?.message).toMatch(
        /the pod has ended \(Evicted: low on memory\); the operator has replaced this pod 4 times since .*; see what ends it; kubectl delete pod demo-compute-4 -n default replaces it at once/,
      );
      world.delete('Pod', 'demo-compute-4');
      await world.until(
        'a person has it replaced',
        () => uidOf(world, 'demo-compute-4') !== last && isReady(world, 'WekaContainer', 'demo-compute-4'),
        120,
      );
      world.lab.stop();
    },
  );
});

it(
  'gets a successor also where its container waits to leave: it runs until weka has let it go',
  { timeout: 400_000 },
  async () => {
    const spec = { dynamicTemplate: { driveContainers: 6, computeContainers: 6 } };
    const world = await readyCluster({ spec }, { nodes: 6, weka: { deactivate: 600_000 } });
    const watch = watchLosses(world);
    for (const name of ['demo-compute-0', 'demo-compute-1']) world.delete('WekaContainer', name);
    await watch.pass(20);
    const ended = uidOf(world, 'demo-compute-1');
    end(world, 'demo-compute-1', 'Failed', 'Evicted', 'low on memory');
    await watch.until(
      'its successor runs',
      () =>
        ![undefined, ended].includes(uidOf(world, 'demo-compute-1')) &&
        world.get('Pod', 'demo-compute-1')?.status?.['phase'] === 'Running',
      300,
    );
    expect(watch.violations()).toEqual([]);
    world.lab.stop();
  },
);
