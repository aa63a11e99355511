import { describe, expect, it } from 'vitest';
import type { Harness, HarnessOptions, HookFunction } from './driver.fixture.ts';
import {
  composite,
  configMap,
  configMaps,
  edit,
  hooksOf,
  lastApplied,
  reply,
  startHarness,
  thing,
  things,
} from './driver.fixture.ts';

const twoChildren: HookFunction = () => ({
  status: { ready: true, more: { a: 1 } },
  children: [configMap('one'), configMap('two')],
});

/** A parent with two children, after which the hook answers with whatever `answer` is set to. */
async function settledThen(answer: HookFunction, options: Partial<HarnessOptions> = {}): Promise<Harness> {
  let current = twoChildren;
  const harness = await startHarness({
    controllers: [composite(['sync'])],
    hooks: { sync: (request, call) => current(request, call) },
    prepare: (store) => store.create(things, 'default', thing('p')),
    ...options,
  });
  current = answer;
  harness.forget();
  edit(harness.store, things, 'default', 'p', (object) => (object['spec'] = { poked: true }));
  return harness;
}

const names = (harness: Harness): string[] =>
  harness.store
    .list(configMaps)
    .items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    .filter((name) => !name.includes('kube-root-ca'));

const v1 = { controllers: [composite([], { hooks: hooksOf(['sync'], 'v1') })] };
const untouched = ['default/one', 'default/two'];

describe('response', () => {
  it.each([201, 204, 404, 500])('36. Code %i; sync error', async (code) => {
    const harness = await settledThen(() => reply(code, '{}'));
    await harness.run(1000);
    expect(names(harness)).toEqual(untouched);
    expect(harness.writes()).toEqual([]);
    expect(harness.warnings('p')).toEqual([
      `Sync error: sync hook failed for Thing default/p: sync hook failed (version=v2): unsupported status code: ${code} body: {}`,
    ]);
  });

  it.each(['{}', 'null'])('37. %s; all living children deleted, status = observedGeneration only', async (body) => {
    const harness = await settledThen(() => reply(200, body));
    await harness.run(1000);
    expect(names(harness)).toEqual([]);
    expect(harness.store.get(things, 'default', 'p')['status']).toEqual({ observedGeneration: 2 });
  });

  it('38. v2 with unknown key; error, nothing changed', async () => {
    const harness = await settledThen(() => ({ children: [], foo: 1, bar: 2 }));
    await harness.run(1000);
    expect(harness.writes()).toEqual([]);
    expect(harness.warnings('p')[0]).toContain(
      'strict validation failed for v2 webhookResponse (type: sync, mode: strict): [unknown field "foo", unknown field "bar"]',
    );
  });

  it('38. v1; ignored, so that a mis-cased answer equals {}', async () => {
    const harness = await settledThen(() => ({ Status: { x: 1 }, CHILDREN: [configMap('one')] }), v1);
    await harness.run(1000);
    expect(names(harness)).toEqual([]);
    expect(harness.store.get(things, 'default', 'p')['status']).toEqual({ observedGeneration: 2 });
  });

  it('38. responseUnMarshallMode turns it round', async () => {
    const strict = {
      controllers: [composite([], { hooks: hooksOf(['sync'], 'v1', { responseUnMarshallMode: 'strict' }) })],
    };
    const harness = await settledThen(() => ({ foo: 1 }), strict);
    await harness.run(1000);
    expect(harness.warnings('p')[0]).toContain(
      'strict validation failed for v1 webhookResponse (type: sync, mode: strict): unknown field "foo"',
    );
  });

  it('39. Duplicate key in status; v2 error', async () => {
    const harness = await settledThen(() => reply(200, '{"status":{"a":1,"a":2}}'));
    await harness.run(1000);
    expect(harness.writes()).toEqual([]);
    expect(harness.warnings('p')[0]).toContain('duplicate field "status.a"');
  });

  it('39. v1 last wins', async () => {
    const harness = await settledThen(() => reply(200, '{"status":{"a":1,"a":2}}'), v1);
    await harness.run(1000);
    expect(harness.store.get(things, 'default', 'p')['status']).toEqual({ a: 2, observedGeneration: 2 });
  });

  it('40. Child without kind; whole answer refused', async () => {
    const harness = await settledThen(() => ({
      status: { new: 1 },
      children: [configMap('three'), { apiVersion: 'v1', metadata: { name: 'x' } }],
    }));
    await harness.run(1000);
    expect(harness.writes()).toEqual([]);
    expect(harness.warnings('p')[0]).toContain(
      "can't unmarshal webhookResponse (version: v2, type: sync): Object 'Kind' is missing",
    );
  });

  it('41. Child without apiVersion; existing child deleted, error for the kind, status written', async () => {
    const harness = await settledThen(() => ({
      status: { new: 1 },
      children: [{ kind: 'ConfigMap', metadata: { name: 'one' } }, configMap('two')],
    }));
    await harness.run(100);
    expect(names(harness)).toEqual(['default/two']);
    expect(harness.store.get(things, 'default', 'p')['status']).toMatchObject({ new: 1 });
    expect(harness.warnings('p')[0]).toBe(
      "Sync error: can't reconcile children for Thing default/p: discovery: can't find kind ConfigMap in apiVersion ",
    );
  });

  it('42. null child (X)', async () => {
    const harness = await settledThen(() => ({ status: {}, children: [configMap('one'), null] }));
    await harness.run(10_000);
    expect(harness.crashes.map(String)).toEqual([
      'MetacontrollerCrash: conformance 42: null entry in children kills the Metacontroller process',
    ]);
    // the process is dead: nothing was written, nothing is called any more
    expect(harness.calls).toHaveLength(1);
    expect(harness.writes()).toEqual([]);
  });

  it('42. null rule (X)', async () => {
    const harness = await startHarness({
      controllers: [composite(['sync', 'customize'])],
      hooks: { sync: () => ({}), customize: () => ({ relatedResources: [null] }) },
      prepare: (store) => store.create(things, 'default', thing('p')),
    });
    expect(harness.crashes.map(({ message }) => message)).toEqual([
      'conformance 42: null entry in relatedResources kills the Metacontroller process',
    ]);
    expect(harness.callsOf('sync')).toEqual([]);
  });

  it('43. Duplicate children; last wins', async () => {
    const harness = await settledThen(() => ({
      status: {},
      children: [configMap('one', { a: 'first' }), configMap('two'), configMap('one', { a: 'last' })],
    }));
    await harness.run(30);
    expect(harness.store.get(configMaps, 'default', 'one')['data']).toEqual({ a: 'last' });
    expect(harness.writes().filter((write) => write.includes('ConfigMap'))).toEqual(['update ConfigMap default/one']);
  });

  it("44. Child without namespace; parent's namespace", async () => {
    const harness = await settledThen(twoChildren);
    expect(harness.store.get(configMaps, 'default', 'one').metadata.namespace).toBe('default');
    expect(lastApplied(harness.store.get(configMaps, 'default', 'one'))).toMatchObject({
      metadata: { namespace: 'default' },
    });
  });

  it('44. another namespace is not refused: created there, never observed', async () => {
    const harness = await settledThen(() => ({
      status: {},
      children: [configMap('far', {}, { namespace: 'kube-system' })],
    }));
    await harness.run(100);
    expect(harness.writes()).toContain('create ConfigMap kube-system/far');
    expect(harness.calls.every(({ request }) => !('kube-system/far' in request.children['ConfigMap.v1']!))).toBe(true);
  });

  const badLabels: [string, unknown, string][] = [
    [
      'Label value not a string',
      { a: 1 },
      'invalid labels on desired child ConfigMap default/one: .metadata.labels accessor error: contains non-string value in the map under key "a": 1 is of the type int64, expected string',
    ],
    [
      'labels null',
      null,
      'invalid labels on desired child ConfigMap default/one: .metadata.labels accessor error: <nil> is of the type <nil>, expected map[string]interface{}',
    ],
    [
      'labels not matching the selector',
      { 'controller-uid': 'other' },
      "labels on desired child ConfigMap default/one don't match parent selector",
    ],
  ];
  it.each(badLabels)(
    '45. %s; error, no child change, no status, but a requested timer stays set',
    async (_name, labels, message) => {
      const answer: HookFunction = () => ({
        status: { new: 1 },
        children: [{ ...configMap('one'), metadata: { name: 'one', labels } }],
        resyncAfterSeconds: 0.004,
      });
      const harness = await settledThen(answer);
      // the failure's own back-off is 5 ms at first, so the timer of 4 ms is what comes
      await harness.run(40);
      expect(harness.calls[1]!.at - harness.calls[0]!.at).toBe(24);
      expect(harness.writes()).toEqual([]);
      expect(harness.warnings('p')).toEqual([`Sync error: ${message}`]);
    },
  );

  it('46. generateSelector; controller-uid added unless the key exists; a different value there; error', async () => {
    const harness = await settledThen(twoChildren);
    const { uid } = harness.store.get(things, 'default', 'p').metadata;
    expect(harness.store.get(configMaps, 'default', 'one').metadata.labels).toEqual({ 'controller-uid': uid });
    expect(lastApplied(harness.store.get(configMaps, 'default', 'one'))).toMatchObject({
      metadata: { labels: { 'controller-uid': uid } },
    });
  });

  it('a body that is not JSON, and a wrong type, are errors', async () => {
    for (const [body, message] of [
      ['', 'unexpected end of JSON input'],
      [
        '{"resyncAfterSeconds":"5"}',
        'json: cannot unmarshal string into Go struct field CompositeHookResponse.resyncAfterSeconds of type float64',
      ],
      [
        '{"children":{}}',
        'json: cannot unmarshal object into Go struct field CompositeHookResponse.children of type []*unstructured.Unstructured',
      ],
      [
        '{"children":["x"]}',
        'json: cannot unmarshal string into Go struct field CompositeHookResponse.children of type map[string]interface {}',
      ],
      ['[]', 'json: cannot unmarshal array into Go value of type v2.CompositeHookResponse'],
    ] as const) {
      const harness = await settledThen(() => reply(200, body));
      await harness.run(1000);
      expect(harness.warnings('p')[0]).toContain(
        `can't unmarshal webhookResponse (version: v2, type: sync): ${message}`,
      );
      expect(harness.writes()).toEqual([]);
    }
  });

  it('a hook without answer times out after 10 s, and the timeout of the webhook is honoured', async () => {
    const never = () => new Promise(() => {});
    const harness = await settledThen(never);
    await harness.run(9_900);
    expect(harness.warnings('p')).toEqual([]);
    await harness.run(200);
    expect(harness.warnings('p')[0]).toContain('http error: Post "http://hooks/sync": context deadline exceeded');
    const short = await settledThen(never, {
      controllers: [composite([], { hooks: hooksOf(['sync'], 'v2', { timeout: '1m0.5s' }) })],
    });
    await short.run(60_400);
    expect(short.warnings('p')).toEqual([]);
    await short.run(200);
    expect(short.warnings('p')).toHaveLength(1);
  });

  it('47. Etag: 304 with stored body replays it; 304 without tag is an error; key is kind/namespace/name', async () => {
    const answers = [
      reply(200, JSON.stringify({ status: { from: 'stored' }, children: [] }), { etag: '"1"' }),
      reply(304, ''),
    ];
    let index = 0;
    const harness = await startHarness({
      controllers: [composite([], { hooks: hooksOf(['sync'], 'v2', { etag: { enabled: true } }) })],
      hooks: { sync: () => answers[Math.min(index++, 1)] },
      prepare: (store) => store.create(things, 'default', thing('p')),
    });
    expect(harness.calls.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"']);
    expect(harness.warnings('p')).toEqual([]);
    // a successor of the same name gets the stored answer of its predecessor
    harness.store.delete(things, 'default', 'p');
    await harness.run(1000);
    harness.store.create(things, 'default', thing('p'));
    await harness.run(1000);
    expect(harness.store.get(things, 'default', 'p')['status']).toEqual({ from: 'stored', observedGeneration: 1 });
    harness.store.create(things, 'default', thing('q'));
    await harness.run(10);
    expect(harness.calls.at(-1)!.headers['if-none-match']).toBeUndefined();
    await harness.run(20);
    expect(harness.warnings('q')[0]).toContain('unsupported status code: 304');
  });
});
