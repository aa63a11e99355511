/** The Secret of the operator is lost or edited while the weka cluster is formed: containers keep the join secret that they were set up with. */
import { describe, expect, it } from 'vitest';
import { startWorld, wekaCluster, type LabWorld } from './world.ts';

const secretOf = (world: LabWorld): string =>
  world.list('Secret').find(({ metadata }) => metadata.name.startsWith('weka-operator-'))?.metadata.name ?? '';
const isReady = (world: LabWorld): boolean => world.condition('WekaCluster', 'demo')?.status === 'True';
const said = (world: LabWorld): string => world.condition('WekaCluster', 'demo')?.message ?? '';
const command = /kubectl delete wekacontainers -n default (.*) has new ones made/;

/** Does what the condition says, again where it names others that have begun meanwhile, and waits for the cluster. */
async function obeys(world: LabWorld): Promise<void> {
  for (let time = 0; time < 3 && !isReady(world); time += 1) {
    const [, names = ''] = command.exec(said(world)) ?? [];
    for (const name of names.split(' ')) world.delete('WekaContainer', name);
    const named = (): string | undefined => command.exec(said(world))?.[1];
    await world.until(
      'it is Ready, or names others',
      () => isReady(world) || ![undefined, names].includes(named()),
      300,
    );
  }
  expect(isReady(world)).toBe(true);
  expect([world.weka.damage, world.errors]).toEqual([[], []]);
  world.lab.stop();
}

describe("the operator's Secret of a cluster that is being formed", { timeout: 300_000 }, () => {
  it('is made anew before anything was set up with it', async () => {
    const world = await startWorld({ nodes: 4 });
    world.apply(wekaCluster({}));
    await world.until('the Secret is there', () => secretOf(world) !== '');
    world.delete('Secret', secretOf(world));
    await world.until('the cluster is Ready', () => isReady(world), 300);
    world.lab.stop();
  });

  it.each([4, 5, 6, 7])('is deleted after %s s: it forms, or the way on is said, and helps', async (at) => {
    const world = await startWorld({ nodes: 4 });
    world.apply(wekaCluster({}));
    await world.stays('before', () => true, at);
    world.delete('Secret', secretOf(world));
    await world.until('it is Ready, or says what to do', () => isReady(world) || command.test(said(world)), 300);
    if (isReady(world)) return world.lab.stop();
    await obeys(world);
  });

  it('is edited by hand when all are set up: the way on is said, and helps', async () => {
    const world = await startWorld({ nodes: 4 });
    world.apply(wekaCluster({}));
    await world.until('all are set up', () => world.weka.snapshot().locals.length === 6);
    world.patch('Secret', secretOf(world), { data: { 'join-secret': Buffer.from('x'.repeat(64)).toString('base64') } });
    await world.until('it says what to do', () => command.test(said(world)), 300);
    await obeys(world);
  });
});
