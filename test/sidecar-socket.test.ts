/** The hooks' client and the sidecar's server, over a real Unix socket. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, it, expect } from 'vitest';
import { SidecarError, type Sidecar } from '../hooks/core/sidecar.ts';
import { sidecarClient } from '../hooks/server/sidecar-client.ts';
import { wekaQuery, wekaRun } from '../hooks/weka/catalogue.ts';
import { RealClock, sidecarClock } from '../lab/clock.ts';
import { createEngine, type Engine } from '../sidecar/engine.ts';
import { createEventReporter } from '../sidecar/events.ts';
import { ScriptedAccess, countingBytes } from '../sidecar/scripted-access.fixture.ts';
import { pod, runningPod } from '../sidecar/weka/running-pod.fixture.ts';
import { createServer } from '../sidecar/server.ts';
import { sidecarSystems } from '../sidecar/systems/index.ts';
import { catalogueOf } from '../hooks/core/families/index.ts';

const subject = {
  apiVersion: 'weka.weka.io/v1alpha1',
  kind: 'WekaCluster',
  namespace: 'default',
  name: 'demo',
  uid: 'u1',
};
const hotSpare = wekaRun(pod, 'hotSpare', { count: 1 });

function setUp(broken?: Engine) {
  const access = new ScriptedAccess().put(runningPod());
  const clock = sidecarClock(new RealClock());
  const engine =
    broken ??
    createEngine({
      systems: sidecarSystems,
      access,
      clock,
      randomBytes: countingBytes(),
      settings: { namespaces: [], outputLimitBytes: 1e6, bootScripts: {} },
    });
  const events = createEventReporter({ access, clock, throttledReasons: {}, namespaces: [], component: 'test' });
  const state = { ready: true };
  const server = createServer({
    engine,
    events,
    catalogue: catalogueOf(sidecarSystems),
    registry: new Registry(),
    ready: () => state.ready,
  });
  return { access, server, state, events };
}

describe('the client of the hooks', () => {
  let directory = '';
  let socket = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'sidecar-'));
    socket = join(directory, 's.sock');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function reasonOf(call: (sidecar: Sidecar) => Promise<unknown>, graceMillis = 1000): Promise<string> {
    const error: unknown = await call(sidecarClient({ socket, graceMillis })).catch((caught: unknown) => caught);
    return error instanceof SidecarError ? error.reason : 'none';
  }

  it('gets the text of the metrics', async () => {
    const { server } = setUp();
    await server.listen({ path: socket });
    expect(await sidecarClient({ socket }).metrics()).toBe('\n');
    await server.close();
  });

  it('observes, operates and reports over a Unix socket', async () => {
    const { access, server, events } = setUp();
    await server.listen({ path: socket });
    const sidecar = sidecarClient({ socket });
    access.onExec = () => ({ stdout: '{"status":"OK"}' });
    const wanted = wekaQuery(pod, 'status', 5);
    expect((await sidecar.observe([wanted], 500)).facts[wanted.id]?.value).toEqual({ status: 'OK' });
    expect((await sidecar.operations([hotSpare], 500)).operations[hotSpare.id]?.state).toBe('succeeded');
    expect(await sidecar.events(subject, [{ type: 'Normal', reason: 'DriveAdded', message: 'one' }])).toEqual({
      accepted: 1,
    });
    await events.drain(1000);
    expect(access.calls.at(-1)).toMatch(/^create Event demo\./);
    await server.close();
  });

  it('says unavailable when nobody listens', async () => {
    expect(await reasonOf((sidecar) => sidecar.observe([], 0))).toBe('unavailable');
  });

  it('says unavailable when no answer comes in time', async () => {
    const silent = createPlainServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(socket, resolve));
    expect(await reasonOf((sidecar) => sidecar.observe([], 20), 30)).toBe('unavailable');
    silent.closeAllConnections();
    silent.close();
  });

  it('says unavailable while the sidecar ends, and refused for what is not valid', async () => {
    const { server, state } = setUp();
    await server.listen({ path: socket });
    expect(await reasonOf((sidecar) => sidecar.observe([], -5))).toBe('refused');
    state.ready = false;
    expect(await reasonOf((sidecar) => sidecar.observe([], 0))).toBe('unavailable');
    await server.close();
  });

  it('does not hold the end of a sidecar that answers it meanwhile', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { server } = setUp({
      observe: async () => {
        await gate;
        return { facts: {}, operations: {} };
      },
      operations: () => Promise.reject(new Error('boom')),
      drain: () => Promise.resolve(),
    });
    await server.listen({ path: socket });
    const answered = sidecarClient({ socket }).observe([], 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const closed = server.close().then(() => 'closed');
    // its idle connections are closed by then; the one that is in use is not among them
    await new Promise((resolve) => setTimeout(resolve, 100));
    release();
    expect(await answered).toEqual({ facts: {}, operations: {} });
    expect(await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 5000, 'open'))])).toBe('closed');
  });

  it('says failed for a fault inside', async () => {
    const { server } = setUp({
      observe: () => Promise.reject(new Error('boom')),
      operations: () => Promise.reject(new Error('boom')),
      drain: () => Promise.resolve(),
    });
    await server.listen({ path: socket });
    expect(await reasonOf((sidecar) => sidecar.observe([], 0))).toBe('failed');
    await server.close();
  });
});
