/** The claims of a node are put back alone to what they were before a drive was replaced, and another cluster chooses by them. */
import { expect, it } from 'vitest';
import { asWritten } from '../simulate/kubectl.ts';
import { watchLosses } from './losses.ts';
import { startWorld, wekaCluster, type LabWorld } from './world.ts';

const name = 'demo-drive-3';
const isReady = (world: LabWorld, cluster: string): boolean =>
  world.condition('WekaCluster', cluster)?.status === 'True';
/** The drive that weka has on that node. */
const inWeka = (world: LabWorld, node: string): string | undefined =>
  world.weka.snapshot().clusters[0]?.drives.find(({ nodeName }) => nodeName === node)?.serial;
const holders = (world: LabWorld, node: string) =>
  Object.values(
    world.get('WekaClaims', `node-${node}`)?.spec?.['holders'] as Record<string, { name: string; drives?: string[] }>,
  );

it(
  'the drive that weka has is given back to its container by the command of the condition',
  { timeout: 300_000 },
  async () => {
    const world = await startWorld({ nodes: 7, machine: { driveCount: 2 } });
    world.apply(wekaCluster({ drive: 6, compute: 5, spec: { gracefulDestroyDuration: '24h' } }));
    await world.until('the cluster is Ready', () => isReady(world, 'demo'), 600);
    const watch = watchLosses(world);
    const node = world.get('Pod', name)?.spec?.['nodeName'] as string;
    const old = structuredClone(world.get('WekaClaims', `node-${node}`)!);
    const first = inWeka(world, node);
    const block = (serials: (string | undefined)[]): void =>
      world.patch('Node', node, { metadata: { annotations: { 'weka.io/blocked-drives': JSON.stringify(serials) } } });
    block([first]);
    await watch.until('the drive is replaced', () => ![first, undefined].includes(inWeka(world, node)), 900);
    await watch.until(
      'nothing else of it is left',
      () => !world.weka.snapshot().clusters[0]!.drives.some(({ serial }) => serial === first),
      900,
    );
    block([]);
    await watch.stays('all is whole', () => isReady(world, 'demo'), 120);
    const serial = inWeka(world, node)!;
    world.lab.store.restore(old);
    world.apply({
      ...wekaCluster({ drive: 5, compute: 5 }),
      metadata: { name: 'two', namespace: 'default' },
    });
    const said = (): string => world.condition('WekaContainer', name)?.message ?? '';
    const claimed = (): string[] =>
      holders(world, node).flatMap((holder) => (holder.drives?.includes(serial) === true ? [holder.name] : []));
    await watch.until('the container says how it is made good', () => said().includes('kubectl patch wekaclaims'), 600);
    const [other = ''] = claimed();
    expect(other).toMatch(/^two-/);
    expect(asWritten(world, said())).toContain('wekaclaims');
    await watch.until('it has its claim', () => claimed().join() === name, 120);
    // what has gone out of weka carries its GUID still, and only the other cluster can say that it needs it no more
    await watch.until(
      'the other one says whose the next drive is',
      () =>
        isReady(world, 'demo') &&
        world.condition('WekaContainer', other)?.message.includes('of the weka cluster of WekaCluster default/demo') ===
          true,
      600,
    );
    expect([watch.erased(), claimed(), inWeka(world, node)]).toEqual([[], [name], serial]);
    world.lab.stop();
  },
);
