/** Somebody takes the owner references off all pods of a cluster. */
import { expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { asWritten } from '../simulate/kubectl.ts';
import { watchLosses } from './losses.ts';
import { readyCluster, type LabWorld } from './world.ts';

const isOwned = ({ metadata }: Pick<KubernetesObject, 'metadata'>): boolean =>
  metadata.ownerReferences?.some(({ controller }) => controller === true) === true;
const named = (world: LabWorld): string[] =>
  world
    .list('WekaContainer')
    .flatMap(({ metadata }) => world.condition('WekaContainer', metadata.name, 'PodOwned')?.message ?? []);
const isWell = (world: LabWorld): boolean =>
  world.list('Pod').every(isOwned) &&
  named(world).length === 0 &&
  world.condition('WekaCluster', 'demo', 'Degraded')?.status === 'False';

it('once heals by itself, and again and again is named with what ends it', { timeout: 300_000 }, async () => {
  const webhook = { there: false };
  const world = await readyCluster(
    {},
    {
      nodes: 3,
      admission: (object) => {
        if (webhook.there && object.kind === 'Pod') delete object.metadata.ownerReferences;
      },
    },
  );
  const watch = watchLosses(world);
  const strip = (): void => {
    for (const { metadata } of world.list('Pod'))
      world.patch('Pod', metadata.name, { metadata: { ownerReferences: null } });
  };
  strip();
  await watch.until('it heals', () => isWell(world), 120);
  await watch.stays('it stays so', () => isWell(world), 60);
  webhook.there = true;
  strip();
  await watch.until('each container names it', () => named(world).length === 6, 120);
  await watch.stays('that is said all the time', () => named(world).length === 6, 60);
  for (const message of named(world)) expect(message).toContain('exempt the pods of namespace default');
  webhook.there = false;
  for (const message of named(world)) expect(asWritten(world, message)).toMatch(/^kubectl patch pod demo-/);
  await watch.until('all is well again', () => isWell(world), 300);
  expect([watch.losses.ioStopped, watch.losses.away, watch.erased(), watch.violations()]).toEqual([false, 0, [], []]);
  world.lab.stop();
});
