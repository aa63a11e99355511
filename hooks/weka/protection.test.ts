import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protectionOf } from './protection.ts';
import type { WekaStatus } from './queries.ts';

const whole = {
  status: 'OK',
  containers: { drives: { active: 6, total: 6 }, computes: { active: 6, total: 6 } },
  rebuild: { protectionState: [{ numFailures: 0, percent: 100 }] },
};

describe('protection of a weka cluster', () => {
  it.each([
    [
      'a container that is away',
      { ...whole, containers: { ...whole.containers, drives: { active: 5, total: 6 } } },
      '1 of 6 drive containers is away',
    ],
    [
      'data with failures',
      { ...whole, rebuild: { protectionState: [{ numFailures: 1, percent: 12 }] } },
      '12 % of the data has 1 failures',
    ],
    ['a rebuild', { ...whole, status: 'REBUILDING' }, 'weka is REBUILDING'],
  ])('lacks %s', (_name, status, message) => {
    expect(protectionOf(status)).toEqual({ state: 'lacking', message });
  });

  it.each<[string, WekaStatus]>([
    ['all is said', whole],
    ['weka is OK and says nothing of a rebuild', { status: 'OK', containers: whole.containers }],
  ])('is full where %s', (_name, status) => {
    expect(protectionOf(status)).toEqual({ state: 'full' });
  });

  it.each<[string, WekaStatus]>([
    [
      'status, containers.drives.active, containers.drives.total, containers.computes.active, containers.computes.total',
      {},
    ],
    ['status', { containers: whole.containers, rebuild: whole.rebuild }],
    ['containers.computes.total', { ...whole, containers: { ...whole.containers, computes: { active: 6 } } }],
    ['rebuild.protectionState', { ...whole, rebuild: {} }],
    ['rebuild.protectionState[0].numFailures', { ...whole, rebuild: { protectionState: [{ percent: 3 }] } }],
  ])('is unknown without %s, which the message names', (field, status) => {
    expect(protectionOf(status)).toEqual({ state: 'unknown', message: `the answer of weka status has no ${field}` });
  });

  it('is never full when anything was left out of an answer that says less than full', () => {
    const lacking = {
      ...whole,
      status: 'REBUILDING',
      containers: { drives: { active: 5, total: 6 }, computes: { active: 6, total: 6 } },
    };
    const paths = [
      ['status'],
      ['containers'],
      ['containers', 'drives'],
      ['containers', 'drives', 'active'],
      ['containers', 'drives', 'total'],
      ['containers', 'computes'],
    ];
    const without = (value: Record<string, unknown>, [key = '', ...rest]: string[]): Record<string, unknown> => {
      const { [key]: inner, ...others } = value;
      return rest.length === 0 || inner === undefined
        ? others
        : { ...others, [key]: without(inner as Record<string, unknown>, rest) };
    };
    fc.assert(
      fc.property(fc.subarray(paths), (dropped) => {
        const status = dropped.reduce<Record<string, unknown>>(
          (value, path) => without(value, path),
          lacking,
        ) as WekaStatus;
        expect(protectionOf(status).state).not.toBe('full');
      }),
    );
  });
});
