import { z } from 'zod';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from './api/parse.ts';
import { findCondition } from './conditions.ts';
import type { HookEvent, HookRequest, KubernetesObject, Observation } from './contract.ts';
import { controllerOf, defineController, type Life as AnyLife } from './controller.ts';
import { ask, factValue, type ReadingRequest } from './facts.ts';
import { lastingSummary } from './summary.ts';
import { act, done, unknown, wait, type Meanwhile, type Outcome as AnyOutcome, type Step as AnyStep } from './steps.ts';

type Outcome = AnyOutcome<string, HookEvent>;
type Step<Facts> = AnyStep<Facts, string, HookEvent>;
type Life<Facts> = AnyLife<Facts, string, HookEvent>;

const look = (name: string, maxAgeSeconds = 5): Observation => ({
  id: `look ${name}`,
  kind: 'look',
  target: { name },
  args: {},
  maxAgeSeconds,
});
const known = (...names: string[]): HookRequest['observed'] => ({
  operations: {},
  facts: Object.fromEntries(names.map((name) => [`look ${name}`, { observedAt: '2026-01-01T00:00:00Z', value: name }])),
});

function request(observed = known(), more: Partial<HookRequest> = {}): HookRequest {
  return {
    controller: { apiVersion: 'v1', kind: 'CompositeController', metadata: { name: 'thing' } },
    parent: {
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      metadata: { name: 'one', namespace: 'default', uid: 'uid', generation: 3 },
      spec: { size: 1 },
    },
    children: {},
    related: {},
    finalizing: false,
    observed,
    context: { now: '2026-01-01T00:00:00Z', entropy: '00', operatorNamespace: 'operator', config: {} },
    ...more,
  };
}

interface Facts {
  request: ReadingRequest;
}

const reads =
  (name: string, age?: number) =>
  ({ request: { observed } }: Facts): Outcome =>
    factValue(observed, look(name, age)).state === 'known' ? done() : unknown(`${name} is not known`);
const step = (name: string, check: Step<Facts>['check'], more: Partial<Step<Facts>> = {}): Step<Facts> => ({
  name,
  condition: name,
  mode: 'always',
  summary: name,
  check,
  ...more,
});

function thing(
  steps: Step<Facts>[],
  life: Partial<Life<Facts>> = {},
  children: (facts: Facts) => void = () => undefined,
  more: { leavesNothing?: (request: ReadingRequest) => boolean } = {},
) {
  const seen: Meanwhile[] = [];
  const controller = defineController({
    name: 'thing',
    parse: (object) => parse(z.looseObject({ spec: z.object({ size: z.int() }) }), object),
    facts: (given): Facts => ({ request: given }),
    lives: {
      living: {
        steps,
        whenDone: 'create',
        summary: (_facts, run) => lastingSummary(run, [], 3, { reason: 'Whole', message: '' }),
        ...life,
      },
    },
    life: () => 'living',
    children: (facts, { meanwhile }) => {
      seen.push(meanwhile);
      children(facts);
      return [];
    },
    status: (_facts, { conditions, word }) => ({ word, conditions }),
    ...more,
  });
  return { controller, seen };
}

describe('what a hook reads', () => {
  it('is what it asks, each question once and with the youngest age that anybody wants', () => {
    const controller = controllerOf('thing', 'composite', ({ observed }) => () => {
      for (const [name, age] of [
        ['a', 50],
        ['b', 5],
        ['a', 2],
        ['a', 9],
      ] as const)
        ask(observed, look(name, age));
      return { status: {}, children: [], operations: [], events: [] };
    });
    expect(controller.observe(request()).map(({ id, maxAgeSeconds }) => [id, maxAgeSeconds])).toEqual([
      ['look a', 2],
      ['look b', 5],
    ]);
  });

  it('is asked step by step: who waits for an answer lets nobody ask behind it', () => {
    const { controller } = thing([step('A', reads('a')), step('B', reads('b'))]);
    const asked = (...names: string[]): string[] =>
      controller.observe(request(known(...names))).map(({ target }) => target.name);
    expect([asked(), asked('a'), asked('a', 'b')]).toEqual([['a'], ['a', 'b'], ['a', 'b']]);
  });

  it('by its children is no question before the decision is asked for', () => {
    const { controller } = thing([step('A', reads('a'))], {}, (facts) => {
      reads('child')(facts);
    });
    const { questions, decision } = controller.run(request(known('a')));
    const before = questions().map(({ id }) => id);
    decision();
    expect([before, questions().map(({ id }) => id)]).toEqual([['look a'], ['look a', 'look child']]);
  });

  it('leaves nothing in the request, and nothing for the next run', () => {
    const given = request(known('a'));
    const copy = structuredClone(given);
    const { controller } = thing([step('A', reads('a'))]);
    expect(controller.observe(given)).toEqual(controller.observe(given));
    expect(given).toEqual(copy);
  });
});

describe('the deletion of an object whose spec is not valid', () => {
  const child: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' } };
  const terminating = { ...child, metadata: { ...child.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  const invalid = (finalizing: boolean, children: HookRequest['children'], spec: object = { size: 'large' }) =>
    request(known('a'), { finalizing, children, parent: { ...request().parent, spec } });
  const ended = (leavesNothing: undefined | ((request: ReadingRequest) => boolean), given: HookRequest) =>
    thing([], { finalized: () => true }, undefined, leavesNothing && { leavesNothing }).controller.decide(given);
  const none = { 'Pod.v1': {} };

  it.each<[string, boolean | undefined, HookRequest['children'], true | undefined]>([
    ['goes where it leaves nothing and has no children', true, none, true],
    ['waits where something is left', false, none, undefined],
    ['waits where its controller says nothing of it', undefined, none, undefined],
    ['waits for a child', true, { 'Pod.v1': { 'default/p': child } }, undefined],
    ['waits for a child that is on its way out', true, { 'Pod.v1': { 'default/p': terminating } }, undefined],
  ])('%s', (_sentence, leavesNothing, children, finalized) => {
    const decision = ended(leavesNothing === undefined ? undefined : () => leavesNothing, invalid(true, children));
    expect(decision.finalized).toBe(finalized);
    const { message, reason } = findCondition({ ...child, status: decision.status }, 'Stalled')!;
    expect([reason, message.endsWith('; its deletion waits until that is corrected')]).toEqual([
      'InvalidSpec',
      finalized !== true,
    ]);
    expect(message).toContain('spec.size');
  });

  it('may hang on a fact, which is asked for', () => {
    const { controller } = thing([], { finalized: () => true }, undefined, {
      leavesNothing: ({ observed }) => factValue(observed, look('claims')).state === 'known',
    });
    const given = invalid(true, none);
    expect(controller.observe(given).map(({ target }) => target.name)).toEqual(['claims']);
    expect(controller.decide(given).finalized).toBeUndefined();
    expect(controller.decide({ ...given, observed: known('claims') }).finalized).toBe(true);
  });

  it('is never allowed by anything else', () => {
    const size = fc.jsonValue().filter((value) => !Number.isInteger(value));
    const names = fc.uniqueArray(fc.constantFrom('p', 'q'));
    fc.assert(
      fc.property(size, names, fc.boolean(), fc.option(fc.boolean()), (value, pods, finalizing, leavesNothing) => {
        const children = { 'Pod.v1': Object.fromEntries(pods.map((name) => [`default/${name}`, child])) };
        const { finalized, children: listed } = ended(
          leavesNothing === null ? undefined : () => leavesNothing,
          invalid(finalizing, children, { size: value }),
        );
        expect(finalized === true).toBe(finalizing && pods.length === 0 && leavesNothing === true);
        expect(listed).toHaveLength(pods.length);
      }),
    );
  });
});

describe('a controller of steps', () => {
  it.each<[string, Step<Facts>[], Meanwhile]>([
    ['of the step that is waited for', [step('A', () => wait('Waits', '', 1), { whileBlocked: 'omit' })], 'omit'],
    ['that they stay where the step says nothing', [step('A', () => wait('Waits', '', 1))], 'keep'],
    ['of the life when all is done', [step('A', () => done())], 'create'],
    [
      'of the life while only an independent step waits',
      [step('A', () => wait('Waits', '', 1), { mode: 'independent', whileBlocked: 'omit' })],
      'create',
    ],
  ])('gives its children the word %s', (_name, steps, meanwhile) => {
    const { controller, seen } = thing(steps);
    controller.decide(request());
    expect(seen).toEqual([meanwhile]);
  });

  it('hands on operations, events and the next look of its steps', () => {
    const operation = { id: 'work', kind: 'work', target: { name: 'one' }, args: {} };
    const { controller } = thing([
      step('A', () => act('Works', 'works', [operation], 4, [{ type: 'Normal', reason: 'Works', message: '' }])),
    ]);
    expect(controller.decide(request())).toMatchObject({
      operations: [operation],
      events: [{ reason: 'Works' }],
      resyncAfterSeconds: 4,
    });
    expect(controller.decide(request())).not.toHaveProperty('finalized');
  });

  it('of a spec that is not valid asks nothing and lists its children as they are', () => {
    const { controller, seen } = thing([step('A', reads('a'))]);
    const child = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'child', namespace: 'default' } };
    const invalid = request(known(), {
      parent: { ...request().parent, spec: { size: 'large' } },
      children: { 'ConfigMap.v1': { 'default/child': child } },
    });
    expect(controller.observe(invalid)).toEqual([]);
    expect(controller.decide(invalid)).toMatchObject({
      children: [child],
      events: [{ reason: 'InvalidSpec', message: expect.stringContaining('spec.size') as string }],
    });
    expect(seen).toEqual([]);
  });

  it('with two steps of one name in a life is none', () => {
    expect(() => thing([step('A', () => done()), step('A', () => done())])).toThrow('life living has two steps A');
  });
});

describe('a life', () => {
  it('compiles with the reasons and events of its system only', () => {
    type Bound = AnyLife<Facts, 'LowTide', { type: 'Warning'; reason: 'LowTide'; message: string }>;
    const steps: Bound['steps'] = [
      {
        name: 'Tide',
        mode: 'always',
        summary: 'It is high.',
        check: () => wait('LowTide', 'm', 1, [{ type: 'Warning', reason: 'LowTide', message: 'm' }]),
      },
      // @ts-expect-error -- no row
      { name: 'Ebb', mode: 'always', summary: 'It is high.', check: () => wait('Ebb', 'm', 1) },
    ];
    const life: Bound = {
      steps,
      whenDone: 'keep',
      // @ts-expect-error -- no row
      summary: () => ({ state: 'ready', reason: 'Ebb', message: '' }),
      // @ts-expect-error -- no row
      conditions: () => [{ type: 'Tide', status: 'True', reason: 'Ebb', message: '' }],
    };
    expect(life.steps).toHaveLength(2);
  });
});
