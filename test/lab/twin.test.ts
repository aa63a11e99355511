/** A twin of a live cluster: it stands as that one does, and nothing moves in it by itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicSecretKeys } from '../../hooks/core/families/secrets.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { labSystems } from '../../lab/systems.ts';
import { createTwin, type Twin } from '../../lab/twin/twin.ts';
import { addAppNode, readyCluster, wekaClient, type LabWorld } from './world.ts';

let world: LabWorld;

beforeAll(async () => {
  world = await readyCluster({ drive: 4 }, { nodes: 6 });
  await addAppNode(world, 'app-1');
  world.apply(wekaClient());
  await world.until('the client runs', () => world.condition('WekaClient', 'apps')?.status === 'True');
  // the user admin is deleted after five minutes
  await world.clock.advance(400_000);
}, 120_000);

afterAll(() => world.lab.stop());

const live = (): KubernetesObject[] =>
  world.lab.store.resources().flatMap((one) => (one.convert === undefined ? world.lab.store.list(one).items : []));

/** As a command of a user reads them: of Secrets and ConfigMaps the keys alone. */
const read = (): KubernetesObject[] =>
  live()
    .filter(({ kind }) => !['CustomResourceDefinition', 'Event'].includes(kind))
    .map((object) =>
      ['Secret', 'ConfigMap'].includes(object.kind)
        ? {
            ...object,
            data: Object.fromEntries(
              Object.entries(object['data'] as Record<string, string>).map(([key, value]) => [
                key,
                (publicSecretKeys as readonly string[]).includes(key) ? value : '',
              ]),
            ),
          }
        : object,
    );

const twinOf = (objects: readonly KubernetesObject[]): Promise<Twin> =>
  createTwin({ objects, now: world.clock.now() }, labSystems);

/** What changes in it within some minutes; stops it. */
async function changesIn(twin: Twin, minutes = 4): Promise<string[]> {
  const changes: string[] = [];
  const { lab, clock } = twin;
  lab.store.onChange(({ before, after }) => {
    const { kind, metadata } = (after ?? before)!;
    if (kind !== 'Event') changes.push(`${kind} ${metadata.name}`);
  });
  for (const model of lab.models) model.watchSteps?.((what) => changes.push(what));
  await clock.advance(minutes * 60_000);
  const seen = [...changes];
  twin.stop();
  return seen;
}

describe('a twin', { timeout: 120_000 }, () => {
  it('is calm: what runs goes on, and nothing is written', async () => {
    const twin = await twinOf(read());
    expect(twin.left).toEqual([]);
    const { data, parity } = world.lab.site.snapshot().clusters[0]!.stripe;
    expect(twin.assumes).toEqual([expect.stringContaining(`weka cluster demo has stripes of ${data}+${parity}, `)]);
    expect(await changesIn(twin)).toEqual([]);
  });

  it('is calm where no Secret may be read', async () => {
    expect(await changesIn(await twinOf(read().filter(({ kind }) => kind !== 'Secret')))).toEqual([]);
  });

  it('says of a foreign kind that it has none of it, and of a node that is not ready that it stays so', async () => {
    const foreign = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'one', namespace: 'default' } };
    const dark = read().map((object) => {
      if (object.kind !== 'Node' || object.metadata.name !== 'app-1') return object;
      return { ...object, status: { ...(object['status'] as object), conditions: [] } };
    });
    const twin = await twinOf([...dark, foreign]);
    expect(twin.left).toEqual([foreign]);
    expect(twin.assumes[0]).toBe('node app-1 is not ready now: nothing of it runs, and it does not come back');
    expect(twin.lab.kubelet.pods().map(({ nodeName }) => nodeName)).not.toContain('app-1');
    twin.stop();
  });

  it('has a container that is paused without a pod, with its data, and starts it as the live one does', async () => {
    world.patch('WekaContainer', 'demo-compute-2', { spec: { state: 'paused' } });
    await world.until('it is paused', () => world.get('Pod', 'demo-compute-2') === undefined);
    await world.clock.advance(60_000);
    const twin = await twinOf(read());
    const { lab, clock } = twin;
    const mode = lab.store.definitionOf('weka.weka.io/v1alpha1', 'WekaContainer')!;
    await clock.advance(60_000);
    expect(lab.find('Pod', 'demo-compute-2')).toBeUndefined();
    lab.store.patch(mode, 'default', 'demo-compute-2', 'application/merge-patch+json', { spec: { state: 'active' } });
    await clock.advance(60_000);
    const status = lab.find('WekaContainer', 'demo-compute-2')?.['status'] as { containerID: number; status: string };
    const before = world.get('WekaContainer', 'demo-compute-2')?.['status'] as typeof status;
    expect(status).toMatchObject({ status: 'Running', containerID: before.containerID });
    twin.stop();
  });
});
