/** What the whole says while single facts are missing. */
import { describe, expect, it } from 'vitest';
import type { Condition } from './conditions.ts';
import type { HookEvent } from './contract.ts';
import { unknown, type StepsResult } from './steps.ts';
import { lastingSummary } from './summary.ts';

const whole = { reason: 'IsWhole', message: 'all is well' };
const ready = (reason: string, observedGeneration = 1): Condition[] => [
  {
    type: 'Ready',
    status: 'True',
    reason,
    message: 'as it was',
    lastTransitionTime: '2026-01-01T00:00:00Z',
    observedGeneration,
  },
];
const blockedBy = {
  step: { name: 'Any', mode: 'always', summary: '', check: () => unknown('not read') },
  outcome: unknown('not read'),
} as unknown as NonNullable<StepsResult<never, string, HookEvent>['blockedBy']>;

describe('a look that is late', () => {
  it.each<[string, Condition[], object]>([
    ['leaves what was whole as it was', ready('IsWhole'), { state: 'ready', reason: 'IsWhole', message: 'as it was' }],
    [
      'settles nothing that was not settled',
      ready('Configuring'),
      { state: 'progressing', reason: 'Configuring', message: 'as it was', ready: true },
    ],
    [
      'says nothing of another generation',
      ready('IsWhole', 0),
      { state: 'progressing', reason: 'FactUnknown', message: 'not read', ready: true },
    ],
  ])('%s', (_name, previous, expected) => {
    expect(lastingSummary({ blockedBy }, previous, 1, whole)).toEqual(expected);
  });
});
