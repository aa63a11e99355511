import { describe, expect, it } from 'vitest';
import type { Harness, HarnessOptions, HookFunction } from './driver.fixture.ts';
import {
  composite,
  configMap,
  configMaps,
  edit,
  hookMilliseconds,
  reply,
  secrets,
  startHarness,
  thing,
  things,
} from './driver.fixture.ts';

const quiet: HookFunction = () => ({ status: { seen: true }, children: [] });
const oneChild: HookFunction = () => ({ status: {}, children: [configMap('child')] });

/** One Thing `p`, settled. */
function settled(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  return startHarness({
    controllers: [composite(['sync'])],
    hooks: { sync: quiet },
    prepare: (store) => store.create(things, 'default', thing('p')),
    ...options,
  });
}

function editStatus(harness: Harness, status: Record<string, unknown>): void {
  harness.store.update(things, { ...structuredClone(harness.store.get(things, 'default', 'p')), status }, 'status');
}

const withParent = (rest: Record<string, unknown>): Record<string, unknown> => ({
  parentResource: { apiVersion: 'example.com/v1', resource: 'things', ...rest },
});

describe('selection and queueing', () => {
  it('1. Parent without our finalizer and outside labelSelector; any event; no hook call', async () => {
    const harness = await settled({
      controllers: [composite(['sync', 'finalize'], withParent({ labelSelector: { matchLabels: { on: 'yes' } } }))],
    });
    edit(harness.store, things, 'default', 'p', (object) => (object['spec'] = { a: 1 }));
    await harness.run(1000);
    harness.store.delete(things, 'default', 'p');
    await harness.run(1000);
    expect(harness.calls).toEqual([]);
    expect(harness.writes()).toEqual([]);
  });

  it('2. Parent update that changes only status, default settings; one more sync', async () => {
    const harness = await settled({ hooks: { sync: ({ parent }) => ({ status: parent['status'] }) } });
    harness.forget();
    editStatus(harness, { observedGeneration: 1, foreign: 1 });
    await harness.run(1000);
    expect(harness.calls).toHaveLength(1);
    harness.forget();
    // a status that the hook does not repeat is written back, which is an update once more
    editStatus(harness, { foreign: 2 });
    await harness.run(1000);
    expect(harness.calls).toHaveLength(2);
  });

  it('3. Same with ignoreStatusChanges; no sync; a label, annotation, generation change or a deletionTimestamp; sync', async () => {
    const harness = await settled({ controllers: [composite(['sync'], withParent({ ignoreStatusChanges: true }))] });
    harness.forget();
    editStatus(harness, { foreign: 1 });
    edit(harness.store, things, 'default', 'p', ({ metadata }) => (metadata.finalizers = ['example.com/hold']));
    await harness.run(1000);
    expect(harness.calls).toHaveLength(0);
    const changes: [string, () => void][] = [
      ['label', () => edit(harness.store, things, 'default', 'p', ({ metadata }) => (metadata.labels = { a: 'b' }))],
      [
        'annotation',
        () => edit(harness.store, things, 'default', 'p', ({ metadata }) => (metadata.annotations = { a: 'b' })),
      ],
      ['generation', () => edit(harness.store, things, 'default', 'p', (object) => (object['spec'] = { a: 'b' }))],
      ['deletionTimestamp', () => harness.store.delete(things, 'default', 'p')],
    ];
    for (const [what, change] of changes) {
      harness.forget();
      change();
      await harness.run(1000);
      expect([what, harness.calls.length > 0]).toEqual([what, true]);
    }
  });

  it('4. ignoreStatusChanges and a resync tick; sync', async () => {
    const harness = await settled({
      controllers: [composite(['sync'], { ...withParent({ ignoreStatusChanges: true }), resyncPeriodSeconds: 10 })],
    });
    harness.forget();
    await harness.run(30_000);
    expect(harness.calls).toHaveLength(3);
  });

  it.each([
    ['0; ticks each second', 0, 10],
    ['10; ticks each 10 s', 10, 1],
    ['above the flush interval; no extra ticks', 4000, 0],
  ])('5. resyncPeriodSeconds: %s', async (_name, resyncPeriodSeconds, ticks) => {
    const harness = await settled({ controllers: [composite(['sync'], { resyncPeriodSeconds })] });
    harness.forget();
    await harness.run(10_000);
    expect(harness.calls).toHaveLength(ticks);
  });

  it('5. without resyncPeriodSeconds all parents are synced each 30 minutes', async () => {
    const harness = await settled();
    harness.forget();
    await harness.run(3 * 30 * 60_000);
    expect(harness.calls).toHaveLength(3);
  });

  it('6. Owned child changes or vanishes; its parent (name and UID match) is queued; UID differs; not', async () => {
    const harness = await settled({ hooks: { sync: oneChild } });
    harness.forget();
    edit(harness.store, configMaps, 'default', 'child', (object) => (object['data'] = { foreign: '1' }));
    await harness.run(1000);
    expect(harness.calls.length).toBeGreaterThan(0);
    harness.forget();
    harness.store.delete(configMaps, 'default', 'child');
    await harness.run(1000);
    expect(harness.calls.length).toBeGreaterThan(0);
    harness.forget();
    const owner = { apiVersion: 'example.com/v1', kind: 'Thing', name: 'p', uid: 'another', controller: true };
    harness.store.create(configMaps, 'default', configMap('stranger', {}, { ownerReferences: [owner] }));
    await harness.run(1000);
    expect(harness.calls).toHaveLength(0);
  });

  it('7. Child event with unchanged resourceVersion; ignored', async () => {
    const harness = await settled({ hooks: { sync: oneChild } });
    harness.forget();
    // the log is forgotten past the version of the caches, so they list again: same objects, same versions
    harness.store.create(secrets, 'default', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } });
    harness.store.breakWatches({ forget: true });
    await harness.run(5000);
    // the one sync comes from the relist of the parent, which is not filtered
    expect(harness.calls).toHaveLength(1);
  });

  it('8. Orphan with matching labels appears in the namespace; matching parents are queued and it is adopted', async () => {
    const harness = await settled({
      controllers: [composite(['sync'], { generateSelector: false })],
      hooks: {
        sync: ({ children }) => ({
          children: Object.values(children['ConfigMap.v1']!).map(({ metadata }) =>
            configMap(metadata.name, {}, { labels: { app: 'p' } }),
          ),
        }),
      },
      prepare: (store) => store.create(things, 'default', thing('p', {}, { selector: { matchLabels: { app: 'p' } } })),
    });
    harness.forget();
    harness.store.create(configMaps, 'default', configMap('orphan', {}, { labels: { app: 'p' } }));
    harness.store.create(configMaps, 'kube-system', configMap('elsewhere', {}, { labels: { app: 'p' } }));
    await harness.run(1000);
    expect(harness.calls.length).toBeGreaterThan(0);
    expect(harness.store.get(configMaps, 'default', 'orphan').metadata.ownerReferences).toMatchObject([
      { kind: 'Thing', name: 'p', controller: true },
    ]);
    expect(harness.store.get(configMaps, 'kube-system', 'elsewhere').metadata.ownerReferences).toBeUndefined();
  });

  it('9. Ten events during a running sync; exactly one further sync afterwards', async () => {
    const harness = await settled();
    const count = (value: number): void =>
      edit(harness.store, things, 'default', 'p', ({ metadata }) => (metadata.annotations = { count: String(value) }));
    harness.forget();
    count(0);
    await harness.run(5);
    expect(harness.driver.inFlight()).toBe(1);
    for (let value = 1; value <= 10; value++) {
      count(value);
      await harness.run(1);
    }
    await harness.run(1000);
    expect(harness.calls.map(({ request }) => request.parent.metadata.annotations?.['count'])).toEqual(['0', '10']);
  });

  it('10. Sync fails repeatedly; delays 5, 10, 20 ms ...; success resets', async () => {
    let broken = true;
    const harness = await settled({ hooks: { sync: () => (broken ? reply(500, 'no') : { status: {} }) } });
    const at = harness.calls.map((call) => call.at);
    const delays = at.slice(1).map((time, index) => time - at[index]! - hookMilliseconds);
    expect(delays.slice(0, 6)).toEqual([5, 10, 20, 40, 80, 160]);
    broken = false;
    await harness.run(20_000);
    broken = true;
    harness.forget();
    edit(harness.store, things, 'default', 'p', (object) => (object['spec'] = { again: true }));
    await harness.run(100);
    expect(harness.calls[1]!.at - harness.calls[0]!.at).toBe(25);
  });

  it('11. 429 with Retry-After: 7; requeue in 7 s, no event, failure count unchanged', async () => {
    let status = 429;
    const harness = await settled({ hooks: { sync: () => reply(status, 'later', { 'retry-after': '7' }) } });
    expect(harness.calls).toHaveLength(1);
    await harness.run(10_000);
    expect(harness.calls.map((call) => call.at - harness.calls[0]!.at)).toEqual([0, 7020, 14_040]);
    expect(harness.warnings('p')).toEqual([]);
    status = 500;
    harness.forget();
    await harness.run(7100);
    expect(harness.calls[1]!.at - harness.calls[0]!.at).toBe(25);
  });

  it('11. header missing; requeue at once', async () => {
    const harness = await settled({ hooks: { sync: () => reply(429, 'later') } });
    harness.forget();
    await harness.run(1000);
    expect(harness.calls).toHaveLength(1000 / hookMilliseconds);
    expect(harness.warnings('p')).toEqual([]);
  });

  it('11. Retry-After as a date is rounded up to seconds', async () => {
    const harness = await settled({
      hooks: { sync: () => reply(429, 'later', { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }) },
    });
    await harness.run(60_000);
    expect(harness.calls[1]!.at).toBeGreaterThanOrEqual(30_000);
    expect(harness.calls[1]!.at).toBeLessThan(31_100);
  });

  it('12. Parent missing from cache; sync ends without error', async () => {
    const harness = await settled();
    harness.store.delete(things, 'default', 'p');
    harness.forget();
    await harness.run(1000);
    expect(harness.trace.filter(({ what }) => what === 'sync-error')).toEqual([]);
    expect(harness.calls).toEqual([]);
    expect(harness.driver.idle()).toBe(true);
  });

  it('a stopped driver writes nothing more, in the middle of a sync too', async () => {
    const harness = await settled({ hooks: { sync: oneChild } });
    harness.forget();
    harness.store.delete(configMaps, 'default', 'child');
    await harness.run(5);
    expect(harness.driver.inFlight()).toBe(1);
    harness.driver.stop();
    await harness.run(10_000);
    expect(harness.writes()).toEqual([]);
  });
});
