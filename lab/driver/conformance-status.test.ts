import { describe, expect, it } from 'vitest';
import { ApiError } from '../contract.ts';
import type { Bench, BenchOptions } from './driver.fixture.ts';
import { composite, configMap, edit, reply, startBench, thing, things } from './driver.fixture.ts';

function settled(options: Partial<BenchOptions> = {}): Promise<Bench> {
  return startBench({
    controllers: [composite(['sync'])],
    hooks: { sync: () => ({ status: { ready: true } }) },
    prepare: (store) => store.create(things, 'default', thing('p')),
    ...options,
  });
}

const status = (bench: Bench): unknown => bench.store.get(things, 'default', 'p')['status'];
const poke = (bench: Bench): void => edit(bench.store, things, 'default', 'p', ({ metadata }) => (metadata.annotations = { poke: String(bench.clock.now()) }));

describe('status and timers', () => {
  it('62. Status replaced whole, observedGeneration forced, write only on difference, after children', async () => {
    const bench = await settled({ hooks: { sync: () => ({ status: { ready: true, observedGeneration: 99 }, children: [configMap('child')] }) } });
    const writes = bench.writes();
    expect(writes.indexOf('updateStatus Thing default/p')).toBeGreaterThan(writes.indexOf('create ConfigMap default/child'));
    expect(status(bench)).toEqual({ ready: true, observedGeneration: 1 });
    bench.store.update(things, { ...structuredClone(bench.store.get(things, 'default', 'p')), status: { foreign: 1 } }, 'status');
    await bench.run(1000);
    expect(status(bench)).toEqual({ ready: true, observedGeneration: 1 });
    bench.forget();
    poke(bench);
    await bench.run(1000);
    expect(bench.writes()).toEqual([]);
    // each sync costs one live read
    expect(bench.requests.map(({ verb, kind }) => `${verb} ${kind}`)).toEqual(['get Thing']);
  });

  it.each([
    ['conflict beyond 4 tries', new ApiError(409, 'Conflict', 'changed'), 4],
    ['parent gone', new ApiError(404, 'NotFound', 'gone'), 1],
  ])('63. Status: %s; sync is a success and the children error is dropped', async (_name, error, tries) => {
    let broken = false;
    const bench = await settled({
      hooks: { sync: () => ({ status: { broken }, children: broken ? [configMap('refused')] : [] }) },
      refuse: ({ verb, kind }) => {
        if (!broken) return undefined;
        if (verb === 'updateStatus') return error;
        return verb === 'create' && kind === 'ConfigMap' ? new ApiError(403, 'Forbidden', 'no') : undefined;
      },
    });
    broken = true;
    bench.forget();
    edit(bench.store, things, 'default', 'p', (object) => (object['spec'] = { changed: true }));
    await bench.run(2000);
    expect(bench.calls).toHaveLength(1);
    expect(bench.warnings('p')).toEqual([]);
    const attempts = bench.requests.filter(({ verb }) => verb === 'updateStatus').map(({ at }) => at);
    expect(attempts).toHaveLength(tries);
    const pauses = attempts.slice(1).map((at, index) => at - attempts[index]!);
    pauses.forEach((pause, index) => expect(pause / [10, 50, 250][index]!).toBeCloseTo(1.05, 1));
  });

  it('63. any other failure of the status write fails the sync', async () => {
    const bench = await settled({ refuse: ({ verb }) => (verb === 'updateStatus' ? new ApiError(422, 'Invalid', 'bad type') : undefined) });
    expect(bench.warnings('p')).toEqual(["Sync error: can't update status for Thing default/p: bad type"]);
  });

  it('64. resyncAfterSeconds 5, then 2 in the next sync; fires once at 2 s; then nothing asked; no further sync', async () => {
    const asked = [5, 2];
    let index = 0;
    const bench = await settled({ hooks: { sync: ({ parent }) => ({ status: parent['status'], resyncAfterSeconds: parent.metadata.annotations ? asked[index++] : 0 }) } });
    poke(bench);
    await bench.run(500);
    poke(bench);
    bench.forget();
    await bench.run(60_000);
    expect(bench.calls).toHaveLength(2);
    expect(bench.calls[1]!.at - bench.calls[0]!.at).toBe(2020);
  });

  it('64. a later sync that asks nothing does not cancel the timer, and a longer one does not move it', async () => {
    const asked = [2, 0, 9];
    let index = 0;
    const bench = await settled({ hooks: { sync: ({ parent }) => ({ status: parent['status'], resyncAfterSeconds: parent.metadata.annotations ? (asked[index++] ?? 0) : 0 }) } });
    bench.forget();
    for (let round = 0; round < 3; round++) {
      poke(bench);
      await bench.run(100);
    }
    await bench.run(60_000);
    expect(bench.calls).toHaveLength(4);
    expect(bench.calls[3]!.at - bench.calls[0]!.at).toBe(2020);
  });

  it.each([null, 0, -1])('64. resyncAfterSeconds %j asks for nothing', async (resyncAfterSeconds) => {
    const bench = await settled({ hooks: { sync: () => ({ status: {}, resyncAfterSeconds }) } });
    bench.forget();
    await bench.run(60_000);
    expect(bench.calls).toEqual([]);
  });

  it('65. Sync error; Warning SyncError on the parent, text "Sync error: ..."', async () => {
    const bench = await settled({ hooks: { sync: () => reply(500, 'out of order') } });
    const { uid } = bench.store.get(things, 'default', 'p').metadata;
    const events = bench.store.list({ group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true, hasStatus: false }).items;
    expect(events.filter((event) => event['reason'] === 'SyncError')).toMatchObject([
      {
        metadata: { namespace: 'default', name: expect.stringMatching(/^p\.[0-9a-f]{16}$/) as string },
        involvedObject: { apiVersion: 'example.com/v1', kind: 'Thing', namespace: 'default', name: 'p', uid },
        type: 'Warning',
        message: 'Sync error: sync hook failed for Thing default/p: sync hook failed (version=v2): unsupported status code: 500 body: out of order',
        source: { component: 'metacontroller' },
      },
    ]);
    // repetitions are counted in one object
    expect(events.find((event) => event['reason'] === 'SyncError')?.['count']).toBeGreaterThan(5);
  });

  it('a status field that the API server drops is a permanent difference, without a loop', async () => {
    const bench = await settled({ hooks: { sync: () => ({ status: { narrow: { unknown: 1 } } }) } });
    poke(bench);
    await bench.run(1000);
    expect(bench.differences).toMatchObject([{ of: 'status', action: 'status', paths: ['status.narrow.unknown'] }]);
    bench.forget();
    await bench.run(60_000);
    expect(bench.calls).toEqual([]);
  });
});
