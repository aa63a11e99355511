import { describe, expect, it } from 'vitest';
import type { Condition } from './conditions.ts';
import type { HookEvent } from './contract.ts';
import { fieldsIgnoredMilestone, milestonesIn, type Milestone } from './milestones.ts';

const condition = (type: string, status: Condition['status'], reason = 'Any', at = '1'): Condition => ({
  type,
  status,
  reason,
  message: `${type} is ${status}`,
  lastTransitionTime: at,
  observedGeneration: 1,
});

const table: Milestone<HookEvent>[] = [
  { when: { condition: 'Ready', status: 'True' }, event: { type: 'Normal', reason: 'Landed' } },
  {
    when: { condition: 'Reconciling', status: 'False' },
    after: { condition: 'Reconciling', status: 'True', reason: 'Turning' },
    and: { condition: 'Ready', status: 'True' },
    event: { type: 'Normal', reason: 'Turned' },
    message: 'it looks the other way',
  },
  { when: 'finalized', event: { type: 'Normal', reason: 'Gone' }, message: 'all is gone' },
  fieldsIgnoredMilestone,
];
const reached = (before: Condition[], after: Condition[], finalized = false, generation = 3): HookEvent[] =>
  milestonesIn(table, { before, after, generation, finalized });
const reasons = (...args: Parameters<typeof reached>): string[] => reached(...args).map(({ reason }) => reason);

describe('a milestone', () => {
  const [notReady, ready] = [condition('Ready', 'False'), condition('Ready', 'True', 'Any', '2')];

  it('is reached when its condition turns, and says what that says', () => {
    expect(reached([notReady], [ready])).toEqual([
      { type: 'Normal', reason: 'Landed', message: 'Ready is True', once: 'Ready 1' },
    ]);
    expect(reached([ready], [ready])).toEqual([]);
    expect(reached([ready], [notReady])).toEqual([]);
    expect(reached([], [])).toEqual([]);
    // it was hidden, not otherwise
    expect(reached([], [ready])).toEqual([]);
  });

  it('is the same one however often the call is repeated, and another one the next time', () => {
    const [once] = reached([notReady], [{ ...ready, lastTransitionTime: '5' }]);
    expect(reached([notReady], [ready])[0]?.once).toBe(once?.once);
    expect(reached([{ ...notReady, lastTransitionTime: '9' }], [ready])[0]?.once).not.toBe(once?.once);
    const appears = (generation: number) =>
      reached([], [condition('NotSupported', 'True', 'FieldsIgnored')], false, generation)[0]?.once;
    expect(appears(3)).toBe(appears(3));
    expect(appears(4)).not.toBe(appears(3));
  });

  it('may ask for what was before, and for what is beside', () => {
    const turning = condition('Reconciling', 'True', 'Turning');
    const settled = condition('Reconciling', 'False', 'Settled', '2');
    expect(reasons([ready, turning], [ready, settled])).toEqual(['Turned']);
    expect(reasons([ready, { ...turning, reason: 'Other' }], [ready, settled])).toEqual([]);
    expect(reasons([ready, turning], [notReady, settled])).toEqual([]);
  });

  it('is reached when an object may go', () => {
    expect(reached([], [], true)).toEqual([
      { type: 'Normal', reason: 'Gone', message: 'all is gone', once: 'finalized' },
    ]);
  });
});
