import { describe, expect, it } from 'vitest';
import type { Harness, HarnessOptions, Request } from './driver.fixture.ts';
import {
  childNames,
  composite,
  configMap,
  configMaps,
  edit,
  hooksOf,
  startHarness,
  thing,
  things,
} from './driver.fixture.ts';

const finalizer = 'metacontroller.io/compositecontroller-harness';
const oneChild = { status: {}, children: [configMap('child')] };
const finalizedWhenEmpty = (request: Request): unknown => ({
  status: {},
  children: [],
  finalized: childNames(request).length === 0,
});

function settled(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  return startHarness({
    controllers: [composite(['sync', 'finalize'])],
    hooks: { sync: () => oneChild, finalize: finalizedWhenEmpty },
    prepare: (store) => store.create(things, 'default', thing('p')),
    ...options,
  });
}

const held = (rest: object = {}): Partial<HarnessOptions> => ({
  prepare: (store) => store.create(things, 'default', thing('p', { finalizers: ['example.com/hold'], ...rest })),
});

describe('finalizer', () => {
  it('13. Finalize hook defined, living matching parent; finalizer written before any hook call', async () => {
    const harness = await settled();
    const requests = harness.requests.filter(({ kind }) => kind === 'Thing');
    expect(requests.slice(0, 2)).toMatchObject([
      { verb: 'get', kind: 'Thing' },
      { verb: 'update', kind: 'Thing', body: { metadata: { finalizers: [finalizer] } } },
    ]);
    expect(requests[1]!.at).toBeLessThanOrEqual(harness.calls[0]!.at);
    // the hook sees the object as just written
    expect(harness.calls[0]!.request.parent.metadata.finalizers).toEqual([finalizer]);
  });

  it('14. Terminating parent without the finalizer; it is not added', async () => {
    const harness = await settled({
      prepare: (store) => {
        store.create(things, 'default', thing('p', { finalizers: ['example.com/hold'] }));
        store.delete(things, 'default', 'p');
      },
    });
    expect(harness.store.get(things, 'default', 'p').metadata.finalizers).toEqual(['example.com/hold']);
    expect(harness.writes().filter((write) => write.startsWith('update Thing'))).toEqual([]);
  });

  it('15. Finalize hook dropped from spec; finalizer removed at next sync', async () => {
    const harness = await settled();
    harness.driver.setControllers([composite(['sync'])]);
    await harness.run(1000);
    expect(harness.store.get(things, 'default', 'p').metadata.finalizers ?? []).toEqual([]);
  });

  it('16. Terminating parent; finalize called with finalizing: true; finalized: false; children reconciled as in sync', async () => {
    const finalize = ({ children }: Request): unknown => ({
      status: {},
      children:
        Object.keys(children['ConfigMap.v1']!).length === 0
          ? []
          : [configMap('second', {}, {}), configMap('child', { last: 'words' })],
      finalized: false,
    });
    const harness = await settled({ hooks: { sync: () => oneChild, finalize } });
    harness.forget();
    harness.store.delete(things, 'default', 'p');
    await harness.run(1000);
    expect(harness.calls[0]).toMatchObject({ hook: 'finalize', request: { finalizing: true } });
    expect(harness.callsOf('sync')).toEqual([]);
    expect(harness.store.get(configMaps, 'default', 'child')['data']).toEqual({ last: 'words' });
    expect(harness.store.get(configMaps, 'default', 'second').metadata.name).toBe('second');
  });

  it('17. finalized: true while terminating; finalizer removed, children of that answer ignored, status still attempted', async () => {
    const harness = await settled({
      hooks: {
        sync: () => oneChild,
        finalize: () => ({ status: { last: true }, children: [configMap('ignored')], finalized: true }),
      },
      ...held(),
    });
    harness.forget();
    harness.store.delete(things, 'default', 'p');
    await harness.run(1000);
    const parent = harness.store.get(things, 'default', 'p');
    expect(parent.metadata.finalizers).toEqual(['example.com/hold']);
    expect(parent['status']).toEqual({ last: true, observedGeneration: parent.metadata.generation });
    expect(harness.writes().filter((write) => write.includes('ConfigMap'))).toEqual([]);
  });

  it('18. Parent relabelled out of the selector; finalize called; with finalized: true children of the answer are reconciled and later events ignored', async () => {
    const spec = {
      parentResource: {
        apiVersion: 'example.com/v1',
        resource: 'things',
        labelSelector: { matchLabels: { on: 'yes' } },
      },
    };
    const harness = await settled({
      controllers: [composite(['sync', 'finalize'], spec)],
      hooks: {
        sync: () => oneChild,
        finalize: () => ({ status: {}, children: [configMap('parting')], finalized: true }),
      },
      prepare: (store) => store.create(things, 'default', thing('p', { labels: { on: 'yes' } })),
    });
    harness.forget();
    edit(harness.store, things, 'default', 'p', ({ metadata }) => (metadata.labels = { on: 'no' }));
    await harness.run(1000);
    expect(harness.calls).toMatchObject([{ hook: 'finalize', request: { finalizing: true } }]);
    expect(harness.store.get(things, 'default', 'p').metadata.finalizers ?? []).toEqual([]);
    expect(
      harness.store.list(configMaps, { namespace: 'default' }).items.map(({ metadata }) => metadata.name),
    ).toContain('parting');
    expect(harness.writes()).toContain('delete ConfigMap default/child');
    harness.forget();
    edit(harness.store, things, 'default', 'p', (object) => (object['spec'] = { changed: true }));
    await harness.run(1000);
    expect(harness.calls).toEqual([]);
  });

  it('19. finalized: true from sync with a finalize hook defined; finalizer removed and added again at the next sync', async () => {
    const harness = await settled({
      hooks: { sync: () => ({ status: {}, children: [], finalized: true }), finalize: finalizedWhenEmpty },
    });
    harness.forget();
    await harness.run(1000);
    const sets = harness.requests
      .filter(({ verb, kind }) => verb === 'update' && kind === 'Thing')
      .map(({ body }) => body!.metadata.finalizers?.length ?? 0);
    expect(sets.length).toBeGreaterThan(10);
    expect(sets.slice(0, 4).sort()).toEqual([0, 0, 1, 1]);
  });

  it('20. Terminating, other finalizer left, ours gone; finalize is called again on an event, children untouched', async () => {
    const harness = await settled({
      hooks: { sync: () => oneChild, finalize: () => ({ status: {}, children: [], finalized: true }) },
      ...held(),
    });
    harness.store.delete(things, 'default', 'p');
    await harness.run(1000);
    harness.forget();
    edit(harness.store, things, 'default', 'p', ({ metadata }) => (metadata.annotations = { poke: '1' }));
    await harness.run(1000);
    expect(harness.calls[0]).toMatchObject({ hook: 'finalize', request: { finalizing: true } });
    expect(harness.writes().filter((write) => write.includes('ConfigMap'))).toEqual([]);
    expect(harness.store.get(configMaps, 'default', 'child').metadata.deletionTimestamp).toBeUndefined();
  });

  it('21. Terminating, no finalize hook; sync called, finalizing: false, children untouched, status written', async () => {
    const harness = await settled({
      controllers: [composite(['sync'])],
      hooks: {
        sync: ({ parent }) => ({
          status: { terminating: parent.metadata.deletionTimestamp !== undefined },
          children: parent.metadata.deletionTimestamp ? [] : [configMap('child')],
        }),
      },
      ...held(),
    });
    harness.forget();
    harness.store.delete(things, 'default', 'p');
    await harness.run(1000);
    expect(harness.calls[0]).toMatchObject({ hook: 'sync', request: { finalizing: false } });
    expect(harness.writes().filter((write) => write.includes('ConfigMap'))).toEqual([]);
    expect(harness.store.get(things, 'default', 'p')['status']).toMatchObject({ terminating: true });
  });

  it('22. foregroundDeletion present; finalize called, children untouched', async () => {
    const harness = await settled({
      hooks: {
        // the child holds the garbage collector up, and with it the parent
        sync: () => ({ children: [configMap('child', {}, { finalizers: ['example.com/hold'] })] }),
        finalize: () => ({ status: { finalizing: true }, children: [configMap('new')], finalized: false }),
      },
    });
    harness.forget();
    harness.store.delete(things, 'default', 'p', { propagationPolicy: 'Foreground' });
    await harness.run(1000);
    expect(harness.calls[0]).toMatchObject({ hook: 'finalize', request: { finalizing: true } });
    expect(harness.writes().filter((write) => write.includes('ConfigMap'))).toEqual([]);
    expect(harness.store.get(things, 'default', 'p')['status']).toMatchObject({ finalizing: true });
  });

  it('23. CompositeController deleted; parents keep the finalizer', async () => {
    const harness = await settled();
    harness.driver.setControllers([]);
    harness.store.delete(things, 'default', 'p');
    harness.forget();
    await harness.run(60_000);
    expect(harness.store.get(things, 'default', 'p').metadata.finalizers).toEqual([finalizer]);
    expect(harness.calls).toEqual([]);
  });

  it('a finalize entry without webhook turns the finalizer on and calls sync, whose finalized counts', async () => {
    const harness = await settled({
      controllers: [composite([], { hooks: { ...hooksOf(['sync']), finalize: {} } })],
      hooks: {
        sync: ({ parent }) => ({
          status: {},
          children: [],
          finalized: parent.metadata.deletionTimestamp !== undefined,
        }),
      },
    });
    expect(harness.store.get(things, 'default', 'p').metadata.finalizers).toEqual([finalizer]);
    harness.forget();
    harness.store.delete(things, 'default', 'p');
    await harness.run(1000);
    expect(harness.calls[0]).toMatchObject({ hook: 'sync', request: { finalizing: false } });
    expect(harness.store.list(things).items).toEqual([]);
  });
});
