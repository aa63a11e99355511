import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpTransport } from './transport.ts';
import type { HookCall } from './transport.ts';

let server: Server;
let port: number;
const seen: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ path: request.url!, headers: request.headers, body });
      if (request.url !== '/never') response.writeHead(429, { 'Retry-After': '7' }).end('later');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const call = (url: string, signal = new AbortController().signal): HookCall => ({
  controller: 'harness',
  controllerKind: 'CompositeController',
  hook: 'sync',
  url,
  headers: { 'content-type': 'application/json', 'if-none-match': '"1"' },
  request: { a: 1 },
  body: '{"a":1}',
  signal,
});

const local = (url: string): string => url.replace('http://hooks.team:80', `http://127.0.0.1:${port}`);

describe('httpTransport', () => {
  it('posts the body with the headers to the resolved address, and hands the answer on as it is', async () => {
    const answer = await httpTransport({ resolve: local }).call(call('http://hooks.team:80/sync'));
    expect(answer).toMatchObject({ status: 429, body: 'later', headers: { 'retry-after': '7' } });
    expect(seen.at(-1)).toMatchObject({
      path: '/sync',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', 'if-none-match': '"1"' },
    });
  });

  it('rejects with the address and the cause when nobody answers', async () => {
    await expect(httpTransport().call(call('http://127.0.0.1:1/sync'))).rejects.toThrow(
      /^Post "http:\/\/127.0.0.1:1\/sync": /,
    );
  });

  it('ends when the call is aborted', async () => {
    const abort = new AbortController();
    const pending = httpTransport({ resolve: local }).call(call('http://hooks.team:80/never', abort.signal));
    abort.abort();
    await expect(pending).rejects.toThrow('aborted');
  });

  it('is counted while it is under way', async () => {
    let open = 0;
    const track = async <Value>(work: Promise<Value>): Promise<Value> => {
      open++;
      return work.finally(() => open--);
    };
    const pending = httpTransport({ resolve: local, track }).call(call('http://hooks.team:80/sync'));
    expect(open).toBe(1);
    await pending;
    expect(open).toBe(0);
  });
});
