import { describe, expect, it } from 'vitest';
import type { Bench, BenchOptions, HookFunction } from './driver.fixture.ts';
import { composite, configMap, configMaps, edit, hookMilliseconds, reply, secrets, startBench, thing, things } from './driver.fixture.ts';

const quiet: HookFunction = () => ({ status: { seen: true }, children: [] });
const oneChild: HookFunction = () => ({ status: {}, children: [configMap('child')] });

/** One Thing `p`, settled. */
function settled(options: Partial<BenchOptions> = {}): Promise<Bench> {
  return startBench({
    controllers: [composite(['sync'])],
    hooks: { sync: quiet },
    prepare: (store) => store.create(things, 'default', thing('p')),
    ...options,
  });
}

function editStatus(bench: Bench, status: Record<string, unknown>): void {
  bench.store.update(things, { ...structuredClone(bench.store.get(things, 'default', 'p')), status }, 'status');
}

const withParent = (rest: Record<string, unknown>): Record<string, unknown> => ({
  parentResource: { apiVersion: 'example.com/v1', resource: 'things', ...rest },
});

describe('selection and queueing', () => {
  it('1. Parent without our finalizer and outside labelSelector; any event; no hook call', async () => {
    const bench = await settled({ controllers: [composite(['sync', 'finalize'], withParent({ labelSelector: { matchLabels: { on: 'yes' } } }))] });
    edit(bench.store, things, 'default', 'p', (object) => (object['spec'] = { a: 1 }));
    await bench.run(1000);
    bench.store.delete(things, 'default', 'p');
    await bench.run(1000);
    expect(bench.calls).toEqual([]);
    expect(bench.writes()).toEqual([]);
  });

  it('2. Parent update that changes only status, default settings; one more sync', async () => {
    const bench = await settled({ hooks: { sync: ({ parent }) => ({ status: parent['status'] }) } });
    bench.forget();
    editStatus(bench, { observedGeneration: 1, foreign: 1 });
    await bench.run(1000);
    expect(bench.calls).toHaveLength(1);
    bench.forget();
    // a status that the hook does not repeat is written back, which is an update once more
    editStatus(bench, { foreign: 2 });
    await bench.run(1000);
    expect(bench.calls).toHaveLength(2);
  });

  it('3. Same with ignoreStatusChanges; no sync; a label, annotation, generation change or a deletionTimestamp; sync', async () => {
    const bench = await settled({ controllers: [composite(['sync'], withParent({ ignoreStatusChanges: true }))] });
    bench.forget();
    editStatus(bench, { foreign: 1 });
    edit(bench.store, things, 'default', 'p', ({ metadata }) => (metadata.finalizers = ['example.com/hold']));
    await bench.run(1000);
    expect(bench.calls).toHaveLength(0);
    const changes: [string, () => void][] = [
      ['label', () => edit(bench.store, things, 'default', 'p', ({ metadata }) => (metadata.labels = { a: 'b' }))],
      ['annotation', () => edit(bench.store, things, 'default', 'p', ({ metadata }) => (metadata.annotations = { a: 'b' }))],
      ['generation', () => edit(bench.store, things, 'default', 'p', (object) => (object['spec'] = { a: 'b' }))],
      ['deletionTimestamp', () => bench.store.delete(things, 'default', 'p')],
    ];
    for (const [what, change] of changes) {
      bench.forget();
      change();
      await bench.run(1000);
      expect([what, bench.calls.length > 0]).toEqual([what, true]);
    }
  });

  it('4. ignoreStatusChanges and a resync tick; sync', async () => {
    const bench = await settled({ controllers: [composite(['sync'], { ...withParent({ ignoreStatusChanges: true }), resyncPeriodSeconds: 10 })] });
    bench.forget();
    await bench.run(30_000);
    expect(bench.calls).toHaveLength(3);
  });

  it.each([
    ['0; ticks each second', 0, 10],
    ['10; ticks each 10 s', 10, 1],
    ['above the flush interval; no extra ticks', 4000, 0],
  ])('5. resyncPeriodSeconds: %s', async (_name, resyncPeriodSeconds, ticks) => {
    const bench = await settled({ controllers: [composite(['sync'], { resyncPeriodSeconds })] });
    bench.forget();
    await bench.run(10_000);
    expect(bench.calls).toHaveLength(ticks);
  });

  it('5. without resyncPeriodSeconds all parents are synced each 30 minutes', async () => {
    const bench = await settled();
    bench.forget();
    await bench.run(3 * 30 * 60_000);
    expect(bench.calls).toHaveLength(3);
  });

  it('6. Owned child changes or vanishes; its parent (name and UID match) is queued; UID differs; not', async () => {
    const bench = await settled({ hooks: { sync: oneChild } });
    bench.forget();
    edit(bench.store, configMaps, 'default', 'child', (object) => (object['data'] = { foreign: '1' }));
    await bench.run(1000);
    expect(bench.calls.length).toBeGreaterThan(0);
    bench.forget();
    bench.store.delete(configMaps, 'default', 'child');
    await bench.run(1000);
    expect(bench.calls.length).toBeGreaterThan(0);
    bench.forget();
    const owner = { apiVersion: 'example.com/v1', kind: 'Thing', name: 'p', uid: 'another', controller: true };
    bench.store.create(configMaps, 'default', configMap('stranger', {}, { ownerReferences: [owner] }));
    await bench.run(1000);
    expect(bench.calls).toHaveLength(0);
  });

  it('7. Child event with unchanged resourceVersion; ignored', async () => {
    const bench = await settled({ hooks: { sync: oneChild } });
    bench.forget();
    // the log is forgotten past the version of the caches, so they list again: same objects, same versions
    bench.store.create(secrets, 'default', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } });
    bench.store.breakWatches({ forget: true });
    await bench.run(5000);
    // the one sync comes from the relist of the parent, which is not filtered
    expect(bench.calls).toHaveLength(1);
  });

  it('8. Orphan with matching labels appears in the namespace; matching parents are queued and it is adopted', async () => {
    const bench = await settled({
      controllers: [composite(['sync'], { generateSelector: false })],
      hooks: { sync: ({ children }) => ({ children: Object.values(children['ConfigMap.v1']!).map(({ metadata }) => configMap(metadata.name, {}, { labels: { app: 'p' } })) }) },
      prepare: (store) => store.create(things, 'default', thing('p', {}, { selector: { matchLabels: { app: 'p' } } })),
    });
    bench.forget();
    bench.store.create(configMaps, 'default', configMap('orphan', {}, { labels: { app: 'p' } }));
    bench.store.create(configMaps, 'kube-system', configMap('elsewhere', {}, { labels: { app: 'p' } }));
    await bench.run(1000);
    expect(bench.calls.length).toBeGreaterThan(0);
    expect(bench.store.get(configMaps, 'default', 'orphan').metadata.ownerReferences).toMatchObject([{ kind: 'Thing', name: 'p', controller: true }]);
    expect(bench.store.get(configMaps, 'kube-system', 'elsewhere').metadata.ownerReferences).toBeUndefined();
  });

  it('9. Ten events during a running sync; exactly one further sync afterwards', async () => {
    const bench = await settled();
    const count = (value: number): void => edit(bench.store, things, 'default', 'p', ({ metadata }) => (metadata.annotations = { count: String(value) }));
    bench.forget();
    count(0);
    await bench.run(5);
    expect(bench.driver.inFlight()).toBe(1);
    for (let value = 1; value <= 10; value++) {
      count(value);
      await bench.run(1);
    }
    await bench.run(1000);
    expect(bench.calls.map(({ request }) => request.parent.metadata.annotations?.['count'])).toEqual(['0', '10']);
  });

  it('10. Sync fails repeatedly; delays 5, 10, 20 ms ...; success resets', async () => {
    let broken = true;
    const bench = await settled({ hooks: { sync: () => (broken ? reply(500, 'no') : { status: {} }) } });
    const at = bench.calls.map((call) => call.at);
    const delays = at.slice(1).map((time, index) => time - at[index]! - hookMilliseconds);
    expect(delays.slice(0, 6)).toEqual([5, 10, 20, 40, 80, 160]);
    broken = false;
    await bench.run(20_000);
    broken = true;
    bench.forget();
    edit(bench.store, things, 'default', 'p', (object) => (object['spec'] = { again: true }));
    await bench.run(100);
    expect(bench.calls[1]!.at - bench.calls[0]!.at).toBe(25);
  });

  it('11. 429 with Retry-After: 7; requeue in 7 s, no event, failure count unchanged', async () => {
    let status = 429;
    const bench = await settled({ hooks: { sync: () => reply(status, 'later', { 'retry-after': '7' }) } });
    expect(bench.calls).toHaveLength(1);
    await bench.run(10_000);
    expect(bench.calls.map((call) => call.at - bench.calls[0]!.at)).toEqual([0, 7020, 14_040]);
    expect(bench.warnings('p')).toEqual([]);
    status = 500;
    bench.forget();
    await bench.run(7100);
    expect(bench.calls[1]!.at - bench.calls[0]!.at).toBe(25);
  });

  it('11. header missing; requeue at once', async () => {
    const bench = await settled({ hooks: { sync: () => reply(429, 'later') } });
    bench.forget();
    await bench.run(1000);
    expect(bench.calls).toHaveLength(1000 / hookMilliseconds);
    expect(bench.warnings('p')).toEqual([]);
  });

  it('11. Retry-After as a date is rounded up to seconds', async () => {
    const bench = await settled({ hooks: { sync: () => reply(429, 'later', { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }) } });
    await bench.run(60_000);
    expect(bench.calls[1]!.at).toBeGreaterThanOrEqual(30_000);
    expect(bench.calls[1]!.at).toBeLessThan(31_100);
  });

  it('12. Parent missing from cache; sync ends without error', async () => {
    const bench = await settled();
    bench.store.delete(things, 'default', 'p');
    bench.forget();
    await bench.run(1000);
    expect(bench.trace.filter(({ what }) => what === 'sync-error')).toEqual([]);
    expect(bench.calls).toEqual([]);
    expect(bench.driver.idle()).toBe(true);
  });

  it('a stopped driver writes nothing more, in the middle of a sync too', async () => {
    const bench = await settled({ hooks: { sync: oneChild } });
    bench.forget();
    bench.store.delete(configMaps, 'default', 'child');
    await bench.run(5);
    expect(bench.driver.inFlight()).toBe(1);
    bench.driver.stop();
    await bench.run(10_000);
    expect(bench.writes()).toEqual([]);
  });
});
