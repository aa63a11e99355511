import { describe, expect, it } from 'vitest';
import type { Condition } from './conditions.ts';
import type { HookEvent } from './contract.ts';
import { operation } from './operations.ts';
import { act, done, renderSteps, runSteps, skipped, stalled, unknown, wait, type Step as AnyStep } from './steps.ts';

type Step = AnyStep<object, string, HookEvent>;

const step = (name: string, mode: Step['mode'], check: Step['check']): Step => ({
  name,
  mode,
  check,
  condition: name,
  summary: name,
});
const shown = (steps: Step[], previous: Condition[] = []) =>
  renderSteps(runSteps(steps, {}), previous).map(({ type, status, reason }) => `${type}=${status}/${reason}`);
const was = (type: string, status: Condition['status'], reason: string): Condition => ({
  type,
  status,
  reason,
  message: '',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 1,
});

describe('a list of steps', () => {
  it('stops at the first step that waits and says of the later ones what they come after', () => {
    const steps = [
      step('A', 'always', () => done()),
      step('B', 'always', () => wait('NoPod', 'pod a is not there', 3)),
      step('C', 'always', () => {
        throw new Error('not to be reached');
      }),
    ];
    expect(shown(steps)).toEqual(['A=True/Success', 'B=False/NoPod', 'C=Unknown/NotReached']);
    expect(runSteps(steps, {}).resyncAfterSeconds).toBe(3);
  });

  it('lets an independent step fail without blocking the later ones', () => {
    const operations = [operation('demo', { name: 'a' })];
    const run = runSteps(
      [
        step('Drive', 'independent', () => stalled('DriveDead', 'drive 1 is dead')),
        step('Next', 'always', () => act('Doing', 'x', operations, 2)),
      ],
      {},
    );
    expect(run.blockedBy?.step.name).toBe('Next');
    expect(run.operations).toEqual(operations);
  });

  it('runs an independent step although an earlier one blocks, and waits for the soonest of both', () => {
    const run = runSteps(
      [step('A', 'always', () => wait('X', 'x', 30)), step('B', 'independent', () => wait('Y', 'y', 5))],
      {},
    );
    expect(run.blockedBy?.step.name).toBe('A');
    expect(run.resyncAfterSeconds).toBe(5);
  });

  it('does not ask a latched step again', () => {
    const once: Step = {
      ...step('Formed', 'once', () => {
        throw new Error('asked');
      }),
      latched: () => true,
    };
    expect(shown([once])).toEqual(['Formed=True/Success']);
  });

  it('carries the previous condition where the facts are unknown', () => {
    const steps = [step('A', 'always', () => unknown('sidecar is away')), step('B', 'always', () => done())];
    expect(shown(steps, [was('A', 'True', 'Success'), was('B', 'True', 'Success')])).toEqual([
      'A=True/Success',
      'B=True/Success',
    ]);
    expect(shown(steps)).toEqual(['A=Unknown/FactUnknown', 'B=Unknown/NotReached']);
  });

  it('does not call true what comes after a step that waits, unless it is latched', () => {
    const later = step('Running', 'always', () => done());
    const once = step('Joined', 'once', () => done());
    const steps = [step('Pod', 'always', () => wait('NoPod', 'x', 1)), later, once];
    expect(shown(steps, [was('Running', 'True', 'Success'), was('Joined', 'True', 'Success')])).toEqual([
      'Pod=False/NoPod',
      'Running=Unknown/NotReached',
      'Joined=True/Success',
    ]);
  });

  it('shows nothing of a step that does not apply', () => {
    expect(shown([step('S3', 'always', () => skipped)])).toEqual([]);
  });

  it('shows the first undone of two steps that share a condition', () => {
    const two = [
      step('A', 'always', () => done()),
      { ...step('A2', 'independent', () => wait('NotYet', 'x', 1)), condition: 'A' },
    ];
    expect(shown(two)).toEqual(['A=False/NotYet']);
  });
});
