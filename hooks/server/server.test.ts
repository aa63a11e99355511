import { rmSync, mkdtempSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect, createServer as createSocketServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { controllerOf } from '../core/controller.ts';
import { SidecarError, type Sidecar } from '../core/sidecar.ts';
import { wekaControllers } from '../weka/controllers.ts';
import { createServer, type ServerOptions } from './server.ts';
import { sidecarClient } from './sidecar-client.ts';

const away: Sidecar = {
  observe: async () => {
    throw new SidecarError('unavailable', 'nothing listens');
  },
  operations: async () => {
    throw new SidecarError('unavailable', 'nothing listens');
  },
  events: async () => {
    throw new SidecarError('unavailable', 'nothing listens');
  },
};
const mebibyte = 1024 * 1024;

type Serving = ReturnType<typeof request>;

async function listening(options: Partial<ServerOptions> = {}): Promise<{ server: Serving; port: number }> {
  const app = createServer({
    controllers: wekaControllers,
    sidecar: away,
    now: () => Date.now(),
    settings: { operatorNamespace: 'weka-operator-system', config: {} },
    ...options,
  });
  onTestFinished(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { server: request(app.server), port: (app.server.address() as AddressInfo).port };
}

const serve = async (options: Partial<ServerOptions> = {}): Promise<Serving> => (await listening(options)).server;

const body = (spec: object = {}, more: object = {}) => ({
  controller: {
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    kind: 'CompositeController',
    metadata: { name: 'wekacluster' },
  },
  parent: {
    apiVersion: 'weka.weka.io/v1alpha1',
    kind: 'WekaCluster',
    metadata: { name: 'demo', namespace: 'default', uid: 'uid-1', generation: 1 },
    spec: { image: 'quay.io/weka.io/weka-in-container:4.4.5', ...spec },
  },
  children: {},
  related: {},
  finalizing: false,
  ...more,
});

describe('a body that is no request', () => {
  it.each<[string, string, number]>([
    ['is no JSON', '{', 400],
    ['is empty', '', 400],
    ['is a list', '[]', 500],
    ['is null', 'null', 500],
    ['has no parent', JSON.stringify({ ...body(), parent: undefined }), 500],
    [
      'has a parent without a name',
      JSON.stringify({ ...body(), parent: { apiVersion: 'v1', kind: 'WekaCluster', metadata: {} } }),
      500,
    ],
    ['has children that are no objects', JSON.stringify(body({}, { children: { 'Pod.v1': { one: 5 } } })), 500],
    ['does not say whether it finalizes', JSON.stringify({ ...body(), finalizing: undefined }), 500],
  ])('%s: answered with an error in one line, which changes nothing', async (_name, text, status) => {
    const server = await serve();
    const answer = await server.post('/wekacluster/sync').set('content-type', 'application/json').send(text);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.body as object)).toEqual(['error']);
    expect((answer.body as { error: string }).error).not.toContain('\n    at ');
  });

  it('of an unknown hook is 404', async () => {
    expect((await (await serve()).post('/wekacluster/preupdate').send({})).status).toBe(404);
  });
});

describe('a large body', () => {
  const large = (bytes: number) =>
    body(
      {},
      {
        related: {
          'WekaNode.weka.weka.io/v1alpha1': {
            big: { apiVersion: 'v1', kind: 'WekaNode', metadata: { name: 'big' }, filler: 'x'.repeat(bytes) },
          },
        },
      },
    );

  it('of 40 MiB is accepted', async () => {
    expect((await (await serve()).post('/wekacluster/sync').send(large(40 * mebibyte))).status).toBe(200);
  });
  it('above the limit is 413', async () => {
    expect(
      (await (await serve({ bodyLimit: mebibyte })).post('/wekacluster/sync').send(large(2 * mebibyte))).status,
    ).toBe(413);
  });
});

describe('the bytes of all bodies at one time', () => {
  /** Nobody answers before it is let go. */
  function gated(options: Partial<ServerOptions>) {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const slow: Sidecar = {
      ...away,
      observe: async () => {
        await gate;
        return { facts: {}, operations: {} };
      },
    };
    return { open, app: listening({ sidecar: slow, ...options }) };
  }
  const text = JSON.stringify(body());
  const post = (server: Serving, sent: string = text) =>
    server.post('/wekacluster/sync').set('content-type', 'application/json').send(sent);
  const padded = (bytes: number): string => text.padEnd(bytes);
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
  };
  const begun = (server: Serving) => async (): Promise<boolean> =>
    (await server.get('/metrics')).text.includes('weka_hook_request_bytes_count');

  it('are bounded: what is beyond is 429 before it is read, and comes again', async () => {
    const { open, app } = gated({ inFlightLimit: 1500 });
    const { server } = await app;
    const first = post(server, padded(1000)).then(({ status }) => status);
    await until(begun(server));
    const second = await post(server, padded(501));
    expect([second.status, second.headers['retry-after'], second.body]).toEqual([
      429,
      '2',
      { error: 'too many bytes at one time' },
    ]);
    open();
    expect(await first).toBe(200);
    expect((await post(server, padded(1500))).status).toBe(200);
  });

  it('do not keep out a body that is larger when nothing else is there', async () => {
    const { server } = await listening({ inFlightLimit: 100 });
    for (const status of [200, 200]) expect((await post(server)).status).toBe(status);
  });

  it('do not count what is refused, whatever for', async () => {
    const { server } = await listening({
      inFlightLimit: 100,
      bodyLimit: 2000,
      authorize: (header) => header !== 'Bearer wrong',
    });
    const refused: [number, () => PromiseLike<{ status: number }>][] = [
      [413, () => post(server, padded(2001))],
      [401, () => post(server).set('authorization', 'Bearer wrong')],
      [400, () => post(server, '{')],
      [404, () => server.post('/wekacluster/preupdate').send(body())],
      [500, () => post(server, '[]')],
    ];
    for (const [status, call] of refused) {
      expect((await call()).status).toBe(status);
      expect((await post(server)).status).toBe(200);
    }
  });

  it('are counted until the work is done, also for who has hung up', async () => {
    const { open, app } = gated({ inFlightLimit: 100 });
    const { server, port } = await app;
    const caller = connect(port, '127.0.0.1', () =>
      caller.write(
        `POST /wekacluster/sync HTTP/1.1\r\nhost: hooks\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
      ),
    );
    await until(begun(server));
    await new Promise<void>((resolve) => {
      caller.once('close', () => {
        resolve();
      });
      caller.destroy();
    });
    expect((await post(server)).status).toBe(429);
    open();
    await until(async () => (await post(server)).status === 200);
  });

  it('are given back by who hangs up in the middle of a body', async () => {
    const { server, port } = await listening({ inFlightLimit: 1500 });
    const caller = connect(port, '127.0.0.1', () =>
      caller.write(
        'POST /wekacluster/sync HTTP/1.1\r\nhost: hooks\r\ncontent-type: application/json\r\ncontent-length: 1400\r\n\r\n{',
      ),
    );
    await until(async () => (await post(server)).status === 429);
    caller.destroy();
    await until(async () => (await post(server)).status === 200);
  });

  it('are said beforehand: a body without a content-length is 411', async () => {
    const { port } = await listening();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const chunked = httpRequest(
        {
          port,
          path: '/wekacluster/sync',
          method: 'POST',
          headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
        },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      chunked.on('error', reject);
      chunked.end(text);
    });
    expect(status).toBe(411);
  });
});

describe('an answer', () => {
  interface SyncAnswer {
    status: { conditions: { type: string; status: string; reason: string }[] };
    children: { metadata: { name: string } }[];
    resyncAfterSeconds: number;
  }

  it('comes while the sidecar is away, and says that nothing is known', async () => {
    const answer = (await (await serve()).post('/wekacluster/sync').send(body()).expect(200)).body as SyncAnswer;
    expect(answer.status.conditions.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'FactUnknown',
    });
    expect(answer.children.map(({ metadata }) => metadata.name)).toEqual(['demo-members']);
    expect(answer.resyncAfterSeconds).toBeGreaterThan(0);
  });

  it('comes in time while the sidecar takes calls and never answers', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sidecar-'));
    const socket = join(directory, 'sidecar.sock');
    const mute = createSocketServer();
    await new Promise<void>((resolve) => mute.listen(socket, resolve));
    onTestFinished(() => {
      mute.close();
      rmSync(directory, { recursive: true });
    });
    const server = await serve({
      sidecar: sidecarClient({ socket, graceMillis: 100 }),
      observeMillis: 100,
      budgetMillis: 500,
    });
    const began = Date.now();
    await server.post('/wekacluster/sync').send(body()).expect(200);
    // one call that waits 100 ms and is given 100 ms of grace, far below the 8 s that the full limits come to
    expect(Date.now() - began).toBeLessThan(4000);
  });

  it('to a spec that is invalid is 200, for an error would be repeated for ever', async () => {
    const answer = (
      await (
        await serve()
      )
        .post('/wekacluster/sync')
        .send(body({ stripeWidth: 2 }))
        .expect(200)
    ).body as SyncAnswer;
    expect(answer.status.conditions.find(({ type }) => type === 'Stalled')).toMatchObject({
      status: 'True',
      reason: 'InvalidSpec',
    });
  });

  it('of a hook that would harm Metacontroller is 500', async () => {
    const harmful = controllerOf('harmful', 'composite', () => () => ({
      status: {},
      children: [null as never],
      operations: [],
      events: [],
    }));
    expect((await (await serve({ controllers: [harmful] })).post('/harmful/sync').send(body())).status).toBe(500);
  });

  it('to customize are the rules of the spec', async () => {
    const { controller, parent } = body({ nodeSelector: { 'weka.io/role': 'backend' } });
    const answer = await (await serve()).post('/wekacluster/customize').send({ controller, parent }).expect(200);
    expect(answer.body).toEqual({
      relatedResources: [
        {
          apiVersion: 'weka.weka.io/v1alpha1',
          resource: 'wekanodes',
          labelSelector: { matchLabels: { 'weka.io/role': 'backend' } },
        },
        expect.objectContaining({ apiVersion: 'weka.weka.io/v1alpha1', resource: 'wekacontainers' }),
        expect.objectContaining({ apiVersion: 'weka.weka.io/v1alpha1', resource: 'wekacontainers' }),
      ],
    });
  });
});

describe('beside the hooks', () => {
  it('too many calls at one time are 429 and come again', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: Sidecar = {
      ...away,
      observe: async () => {
        await gate;
        return { facts: {}, operations: {} };
      },
    };
    const server = await serve({ sidecar: slow, maximumCalls: 1 });
    const first = server
      .post('/wekacluster/sync')
      .send(body())
      .then((answer) => answer.status);
    const metrics = async (): Promise<string> => (await server.get('/metrics')).text;
    // the size of a request is counted when its call begins
    while (!(await metrics()).includes('weka_hook_request_bytes_count'))
      await new Promise((resolve) => setImmediate(resolve));
    const second = await server.post('/wekacluster/sync').send(body());
    expect([second.status, second.headers['retry-after']]).toEqual([429, '2']);
    release();
    expect(await first).toBe(200);
  });

  it('the metrics of the sidecar are passed on, or said to be out of reach', async () => {
    const reachable = await serve({ sidecarMetrics: () => Promise.resolve('weka_sidecar_events_total 3\n') });
    const { text, headers } = await reachable.get('/metrics/sidecar').expect(200);
    expect([text, headers['content-type']]).toEqual([
      'weka_sidecar_events_total 3\n',
      expect.stringContaining('text/plain'),
    ]);
    const unreachable = await serve({
      sidecarMetrics: () => Promise.reject(new SidecarError('unavailable', 'nothing listens')),
    });
    await unreachable.get('/metrics/sidecar').expect(503, { error: 'nothing listens' });
  });

  it('logs neither the token nor what is in a request', async () => {
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(line) };
    const server = await serve({
      logger: { level: 'trace', stream },
      authorize: (header) => header === 'Bearer the-token',
      onSidecarError: () => undefined,
    });
    const secretive = (parent: object) => JSON.stringify(body({}, { parent: { ...body().parent, ...parent } }));
    const send = (text: string, token: string) =>
      server.post('/wekacluster/sync').set('authorization', token).set('content-type', 'application/json').send(text);
    await send(secretive({ data: { password: 'a-password' } }), 'Bearer the-token').expect(200);
    await send(secretive({ metadata: { annotations: { note: 'a-password' } } }), 'Bearer the-token').expect(500);
    await send('{"password": "a-password"', 'Bearer the-token').expect(400);
    await send(secretive({}), 'Bearer another-token').expect(401);
    expect(lines.join('')).toContain('hook call failed');
    expect(lines.join('')).not.toMatch(/the-token|another-token|a-password/);
  });

  it('health and metrics are served', async () => {
    const server = await serve();
    await server.post('/wekacluster/sync').send(body()).expect(200);
    await server.get('/healthz').expect(200, { status: 'ok' });
    await server.get('/readyz').expect(200, { status: 'ok' });
    const { text } = await server.get('/metrics').expect(200);
    expect(text).toContain('weka_hook_calls_total{controller="wekacluster",hook="sync",code="200"} 1');
    expect(text).toContain('weka_hook_decisions_total{controller="wekacluster",reason="FactUnknown"} 1');
  });
});
