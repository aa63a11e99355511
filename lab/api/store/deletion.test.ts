import { describe, expect, it } from 'vitest';
import {
  configMap,
  configMaps,
  drive,
  driveDefinition,
  drives,
  definitions,
  namespaces,
  newStore,
  node,
  nodes,
  pod,
  pods,
  record,
  refusalOf,
} from './objects.fixture.ts';

function withPod(spec: object = {}, bound = true) {
  const made = newStore();
  made.store.create(nodes, undefined, node('n1'));
  made.store.create(pods, 'default', pod('p', { ...spec }));
  if (bound) made.store.bind('default', 'p', 'n1');
  return made;
}

describe('a server whose clock is set', () => {
  it('stamps all by its own clock, and a grace lasts as long as ever', () => {
    const hour = 3_600_000;
    let ahead = 6 * hour;
    const { store, clock } = newStore({ ahead: () => ahead });
    expect(new Date(store.time()).toISOString()).toBe('2026-08-20T16:00:00.700Z');
    store.create(nodes, undefined, node('n1'));
    store.create(pods, 'default', pod('p', { terminationGracePeriodSeconds: 600 }));
    expect(store.get(pods, 'default', 'p').metadata.creationTimestamp).toBe('2026-08-20T16:00:00Z');
    expect(store.bind('default', 'p', 'n1')['status']).toMatchObject({
      conditions: [{ type: 'PodScheduled', lastTransitionTime: '2026-08-20T16:00:00Z' }],
    });
    expect(store.create(definitions, undefined, driveDefinition({ type: 'object' }))['status']).toMatchObject({
      conditions: [{ lastTransitionTime: '2026-08-20T16:00:00Z' }, { lastTransitionTime: '2026-08-20T16:00:00Z' }],
    });
    ahead = -hour;
    expect(store.delete(pods, 'default', 'p').metadata).toMatchObject({
      creationTimestamp: '2026-08-20T16:00:00Z',
      deletionTimestamp: '2026-08-20T09:10:00Z',
      deletionGracePeriodSeconds: 600,
    });
    expect(new Date(clock.now()).toISOString()).toBe('2026-08-20T10:00:00.700Z');
  });
});

describe('graceful deletion of pods', () => {
  it('keeps a bound pod for its own grace period and counts the end from now', () => {
    const { store } = withPod({ terminationGracePeriodSeconds: 600 });
    expect(store.delete(pods, 'default', 'p').metadata).toMatchObject({
      deletionTimestamp: '2026-08-20T10:10:00Z',
      deletionGracePeriodSeconds: 600,
      generation: 2,
    });
  });

  const immediate: [string, () => ReturnType<typeof newStore>, object][] = [
    ['a pod without a node', () => withPod({}, false), {}],
    ['grace 0', () => withPod(), { gracePeriodSeconds: 0 }],
    [
      'a pod that has ended',
      () => {
        const made = withPod();
        made.store.patch(
          pods,
          'default',
          'p',
          'application/merge-patch+json',
          { status: { phase: 'Succeeded' } },
          'status',
        );
        return made;
      },
      {},
    ],
  ];
  it.each(immediate)('removes at once: %s', (_name, make, options) => {
    const { store } = make();
    store.delete(pods, 'default', 'p', options);
    expect(store.list(pods).items).toEqual([]);
  });

  it('lets a second DELETE shorten the grace period, but not lengthen it', () => {
    const { store } = withPod();
    store.delete(pods, 'default', 'p', { gracePeriodSeconds: 100 });
    const unchanged = store.resourceVersion();
    store.delete(pods, 'default', 'p', { gracePeriodSeconds: 200 });
    store.delete(pods, 'default', 'p');
    expect(store.resourceVersion()).toBe(unchanged);
    expect(store.delete(pods, 'default', 'p', { gracePeriodSeconds: 10 }).metadata).toMatchObject({
      deletionTimestamp: '2026-08-20T10:00:10Z',
      deletionGracePeriodSeconds: 10,
    });
  });

  it('keeps a pod with a finalizer after its grace period, and the last finalizer removes it', () => {
    const { store } = withPod();
    const patch = (finalizers: string[] | null) =>
      store.patch(pods, 'default', 'p', 'application/merge-patch+json', { metadata: { finalizers } });
    patch(['example.com/hold']);
    store.delete(pods, 'default', 'p');
    store.delete(pods, 'default', 'p', { gracePeriodSeconds: 0 });
    expect(store.get(pods, 'default', 'p').metadata.deletionGracePeriodSeconds).toBe(0);
    patch(null);
    expect(store.list(pods).items).toEqual([]);
  });

  it('does not remove a terminating pod with grace left when its finalizer goes', () => {
    const { store } = withPod();
    const patch = (finalizers: string[] | null) =>
      store.patch(pods, 'default', 'p', 'application/merge-patch+json', { metadata: { finalizers } });
    patch(['example.com/hold']);
    store.delete(pods, 'default', 'p');
    patch(null);
    expect(store.list(pods).items).toHaveLength(1);
  });
});

describe('finalizers', () => {
  it('keep a custom resource with a deletionTimestamp and a new generation, and admit no more', () => {
    const { store } = newStore();
    store.create(definitions, undefined, driveDefinition({}));
    store.create(drives, 'default', drive('d', {}, { finalizers: ['example.com/clean'] }));
    expect(store.delete(drives, 'default', 'd').metadata).toMatchObject({
      deletionTimestamp: '2026-08-20T10:00:00Z',
      deletionGracePeriodSeconds: 0,
      generation: 2,
    });
    const add = () =>
      store.patch(drives, 'default', 'd', 'application/merge-patch+json', {
        metadata: { finalizers: ['example.com/clean', 'example.com/more'] },
      });
    expect(refusalOf(add)?.message).toBe(
      'Drive.storage.example.com "d" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
    );
  });

  it('removed by an update delete the object, seen as one DELETED event', async () => {
    const { clock, store } = newStore();
    const created = store.create(configMaps, 'default', configMap('a', {}, { finalizers: ['example.com/x'] }));
    store.delete(configMaps, 'default', 'a');
    const seen = record(store, configMaps);
    store.update(configMaps, configMap('a', {}, { namespace: 'default', uid: created.metadata.uid ?? '' }));
    await clock.advance(1);
    expect(seen).toEqual(['DELETED a']);
  });
});

describe('namespaces', () => {
  it('terminate with their contents: plain objects go, pods get their grace, and the namespace waits for them', async () => {
    const { clock, store } = newStore();
    store.create(nodes, undefined, node('n1'));
    store.create(namespaces, undefined, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
    store.create(configMaps, 'team', configMap('a'));
    store.create(pods, 'team', pod('p'));
    store.bind('team', 'p', 'n1');
    expect(store.delete(namespaces, undefined, 'team')).toMatchObject({ status: { phase: 'Terminating' } });
    await clock.advance(1000);
    expect(store.list(configMaps, { namespace: 'team' }).items).toEqual([]);
    expect(store.get(pods, 'team', 'p').metadata.deletionGracePeriodSeconds).toBe(30);
    expect(refusalOf(() => store.create(configMaps, 'team', configMap('b')))).toMatchObject({
      code: 403,
      message:
        'configmaps "b" is forbidden: unable to create new content in namespace team because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }] },
    });
    store.delete(pods, 'team', 'p', { gracePeriodSeconds: 0 });
    await clock.advance(1000);
    expect(refusalOf(() => store.get(namespaces, undefined, 'team'))?.message).toBe('namespaces "team" not found');
  });

  it('lose their pods first where they are emptied in order: until then nobody else gets a deletion timestamp', async () => {
    const { clock, store } = newStore({ namespaceDeletion: 'pods-first' });
    store.create(nodes, undefined, node('n1'));
    store.create(namespaces, undefined, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
    store.create(configMaps, 'team', configMap('a'));
    store.create(pods, 'team', pod('p'));
    store.bind('team', 'p', 'n1');
    store.delete(namespaces, undefined, 'team');
    await clock.advance(10_000);
    expect(store.get(pods, 'team', 'p').metadata.deletionTimestamp).toBeDefined();
    expect(store.get(configMaps, 'team', 'a').metadata.deletionTimestamp).toBeUndefined();
    expect(refusalOf(() => store.create(configMaps, 'team', configMap('b')))?.code).toBe(403);
    store.delete(pods, 'team', 'p', { gracePeriodSeconds: 0 });
    await clock.advance(1000);
    expect(store.list(configMaps, { namespace: 'team' }).items).toEqual([]);
    expect(refusalOf(() => store.get(namespaces, undefined, 'team'))?.code).toBe(404);
  });

  it('that every cluster needs cannot be deleted', () => {
    const { store } = newStore();
    expect(refusalOf(() => store.delete(namespaces, undefined, 'default'))?.message).toBe(
      'namespaces "default" is forbidden: this namespace may not be deleted',
    );
  });
});

describe('a deleted definition', () => {
  it('takes its objects along, waits for their finalizers and is then no longer served', async () => {
    const { clock, store } = newStore();
    store.create(definitions, undefined, driveDefinition({}));
    store.create(drives, 'default', drive('a'));
    store.create(drives, 'default', drive('b', {}, { finalizers: ['example.com/x'] }));
    store.delete(definitions, undefined, 'drives.storage.example.com');
    await clock.advance(1000);
    expect(store.list(drives).items.map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(refusalOf(() => store.create(drives, 'default', drive('c')))?.code).toBe(405);
    store.patch(drives, 'default', 'b', 'application/merge-patch+json', { metadata: { finalizers: null } });
    await clock.advance(1000);
    expect(refusalOf(() => store.list(drives))?.code).toBe(404);
    expect(store.list(definitions).items).toEqual([]);
  });
});
