/** The sidecar over HTTP. The hooks' own client is tested against it in test/sidecar-socket.test.ts. */
import { pino } from 'pino';
import { register } from 'prom-client';
import supertest from 'supertest';
import { describe, it, expect } from 'vitest';
import { podLive } from '../hooks/core/families/pods.ts';
import { wekaRun } from '../hooks/weka/catalogue.ts';
import { auditLog } from './audit.ts';
import { createEngine, type Engine } from './engine.ts';
import { createEventReporter } from './events.ts';
import { createMetrics } from './metrics.ts';
import { ScriptedAccess, countingBytes, secret } from './scripted-access.fixture.ts';
import { containerOwner, pod, runningPod } from './weka/running-pod.fixture.ts';
import { createServer } from './server.ts';
import { sidecarSystems } from './systems/index.ts';
import { catalogueOf } from '../hooks/core/families/index.ts';

const realClock = {
  now: () => Date.now(),
  wallTime: () => Date.now(),
  after: (milliseconds: number, run: () => void) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};
const subject = {
  apiVersion: 'weka.weka.io/v1alpha1',
  kind: 'WekaCluster',
  namespace: 'default',
  name: 'demo',
  uid: 'u1',
};
const password = 'correct-horse-battery-staple';
const userAdd = wekaRun(pod, 'userAdd', {
  username: 'u',
  role: 'regular',
  password: { name: 'weka-client-demo', key: 'password', ownerUid: containerOwner.uid },
});

function setUp(broken?: Engine) {
  const access = new ScriptedAccess().put(runningPod(), secret('weka-client-demo', { password }, containerOwner));
  const lines: string[] = [];
  const logger = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) });
  const metrics = createMetrics(catalogueOf(sidecarSystems));
  const audit = auditLog(logger);
  const engine =
    broken ??
    createEngine({
      systems: sidecarSystems,
      access,
      clock: realClock,
      randomBytes: countingBytes(),
      settings: { namespaces: [], outputLimitBytes: 1e6, bootScripts: {} },
      listener: {
        ...metrics.listener,
        onOperation: (finished) => {
          audit(finished);
          metrics.listener.onOperation?.(finished);
        },
      },
    });
  const events = createEventReporter({
    access,
    clock: realClock,
    throttledReasons: {},
    namespaces: [],
    component: 'test',
    onWritten: metrics.onEvent,
  });
  const state = { ready: true };
  const server = createServer({
    engine,
    events,
    catalogue: catalogueOf(sidecarSystems),
    registry: metrics.registry,
    logger,
    ready: () => state.ready,
  });
  return { access, server, lines, state };
}

describe('the wire', () => {
  it('observes', async () => {
    const { server } = setUp();
    await server.ready();
    const wanted = podLive(pod, 5);
    const answer = await supertest(server.server)
      .post('/observe')
      .send({ observations: [wanted], waitMillis: 1000 });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      facts: { [wanted.id]: { value: { exists: true, uid: pod.uid } } },
      operations: {},
    });
    await server.close();
  });

  it.each<[string, string, object, number, string]>([
    ['an unknown field', '/observe', { observations: [], waitMillis: 0, more: 1 }, 400, ': Unrecognized key: "more"'],
    [
      'an endless wait',
      '/operations',
      { operations: [], waitMillis: 1e9 },
      400,
      'waitMillis: Too big: expected number to be <=30000',
    ],
    [
      'a reason that is none',
      '/events',
      { object: subject, events: [{ type: 'Normal', reason: 'not one', message: '' }] },
      400,
      'events.0.reason: not a CamelCase reason',
    ],
  ])('refuses %s', async (_name, url, body, status, error) => {
    const { server } = setUp();
    const answer = await server.inject({ method: 'POST', url, payload: body });
    expect([answer.statusCode, answer.json()]).toEqual([status, { error }]);
  });

  it('refuses what is no JSON', async () => {
    const { server } = setUp();
    const answer = await server.inject({
      method: 'POST',
      url: '/observe',
      payload: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.statusCode).toBe(400);
  });

  it('sends no answer that is not valid', async () => {
    const { server } = setUp({
      observe: () => Promise.resolve({ facts: { x: { observedAt: 'yesterday' } }, operations: {} }),
      operations: () => Promise.reject(new Error('password=hunter2hunter2')),
      drain: () => Promise.resolve(),
    });
    const observe = await server.inject({
      method: 'POST',
      url: '/observe',
      payload: { observations: [], waitMillis: 0 },
    });
    expect([observe.statusCode, observe.json()]).toEqual([
      500,
      { error: 'answer of /observe is not valid: facts.x.observedAt: Invalid ISO datetime' },
    ]);
    const operations = await server.inject({
      method: 'POST',
      url: '/operations',
      payload: { operations: [], waitMillis: 0 },
    });
    expect(operations.json()).toEqual({ error: 'password=[redacted]' });
  });

  it('takes no new work once it is ending, but stays alive', async () => {
    const { server, state } = setUp();
    state.ready = false;
    const urls = [
      ['POST', '/observe'],
      ['GET', '/readyz'],
      ['GET', '/healthz'],
    ] as const;
    const codes = await Promise.all(
      urls.map(async ([method, url]) => (await server.inject({ method, url })).statusCode),
    );
    expect(codes).toEqual([503, 503, 200]);
  });

  it('counts in metrics and keeps their labels bounded', async () => {
    const { server } = setUp();
    const operations = [wekaRun(pod, 'hotSpare', { count: 1 }), { id: 'x', kind: 'whatever', target: pod, args: {} }];
    await server.inject({ method: 'POST', url: '/operations', payload: { operations, waitMillis: 1000 } });
    const text = (await server.inject({ url: '/metrics' })).body;
    expect(text).toContain('weka_sidecar_operations_total{kind="weka.run",outcome="succeeded",changed="true"} 1');
    expect(text).toContain('weka_sidecar_operations_total{kind="unknown",outcome="failed",changed="false"} 1');
  });

  it('describes itself', async () => {
    const { server } = setUp();
    const document = (await server.inject({ url: '/openapi.json' })).json<{
      paths: object;
      components: { schemas: Record<string, { properties?: object }> };
    }>();
    expect(Object.keys(document.paths)).toEqual(['/observe', '/operations', '/events']);
    expect(document.components.schemas['runtime.report.result']?.properties).toHaveProperty('bootId');
  });
});

describe('the audit log', () => {
  it('has a line for each operation and no secret in it, whatever goes wrong', async () => {
    const { access, server, lines } = setUp();
    access.onExec = ({ stdin }) => ({ exitCode: 1, stderr: `refused: ${stdin} is too simple` });
    const answer = await server.inject({
      method: 'POST',
      url: '/operations',
      payload: { operations: [userAdd], waitMillis: 1000 },
    });
    expect(answer.json<{ operations: Record<string, object> }>().operations[userAdd.id]).toMatchObject({
      state: 'failed',
      error: 'userAdd: exit code 1: refused: [redacted] is too simple',
    });
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      {
        level: 40,
        kind: 'weka.run',
        command: 'userAdd',
        target: pod,
        outcome: 'failed',
        changed: false,
        attempts: 1,
        error: 'userAdd: exit code 1: refused: [redacted] is too simple',
      },
    ]);
    expect(`${lines.join('')}${answer.body}${(await server.inject({ url: '/metrics' })).body}`).not.toContain(password);
  });
});

it('keeps its metrics out of the global registry', () => {
  createMetrics(catalogueOf(sidecarSystems));
  expect(register.getMetricsAsArray()).toEqual([]);
});
