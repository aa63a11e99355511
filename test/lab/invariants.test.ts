import { describe, expect, it } from 'vitest';
import { invariantsOf, tolerances } from './invariants.ts';
import { image, readyCluster, type LabWorld } from './world.ts';

interface Fixed {
  uid: string;
  node: string;
  serial: string;
}

/** A container of the cluster, its node and its first drive. */
function fixed(world: LabWorld, name: string): Fixed {
  const uid = world.get('WekaContainer', name)?.metadata.uid ?? '';
  const node = world.get('Pod', name)?.spec?.['nodeName'] as string;
  const claims = world.get('WekaClaims', `node-${node}`)?.spec?.['holders'] as Record<string, { drives: string[] }>;
  return { uid, node, serial: claims[uid]?.drives[0] ?? '' };
}

const touchFlag = (world: LabWorld, name: string) =>
  world.lab.pods.exec('default', name, 'weka-container', ['touch', '/tmp/.allow-force-stop'], '');

describe('the invariants', () => {
  it('hold while a cluster comes up, is paused, comes back and is destroyed', async () => {
    const world = await readyCluster();
    const invariants = invariantsOf(world);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: true } } });
    await world.until('no pod is left', () => world.list('Pod').length === 0);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: false } } });
    await world.until(
      'it is Ready',
      () => world.condition('WekaCluster', 'demo')?.status === 'True' && world.list('Pod').length === 6,
    );
    await world.clock.advance(30_000);
    world.delete('WekaCluster', 'demo');
    await world.until('all is gone', () => world.get('WekaCluster', 'demo') === undefined, 600);
    expect(invariants.check()).toEqual([]);
    expect(world.weka.erased.map(({ by }) => by)).toEqual(['operator', 'operator', 'operator']);
    expect(world.weka.removed.length).toBe(6);
    world.lab.stop();
  });

  it.each<[string, (world: LabWorld) => unknown, number, RegExp]>([
    [
      'a drive in two claims',
      (world) => {
        const { node, serial } = fixed(world, 'demo-drive-0');
        const other = { namespace: 'default', name: 'two-drive-0', mode: 'drive', image, drives: [serial] };
        world.patch('WekaClaims', `node-${node}`, { spec: { holders: { 'uid-of-another': other } } });
      },
      0,
      /drive \S+ is held twice/,
    ],
    [
      'a drive that weka uses and nobody claims',
      (world) => {
        const { uid, node } = fixed(world, 'demo-drive-0');
        world.lab.driver.stop();
        world.patch('WekaClaims', `node-${node}`, { spec: { holders: { [uid]: { drives: [] } } } });
      },
      tolerances.claimDrift,
      /is ACTIVE in \S+, which does not claim it/,
    ],
    [
      'another port in the claim than the one that is used',
      (world) => {
        const { uid, node } = fixed(world, 'demo-drive-0');
        world.lab.driver.stop();
        world.patch('WekaClaims', `node-${node}`, { spec: { holders: { [uid]: { wekaPort: 39_000 } } } });
      },
      tolerances.claimDrift,
      /listens on port \d+ and claims 39000/,
    ],
    [
      'a drive that is erased without an order',
      (world) => {
        const { node, serial } = fixed(world, 'demo-drive-0');
        world.weka.resign(node, [serial]);
      },
      0,
      /was erased without an order/,
    ],
    [
      'a directory that is removed without an order',
      (world) => {
        const { uid, node } = fixed(world, 'demo-drive-0');
        world.weka.processesDied(uid);
        world.weka.forget(uid, node);
      },
      0,
      /directory of a drive container that is ACTIVE \(\S+\) was removed/,
    ],
    [
      'a stop while another failure domain is away',
      (world) => {
        world.lab.driver.stop();
        for (const name of ['demo-drive-0', 'demo-drive-1']) world.delete('Pod', name);
        for (const name of ['demo-drive-0', 'demo-drive-1']) world.clock.after(1000, () => void touchFlag(world, name));
      },
      5000,
      /was stopped by the operator while \S+ was away/,
    ],
  ])('see %s', async (_, breaks, milliseconds, sentence) => {
    const world = await readyCluster();
    const invariants = invariantsOf(world);
    expect(invariants.check()).toEqual([]);
    breaks(world);
    expect(invariants.check().length === 0).toBe(milliseconds > 0);
    await world.clock.advance(milliseconds);
    expect(invariants.check().filter((text) => sentence.test(text))).toHaveLength(1);
    world.lab.stop();
  });

  it('do not blame the operator for what a person or a machine does', async () => {
    const world = await readyCluster();
    const invariants = invariantsOf(world);
    const { node, serial } = fixed(world, 'demo-drive-0');
    world.weka.resign(node, [serial], 'person');
    world.lab.machines.fail(fixed(world, 'demo-drive-1').node);
    world.lab.machines.fail(fixed(world, 'demo-drive-2').node);
    await world.clock.advance(60_000);
    expect(world.weka.incidents.map(({ kind, by }) => [kind, by])).toContainEqual(['io-interrupted', 'fault']);
    expect(invariants.check()).toEqual([]);
    world.lab.stop();
  });
});
