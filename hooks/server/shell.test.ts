import { describe, expect, it } from 'vitest';
import type { Decision, HookRequest, Observation, Operation } from '../core/contract.ts';
import { controllerOf } from '../core/controller.ts';
import { ask, factValue } from '../core/facts.ts';
import { serverTime } from '../core/families/objects.ts';
import { SidecarError, type Sidecar } from '../core/sidecar.ts';
import { runHook, type ShellOptions } from './shell.ts';

const envelope = {
  controller: { apiVersion: 'v1', kind: 'CompositeController', metadata: { name: 'test' } },
  parent: { apiVersion: 'v1', kind: 'Parent', metadata: { name: 'one', namespace: 'default', uid: 'uid-1' } },
  children: {},
  related: {},
  finalizing: false,
};
const look = (name: string): Observation => ({
  id: `look ${name}`,
  kind: 'look',
  target: { name },
  args: {},
  maxAgeSeconds: 1,
});
const sharedClock = serverTime(5);
const work = (name: string): Operation => ({ id: `work ${name}`, kind: 'work', target: { name }, args: {} });
const decision = (more: Partial<Decision> = {}): Decision => ({
  status: {},
  children: [],
  operations: [],
  events: [],
  ...more,
});

/** A hook of two functions, and the requests that it decided about. */
function scripted(
  observe: (request: HookRequest) => Observation[],
  decide: (request: HookRequest, round: number) => Decision,
) {
  const seen: HookRequest[] = [];
  const controller = controllerOf('test', 'composite', (request) => {
    for (const wanted of observe(request)) ask(request.observed, wanted);
    return () => decide(request, seen.push(request));
  });
  return { controller, seen };
}

/** A sidecar on a clock of its own: each answer takes `millis`; `undefined` hangs until the client's grace of a second is over. */
function sidecarOf(script: { observe?: () => number | undefined; operations?: () => number | undefined } = {}) {
  const calls: string[] = [];
  let now = Date.UTC(2026, 0, 1);
  const start = now;
  const pass = (millis: number | undefined, waitMillis: number): void => {
    now += millis ?? waitMillis + 1000;
    if (millis === undefined) throw new SidecarError('unavailable', 'sidecar: timeout');
  };
  const observedAt = '2026-01-01T00:00:00Z';
  const sidecar: Sidecar = {
    async observe(observations, waitMillis) {
      calls.push(`observe ${observations.map(({ id }) => id).join(', ')}`);
      pass(Math.min(waitMillis, (script.observe ?? (() => 1))() ?? NaN) || undefined, waitMillis);
      return {
        facts: Object.fromEntries(observations.map(({ id }) => [id, { observedAt, value: 1 }])),
        operations: {},
      };
    },
    async operations(operations, waitMillis) {
      calls.push(`operations ${operations.map(({ id }) => id).join(', ')}`);
      pass(Math.min(waitMillis, (script.operations ?? (() => 1))() ?? NaN) || undefined, waitMillis);
      return {
        operations: Object.fromEntries(
          operations.map(({ id }) => [id, { state: 'succeeded' as const, at: observedAt }]),
        ),
      };
    },
    async events(_subject, events) {
      calls.push(`events ${events.map(({ reason }) => reason).join(', ')}`);
      pass(1, 0);
      return { accepted: events.length };
    },
  };
  const errors: string[] = [];
  const options: ShellOptions = {
    sidecar,
    settings: { operatorNamespace: 'weka-operator-system', config: {} },
    now: () => now,
    entropy: () => 'e0',
    onSidecarError: ({ message }) => errors.push(message),
  };
  return { options, calls, errors, elapsed: () => now - start };
}

describe('a hook call', () => {
  it('asks for what only the first facts bring up, each question once', async () => {
    const { controller } = scripted(
      ({ observed }) => [look('pod'), ...(observed.facts['look pod'] === undefined ? [] : [look('weka')])],
      () => decision(),
    );
    const { options, calls } = sidecarOf();
    await runHook(controller, envelope, options);
    expect(calls).toEqual(['observe look pod', 'observe look weka']);
  });

  it.each<[string, number, { now: string; ownNow?: string }]>([
    ['its own, as long as that is right', 15, { now: '2026-01-01T00:00:15.000Z' }],
    [
      'that of the API server where its own is ahead',
      21_600,
      { now: '2026-01-01T00:00:00.000Z', ownNow: '2026-01-01T06:00:00.000Z' },
    ],
    [
      'that of the API server where its own is behind',
      -21_600,
      { now: '2026-01-01T00:00:00.000Z', ownNow: '2025-12-31T18:00:00.000Z' },
    ],
  ])('has a clock: %s', async (_sentence, seconds, expected) => {
    const { controller, seen } = scripted(
      () => [look('pod')],
      () => decision(),
    );
    const { options, calls } = sidecarOf();
    const answer = { time: '2026-01-01T00:00:00.000Z' };
    const sidecar: Sidecar = {
      ...options.sidecar,
      async observe(asked, waitMillis) {
        const { facts, operations } = await options.sidecar.observe(asked, waitMillis);
        return { facts: { ...facts, [sharedClock.id]: { observedAt: answer.time, value: answer } }, operations };
      },
    };
    const now = (): number => Date.parse(answer.time) + seconds * 1000;
    await runHook(controller, envelope, { ...options, sidecar, sharedClock, now, steadyNow: options.now });
    expect(calls).toEqual(['observe look pod, server.time clock']);
    expect(seen.map(({ context: { now, ownNow } }) => ({ now, ownNow }))).toEqual([{ ownNow: undefined, ...expected }]);
  });

  it('asks again where a later question wants a younger answer', async () => {
    const { controller } = scripted(
      ({ observed }) => [
        look('pod'),
        ...(observed.facts['look pod'] === undefined ? [] : [serverTime(1), { ...look('pod'), maxAgeSeconds: 60 }]),
      ],
      () => decision(),
    );
    const { options, calls } = sidecarOf();
    await runHook(controller, envelope, { ...options, sharedClock });
    expect(calls).toEqual(['observe look pod, server.time clock', 'observe server.time clock']);
  });

  it('has its own clock where nobody says what time it is', async () => {
    const { controller, seen } = scripted(
      () => [],
      () => decision(),
    );
    const { options, calls } = sidecarOf({ observe: () => undefined });
    await runHook(controller, envelope, { ...options, sharedClock });
    expect(calls).toEqual(['observe server.time clock']);
    expect(seen[0]?.context).toEqual({ ...options.settings, now: '2026-01-01T00:00:00.000Z', entropy: 'e0' });
  });

  it('asks for what only the children bring up, and decides on the answer', async () => {
    const known: string[] = [];
    const controller = controllerOf('test', 'composite', ({ observed }) => () => {
      known.push(factValue(observed, look('child')).state);
      return decision();
    });
    const { options, calls } = sidecarOf();
    await runHook(controller, envelope, options);
    expect([calls, known]).toEqual([['observe look child'], ['unknown', 'known']]);
  });

  it('decides on what is known where each answer brings up another question for ever', async () => {
    const { controller, seen } = scripted(
      ({ observed }) => [look(`${Object.keys(observed.facts).length}`)],
      () => decision(),
    );
    const { options, calls } = sidecarOf();
    await runHook(controller, envelope, options);
    expect([calls.length, seen.length]).toEqual([6, 1]);
  });

  it('decides again after an operation that succeeded, with fresh facts', async () => {
    const { controller, seen } = scripted(
      () => [look('pod')],
      (_request, round) => decision({ operations: round === 1 ? [work('a')] : [] }),
    );
    const { options, calls } = sidecarOf();
    await runHook(controller, envelope, options);
    expect(calls).toEqual(['observe look pod', 'operations work a', 'observe look pod']);
    expect(seen).toHaveLength(2);
  });

  it('gives the last answer about an object once: what it rested on may be gone with its operations', async () => {
    const { controller, seen } = scripted(
      () => [],
      () => decision({ operations: [work('end')], finalized: true }),
    );
    const { options } = sidecarOf();
    expect(await runHook(controller, { ...envelope, finalizing: true }, options)).toMatchObject({ finalized: true });
    expect(seen).toHaveLength(1);
  });

  it('does not hurry for an operation that succeeded and has had no effect', async () => {
    const { controller, seen } = scripted(
      () => [],
      () => decision({ operations: [work('a')] }),
    );
    const { options } = sidecarOf();
    await runHook(controller, envelope, options);
    expect(seen).toHaveLength(2);
  });

  it('decides anew at once where another has been faster, but not for ever', async () => {
    const { controller, seen } = scripted(
      () => [look('claims')],
      () => decision({ operations: [work('claim')] }),
    );
    const { options } = sidecarOf();
    const outcomes: Sidecar['operations'] = async (operations) => ({
      operations: Object.fromEntries(
        operations.map(({ id }) => [
          id,
          { state: 'failed' as const, at: '2026-01-01T00:00:00Z', error: 'conflict', superseded: true as const },
        ]),
      ),
    });
    await runHook(controller, envelope, { ...options, sidecar: { ...options.sidecar, operations: outcomes } });
    expect(seen).toHaveLength(2);
  });

  it('ends after six rounds, however much there is to do', async () => {
    const { controller, seen } = scripted(
      () => [],
      (_request, round) => decision({ operations: [work(`${round}`)] }),
    );
    const { options } = sidecarOf();
    await runHook(controller, envelope, options);
    expect(seen).toHaveLength(6);
  });

  it('reports the events of all rounds once', async () => {
    const event = { type: 'Normal' as const, reason: 'Allocated', message: 'claims ports' };
    const { controller } = scripted(
      () => [],
      (_request, round) => decision({ operations: round === 1 ? [work('a')] : [], events: [event] }),
    );
    const { options, calls } = sidecarOf();
    await runHook(controller, envelope, options);
    expect(calls.filter((call) => call.startsWith('events'))).toEqual(['events Allocated']);
  });

  it('decides with nothing known while the sidecar is away, and asks it no more', async () => {
    const { controller, seen } = scripted(
      () => [look('pod')],
      () => decision({ operations: [work('a')], events: [{ type: 'Normal', reason: 'Waits', message: '' }] }),
    );
    const { options, calls, errors } = sidecarOf({ observe: () => undefined });
    await runHook(controller, envelope, options);
    expect(seen[0]?.observed).toMatchObject({ facts: {}, operations: {} });
    expect(calls).toEqual(['observe look pod']);
    expect(errors).toEqual(['sidecar: timeout']);
  });

  it.each<[string, Parameters<typeof sidecarOf>[0]]>([
    ['hangs from the start', { observe: () => undefined, operations: () => undefined }],
    ['takes all the time that it is given', { observe: () => 1000, operations: () => 2000 }],
    [
      'answers slowly and then hangs',
      (() => {
        let calls = 0;
        return { observe: () => ((calls += 1) > 2 ? undefined : 900), operations: () => 1990 };
      })(),
    ],
    ['hangs in operations', { operations: () => undefined }],
  ])('answers within 8 s when the sidecar %s', async (_name, script) => {
    const { controller } = scripted(
      ({ observed }) => [
        look('a'),
        ...(observed.facts['look a'] ? [look('b')] : []),
        ...(observed.facts['look b'] ? [look('c')] : []),
      ],
      (_request, round) =>
        decision({ operations: [work(`${round}`)], events: [{ type: 'Normal', reason: 'Waits', message: '' }] }),
    );
    const { options, elapsed } = sidecarOf(script);
    await runHook(controller, envelope, options);
    expect(elapsed()).toBeLessThan(8000);
  });

  it('lets faults of its own through', async () => {
    const { controller } = scripted(
      () => [],
      () => {
        throw new Error('a fault');
      },
    );
    await expect(runHook(controller, envelope, sidecarOf().options)).rejects.toThrow('a fault');
  });
});
