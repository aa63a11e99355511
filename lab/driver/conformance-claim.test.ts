import { describe, expect, it } from 'vitest';
import type { Bench, BenchOptions } from './driver.fixture.ts';
import { childNames, composite, configMap, configMaps, edit, startBench, thing, things } from './driver.fixture.ts';

const selector = { selector: { matchLabels: { app: 'p' } } };
const labelled = (name: string, rest: object = {}) => configMap(name, {}, { labels: { app: 'p' }, ...rest });

/** A parent with its own selector, whose hook keeps every child that it sees and wants `child`. */
function settled(options: Partial<BenchOptions> = {}): Promise<Bench> {
  return startBench({
    controllers: [composite(['sync'], { generateSelector: false })],
    hooks: { sync: (request) => ({ status: {}, children: [...new Set([...childNames(request), 'default/child'])].map((key) => labelled(key.split('/')[1]!)) }) },
    prepare: (store) => store.create(things, 'default', thing('p', {}, selector)),
    ...options,
  });
}

const lastNames = (bench: Bench): string[] => childNames(bench.calls.at(-1)!.request);

describe('claiming', () => {
  it.each([
    ['no spec.selector', {}],
    ['an empty one', { selector: {} }],
  ])('24. No generateSelector and %s; error before the hook call', async (_name, spec) => {
    const bench = await settled({ prepare: (store) => store.create(things, 'default', thing('p', {}, spec)) });
    expect(bench.calls).toEqual([]);
    expect(bench.warnings('p')).toEqual(['Sync error: .spec.selector must have either matchLabels, matchExpressions, or both']);
  });

  it('25. Owned child loses the label; its ownerReference is removed; not shown to the hook', async () => {
    const bench = await settled();
    expect(lastNames(bench)).toEqual(['default/child']);
    bench.forget();
    edit(bench.store, configMaps, 'default', 'child', ({ metadata }) => (metadata.labels = {}));
    await bench.run(1000);
    expect(childNames(bench.calls[0]!.request)).toEqual([]);
    expect(bench.store.get(configMaps, 'default', 'child').metadata.ownerReferences ?? []).toEqual([]);
    // the name is taken now, and nobody hears of it
    expect(bench.writes()).toContain('create ConfigMap default/child: AlreadyExists');
    expect(bench.warnings('p')).toEqual([]);
  });

  it('26. Same while the parent is terminating; not released, not shown', async () => {
    const bench = await settled({ prepare: (store) => store.create(things, 'default', thing('p', { finalizers: ['example.com/hold'] }, selector)) });
    bench.store.delete(things, 'default', 'p');
    await bench.run(1000);
    bench.forget();
    edit(bench.store, configMaps, 'default', 'child', ({ metadata }) => (metadata.labels = {}));
    await bench.run(1000);
    expect(lastNames(bench)).toEqual([]);
    expect(bench.store.get(configMaps, 'default', 'child').metadata.ownerReferences).toHaveLength(1);
  });

  it('27. Owned, matching, terminating child; shown to the hook with its deletionTimestamp', async () => {
    const bench = await settled();
    edit(bench.store, configMaps, 'default', 'child', ({ metadata }) => (metadata.finalizers = ['example.com/hold']));
    await bench.run(1000);
    bench.forget();
    bench.store.delete(configMaps, 'default', 'child');
    await bench.run(1000);
    const shown = bench.calls.at(-1)!.request.children['ConfigMap.v1']!['default/child'];
    expect(shown?.metadata.deletionTimestamp).toEqual(expect.any(String));
  });

  it('28. Terminating orphan; not adopted', async () => {
    const bench = await settled();
    bench.forget();
    bench.store.create(configMaps, 'default', labelled('orphan', { finalizers: ['example.com/hold'], labels: {} }));
    bench.store.delete(configMaps, 'default', 'orphan');
    edit(bench.store, configMaps, 'default', 'orphan', ({ metadata }) => (metadata.labels = { app: 'p' }));
    edit(bench.store, things, 'default', 'p', ({ metadata }) => (metadata.annotations = { poke: '1' }));
    await bench.run(1000);
    expect(lastNames(bench)).toEqual(['default/child']);
    expect(bench.store.get(configMaps, 'default', 'orphan').metadata.ownerReferences).toBeUndefined();
  });

  it('29. Child owned by another controller; invisible', async () => {
    const bench = await settled();
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'other', uid: 'other', controller: true };
    bench.store.create(configMaps, 'default', labelled('stranger', { ownerReferences: [owner] }));
    edit(bench.store, things, 'default', 'p', ({ metadata }) => (metadata.annotations = { poke: '1' }));
    await bench.run(1000);
    expect(lastNames(bench)).toEqual(['default/child']);
  });

  it('30. Adoption writes a reference with controller and blockOwnerDeletion true; replaces one of the same UID', async () => {
    const bench = await settled();
    const parent = bench.store.get(things, 'default', 'p').metadata;
    const plain = { apiVersion: 'example.com/v1', kind: 'Thing', name: 'p', uid: parent.uid! };
    const foreign = { apiVersion: 'v1', kind: 'Secret', name: 's', uid: 'foreign' };
    bench.forget();
    bench.store.create(configMaps, 'default', labelled('orphan', { ownerReferences: [foreign, plain] }));
    await bench.run(1000);
    const adopted = { ...plain, controller: true, blockOwnerDeletion: true };
    const write = bench.requests.find(({ verb, key }) => verb === 'update' && key === 'default/orphan');
    expect(write?.body?.metadata.ownerReferences).toEqual([foreign, adopted]);
    // the parent was read again before, and the hook of that sync still sees the cached copy
    expect(bench.requests[0]).toMatchObject({ verb: 'get', kind: 'Thing' });
    expect(bench.calls[0]!.request.children['ConfigMap.v1']!['default/orphan']!.metadata.ownerReferences).toEqual([foreign, plain]);
  });
});
