import { describe, expect, it } from 'vitest';
import { storeClient } from '../api/store/client.ts';
import { createStore } from '../api/store/store.ts';
import { VirtualClock } from '../clock.ts';
import { createRandom } from '../random.ts';
import { configMap, configMaps, edit } from './driver.fixture.ts';
import { Informer } from './informer.ts';
import type { StaleCache } from './informer.ts';

async function watching(stale?: StaleCache) {
  const clock = new VirtualClock({ start: 0 });
  const store = createStore({ clock, seed: 1 });
  store.create(configMaps, 'default', configMap('first'));
  const informer = new Informer(configMaps, { api: storeClient(store), clock, random: createRandom(1), stale });
  await informer.whenSynced();
  const seen: string[] = [];
  informer.addHandlers({
    added: ({ metadata }) => seen.push(`added ${metadata.name} at ${clock.now()}`),
    updated: (old, { metadata }) =>
      seen.push(
        `${old.metadata.resourceVersion === metadata.resourceVersion ? 'resynced' : 'updated'} ${metadata.name}`,
      ),
    deleted: ({ metadata }) => seen.push(`deleted ${metadata.name}`),
  });
  return { clock, store, informer, seen };
}

const names = (informer: Informer): string[] => informer.cache.list('default').map(({ metadata }) => metadata.name);

describe('Informer', () => {
  it('shows what is there, then every change', async () => {
    const { clock, store, informer, seen } = await watching();
    store.create(configMaps, 'default', configMap('second'));
    edit(store, configMaps, 'default', 'first', (object) => (object['data'] = { a: '1' }));
    store.delete(configMaps, 'default', 'first');
    await clock.advance(10);
    expect(seen).toEqual(['resynced first', 'added second at 0', 'updated first', 'deleted first']);
    expect(names(informer)).toEqual(['second']);
  });

  it('lists again after the log was forgotten, and finds what it missed', async () => {
    const { clock, store, informer, seen } = await watching();
    store.breakWatches();
    store.delete(configMaps, 'default', 'first');
    store.create(configMaps, 'default', configMap('second'));
    store.breakWatches({ forget: true });
    await clock.advance(5000);
    expect(seen.slice(1)).toEqual([
      expect.stringMatching('deleted first|added second'),
      expect.stringMatching('deleted first|added second'),
    ]);
    expect(names(informer)).toEqual(['second']);
  });

  it('goes on from the last version when a watch merely ends', async () => {
    const { clock, store, informer } = await watching();
    store.breakWatches();
    store.create(configMaps, 'default', configMap('second'));
    await clock.advance(5000);
    expect(names(informer)).toEqual(['first', 'second']);
  });

  it('finds objects by controller owner and without one, as they change', async () => {
    const { clock, store, informer } = await watching();
    const owned = (uid: string) => [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid, controller: true }];
    store.create(configMaps, 'default', configMap('second', {}, { ownerReferences: owned('u1') }));
    await clock.advance(10);
    expect(informer.cache.listByOwner('u1').map(({ metadata }) => metadata.name)).toEqual(['second']);
    expect(informer.cache.listByOwner(undefined, 'default').map(({ metadata }) => metadata.name)).toEqual(['first']);
    expect(informer.cache.listByOwner('u1', 'kube-system')).toEqual([]);
  });

  it('resyncs all objects each 30 minutes', async () => {
    const { clock, seen } = await watching();
    await clock.advance(61 * 60_000);
    expect(seen).toEqual(['resynced first', 'resynced first', 'resynced first']);
  });

  it('lags by a drawn delay when it is told to, in order', async () => {
    const { clock, store, informer, seen } = await watching({ minimumMilliseconds: 100, maximumMilliseconds: 1000 });
    for (const name of ['a', 'b', 'c', 'd']) store.create(configMaps, 'default', configMap(name));
    await clock.advance(99);
    expect(names(informer)).toEqual(['first']);
    expect(informer.heldBack()).toBe(4);
    await clock.advance(1000);
    expect(seen.slice(1).map((event) => event.split(' ')[1])).toEqual(['a', 'b', 'c', 'd']);
    expect(new Set(seen.slice(1).map((event) => event.split(' at ')[1])).size).toBeGreaterThan(1);
    expect(informer.heldBack()).toBe(0);
  });

  it('shows nothing more once stopped', async () => {
    const { clock, store, informer, seen } = await watching();
    informer.stop();
    store.create(configMaps, 'default', configMap('second'));
    await clock.advance(60 * 60_000);
    expect(seen).toEqual(['resynced first']);
  });
});
