/** What only a misbehaving API server does: silence, a broken connection, an old protocol. */
import { Exec, KubeConfig } from '@kubernetes/client-node';
import { WebSocketServer, type WebSocket } from 'ws';
import { afterEach, beforeEach, describe, it, expect } from 'vitest';
import { AccessError } from './cluster-access.ts';
import { execOverWebSocket } from './exec.ts';

let server: WebSocketServer;
let protocol = 'v5.channel.k8s.io';
let onConnection: (socket: WebSocket) => void = () => undefined;

beforeEach(async () => {
  protocol = 'v5.channel.k8s.io';
  server = new WebSocketServer({ port: 0, handleProtocols: () => protocol });
  server.on('connection', (socket) => onConnection(socket));
  await new Promise((resolve) => server.once('listening', resolve));
});
afterEach(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

async function run(
  stdin = '',
  timeoutSeconds = 5,
  port = (server.address() as { port: number }).port,
): Promise<unknown> {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true }],
    users: [{ name: 'u' }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  const request = {
    namespace: 'default',
    pod: 'p',
    container: 'weka-container',
    command: ['true'],
    stdin,
    timeoutSeconds,
    outputLimitBytes: 1000,
  };
  return execOverWebSocket(new Exec(config), request).catch((error: unknown) =>
    error instanceof AccessError ? [error.origin, error.message] : error,
  );
}

const status = (value: object): Buffer => Buffer.concat([Buffer.from([3]), Buffer.from(JSON.stringify(value))]);

describe('exec over WebSocket', () => {
  it.each<[string, (socket: WebSocket) => void, unknown]>([
    ['gives up on silence', () => undefined, ['timeout', 'exec in pod p: not finished within 0.3 s']],
    [
      'notices a broken connection',
      (socket) => socket.terminate(),
      ['transport', 'exec in pod p: the connection broke'],
    ],
    [
      'believes a status that is followed by a close at once',
      (socket) => {
        socket.send(Buffer.concat([Buffer.from([1]), Buffer.from('out')]));
        socket.send(status({ status: 'Success' }));
        socket.close();
      },
      { exitCode: 0, stdout: 'out', stderr: '' },
    ],
    [
      'tells a command that did not run from one that failed',
      (socket) =>
        socket.send(status({ status: 'Failure', reason: 'InternalError', message: 'container not found', code: 500 })),
      ['api', 'exec in pod p: container not found'],
    ],
    [
      'does not take a failure without exit code for success',
      (socket) => socket.send(status({ status: 'Failure', reason: 'NonZeroExitCode', message: 'signal' })),
      ['api', 'exec in pod p: signal'],
    ],
  ])('%s', async (_name, behave, expected) => {
    onConnection = behave;
    expect(await run('', 0.3)).toEqual(expected);
  });

  it('refuses stdin over a protocol in which it cannot end', async () => {
    protocol = 'v4.channel.k8s.io';
    onConnection = () => undefined;
    expect(await run('text')).toEqual([
      'api',
      'exec in pod p: the API server speaks v4.channel.k8s.io, which cannot end stdin',
    ]);
  });

  it('says that nobody listens', async () => {
    const { port } = server.address() as { port: number };
    server.close();
    expect(await run('', 5, port)).toEqual(['transport', expect.stringMatching(/^exec in pod p: .*ECONNREFUSED/)]);
  });
});
