import { describe, expect, it } from 'vitest';
import { ApiError } from '../contract.ts';
import type { Harness, HarnessOptions } from './driver.fixture.ts';
import { composite, configMap, edit, reply, startHarness, thing, things } from './driver.fixture.ts';

function settled(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  return startHarness({
    controllers: [composite(['sync'])],
    hooks: { sync: () => ({ status: { ready: true } }) },
    prepare: (store) => store.create(things, 'default', thing('p')),
    ...options,
  });
}

const status = (harness: Harness): unknown => harness.store.get(things, 'default', 'p')['status'];
const poke = (harness: Harness): void =>
  edit(
    harness.store,
    things,
    'default',
    'p',
    ({ metadata }) => (metadata.annotations = { poke: String(harness.clock.now()) }),
  );

describe('status and timers', () => {
  it('62. Status replaced whole, observedGeneration forced, write only on difference, after children', async () => {
    const harness = await settled({
      hooks: { sync: () => ({ status: { ready: true, observedGeneration: 99 }, children: [configMap('child')] }) },
    });
    const writes = harness.writes();
    expect(writes.indexOf('updateStatus Thing default/p')).toBeGreaterThan(
      writes.indexOf('create ConfigMap default/child'),
    );
    expect(status(harness)).toEqual({ ready: true, observedGeneration: 1 });
    harness.store.update(
      things,
      { ...structuredClone(harness.store.get(things, 'default', 'p')), status: { foreign: 1 } },
      'status',
    );
    await harness.run(1000);
    expect(status(harness)).toEqual({ ready: true, observedGeneration: 1 });
    harness.forget();
    poke(harness);
    await harness.run(1000);
    expect(harness.writes()).toEqual([]);
    // each sync costs one live read
    expect(harness.requests.map(({ verb, kind }) => `${verb} ${kind}`)).toEqual(['get Thing']);
  });

  it.each([
    ['conflict beyond 4 tries', new ApiError(409, 'Conflict', 'changed'), 4],
    ['parent gone', new ApiError(404, 'NotFound', 'gone'), 1],
  ])('63. Status: %s; sync is a success and the children error is dropped', async (_name, error, tries) => {
    let broken = false;
    const harness = await settled({
      hooks: { sync: () => ({ status: { broken }, children: broken ? [configMap('refused')] : [] }) },
      refuse: ({ verb, kind }) => {
        if (!broken) return undefined;
        if (verb === 'updateStatus') return error;
        return verb === 'create' && kind === 'ConfigMap' ? new ApiError(403, 'Forbidden', 'no') : undefined;
      },
    });
    broken = true;
    harness.forget();
    edit(harness.store, things, 'default', 'p', (object) => (object['spec'] = { changed: true }));
    await harness.run(2000);
    expect(harness.calls).toHaveLength(1);
    expect(harness.warnings('p')).toEqual([]);
    const attempts = harness.requests.filter(({ verb }) => verb === 'updateStatus').map(({ at }) => at);
    expect(attempts).toHaveLength(tries);
    const pauses = attempts.slice(1).map((at, index) => at - attempts[index]!);
    pauses.forEach((pause, index) => expect(pause / [10, 50, 250][index]!).toBeCloseTo(1.05, 1));
  });

  it('63. any other failure of the status write fails the sync', async () => {
    const harness = await settled({
      refuse: ({ verb }) => (verb === 'updateStatus' ? new ApiError(422, 'Invalid', 'bad type') : undefined),
    });
    expect(harness.warnings('p')).toEqual(["Sync error: can't update status for Thing default/p: bad type"]);
  });

  it('64. resyncAfterSeconds 5, then 2 in the next sync; fires once at 2 s; then nothing asked; no further sync', async () => {
    const asked = [5, 2];
    let index = 0;
    const harness = await settled({
      hooks: {
        sync: ({ parent }) => ({
          status: parent['status'],
          resyncAfterSeconds: parent.metadata.annotations ? asked[index++] : 0,
        }),
      },
    });
    poke(harness);
    await harness.run(500);
    poke(harness);
    harness.forget();
    await harness.run(60_000);
    expect(harness.calls).toHaveLength(2);
    expect(harness.calls[1]!.at - harness.calls[0]!.at).toBe(2020);
  });

  it('64. a later sync that asks nothing does not cancel the timer, and a longer one does not move it', async () => {
    const asked = [2, 0, 9];
    let index = 0;
    const harness = await settled({
      hooks: {
        sync: ({ parent }) => ({
          status: parent['status'],
          resyncAfterSeconds: parent.metadata.annotations ? (asked[index++] ?? 0) : 0,
        }),
      },
    });
    harness.forget();
    for (let round = 0; round < 3; round++) {
      poke(harness);
      await harness.run(100);
    }
    await harness.run(60_000);
    expect(harness.calls).toHaveLength(4);
    expect(harness.calls[3]!.at - harness.calls[0]!.at).toBe(2020);
  });

  it.each([null, 0, -1])('64. resyncAfterSeconds %j asks for nothing', async (resyncAfterSeconds) => {
    const harness = await settled({ hooks: { sync: () => ({ status: {}, resyncAfterSeconds }) } });
    harness.forget();
    await harness.run(60_000);
    expect(harness.calls).toEqual([]);
  });

  it('65. Sync error; Warning SyncError on the parent, text "Sync error: ..."', async () => {
    const harness = await settled({ hooks: { sync: () => reply(500, 'out of order') } });
    const { uid } = harness.store.get(things, 'default', 'p').metadata;
    const events = harness.store.list({
      group: '',
      version: 'v1',
      kind: 'Event',
      plural: 'events',
      namespaced: true,
      hasStatus: false,
    }).items;
    expect(events.filter((event) => event['reason'] === 'SyncError')).toMatchObject([
      {
        metadata: { namespace: 'default', name: expect.stringMatching(/^p\.[0-9a-f]{16}$/) as string },
        involvedObject: { apiVersion: 'example.com/v1', kind: 'Thing', namespace: 'default', name: 'p', uid },
        type: 'Warning',
        message:
          'Sync error: sync hook failed for Thing default/p: sync hook failed (version=v2): unsupported status code: 500 body: out of order',
        source: { component: 'metacontroller' },
      },
    ]);
    // repetitions are counted in one object
    expect(events.find((event) => event['reason'] === 'SyncError')?.['count']).toBeGreaterThan(5);
  });

  it('a status field that the API server drops is a permanent difference, without a loop', async () => {
    const harness = await settled({ hooks: { sync: () => ({ status: { narrow: { unknown: 1 } } }) } });
    poke(harness);
    await harness.run(1000);
    expect(harness.differences).toMatchObject([{ of: 'status', action: 'status', paths: ['status.narrow.unknown'] }]);
    harness.forget();
    await harness.run(60_000);
    expect(harness.calls).toEqual([]);
  });
});
