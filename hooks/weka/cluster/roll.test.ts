import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../core/contract.ts';
import { wekaQuery } from '../catalogue.ts';
import type { WekaClaimsSpec } from '../api/index.ts';
import { clusterClaims, container, factsOf, now, read, running, type Given } from './facts.fixture.ts';
import { rollSaid } from './roll.ts';

const seconds = (past: number): string => new Date(Date.parse(now) - past * 1000).toISOString();
const condition = (type: string, status: string, since: string, observedGeneration: number) => ({
  type,
  status,
  reason: status === 'True' && type === 'PodUpToDate' ? 'Success' : 'RollPending',
  message: `${type} of it`,
  lastTransitionTime: since,
  observedGeneration,
});

interface One {
  /** Seconds for which it has waited to be replaced; absent: it does not. */
  due?: number;
  /** The same as its condition says it, where it is no time. */
  since?: string;
  /** The generation of which it speaks. */
  heard?: number;
  spec?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  member?: false;
}

/** A member that runs, of generation 2. */
function member(
  name: string,
  { due, since, heard = 2, spec = {}, metadata = {}, member: isMember }: One = {},
): KubernetesObject {
  const { conditions, ...status } = running(name, { internalStatus: 'READY', clusterID: 'guid' }) as {
    conditions: object[];
  };
  return container(name, {
    spec: { cpuPolicy: 'auto', ...spec },
    metadata: { generation: 2, ...metadata },
    status: {
      ...status,
      ...(isMember === false ? {} : { containerID: Number(name.at(-1)) }),
      conditions: [
        ...conditions,
        condition('PodUpToDate', due === undefined ? 'True' : 'False', seconds(due ?? 0), heard),
        ...(due === undefined ? [] : [condition('RollDue', 'True', since ?? seconds(due), heard)]),
      ],
    },
  });
}

/** All are wished as they are, unless it is said. */
const said = (wished: KubernetesObject[] = []) => rollSaid(() => wished);
const whole = { status: 'OK', containers: { drives: { active: 2, total: 2 }, computes: { active: 2, total: 2 } } };
const lacking = { ...whole, containers: { ...whole.containers, drives: { active: 1, total: 2 } } };

function facts(containers: KubernetesObject[], claims: WekaClaimsSpec | undefined = {}, more: Given['answers'] = []) {
  return factsOf({
    containers,
    spec: { dynamicTemplate: { driveContainers: 2, computeContainers: 2 } },
    answers: [
      clusterClaims(claims),
      ...containers.map(({ metadata: { name } }) =>
        read(wekaQuery({ namespace: 'default', name, uid: `pod-of-${name}` }, 'status', 0), whole),
      ),
      ...more,
    ],
  });
}
const names = ['demo-compute-0', 'demo-compute-1', 'demo-drive-2', 'demo-drive-3'] as const;
const four = (change: Partial<Record<(typeof names)[number], One>>): KubernetesObject[] =>
  names.map((name) => member(name, change[name]));

/** Who is said to be next by what is written; `undefined`: nothing is written. */
function written(...given: Parameters<typeof facts>): unknown {
  const outcome = said().step.check(facts(...given));
  if (outcome.state !== 'act') return outcome.state;
  const [{ args } = { args: {} }] = outcome.operations;
  return (args as { changes: { path: string[]; value: object | null }[] }).changes[0]?.value;
}
const next = (name: string) => ({ containerUid: `uid-of-${name}`, name });
const turn = (name: string) => ({
  turn: { containerUid: `uid-of-${name}`, namespace: 'default', name, reason: 'user', at: now },
});

describe('the step that says who is next', () => {
  const rows: [string, Parameters<typeof facts>, unknown][] = [
    ['says nothing where all are new', [four({})], 'skipped'],
    [
      'names the first of those that wait',
      [four({ 'demo-drive-2': { due: 9 }, 'demo-compute-1': { due: 5 } })],
      { next: next('demo-compute-1'), at: now, since: now },
    ],
    [
      'says it once',
      [four({ 'demo-drive-2': { due: 9 } }), { roll: { next: next('demo-drive-2'), at: now, since: now } }],
      'done',
    ],
    ['ends when nobody waits', [four({}), { roll: { next: next('demo-drive-2'), at: now } }], null],
    [
      'waits for one that would be first and has not been heard of this generation',
      [four({ 'demo-drive-2': { due: 9 }, 'demo-compute-0': { heard: 1 } })],
      'skipped',
    ],
    [
      'keeps what it said while it waits for that',
      [
        four({ 'demo-drive-2': { due: 9 }, 'demo-compute-0': { heard: 1 } }),
        { roll: { next: next('demo-drive-2'), at: now, since: now } },
      ],
      'done',
    ],
    [
      'waits for it a minute at most',
      [four({ 'demo-drive-2': { due: 60 }, 'demo-compute-0': { heard: 1 } })],
      { next: next('demo-drive-2'), at: now, since: now },
    ],
    [
      'waits for it no more where nobody says since when that is',
      [four({ 'demo-drive-2': { due: 9, since: '' }, 'demo-compute-0': { heard: 1 } })],
      { next: next('demo-drive-2'), at: now, since: now },
    ],
    [
      'waits for none that would come later',
      [four({ 'demo-compute-0': { due: 9 }, 'demo-drive-2': { heard: 1 } })],
      { next: next('demo-compute-0'), at: now, since: now },
    ],
    [
      'leaves out who goes, is paused, or was never a member',
      [
        four({
          'demo-compute-0': { due: 9, metadata: { deletionTimestamp: now } },
          'demo-compute-1': { due: 9, spec: { state: 'paused' } },
          'demo-drive-2': { due: 9, member: false },
          'demo-drive-3': { due: 9 },
        }),
      ],
      { next: next('demo-drive-3'), at: now, since: now },
    ],
    [
      'counts no time while another one has the turn',
      [four({ 'demo-drive-2': { due: 9 } }), turn('demo-compute-0')],
      { next: next('demo-drive-2'), at: now },
    ],
    [
      'counts it where the holder of the turn is gone',
      [four({ 'demo-drive-2': { due: 9 } }), turn('demo-compute-9')],
      { next: next('demo-drive-2'), at: now, since: now },
    ],
    [
      'counts none while something is missing',
      [
        four({ 'demo-drive-2': { due: 9 } }),
        {},
        names.map((name) =>
          read(wekaQuery({ namespace: 'default', name, uid: `pod-of-${name}` }, 'status', 0), lacking),
        ),
      ],
      { next: next('demo-drive-2'), at: now },
    ],
  ];
  it.each(rows)('%s', (_sentence, given, expected) => {
    expect(written(...given)).toEqual(expected);
  });

  it('waits for one that does not know its wish yet', () => {
    const given = facts(four({ 'demo-drive-2': { due: 9 } }));
    const wished = (cpuPolicy: string): KubernetesObject[] => [
      { apiVersion: '', kind: '', metadata: { name: 'demo-compute-0' }, spec: { cpuPolicy } },
    ];
    expect(said(wished('auto')).step.check(given)).toMatchObject({ state: 'act' });
    const other = facts(four({ 'demo-drive-2': { due: 9 } }));
    expect(said(wished('manual')).step.check(other)).toMatchObject({ state: 'skipped' });
  });

  it('does not know it where the claims can not be read', () => {
    const given = factsOf({ containers: four({ 'demo-drive-2': { due: 9 } }) });
    expect(said().step.check(given)).toMatchObject({ state: 'unknown' });
    expect(said().step.check(factsOf({ containers: four({}) }))).toMatchObject({ state: 'skipped' });
  });
});

describe('what people read of it', () => {
  const roll = { next: next('demo-drive-3'), at: now, since: now, passed: { 'uid-of-demo-compute-0': seconds(99) } };
  const given = facts(four({ 'demo-compute-0': { due: 9 }, 'demo-drive-2': {}, 'demo-drive-3': { due: 9 } }), { roll });

  it('is the order, with those at its end that were passed over', () => {
    expect(said().order(given)).toEqual(['demo-drive-3', 'demo-compute-0']);
    expect(said().order(facts(four({})))).toEqual([]);
  });

  it('is a condition that says of whom was passed over what it waits for', () => {
    expect(said().condition(given)).toEqual([
      {
        type: 'RollPassedOver',
        status: 'True',
        reason: 'PassedOver',
        message:
          'next for 10 minutes, and did not stop: demo-compute-0 (PodUpToDate of it); they come again when the others are done',
      },
    ]);
    expect(said().condition(facts(four({ 'demo-drive-3': { due: 9 } })))).toEqual([]);
  });

  it('stays as it was while the claims can not be read', () => {
    const told = { ...condition('RollPassedOver', 'True', seconds(99), 1), reason: 'PassedOver', message: 'as told' };
    const unread = (containers: KubernetesObject[]) =>
      factsOf({ containers, status: { rollOrder: ['demo-drive-3'], conditions: [told] } });
    const rolls = unread(four({ 'demo-compute-0': { due: 9 }, 'demo-drive-3': { due: 9 } }));
    expect(said().order(rolls)).toEqual(['demo-drive-3']);
    expect(said().condition(rolls)).toEqual([
      { type: 'RollPassedOver', status: 'True', reason: 'PassedOver', message: 'as told' },
    ]);
    expect([said().order(unread(four({}))), said().condition(unread(four({})))]).toEqual([[], []]);
  });
});
