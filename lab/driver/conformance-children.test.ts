import { describe, expect, it } from 'vitest';
import { ApiError } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { Harness, HarnessOptions, HookFunction } from './driver.fixture.ts';
import {
  childRule,
  composite,
  configMap,
  configMaps,
  edit,
  jobs,
  lastApplied,
  secrets,
  startHarness,
  thing,
  things,
} from './driver.fixture.ts';

/** A harness whose hook answers `wish` with an empty status; change it and poke. */
async function wishing(first: KubernetesObject[], method: string, options: Partial<HarnessOptions> = {}) {
  const wish = { children: first };
  const hook: HookFunction = () => ({ status: {}, children: wish.children });
  const harness = await startHarness({
    controllers: [
      composite(['sync'], { childResources: [childRule(method), childRule(method, secrets), childRule(method, jobs)] }),
    ],
    hooks: { sync: hook },
    prepare: (store) => store.create(things, 'default', thing('p')),
    ...options,
  });
  harness.forget();
  const ask = async (children: KubernetesObject[], milliseconds = 1000): Promise<void> => {
    wish.children = children;
    poke(harness);
    await harness.run(milliseconds);
  };
  return { harness, ask };
}

function poke(harness: Harness): void {
  edit(
    harness.store,
    things,
    'default',
    'p',
    ({ metadata }) => (metadata.annotations = { poke: String(harness.clock.now()) }),
  );
}

const secret = (name: string): KubernetesObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name } });
const job = (name: string): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'image' }] } } },
});
const held = (name: string, data: Record<string, string> = {}): KubernetesObject =>
  configMap(name, data, { finalizers: ['example.com/hold'] });
const childWrites = (harness: Harness): string[] => harness.writes().filter((write) => !write.includes(' Thing '));
const first = (harness: Harness, verb: string) =>
  harness.requests.find((request) => request.verb === verb && request.kind !== 'Thing');

describe('children', () => {
  it('48. Order: every DELETE precedes every POST/PUT; kinds sorted by group, version, kind', async () => {
    const { harness, ask } = await wishing(
      [configMap('a'), secret('a'), job('a'), configMap('b'), configMap('c')],
      'InPlace',
    );
    await ask([job('b'), secret('b'), configMap('b', { changed: '1' }), configMap('d')], 30);
    const kinds = childWrites(harness).map((write) => write.split(' ').slice(0, 2).join(' '));
    expect(kinds.slice(0, 4)).toEqual(['delete ConfigMap', 'delete ConfigMap', 'delete Secret', 'delete Job']);
    expect(kinds.slice(4, 6).sort()).toEqual(['create ConfigMap', 'update ConfigMap']);
    expect(kinds.slice(6, 8)).toEqual(['create Secret', 'create Job']);
  });

  it('48. inside a kind the order is drawn by the seed, not by the list', async () => {
    const order = async (seed: number): Promise<string> => {
      const { harness, ask } = await wishing([], 'InPlace', { seed });
      await ask(
        ['a', 'b', 'c', 'd', 'e'].map((name) => configMap(name)),
        30,
      );
      return childWrites(harness).slice(0, 5).join();
    };
    expect(await order(1)).toBe(await order(1));
    expect(new Set([await order(1), await order(2), await order(3)]).size).toBeGreaterThan(1);
  });

  it('49. DELETE carries Background and the UID precondition, no grace period', async () => {
    const { harness, ask } = await wishing([configMap('a')], 'OnDelete');
    const { uid } = harness.store.get(configMaps, 'default', 'a').metadata;
    await ask([]);
    expect(first(harness, 'delete')?.options).toEqual({ propagationPolicy: 'Background', preconditions: { uid } });
  });

  it('50. Absent from desired but terminating; no DELETE', async () => {
    const { harness, ask } = await wishing([held('a')], 'OnDelete');
    harness.store.delete(configMaps, 'default', 'a');
    await harness.run(100);
    await ask([]);
    expect(childWrites(harness)).toEqual([]);
  });

  it.each(['OnDelete', 'Recreate', 'InPlace'])(
    '51. Present in desired, terminating, different; no write under %s; created after it is gone',
    async (method) => {
      const { harness, ask } = await wishing([held('a')], method);
      harness.store.delete(configMaps, 'default', 'a');
      await harness.run(100);
      await ask([configMap('a', { new: '1' })]);
      expect(childWrites(harness)).toEqual([]);
      edit(harness.store, configMaps, 'default', 'a', ({ metadata }) => (metadata.finalizers = []));
      await harness.run(1000);
      expect(childWrites(harness)).toEqual(['create ConfigMap default/a']);
      expect(harness.store.get(configMaps, 'default', 'a')['data']).toEqual({ new: '1' });
    },
  );

  it('52. POST meets AlreadyExists; no error', async () => {
    const { harness } = await wishing([configMap('taken', { ours: '1' })], 'InPlace', {
      prepare: (store) => {
        store.create(configMaps, 'default', configMap('taken', { theirs: '1' }));
        store.create(things, 'default', thing('p'));
      },
    });
    poke(harness);
    await harness.run(1000);
    expect(new Set(childWrites(harness))).toEqual(new Set(['create ConfigMap default/taken: AlreadyExists']));
    expect(harness.warnings('p')).toEqual([]);
    expect(harness.store.get(configMaps, 'default', 'taken')['data']).toEqual({ theirs: '1' });
  });

  it('53. One child fails; the others are tried; status written; sync fails with the aggregate', async () => {
    const { harness } = await wishing([configMap('a'), configMap('bad'), configMap('c'), secret('bad')], 'InPlace', {
      refuse: ({ verb, key, kind }) =>
        verb === 'create' && key.endsWith('/bad') ? new ApiError(403, 'Forbidden', `${kind} no`) : undefined,
    });
    const status = harness.store.get(things, 'default', 'p')['status'];
    expect(status).toEqual({ observedGeneration: 1 });
    expect(harness.store.list(configMaps, { namespace: 'default' }).items.map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining(['a', 'c']),
    );
    expect(harness.warnings('p')[0]).toBe(
      "Sync error: can't reconcile children for Thing default/p: [ConfigMap no, Secret no]",
    );
  });

  it('54. OnDelete and a difference; no write', async () => {
    const { harness, ask } = await wishing([configMap('a', { v: '1' })], 'OnDelete');
    await ask([configMap('a', { v: '2' })]);
    expect(childWrites(harness)).toEqual([]);
    harness.store.delete(configMaps, 'default', 'a');
    await harness.run(1000);
    expect(harness.store.get(configMaps, 'default', 'a')['data']).toEqual({ v: '2' });
  });

  it('55. Recreate and a difference; one DELETE, create only in a later sync', async () => {
    const { harness, ask } = await wishing([configMap('a', { v: '1' })], 'Recreate');
    const { uid } = harness.store.get(configMaps, 'default', 'a').metadata;
    await ask([configMap('a', { v: '2' })]);
    expect(childWrites(harness)).toEqual(['delete ConfigMap default/a', 'create ConfigMap default/a']);
    expect(first(harness, 'delete')?.options).toEqual({ propagationPolicy: 'Background', preconditions: { uid } });
    expect(first(harness, 'create')!.at).toBeGreaterThanOrEqual(first(harness, 'delete')!.at + 20);
  });

  it('56. InPlace; PUT with cached resourceVersion', async () => {
    const { harness, ask } = await wishing([configMap('a', { v: '1' })], 'InPlace');
    const { resourceVersion } = harness.store.get(configMaps, 'default', 'a').metadata;
    await ask([configMap('a', { v: '2' })]);
    expect(childWrites(harness)).toEqual(['update ConfigMap default/a']);
    expect(first(harness, 'update')?.body?.metadata.resourceVersion).toBe(resourceVersion);
  });

  it.each([
    ['Conflict is success', new ApiError(409, 'Conflict', 'changed'), []],
    ['NotFound is success', new ApiError(404, 'NotFound', 'gone'), []],
    [
      '422 is an error',
      new ApiError(422, 'Invalid', 'immutable'),
      ["Sync error: can't reconcile children for Thing default/p: immutable"],
    ],
  ])('56. %s', async (_name, error, warnings) => {
    const { harness, ask } = await wishing([configMap('a', { v: '1' })], 'InPlace', {
      refuse: ({ verb, kind }) => (verb === 'update' && kind === 'ConfigMap' ? error : undefined),
    });
    await ask([configMap('a', { v: '2' })], 100);
    expect(childWrites(harness)[0]).toBe(`update ConfigMap default/a: ${error.reason}`);
    expect(harness.warnings('p')).toEqual(warnings);
  });

  it('57. Last-applied annotation text; without ownerReferences; unchanged desired gives no write', async () => {
    const { harness } = await wishing([configMap('a', { text: '<b>' })], 'InPlace');
    const child = harness.store.get(configMaps, 'default', 'a');
    const { uid } = harness.store.get(things, 'default', 'p').metadata;
    expect(lastApplied(child)).toEqual({
      apiVersion: 'v1',
      data: { text: '<b>' },
      kind: 'ConfigMap',
      metadata: { labels: { 'controller-uid': uid }, name: 'a', namespace: 'default' },
    });
    expect(child.metadata.ownerReferences).toEqual([
      { apiVersion: 'example.com/v1', kind: 'Thing', name: 'p', uid, controller: true, blockOwnerDeletion: true },
    ]);
    poke(harness);
    await harness.run(1000);
    expect(harness.calls.length).toBeGreaterThan(0);
    expect(childWrites(harness)).toEqual([]);
  });

  it('57. an ownerReference of the same UID from the hook is left as it is', async () => {
    const { harness, ask } = await wishing([], 'InPlace');
    const { uid } = harness.store.get(things, 'default', 'p').metadata;
    const reference = { apiVersion: 'example.com/v1', kind: 'Thing', name: 'p', uid: uid!, controller: true };
    await ask([configMap('a', {}, { ownerReferences: [reference] })]);
    expect(harness.store.get(configMaps, 'default', 'a').metadata.ownerReferences).toEqual([reference]);
  });

  it.each([
    ['Recreate deletes it', 'Recreate', ['delete ConfigMap default/a', 'create ConfigMap default/a']],
    ['InPlace writes it', 'InPlace', ['update ConfigMap default/a']],
  ])('60. Adopted child without annotation; %s', async (_name, method, writes) => {
    const labels = { app: 'p' };
    const { harness } = await wishing([configMap('a', { v: '1' }, { labels })], method, {
      controllers: [composite(['sync'], { generateSelector: false, childResources: [childRule(method)] })],
      prepare: (store) => store.create(things, 'default', thing('p', {}, { selector: { matchLabels: labels } })),
    });
    harness.store.delete(configMaps, 'default', 'a');
    harness.store.create(configMaps, 'default', configMap('a', { v: '1' }, { labels }));
    await harness.run(2000);
    // before that stands the adoption itself
    expect(childWrites(harness)[0]).toBe('update ConfigMap default/a');
    expect(childWrites(harness).slice(1)).toEqual(expect.arrayContaining(writes));
  });

  it('61. Canonicalised field; Recreate loops; the permanent difference is reported once', async () => {
    const wanted = job('a');
    (wanted['spec'] as { template: { spec: { containers: object[] } } }).template.spec.containers = [
      { name: 'main', image: 'image', resources: { limits: { cpu: '1000m' } } },
    ];
    const { harness } = await wishing([wanted], 'Recreate');
    await harness.run(2000);
    expect(childWrites(harness).filter((write) => write.startsWith('delete Job')).length).toBeGreaterThan(5);
    expect(harness.differences).toEqual([
      {
        controller: 'harness',
        parent: 'Thing default/p',
        of: 'Job.batch/v1 default/a',
        action: 'recreate',
        paths: ['spec.template.spec.containers.0.resources.limits.cpu'],
      },
    ]);
  });

  it('an edit by a person, undone once, is no permanent difference', async () => {
    const { harness } = await wishing([configMap('a', { v: '1' })], 'InPlace');
    for (const v of ['2', '3']) {
      edit(harness.store, configMaps, 'default', 'a', (object) => (object['data'] = { v }));
      await harness.run(1000);
    }
    expect(childWrites(harness)).toEqual(['update ConfigMap default/a', 'update ConfigMap default/a']);
    expect(harness.differences).toEqual([]);
  });

  it('an update that is undone each time is one', async () => {
    const { harness } = await wishing([configMap('a', { v: '1' })], 'InPlace');
    const stop = harness.store.watch(configMaps, harness.store.resourceVersion(), ({ object }) => {
      if ((object['data'] as Record<string, string>)['v'] === '1')
        edit(harness.store, configMaps, 'default', 'a', (live) => (live['data'] = { v: '2' }));
    });
    edit(harness.store, configMaps, 'default', 'a', (object) => (object['data'] = { v: '2' }));
    await harness.run(500);
    stop();
    expect(harness.differences).toEqual([
      {
        controller: 'harness',
        parent: 'Thing default/p',
        of: 'ConfigMap.v1 default/a',
        action: 'update',
        paths: ['data.v'],
      },
    ]);
  });

  it('a child with generateName only is created anew at every sync', async () => {
    const nameless = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { generateName: 'x-' },
    } as unknown as KubernetesObject;
    const { harness } = await wishing([nameless], 'InPlace');
    await harness.run(1000);
    expect(childWrites(harness).filter((write) => write.startsWith('create')).length).toBeGreaterThan(10);
  });

  it('a stale cache: a deletion repeated for an object that is gone or replaced does no harm', async () => {
    const { harness, ask } = await wishing([configMap('a')], 'OnDelete', {
      staleCache: { minimumMilliseconds: 200, maximumMilliseconds: 400 },
    });
    await harness.run(5000);
    harness.forget();
    await ask([], 3000);
    expect(childWrites(harness)).toContain('delete ConfigMap default/a');
    expect(harness.warnings('p').filter((message) => !message.includes('precondition'))).toEqual([]);
    expect(harness.driver.idle()).toBe(true);
  });
});
