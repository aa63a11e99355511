/** A person destroys a container of a cluster that lives: weka is told nothing, and goes on counting its drive there. */
import { expect, it } from 'vitest';
import { destroyByWord, readyCluster } from './world.ts';

it('its successor says how weka lets go of the drive that it waits for', { timeout: 120_000 }, async () => {
  const name = 'demo-drive-0';
  const world = await readyCluster(
    { drive: 6, compute: 5, spec: { gracefulDestroyDuration: '24h' } },
    { nodes: 6, machine: { driveCount: 1 } },
  );
  const former = world.get('WekaContainer', name)?.metadata.uid;
  destroyByWord(world, name);
  world.delete('WekaContainer', name);
  await world.until(
    'another one is there',
    () => ![former, undefined].includes(world.get('WekaContainer', name)?.metadata.uid),
    900,
  );
  const said = (): string => world.condition('WekaContainer', name)?.message ?? '';
  await world.until('it says so', () => /weka has \S+ in containers that do not claim them/.test(said()), 900);
  await world.until(
    'it says how',
    () => /weka cluster container deactivate \d+; when it is INACTIVE weka cluster drive remove/.test(said()),
    120,
  );
  expect(world.weka.damage).toEqual([]);
  world.lab.stop();
});
