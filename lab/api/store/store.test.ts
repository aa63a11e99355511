import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../clock.ts';
import type { WatchEvent } from '../../contract.ts';
import { createStore } from './store.ts';

const pods = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true, hasStatus: true };
const configMaps = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  hasStatus: false,
};

const configMap = (name: string, data: Record<string, string> = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

function newStore(options: { eventLogBound?: number } = {}) {
  const clock = new VirtualClock({ start: Date.parse('2026-08-20T10:00:00.700Z') });
  return { clock, store: createStore({ clock, seed: 7, ...options }) };
}

describe('create, read, update, delete', () => {
  it('sets uid, creation time and resourceVersion, and freezes what it returns', () => {
    const { store } = newStore();
    const created = store.create(configMaps, 'default', configMap('settings', { a: '1' }));
    expect(created.metadata).toMatchObject({
      namespace: 'default',
      creationTimestamp: '2026-08-20T10:00:00Z',
      uid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/) as string,
    });
    expect(() => Object.assign(created.metadata, { name: 'other' })).toThrow(TypeError);
    expect(store.get(configMaps, 'default', 'settings')).toEqual(created);
  });

  it('restores what another server has stored as it is, under a resourceVersion of its own', () => {
    const { store } = newStore();
    const metadata = {
      name: 'web',
      namespace: 'elsewhere',
      uid: 'of-another-server',
      resourceVersion: '987654321',
      creationTimestamp: '2026-08-19T10:00:00Z',
      deletionTimestamp: '2026-08-20T10:00:00Z',
      deletionGracePeriodSeconds: 30,
    };
    const spec = { containers: [{ name: 'web', image: 'example.com/web:1' }] };
    const live = { apiVersion: 'v1', kind: 'Pod', metadata, spec, status: { phase: 'Running' } };
    const { resourceVersion, ...kept } = metadata;
    expect(store.restore(live)).toMatchObject({ metadata: kept, spec, status: { phase: 'Running' } });
    expect(store.get(pods, 'elsewhere', 'web').metadata.resourceVersion).not.toBe(resourceVersion);
    expect(() => store.restore({ ...live, kind: 'Nothing' })).toThrow('could not find the requested resource');
  });

  it('generates a name of five characters after generateName', () => {
    const { store } = newStore();
    const created = store.create(configMaps, 'default', configMap('', {}, { generateName: 'drive-' }));
    expect(created.metadata.name).toMatch(/^drive-[a-z0-9]{5}$/);
  });

  const refusals: [string, (store: ReturnType<typeof createStore>) => unknown, object][] = [
    [
      'a missing object is 404',
      (store) => store.get(pods, 'default', 'x'),
      { code: 404, reason: 'NotFound', message: 'pods "x" not found' },
    ],
    [
      'a taken name is 409',
      (store) => store.create(configMaps, 'default', configMap('settings')),
      { code: 409, reason: 'AlreadyExists', message: 'configmaps "settings" already exists' },
    ],
    [
      'a stale resourceVersion is 409',
      (store) => store.update(configMaps, configMap('settings', {}, { namespace: 'default', resourceVersion: '1' })),
      {
        code: 409,
        reason: 'Conflict',
        message:
          'Operation cannot be fulfilled on configmaps "settings": the object has been modified; please apply your changes to the latest version and try again',
      },
    ],
    [
      'a missing namespace is 404',
      (store) => store.create(configMaps, 'nowhere', configMap('settings')),
      { code: 404, message: 'namespaces "nowhere" not found' },
    ],
    ['a wrong kind in the body is 400', (store) => store.create(pods, 'default', configMap('settings')), { code: 400 }],
    [
      'another namespace in the body is 400',
      (store) => store.create(configMaps, 'default', configMap('other', {}, { namespace: 'kube-system' })),
      { code: 400 },
    ],
    ['no namespace at all is 405', (store) => store.create(configMaps, undefined, configMap('other')), { code: 405 }],
    [
      'an illegal name is 422',
      (store) => store.create(configMaps, 'default', configMap('No_Name')),
      { code: 422, reason: 'Invalid' },
    ],
    [
      'no name is 422',
      (store) => store.create(configMaps, 'default', configMap('')),
      {
        code: 422,
        message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
      },
    ],
    [
      'a numeric label is 400',
      (store) => store.create(configMaps, 'default', configMap('other', {}, { labels: { a: 1 } })),
      { code: 400 },
    ],
    [
      'an illegal label value is 422',
      (store) => store.create(configMaps, 'default', configMap('other', {}, { labels: { a: 'b c' } })),
      { code: 422 },
    ],
    [
      'an unknown kind is 404',
      (store) => store.list({ ...pods, plural: 'things' }),
      { code: 404, message: 'the server could not find the requested resource' },
    ],
    [
      'a precondition on another uid is 409',
      (store) => store.delete(configMaps, 'default', 'settings', { preconditions: { uid: 'u' } }),
      {
        code: 409,
        message: expect.stringMatching(
          /^Operation cannot be fulfilled on ConfigMap "settings": the UID in the precondition \(u\) does not match the UID in record/,
        ) as string,
      },
    ],
  ];
  it.each(refusals)('%s', (_name, act, refusal) => {
    const { store } = newStore();
    store.create(configMaps, 'default', configMap('settings'));
    expect(() => act(store)).toThrow(expect.objectContaining(refusal) as Error);
  });

  it('leaves the resourceVersion alone when an update changes nothing', () => {
    const { store } = newStore();
    const created = store.create(configMaps, 'default', configMap('settings', { a: '1' }));
    store.update(configMaps, configMap('settings', { a: '1' }, { namespace: 'default' }));
    expect(store.resourceVersion()).toBe(created.metadata.resourceVersion);
  });

  it('writes nothing in a dry run', () => {
    const { store } = newStore();
    store.create(configMaps, 'default', configMap('settings'), { dryRun: true });
    expect(store.list(configMaps).items).toEqual([]);
  });
});

describe('watch', () => {
  const seen = (events: WatchEvent[]) => events.map(({ type, object }) => `${type} ${object.metadata.name}`);

  it('replays what happened after the version and goes on, in order, never within the write', async () => {
    const { clock, store } = newStore();
    const { resourceVersion } = store.list(configMaps);
    store.create(configMaps, 'default', configMap('a'));
    const events: WatchEvent[] = [];
    store.watch(configMaps, resourceVersion, (event) => events.push(event));
    store.update(configMaps, configMap('a', { k: 'v' }, { namespace: 'default' }));
    store.delete(configMaps, 'default', 'a');
    expect(events).toEqual([]);
    await clock.advance(1);
    expect(seen(events)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    expect(events[2]?.object.metadata.resourceVersion).toBe(store.resourceVersion());
  });

  it('shows an object that leaves the selector as deleted and one that enters as added', async () => {
    const { clock, store } = newStore();
    const events: WatchEvent[] = [];
    store.watch(configMaps, '0', (event) => events.push(event), undefined, { labelSelector: 'tier=back' });
    store.create(configMaps, 'default', configMap('a', {}, { labels: { tier: 'back' } }));
    store.create(configMaps, 'default', configMap('b'));
    const label = (name: string, tier: string) =>
      store.patch(configMaps, 'default', name, 'application/merge-patch+json', { metadata: { labels: { tier } } });
    label('a', 'front');
    label('b', 'back');
    await clock.advance(1);
    expect(seen(events)).toEqual(['ADDED a', 'DELETED a', 'ADDED b']);
    expect(events[1]?.object.metadata.labels).toEqual({ tier: 'back' });
  });

  it('ends with 410 when the version is older than the log', async () => {
    const { clock, store } = newStore({ eventLogBound: 2 });
    for (let count = 0; count < 6; count += 1) store.create(configMaps, 'default', configMap(`c${count}`));
    const ends: unknown[] = [];
    store.watch(
      configMaps,
      '1',
      () => undefined,
      (error) => ends.push(error),
    );
    await clock.advance(1);
    expect(ends).toEqual([expect.objectContaining({ code: 410, reason: 'Expired' })]);
  });

  it('delivers nothing after it was stopped', async () => {
    const { clock, store } = newStore();
    const events: WatchEvent[] = [];
    const stop = store.watch(configMaps, '0', (event) => events.push(event));
    store.create(configMaps, 'default', configMap('a'));
    stop();
    await clock.advance(1);
    expect(events).toEqual([]);
  });
});
