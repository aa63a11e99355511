import { describe, it } from 'vitest';
import { comesUp, containerLeaves, deletionIsTakenBack, isDestroyed, isQuiet, podIsForceDeleted, podReturns, rolls } from './cluster.ts';
import type { Lab } from '../../lab/lab.ts';
import { labWorld } from './lab-world.ts';
import type { World } from './world.ts';

/** The same as in test/cluster, so that a scenario that fails there can be looked at in the lab. */
async function inTheLab(scenario: (world: World, lab: Lab) => Promise<void>): Promise<void> {
  const { world, lab } = await labWorld();
  try {
    await scenario(world, lab);
  } finally {
    lab.stop();
  }
}

describe('a cluster on one node', () => {
  it('comes up, is quiet, and is destroyed', () => inTheLab(async (world) => {
    await comesUp(world);
    await isQuiet(world, 120);
    await isDestroyed(world);
  }));
  it('gets back a pod that somebody deletes', () => inTheLab(async (world) => {
    await comesUp(world);
    await podReturns(world, 'demo-drive-1');
  }));
  it('replaces its pods one at a time when its configuration changes', () => inTheLab(async (world) => {
    await comesUp(world);
    await rolls(world);
  }));
  it('waits for proof of death when somebody deletes a pod with force', () => inTheLab(async (world, { machines }) => {
    await comesUp(world);
    await podIsForceDeleted(world, 'demo-drive-1', {
      begin: () => Promise.resolve(machines.fail('node-1', 'network')),
      end: () => Promise.resolve(machines.recover('node-1')),
    });
  }));
  it('goes under foreground deletion as well', () => inTheLab(async (world) => {
    await comesUp(world);
    await isDestroyed(world, undefined, { propagationPolicy: 'Foreground' });
  }));
  it('lets a container go', () => inTheLab(async (world) => {
    await comesUp(world, { drive: 3 });
    await containerLeaves(world, 'demo-drive-1');
  }));
  it('can be taken back from its deletion', () => inTheLab(async (world) => {
    await comesUp(world);
    await deletionIsTakenBack(world);
  }));
});
