import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SidecarError } from '../core/sidecar.ts';
import { sidecarClient } from './sidecar-client.ts';

async function listening(listener: RequestListener) {
  const directory = mkdtempSync(join(tmpdir(), 'sidecar-'));
  const socket = join(directory, 'sidecar.sock');
  const server = createServer(listener);
  const connections = { count: 0 };
  server.on('connection', () => {
    connections.count += 1;
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true });
  });
  return { socket, connections };
}

const answer = JSON.stringify({ facts: {}, operations: {} });

describe('a connection to the sidecar', () => {
  it('is kept from call to call', async () => {
    const { socket, connections } = await listening((_request, response) => response.end(answer));
    const client = sidecarClient({ socket });
    for (let call = 0; call < 3; call += 1) await client.observe([], 0);
    expect(connections.count).toBe(1);
  });

  it('that breaks because the sidecar was started anew does not cost the call', async () => {
    const served = new WeakSet<object>();
    const { socket, connections } = await listening((request, response) => {
      if (served.has(request.socket)) return void request.socket.destroy();
      served.add(request.socket);
      response.end(answer);
    });
    const client = sidecarClient({ socket });
    await client.observe([], 0);
    expect(await client.observe([], 0)).toEqual({ facts: {}, operations: {} });
    expect(connections.count).toBe(2);
  });

  it('that breaks although it is new is an error: the sidecar is away', async () => {
    const { socket, connections } = await listening((request) => void request.socket.destroy());
    await expect(sidecarClient({ socket }).observe([], 0)).rejects.toThrow(SidecarError);
    expect(connections.count).toBe(1);
  });
});
