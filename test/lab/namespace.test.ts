/** A namespace that is deleted with a cluster in it: nothing can be created in it any more, and it ends all the same. */
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { NamespaceDeletion } from '../../lab/api/store/types.ts';
import { condition, type Loose } from '../world.ts';
import { violations } from './invariants.ts';
import {
  destroyByWord,
  addAppNode,
  startWorld,
  wekaClient,
  wekaCluster,
  type LabWorld,
  type WorldOptions,
} from './world.ts';

const long = { timeout: 400_000 };
const namespace = 'storage';
const operatorNamespace = 'weka-operator-system';
const orders: NamespaceDeletion[] = ['pods-first', 'at-once'];

const inStorage = (object: KubernetesObject): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, namespace },
});
const get = (world: LabWorld, kind: string, name: string): Loose | undefined => world.get(kind, name, namespace);
const left = (world: LabWorld, kind: string): Loose[] =>
  world.list(kind).filter(({ metadata }) => metadata.namespace === namespace);
const ended = (world: LabWorld): boolean => world.get('Namespace', namespace) === undefined;
const patch = (world: LabWorld, kind: string, name: string, merge: object): void => {
  const { store } = world.lab;
  const definition = store.definitionOf('weka.weka.io/v1alpha1', kind)!;
  store.patch(definition, namespace, name, 'application/merge-patch+json', merge);
};
const signed = (world: LabWorld): string[] =>
  world.lab.hardware
    .list()
    .flatMap(({ drives }) => drives)
    .filter((serial) => world.weka.driveGuid(serial) !== undefined);
/** Writes into the claims of all nodes what containers ask for at their end. */
function askedForCleanUp(world: LabWorld): void {
  const guid = world.weka.snapshot().clusters.find(({ name }) => name === 'demo')?.guid;
  for (const { metadata, spec } of world.list('WekaClaims')) {
    const nodeName = /^node-(.*)$/.exec(metadata.name)?.[1];
    const holders = (spec?.['holders'] ?? {}) as Record<string, { drives: string[]; wekaName?: string }>;
    if (nodeName === undefined) continue;
    const asked = Object.fromEntries(
      Object.entries(holders).map(([dataUid, { drives, wekaName }]) => [
        dataUid,
        { cleanUp: { nodeName, wekaName, clusterGuid: guid, drives, dataUid } },
      ]),
    );
    world.patch('WekaClaims', metadata.name, { spec: { holders: asked } });
  }
}
/** What must not happen although the cluster is destroyed. */
const incidents = (world: LabWorld) =>
  world.weka.incidents.filter(({ kind }) => kind === 'drive-resigned-in-use' || kind === 'directory-removed-in-use');

/** A Ready cluster in a namespace of its own, and what is written from then on that must not be. */
async function readyStorage(order: NamespaceDeletion, spec: Record<string, unknown>, options: WorldOptions = {}) {
  const world = await startWorld({ nodes: 3, namespaceDeletion: order, ...options });
  world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  world.apply(inStorage(wekaCluster({ spec })));
  await world.until('the cluster is Ready', () => condition(get(world, 'WekaCluster', 'demo'))?.status === 'True');
  violations(world);
  const uid = get(world, 'WekaCluster', 'demo')?.metadata.uid ?? '';
  const turns: string[] = [];
  world.lab.store.onChange(({ after }) => {
    const turn = (after?.['spec'] as { turn?: { name?: string } } | undefined)?.turn;
    if (after?.kind === 'WekaClaims' && turn !== undefined) turns.push(turn.name ?? '');
  });
  return { world, uid, turns };
}

/** Nothing of it is left, in the namespace, in the operator's, in the claims and on the nodes. */
function traces(world: LabWorld, uid: string): string[] {
  const claims = world.list('WekaClaims').flatMap(({ metadata: { name }, spec = {} }) => {
    const { holders = {}, ranges = {} } = spec as { holders?: object; ranges?: object };
    return [...Object.keys(holders), ...Object.keys(ranges), ...(name === `cluster-${uid}` ? [name] : [])];
  });
  const helpers = world
    .list('Pod')
    .filter(({ metadata }) => metadata.namespace === operatorNamespace)
    .map(({ metadata }) => metadata.name);
  const objects = ['Pod', 'Secret', 'ConfigMap', 'WekaContainer', 'WekaCluster', 'WekaClient', 'WekaMembers'].flatMap(
    (kind) => left(world, kind).map(({ metadata }) => `${kind} ${metadata.name}`),
  );
  return [...claims, ...helpers, ...objects];
}

describe.each(orders)('a namespace that is deleted, %s', (order) => {
  it.each([
    ['0s', 0],
    ['60s', 60],
  ])('ends with its cluster after a grace of %s, and its nodes are clean', long, async (grace, seconds) => {
    const { world, uid, turns } = await readyStorage(order, { gracefulDestroyDuration: grace });
    const erasedAt: number[] = [];
    let deletedAt = Number.POSITIVE_INFINITY;
    world.lab.store.onChange(({ after }) => {
      if (after?.kind === 'WekaCluster' && after.metadata.deletionTimestamp !== undefined)
        deletedAt = Math.min(deletedAt, world.clock.now());
      if (world.weka.erased.length > erasedAt.length) erasedAt.push(world.clock.now());
    });
    world.delete('Namespace', namespace);
    await world.until('the namespace is gone', () => ended(world), seconds + 300);
    await world.clock.advance(10_000);
    expect(traces(world, uid)).toEqual([]);
    expect(signed(world)).toEqual([]);
    expect(erasedAt.length).toBeGreaterThan(0);
    expect(Math.min(...erasedAt) - deletedAt).toBeGreaterThanOrEqual(seconds * 1000);
    expect([turns, incidents(world), violations(world), [...new Set(world.errors)]]).toEqual([[], [], [], []]);
    world.lab.stop();
  });
});

/** A call that was under way when the deletion began may want to create once more; the API server refuses it. */
const late = /is forbidden: unable to create new content in namespace \S+ because it is being terminated$/;
const errorsOf = (world: LabWorld): string[] => {
  const distinct = [...new Set(world.errors)];
  const refused = distinct.filter((error) => late.test(error));
  return refused.length > 1 ? distinct : distinct.filter((error) => !refused.includes(error));
};

const said = (object: Loose | undefined): string => JSON.stringify(object?.status?.['conditions'] ?? []);
const events = (world: LabWorld, reason: string): string[] =>
  (world.list('Event') as unknown as (Loose & { reason: string; message: string; involvedObject: { kind: string } })[])
    .filter((event) => event.reason === reason)
    .map(({ involvedObject: { kind }, metadata, message }) => `${metadata.namespace ?? ''} ${kind}: ${message}`);

describe.each(orders)('a namespace that is deleted with what holds it up, %s', (order) => {
  it('waits for the mounts of a client, which the client names, and ends when they do', long, async () => {
    const { world, uid } = await readyStorage(order, {});
    await addAppNode(world, 'app-1');
    world.apply(inStorage(wekaClient({ targetCluster: { name: 'demo', namespace } })));
    const name = 'apps-app-1';
    await world.until('the client runs', () => condition(get(world, 'WekaContainer', name))?.status === 'True');
    world.lab.hardware.get('app-1')!.activeMounts = 2;
    await world.clock.advance(1000);
    world.delete('Namespace', namespace);
    await world.until('it says so', () => said(get(world, 'WekaContainer', name)).includes('"ActiveMounts"'));
    await world.until('all others have stopped', () => left(world, 'Pod').length === 1);
    if (order === 'pods-first')
      for (const [kind, of] of [['WekaCluster', 'demo'] as const, ['WekaClient', 'apps'] as const])
        await world.until(`${kind} says so`, () => condition(get(world, kind, of))?.reason === 'NamespaceTerminating');
    else
      await world.until('it is named', () =>
        said(get(world, 'WekaCluster', 'demo')).includes(`WekaContainer ${namespace}/${name}, which is being deleted`),
      );
    await world.stays('it waits', () => get(world, 'Pod', name) !== undefined && !ended(world), 600);
    expect(signed(world)).toHaveLength(3);
    world.lab.hardware.get('app-1')!.activeMounts = 0;
    await world.until('the namespace is gone', () => ended(world), 300);
    await world.clock.advance(10_000);
    expect([traces(world, uid), signed(world), incidents(world), violations(world)]).toEqual([[], [], [], []]);
    expect(errorsOf(world)).toEqual([]);
    world.lab.stop();
  });

  it('ends although a node is gone, and says what is left there', long, async () => {
    const { world, uid } = await readyStorage(order, {});
    const node = get(world, 'Pod', 'demo-drive-0')?.spec?.['nodeName'] as string;
    const serials = (get(world, 'WekaContainer', 'demo-drive-0')?.status as { allocations: { drives: string[] } })
      .allocations.drives;
    world.lab.machines.fail(node);
    world.delete('Node', node);
    world.delete('Namespace', namespace);
    await world.until('the namespace is gone', () => ended(world), 900);
    await world.clock.advance(10_000);
    expect([traces(world, uid), signed(world), incidents(world)]).toEqual([[], serials, []]);
    expect(events(world, 'LeftBehind')).toContain(
      `default Namespace: WekaContainer demo-drive-0: node ${node} is gone; its drives and directory were not cleaned: ${serials.join(', ')}`,
    );
    world.lab.stop();
  });

  it('waits for a node that does not report, which is named with the word that does without', long, async () => {
    const { world, uid } = await readyStorage(order, { gracefulDestroyDuration: '5m' });
    const node = get(world, 'Pod', 'demo-drive-0')?.spec?.['nodeName'] as string;
    world.delete('Namespace', namespace);
    await world.until('all pods have stopped', () => left(world, 'Pod').length === 0);
    world.lab.machines.fail(node);
    const ofNode = (): Loose[] =>
      left(world, 'WekaContainer').filter(({ status }) => status?.['nodeAffinity'] === node);
    await world.until(
      'nothing else is left',
      () => ofNode().length > 0 && left(world, 'WekaContainer').length === ofNode().length,
      900,
    );
    await world.until('it says so', () => ofNode().every((one) => said(one).includes(`node ${node} does not report`)));
    await world.stays('it waits', () => !ended(world), 300);
    const skips = { skipDrivesForceResign: true, skipCleanupPersistentDir: true };
    for (const { metadata } of ofNode()) patch(world, 'WekaContainer', metadata.name, { spec: { overrides: skips } });
    await world.until('the namespace is gone', () => ended(world), 300);
    expect(signed(world)).toHaveLength(1);
    world.lab.machines.recover(node);
    await world.clock.advance(120_000);
    expect([traces(world, uid), incidents(world)]).toEqual([[], []]);
    world.lab.stop();
  });

  it('keeps the data as long as its deletion is cancelled, says so, and gives it a new grace then', long, async () => {
    const { world, uid } = await readyStorage(order, { gracefulDestroyDuration: '2m' });
    world.delete('Namespace', namespace);
    await world.until(
      'the cluster is deleted as well',
      () => get(world, 'WekaCluster', 'demo')?.metadata.deletionTimestamp !== undefined,
    );
    const word = (cancelDeletion: boolean) =>
      patch(world, 'WekaCluster', 'demo', { spec: { overrides: { cancelDeletion } } });
    word(true);
    await world.until('it says so', () =>
      (condition(get(world, 'WekaCluster', 'demo'))?.message ?? '').includes(
        'overrides.cancelDeletion can not bring the cluster back; the data and its claims are kept as long as it stands',
      ),
    );
    await world.stays('it waits', () => !ended(world) && signed(world).length === 3, 900);
    for (const container of left(world, 'WekaContainer'))
      expect(condition(container)).toMatchObject({ status: 'False', reason: 'NamespaceTerminating' });
    // as after a restore of the claims alone, from when the clean-up had been asked for
    askedForCleanUp(world);
    await world.stays('nothing is erased for that', () => signed(world).length === 3, 120);
    word(false);
    await world.clock.advance(10_000);
    askedForCleanUp(world);
    await world.stays('a new grace runs', () => signed(world).length === 3, 105);
    await world.until('the namespace is gone', () => ended(world), 300);
    await world.clock.advance(10_000);
    expect([traces(world, uid), signed(world), incidents(world), violations(world)]).toEqual([[], [], [], []]);
    expect([...new Set(world.errors)]).toEqual([]);
    world.lab.stop();
  });

  it('takes clients of a cluster elsewhere along, which goes on', long, async () => {
    const world = await startWorld({ nodes: 3, namespaceDeletion: order });
    world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    world.apply(wekaCluster());
    await world.until('the cluster is Ready', () => world.condition('WekaCluster', 'demo')?.status === 'True');
    await addAppNode(world, 'app-1');
    const { apiVersion, kind, metadata, ...secret } = world.get('Secret', 'weka-client-demo')!;
    world.apply({ apiVersion, kind, ...secret, metadata: { name: metadata.name, namespace } });
    world.apply(wekaClient({}, namespace));
    await world.until('it runs', () => condition(get(world, 'WekaContainer', 'apps-app-1'))?.status === 'True');
    violations(world);
    world.delete('Namespace', namespace);
    await world.until('the namespace is gone', () => ended(world), 300);
    await world.clock.advance(60_000);
    const holders = world
      .list('WekaClaims')
      .flatMap(({ spec }) => Object.values((spec?.['holders'] ?? {}) as Record<string, { namespace: string }>));
    expect(holders.filter((one) => one.namespace === namespace)).toEqual([]);
    expect(world.condition('WekaCluster', 'demo')?.status).toBe('True');
    expect([signed(world).length, world.weka.incidents, violations(world)]).toEqual([3, [], []]);
    expect([...new Set(world.errors)]).toEqual([]);
    world.lab.stop();
  });

  it('destroys nothing of a cluster that has gone without a word before somebody says it', long, async () => {
    const { world } = await readyStorage(order, {});
    // taken off in vain as long as somebody looks: with the object, in one go
    patch(world, 'WekaCluster', 'demo', { metadata: { finalizers: null } });
    const { store } = world.lab;
    store.delete(store.definitionOf('weka.weka.io/v1alpha1', 'WekaCluster')!, namespace, 'demo');
    await world.until('all pods have stopped', () => left(world, 'Pod').length === 0);
    world.delete('Namespace', namespace);
    await world.stays('it waits', () => !ended(world) && signed(world).length === 3, 600);
    for (const { status } of left(world, 'WekaContainer'))
      expect(condition({ status } as Loose)).toMatchObject({ status: 'False', reason: 'WordNeeded' });
    for (const { metadata } of left(world, 'WekaContainer')) destroyByWord(world, metadata.name, namespace);
    await world.until('the namespace is gone', () => ended(world), 300);
    expect([signed(world), incidents(world)]).toEqual([[], []]);
    world.lab.stop();
  });

  it.each([1, 5, 15, 30])('ends whenever that is, also %i s after the cluster was applied', long, async (seconds) => {
    const world = await startWorld({ nodes: 3, namespaceDeletion: order });
    world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    world.apply(inStorage(wekaCluster()));
    await world.clock.advance(seconds * 1000);
    const uid = get(world, 'WekaCluster', 'demo')?.metadata.uid ?? '';
    world.delete('Namespace', namespace);
    await world.until('the namespace is gone', () => ended(world), 600);
    await world.clock.advance(10_000);
    expect([traces(world, uid), signed(world), incidents(world)]).toEqual([[], [], []]);
    world.lab.stop();
  });

  it(
    'ends although the sidecar dies in the midst of it, a helper pod is deleted, and the operator starts anew',
    long,
    async () => {
      const { world, uid } = await readyStorage(order, { gracefulDestroyDuration: '20s' });
      world.delete('Namespace', namespace);
      const helpers = (): Loose[] =>
        world.list('Pod').filter(({ metadata }) => metadata.namespace === operatorNamespace);
      const { store } = world.lab;
      await world.until(
        'a node is cleaned',
        () => {
          world.lab.restartSidecar();
          return helpers().length > 0;
        },
        300,
      );
      for (const { metadata } of helpers())
        store.delete(store.definitionOf('v1', 'Pod')!, operatorNamespace, metadata.name);
      await world.lab.restartDriver();
      await world.until('the namespace is gone', () => ended(world), 600);
      await world.clock.advance(10_000);
      expect([traces(world, uid), signed(world), incidents(world), violations(world)]).toEqual([[], [], [], []]);
      world.lab.stop();
    },
  );
});
