/** The lab's own client and @kubernetes/client-node against the server. */
import { Readable, Writable } from 'node:stream';
import {
  CoreV1Api,
  CustomObjectsApi,
  Exec,
  KubeConfig,
  Log,
  PatchStrategy,
  Watch,
  makeInformer,
  setHeaderOptions,
} from '@kubernetes/client-node';
import type { V1Status } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { ApiError } from '../../contract.ts';
import type { ResourceInfo, WatchEvent } from '../../contract.ts';
import { httpClient } from './client.ts';
import type { HttpClient } from './client.ts';
import { kubeconfig } from './kubeconfig.ts';
import { startApiServer } from './server.ts';
import { startTestServer } from './server.fixture.ts';
import type { TestServer } from './server.fixture.ts';

let lab: TestServer;
let config: KubeConfig;
beforeAll(async () => {
  lab = await startTestServer();
  config = new KubeConfig();
  config.loadFromString(JSON.stringify(kubeconfig(lab.server)));
});
afterAll(async () => {
  await lab.stop();
});

const widget = (name: string, size = 1): KubernetesObject => ({
  apiVersion: 'lab.example.io/v1',
  kind: 'Widget',
  metadata: { name, namespace: 'default' },
  spec: { size },
});

/** Resolves with what `collect` was given, once it was given `count` values. */
function collector<Value>(count: number): { collect(value: Value): void; done: Promise<Value[]> } {
  const values: Value[] = [];
  let finish: (values: Value[]) => void = () => {};
  const done = new Promise<Value[]>((resolve) => (finish = resolve));
  return {
    done,
    collect(value) {
      values.push(value);
      if (values.length === count) finish(values);
    },
  };
}

function sink(): { stream: Writable; text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { stream, text: () => chunks.join('') };
}

describe('httpClient', () => {
  let client: HttpClient;
  let widgets: ResourceInfo;
  beforeAll(async () => {
    client = httpClient(lab.server);
    widgets = (await client.resources()).find(({ plural }) => plural === 'widgets')!;
  });
  afterAll(() => client.close());

  it('finds the kinds, core first', async () => {
    const resources = await client.resources();
    expect(resources[0]).toMatchObject({ group: '', version: 'v1' });
    expect(widgets).toEqual({
      group: 'lab.example.io',
      version: 'v1',
      kind: 'Widget',
      plural: 'widgets',
      namespaced: true,
      hasStatus: true,
    });
  });

  it('creates, reads, updates, patches, lists and deletes as the store does', async () => {
    const created = await client.create(widgets, 'default', widget('crud'));
    expect(await client.get(widgets, 'default', 'crud')).toEqual(created);
    const updated = await client.update(widgets, { ...created, spec: { size: 2 } });
    const withStatus = await client.update(widgets, { ...updated, status: { phase: 'Set' } }, 'status');
    expect(withStatus).toMatchObject({ spec: { size: 2 }, status: { phase: 'Set' } });
    expect(
      await client.patch(widgets, 'default', 'crud', 'application/merge-patch+json', { spec: { size: 3 } }),
    ).toMatchObject({ spec: { size: 3 } });
    const { items, resourceVersion } = await client.list(widgets, {
      namespace: 'default',
      fieldSelector: 'metadata.name=crud',
    });
    expect(items).toHaveLength(1);
    expect(Number(resourceVersion)).toBeGreaterThan(0);
    expect(
      await client.delete(widgets, 'default', 'crud', { preconditions: { uid: created.metadata.uid! } }),
    ).toMatchObject({ kind: 'Widget', metadata: { name: 'crud', uid: created.metadata.uid } });
  });

  it.each([
    {
      name: 'a missing object',
      call: () => client.get(widgets, 'default', 'none'),
      error: new ApiError(404, 'NotFound', 'widgets.lab.example.io "none" not found'),
    },
    {
      name: 'a stale update',
      call: async () =>
        client.update(widgets, {
          ...(await client.create(widgets, 'default', widget('stale'))),
          metadata: { name: 'stale', namespace: 'default', resourceVersion: '1' },
        }),
      error: { code: 409, reason: 'Conflict' },
    },
    {
      name: 'an invalid object',
      call: () => client.create(widgets, 'default', widget('invalid', 0)),
      error: { code: 422, reason: 'Invalid' },
    },
    {
      name: 'a wrong precondition',
      call: async () =>
        client.delete(widgets, 'default', (await client.create(widgets, 'default', widget('pinned'))).metadata.name, {
          preconditions: { uid: 'other' },
        }),
      error: { code: 409, reason: 'Conflict' },
    },
  ])('rejects with ApiError for $name', async ({ call, error }) => {
    const thrown: unknown = await call().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(thrown).toBeInstanceOf(ApiError);
    expect(thrown).toMatchObject({ code: error.code, reason: error.reason });
  });

  it('evicts a pod', async () => {
    const pods = (await client.resources()).find(({ plural }) => plural === 'pods')!;
    await client.create(pods, 'default', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'evicted', namespace: 'default' },
      spec: { containers: [{ name: 'a', image: 'a:1' }] },
    });
    await client.evict(pods, 'default', 'evicted');
    await expect(client.evict(pods, 'default', 'evicted')).rejects.toMatchObject({ code: 404 });
  });

  it('rejects with 503 where nothing listens', async () => {
    const nowhere = httpClient({ url: 'http://127.0.0.1:1', token: 'x' });
    await expect(nowhere.resources()).rejects.toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
  });

  it('watches from a version on, in order', async () => {
    const { resourceVersion } = await client.list(widgets);
    const { collect, done } = collector<WatchEvent>(3);
    const stop = client.watch(widgets, resourceVersion, collect);
    await client.create(widgets, 'default', widget('seen'));
    await client.patch(widgets, 'default', 'seen', 'application/merge-patch+json', { spec: { size: 2 } });
    await client.delete(widgets, 'default', 'seen');
    expect((await done).map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
      'ADDED seen',
      'MODIFIED seen',
      'DELETED seen',
    ]);
    stop();
  });

  it('ends a watch with 410 when the version is forgotten', async () => {
    lab.store.breakWatches({ forget: true });
    const ended = new Promise<ApiError | undefined>((resolve) => void client.watch(widgets, '1', () => {}, resolve));
    expect(await ended).toMatchObject({ code: 410, reason: 'Expired' });
  });
});

describe('@kubernetes/client-node', () => {
  it('typed and custom objects', async () => {
    const core = config.makeApiClient(CoreV1Api);
    await core.createNamespacedConfigMap({
      namespace: 'default',
      body: { metadata: { name: 'typed' }, data: { a: '1' } },
    });
    const patched = await core.patchNamespacedConfigMap(
      { namespace: 'default', name: 'typed', body: { data: { b: '2' } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    expect(patched.data).toEqual({ a: '1', b: '2' });
    const custom = config.makeApiClient(CustomObjectsApi);
    await custom.createNamespacedCustomObject({
      group: 'lab.example.io',
      version: 'v1',
      namespace: 'default',
      plural: 'widgets',
      body: widget('custom'),
    });
    const listed = (await custom.listNamespacedCustomObject({
      group: 'lab.example.io',
      version: 'v1',
      namespace: 'default',
      plural: 'widgets',
      fieldSelector: 'metadata.name=custom',
    })) as { items: KubernetesObject[] };
    expect(listed.items.map(({ metadata }) => metadata.name)).toEqual(['custom']);
  });

  it('the informer sees what is there and what comes', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', () =>
      core.listNamespacedConfigMap({ namespace: 'default' }),
    );
    const { collect, done } = collector<string>(2);
    informer.on('add', (object) => {
      if (object.metadata?.name?.startsWith('informed')) collect(object.metadata.name);
    });
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'informed-1' } } });
    await informer.start();
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'informed-2' } } });
    expect(await done).toEqual(['informed-1', 'informed-2']);
    await informer.stop();
  });

  it('Watch gets the initial list, and a marked bookmark after it with sendInitialEvents', async () => {
    const query = {
      sendInitialEvents: true,
      allowWatchBookmarks: true,
      resourceVersionMatch: 'NotOlderThan',
      fieldSelector: 'metadata.name=node-1',
    };
    const { collect, done } = collector<string>(2);
    const controller = await new Watch(config).watch(
      '/api/v1/nodes',
      query,
      (type: string, object: KubernetesObject) => {
        collect(`${type} ${object.metadata.annotations?.['k8s.io/initial-events-end'] ?? object.metadata.name}`);
      },
      () => {},
    );
    expect(await done).toEqual(['ADDED node-1', 'BOOKMARK true']);
    controller.abort();
  });

  it('Exec with stdin, output and exit status', async () => {
    lab.readyPod('exec');
    const run = async (
      command: string[],
      stdin: Readable | null,
    ): Promise<{ status: V1Status; out: string; err: string }> => {
      const [out, err] = [sink(), sink()];
      const status = await new Promise<V1Status>((resolve, reject) => {
        new Exec(config)
          .exec('default', 'exec', 'main', command, out.stream, err.stream, stdin, false, resolve)
          .catch(reject);
      });
      return { status, out: out.text(), err: err.text() };
    };
    expect(await run(['cat'], Readable.from([Buffer.from('from stdin')]))).toMatchObject({
      status: { status: 'Success' },
      out: 'from stdin',
    });
    const failure = {
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '4' }] },
    };
    expect(await run(['fail', '4'], null)).toMatchObject({ status: failure, err: 'it failed\n' });
  });

  it('Log follows', async () => {
    lab.readyPod('log');
    const { stream, text } = sink();
    await new Log(config).log('default', 'log', 'main', stream, { follow: true });
    const ended = new Promise((resolve) => stream.on('finish', resolve));
    lab.log('more');
    lab.log(undefined);
    await ended;
    expect(text()).toBe('first\nsecond\nmore\n');
  });
});

describe('the server itself', () => {
  const call = async (path: string, init: RequestInit & { token?: string } = {}): Promise<Response> => {
    const server = await startApiServer({
      store: lab.store,
      podAccess: {
        exec: async () => ({ exitCode: 0, stdout: '', stderr: '' }),
        logs: () => ({ text: '', follow: () => () => {} }),
      },
      clock: lab.clock,
      port: 0,
      plainHttp: true,
      token: 'secret',
    });
    try {
      const { token = 'secret', ...rest } = init;
      const response = await fetch(server.url + path, {
        ...rest,
        headers: {
          ...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
          ...(rest.headers as Record<string, string> | undefined),
        },
      });
      const body = await response.arrayBuffer();
      return new Response(body.byteLength === 0 ? null : body, response);
    } finally {
      await server.stop();
    }
  };

  it.each([
    { name: 'no token', path: '/api/v1/pods', init: { token: '' }, code: 401, reason: 'Unauthorized' },
    { name: 'a wrong token', path: '/version', init: { token: 'secres' }, code: 401, reason: 'Unauthorized' },
    { name: 'an unknown kind', path: '/apis/lab.example.io/v1/gadgets', init: {}, code: 404, reason: 'NotFound' },
    { name: 'an unknown group', path: '/apis/nowhere.io', init: {}, code: 404, reason: 'NotFound' },
    {
      name: 'a wrong method',
      path: '/api/v1/namespaces/default/pods',
      init: { method: 'PUT', body: '{}' },
      code: 405,
      reason: 'MethodNotAllowed',
    },
    {
      name: 'an unknown content type',
      path: '/api/v1/namespaces/default/pods',
      init: { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/plain' } },
      code: 415,
      reason: 'UnsupportedMediaType',
    },
    {
      name: 'a body that is no JSON',
      path: '/api/v1/namespaces/default/pods',
      init: { method: 'POST', body: '{', headers: { 'Content-Type': 'application/json' } },
      code: 400,
      reason: 'BadRequest',
    },
    {
      name: 'a body beyond 8 MiB',
      path: '/api/v1/namespaces/default/pods',
      init: { method: 'POST', body: 'x'.repeat(9 * 1024 * 1024), headers: { 'Content-Type': 'application/json' } },
      code: 413,
      reason: 'RequestEntityTooLarge',
    },
    {
      name: 'a form that is not served',
      path: '/api/v1/pods',
      init: { headers: { Accept: 'application/vnd.kubernetes.protobuf' } },
      code: 406,
      reason: 'NotAcceptable',
    },
    {
      name: 'a bad dryRun',
      path: '/api/v1/namespaces/default/configmaps?dryRun=Some',
      init: { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } },
      code: 422,
      reason: 'Invalid',
    },
    {
      name: 'a scale subresource',
      path: '/apis/apps/v1/namespaces/default/deployments/x/scale',
      init: {},
      code: 501,
      reason: 'NotImplemented',
    },
    { name: 'a badly encoded path', path: '/api/v1/namespaces/%zz/pods', init: {}, code: 400, reason: 'BadRequest' },
  ])('answers $name with a Status', async ({ path, init, code, reason }) => {
    const response = await call(path, init);
    expect(response.status).toBe(code);
    expect(await response.json()).toMatchObject({ kind: 'Status', status: 'Failure', code, reason });
  });

  it.each(['/healthz', '/readyz', '/livez/ping'])('%s needs no token', async (path) => {
    const response = await call(path, { token: '' });
    expect({ code: response.status, text: await response.text() }).toEqual({ code: 200, text: 'ok' });
  });

  it('gives JSON to clients that name protobuf first', async () => {
    const response = await call('/api/v1/nodes', {
      headers: { Accept: 'application/vnd.kubernetes.protobuf,application/json' },
    });
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({ kind: 'NodeList', apiVersion: 'v1' });
  });

  it('gives metadata alone to clients that ask so', async () => {
    const response = await call('/api/v1/nodes', {
      headers: { Accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' },
    });
    expect(await response.json()).toMatchObject({
      kind: 'PartialObjectMetadataList',
      items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'node-1' } }],
    });
  });

  it('binds and evicts pods', async () => {
    lab.store.create(lab.definition('pods'), 'default', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bound', namespace: 'default' },
      spec: { containers: [{ name: 'main', image: 'lab/image:1' }] },
    });
    const post = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
    const bound = await call('/api/v1/namespaces/default/pods/bound/binding', {
      ...post,
      body: JSON.stringify({ target: { kind: 'Node', name: 'node-1' } }),
    });
    expect(bound.status).toBe(201);
    expect(lab.store.get(lab.definition('pods'), 'default', 'bound')['spec']).toMatchObject({ nodeName: 'node-1' });
    const evicted = await call('/api/v1/namespaces/default/pods/bound/eviction', {
      ...post,
      body: JSON.stringify({
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'bound' },
        deleteOptions: { gracePeriodSeconds: 9 },
      }),
    });
    expect(evicted.status).toBe(201);
    expect(lab.store.get(lab.definition('pods'), 'default', 'bound').metadata.deletionGracePeriodSeconds).toBe(9);
  });

  it('ends a watch after timeoutSeconds', async () => {
    const response = await call('/api/v1/nodes?watch=true&timeoutSeconds=1&resourceVersion=0');
    expect(
      (await response.text())
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as WatchEvent).type),
    ).toEqual(['ADDED']);
  });

  it('deletes a collection by its selector', async () => {
    for (const [name, group] of [
      ['gone-1', 'gone'],
      ['gone-2', 'gone'],
      ['stays', 'stays'],
    ] as const) {
      const object = widget(name);
      lab.store.create(lab.definition('widgets'), 'default', {
        ...object,
        metadata: { ...object.metadata, labels: { group } },
      });
    }
    const response = await call('/apis/lab.example.io/v1/namespaces/default/widgets?labelSelector=group%3Dgone', {
      method: 'DELETE',
    });
    expect(response.status).toBe(200);
    expect(
      lab.store.list(lab.definition('widgets'), { labelSelector: 'group' }).items.map(({ metadata }) => metadata.name),
    ).toEqual(['stays']);
  });

  it('exec by the v4 protocol takes silence for the end of stdin', async () => {
    lab.readyPod('v4');
    const url = `${lab.server.url.replace('https', 'wss')}/api/v1/namespaces/default/pods/v4/exec?command=cat&stdin=true&stdout=true`;
    const socket = new WebSocket(url, ['v4.channel.k8s.io'], {
      ca: lab.server.certificateAuthority,
      headers: { Authorization: `Bearer ${lab.server.token}` },
    });
    const { collect, done } = collector<string>(2);
    socket.on('message', (data: Buffer) => collect(`${data[0]} ${data.subarray(1).toString()}`));
    socket.on('open', () => socket.send(Buffer.from('\u0000quiet')));
    expect(await done).toEqual(['1 quiet', '3 {"metadata":{},"status":"Success"}']);
    socket.close();
  });
});
