import { describe, expect, it } from 'vitest';
import type { Harness, HarnessOptions } from './driver.fixture.ts';
import { childNames, composite, configMap, configMaps, edit, startHarness, thing, things } from './driver.fixture.ts';

const selector = { selector: { matchLabels: { app: 'p' } } };
const labelled = (name: string, rest: object = {}) => configMap(name, {}, { labels: { app: 'p' }, ...rest });

/** A parent with its own selector, whose hook keeps every child that it sees and wants `child`. */
function settled(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  return startHarness({
    controllers: [composite(['sync'], { generateSelector: false })],
    hooks: {
      sync: (request) => ({
        status: {},
        children: [...new Set([...childNames(request), 'default/child'])].map((key) => labelled(key.split('/')[1]!)),
      }),
    },
    prepare: (store) => store.create(things, 'default', thing('p', {}, selector)),
    ...options,
  });
}

const lastNames = (harness: Harness): string[] => childNames(harness.calls.at(-1)!.request);

describe('claiming', () => {
  it.each([
    ['no spec.selector', {}],
    ['an empty one', { selector: {} }],
  ])('24. No generateSelector and %s; error before the hook call', async (_name, spec) => {
    const harness = await settled({ prepare: (store) => store.create(things, 'default', thing('p', {}, spec)) });
    expect(harness.calls).toEqual([]);
    expect(harness.warnings('p')).toEqual([
      'Sync error: .spec.selector must have either matchLabels, matchExpressions, or both',
    ]);
  });

  it('25. Owned child loses the label; its ownerReference is removed; not shown to the hook', async () => {
    const harness = await settled();
    expect(lastNames(harness)).toEqual(['default/child']);
    harness.forget();
    edit(harness.store, configMaps, 'default', 'child', ({ metadata }) => (metadata.labels = {}));
    await harness.run(1000);
    expect(childNames(harness.calls[0]!.request)).toEqual([]);
    expect(harness.store.get(configMaps, 'default', 'child').metadata.ownerReferences ?? []).toEqual([]);
    // the name is taken now, and nobody hears of it
    expect(harness.writes()).toContain('create ConfigMap default/child: AlreadyExists');
    expect(harness.warnings('p')).toEqual([]);
  });

  it('26. Same while the parent is terminating; not released, not shown', async () => {
    const harness = await settled({
      prepare: (store) => store.create(things, 'default', thing('p', { finalizers: ['example.com/hold'] }, selector)),
    });
    harness.store.delete(things, 'default', 'p');
    await harness.run(1000);
    harness.forget();
    edit(harness.store, configMaps, 'default', 'child', ({ metadata }) => (metadata.labels = {}));
    await harness.run(1000);
    expect(lastNames(harness)).toEqual([]);
    expect(harness.store.get(configMaps, 'default', 'child').metadata.ownerReferences).toHaveLength(1);
  });

  it('27. Owned, matching, terminating child; shown to the hook with its deletionTimestamp', async () => {
    const harness = await settled();
    edit(harness.store, configMaps, 'default', 'child', ({ metadata }) => (metadata.finalizers = ['example.com/hold']));
    await harness.run(1000);
    harness.forget();
    harness.store.delete(configMaps, 'default', 'child');
    await harness.run(1000);
    const shown = harness.calls.at(-1)!.request.children['ConfigMap.v1']!['default/child'];
    expect(shown?.metadata.deletionTimestamp).toEqual(expect.any(String));
  });

  it('28. Terminating orphan; not adopted', async () => {
    const harness = await settled();
    harness.forget();
    harness.store.create(configMaps, 'default', labelled('orphan', { finalizers: ['example.com/hold'], labels: {} }));
    harness.store.delete(configMaps, 'default', 'orphan');
    edit(harness.store, configMaps, 'default', 'orphan', ({ metadata }) => (metadata.labels = { app: 'p' }));
    edit(harness.store, things, 'default', 'p', ({ metadata }) => (metadata.annotations = { poke: '1' }));
    await harness.run(1000);
    expect(lastNames(harness)).toEqual(['default/child']);
    expect(harness.store.get(configMaps, 'default', 'orphan').metadata.ownerReferences).toBeUndefined();
  });

  it('29. Child owned by another controller; invisible', async () => {
    const harness = await settled();
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'other', uid: 'other', controller: true };
    harness.store.create(configMaps, 'default', labelled('stranger', { ownerReferences: [owner] }));
    edit(harness.store, things, 'default', 'p', ({ metadata }) => (metadata.annotations = { poke: '1' }));
    await harness.run(1000);
    expect(lastNames(harness)).toEqual(['default/child']);
  });

  it('30. Adoption writes a reference with controller and blockOwnerDeletion true; replaces one of the same UID', async () => {
    const harness = await settled();
    const parent = harness.store.get(things, 'default', 'p').metadata;
    const plain = { apiVersion: 'example.com/v1', kind: 'Thing', name: 'p', uid: parent.uid! };
    const foreign = { apiVersion: 'v1', kind: 'Secret', name: 's', uid: 'foreign' };
    harness.forget();
    harness.store.create(configMaps, 'default', labelled('orphan', { ownerReferences: [foreign, plain] }));
    await harness.run(1000);
    const adopted = { ...plain, controller: true, blockOwnerDeletion: true };
    const write = harness.requests.find(({ verb, key }) => verb === 'update' && key === 'default/orphan');
    expect(write?.body?.metadata.ownerReferences).toEqual([foreign, adopted]);
    // the parent was read again before, and the hook of that sync still sees the cached copy
    expect(harness.requests[0]).toMatchObject({ verb: 'get', kind: 'Thing' });
    expect(harness.calls[0]!.request.children['ConfigMap.v1']!['default/orphan']!.metadata.ownerReferences).toEqual([
      foreign,
      plain,
    ]);
  });
});
