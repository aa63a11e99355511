import { describe, it } from 'vitest';
import {
  comesUp,
  containerLeaves,
  deletionIsTakenBack,
  isDestroyed,
  isQuiet,
  podIsForceDeleted,
  podReturns,
  rolls,
} from './cluster.ts';
import { clientLives, namespaceGoes, podEnds } from './hangs.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { mainContainerName } from '../../hooks/weka/api/group.ts';
import type { Lab, LabOptions } from '../../lab/lab.ts';
import { startWorld } from '../lab/world.ts';
import {
  claimsAreLost,
  foregroundDeletionKeepsData,
  imagesAreRewritten,
  neighbourIsDestroyed,
  nodeIsDrained,
  type ImageWebhook,
} from './slips.ts';
import type { World } from '../world.ts';

/** The same as in test/cluster, so that a scenario that fails there can be looked at in the lab. */
async function inTheLab(
  scenario: (world: World, lab: Lab) => Promise<void>,
  options: Pick<LabOptions, 'admission'> = {},
): Promise<void> {
  const world = await startWorld({
    ...options,
    nodes: 1,
    machine: { hardware: { drives: ['PRETENDED1', 'PRETENDED2', 'PRETENDED3', 'PRETENDED4'] } },
  });
  try {
    await scenario(world, world.lab);
  } finally {
    world.lab.stop();
  }
}

/** A webhook of the lab, and what it is for the API. */
function imageWebhook(): { webhook: ImageWebhook; admission: NonNullable<LabOptions['admission']> } {
  let works = false;
  const rewritten = (image: string): string => image.replace('quay.io', 'mirror.corp.example');
  const admission = (object: KubernetesObject, before: KubernetesObject | undefined): void => {
    if (!works || object.kind !== 'Pod' || before !== undefined) return;
    const { containers } = object['spec'] as { containers: { name: string; image: string }[] };
    if (containers.some(({ name }) => name === mainContainerName))
      for (const container of containers) container.image = rewritten(container.image);
  };
  const turned = (on: boolean) => async (): Promise<void> => void (works = on);
  return { webhook: { begin: turned(true), end: turned(false), rewritten }, admission };
}

/** What a kubelet writes of a pod that it has evicted. */
function evicted(store: Lab['store'], name: string): void {
  const status = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: ephemeral-storage.' };
  const pods = store.definitionOf('v1', 'Pod')!;
  store.patch(pods, 'default', name, 'application/merge-patch+json', { status }, 'status');
}

describe('a cluster on one node', () => {
  it('comes up, is quiet, and is destroyed', () =>
    inTheLab(async (world) => {
      await comesUp(world);
      await isQuiet(world, 120);
      await isDestroyed(world);
    }));
  it('gets back a pod that somebody deletes', () =>
    inTheLab(async (world) => {
      await comesUp(world);
      await podReturns(world, 'demo-drive-1');
    }));
  it('replaces its pods one at a time when its configuration changes', () =>
    inTheLab(async (world) => {
      await comesUp(world);
      await rolls(world);
    }));
  it('waits for proof of death when somebody deletes a pod with force', () =>
    inTheLab(async (world, { machines }) => {
      await comesUp(world);
      await podIsForceDeleted(world, 'demo-drive-1', {
        begin: () => Promise.resolve(machines.fail('node-1', 'network')),
        end: () => Promise.resolve(machines.recover('node-1')),
      });
    }));
  it('goes under foreground deletion as well', () =>
    inTheLab(async (world) => {
      await comesUp(world);
      await isDestroyed(world, undefined, { propagationPolicy: 'Foreground' });
    }));
  it('lets a container go', () =>
    inTheLab(async (world) => {
      await comesUp(world, { drive: 3 });
      await containerLeaves(world, 'demo-drive-1');
    }));
  it('can be taken back from its deletion', () =>
    inTheLab(async (world) => {
      await comesUp(world);
      await deletionIsTakenBack(world);
    }));
  it('keeps pods whose image a webhook rewrites', () => {
    const { webhook, admission } = imageWebhook();
    return inTheLab(
      async (world) => {
        await comesUp(world);
        await imagesAreRewritten(world, webhook);
      },
      { admission },
    );
  });
  it('claims again what it has when all claims are deleted', () =>
    inTheLab(async (world) => {
      await comesUp(world);
      await claimsAreLost(world);
    }));
  it('shares a node that is drained with another cluster, and is untouched by its end', () =>
    inTheLab(async (world) => {
      await comesUp(world);
      await comesUp(world, { name: 'two' });
      await nodeIsDrained(world);
      await neighbourIsDestroyed(world);
    }));
  it('gets a successor for a pod that has ended', () =>
    inTheLab(async (world, { store }) => {
      await comesUp(world);
      await podEnds(world, 'demo-compute-0', (name) => Promise.resolve(evicted(store, name)));
    }));
  it('goes with the namespace in which it is', () => inTheLab(namespaceGoes));
  it('has a client that comes, gets a new pod, and goes', () =>
    inTheLab(async (world) => {
      await comesUp(world);
      await clientLives(world);
    }));
  it('keeps Secrets and data under a foreground deletion with a grace', () =>
    inTheLab(async (world) => {
      await comesUp(world);
      await foregroundDeletionKeepsData(world);
    }));
});
