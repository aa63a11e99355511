/** Two nodes whose drives have equal serials, as virtual machines made of one template have. */
import { describe, expect, it } from 'vitest';
import { startWorld, wekaCluster, type LabWorld } from './world.ts';

/** Six machines, of which the first two have the same serials. */
async function twins(drives: string[]): Promise<LabWorld> {
  const world = await startWorld({ nodes: 0 });
  for (const name of ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'])
    await world.lab.machines.add({ name, ...(name < 'n3' ? { hardware: { drives } } : {}) });
  world.apply(wekaCluster({ drive: 6, compute: 3 }));
  return world;
}

const twice = (world: LabWorld) =>
  world.list('WekaContainer').flatMap(({ metadata }) => {
    const found = world.condition('WekaContainer', metadata.name, 'DrivesAdded');
    return found?.reason === 'SerialTwice' ? [found.message] : [];
  });

describe('equal serials on two nodes', { timeout: 300_000 }, () => {
  it('are two devices: where weka has one of them, another drive of the node is taken', async () => {
    const world = await twins(['VM0000', 'VM0001']);
    await world.until('the cluster is Ready', () => world.condition('WekaCluster', 'demo')?.status === 'True', 600);
    const taken = world.weka.snapshot().clusters[0]?.drives.map(({ serial }) => serial) ?? [];
    expect(taken).toEqual(expect.arrayContaining(['VM0000', 'VM0001']));
    expect(world.errors).toEqual([]);
    world.lab.stop();
  });

  it('are said by the names of both nodes where there is no other drive, until one is signed', async () => {
    const world = await twins(['VM0000']);
    await world.until('it is said', () => twice(world).length > 0, 600);
    const [message = ''] = twice(world);
    expect(message).toMatch(/^two devices have one serial: VM0000 is a drive of node n[12] and of node n[12], /);
    expect(message).not.toContain('deactivate');
    const [, here = ''] = /drive of node (n[12])/.exec(message) ?? [];
    const machine = world.lab.hardware.get(here)!;
    machine.drives.push('VM0009');
    world.patch('Node', here, { metadata: { annotations: { 'weka.io/weka-drives': JSON.stringify(machine.drives) } } });
    await world.until('the cluster is Ready', () => world.condition('WekaCluster', 'demo')?.status === 'True', 600);
    expect(twice(world)).toEqual([]);
    world.lab.stop();
  });
});
