import { describe, expect, it } from 'vitest';
import type { Harness, HookFunction } from './driver.fixture.ts';
import {
  childNames,
  childRule,
  composite,
  configMap,
  configMaps,
  decorator,
  edit,
  hookMilliseconds,
  secrets,
  startHarness,
  thing,
  things,
} from './driver.fixture.ts';

const names = ['a', 'b', 'c', 'd'];
const fourChildren: HookFunction = (request) => ({
  status: { seen: childNames(request).length },
  children: names.map((name) => configMap(name, { of: String(request.parent.metadata.generation) })),
  resyncAfterSeconds: 1,
});

/** Several parents, lagging caches, edits and deletions: everything that chance may order. */
async function stormyRun(seed: number): Promise<Harness> {
  const harness = await startHarness({
    seed,
    controllers: [composite(['sync', 'finalize'], { childResources: [childRule('Recreate')] })],
    hooks: {
      sync: fourChildren,
      finalize: (request) => ({ children: [], finalized: childNames(request).length === 0 }),
    },
    staleCache: { maximumMilliseconds: 300 },
    prepare: (store) => {
      for (const name of ['p', 'q', 'r']) store.create(things, 'default', thing(name));
    },
  });
  for (const name of ['p', 'q'])
    edit(harness.store, things, 'default', name, (object) => (object['spec'] = { changed: true }));
  harness.store.delete(configMaps, 'default', 'b');
  await harness.run(3000);
  harness.store.delete(things, 'default', 'r');
  await harness.run(10_000);
  return harness;
}

describe('driver', () => {
  it('does the same for the same seed, and for some other seed something else', async () => {
    const traces = await Promise.all([1, 1, 2].map(async (seed) => JSON.stringify((await stormyRun(seed)).trace)));
    expect(traces[0]).toBe(traces[1]);
    expect(traces[2]).not.toBe(traces[0]);
  });

  it('has five workers per controller unless told otherwise', async () => {
    const many = Array.from({ length: 12 }, (_, index) => `p${index}`);
    const busiest = async (workers?: number): Promise<number> => {
      const harness = await startHarness({
        controllers: [composite(['sync'])],
        hooks: { sync: () => ({}) },
        ...(workers !== undefined && { workers }),
        prepare: (store) => many.forEach((name) => store.create(things, 'default', thing(name))),
      });
      const starts = harness.calls.map(({ at }) => at);
      return Math.max(
        ...starts.map((at) => starts.filter((other) => other <= at && other > at - hookMilliseconds).length),
      );
    };
    expect(await busiest()).toBe(5);
    expect(await busiest(2)).toBe(2);
  });

  it('drives composites and decorators side by side, and is idle when all is settled', async () => {
    const harness = await startHarness({
      controllers: [composite(['sync'], { childResources: [childRule('InPlace', secrets)] }), decorator(['sync'])],
      hooks: {
        sync: ({ object }, { controllerKind }) =>
          controllerKind === 'CompositeController'
            ? { status: {}, children: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'made' } }] }
            : { attachments: object.metadata.name === 'made' ? [configMap('attached')] : [] },
      },
      prepare: (store) => store.create(things, 'default', thing('p')),
    });
    expect(harness.store.get(configMaps, 'default', 'attached').metadata.ownerReferences).toMatchObject([
      { kind: 'Secret', name: 'made' },
    ]);
    expect(harness.driver.idle()).toBe(true);
    expect(harness.driver.inFlight()).toBe(0);
    harness.forget();
    await harness.run(60_000);
    expect(harness.calls).toEqual([]);
    expect(harness.differences).toEqual([]);
  });

  it('is not idle while a lagging cache holds something back', async () => {
    const harness = await startHarness({
      controllers: [composite(['sync'])],
      hooks: { sync: () => ({ status: {} }) },
      staleCache: { minimumMilliseconds: 500, maximumMilliseconds: 500 },
      prepare: (store) => store.create(things, 'default', thing('p')),
    });
    expect(harness.driver.idle()).toBe(true);
    harness.store.delete(things, 'default', 'p');
    await harness.run(100);
    expect(harness.driver.idle()).toBe(false);
    await harness.run(2000);
    expect(harness.driver.idle()).toBe(true);
  });
});
