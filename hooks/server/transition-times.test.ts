import { describe, expect, it } from 'vitest';
import type { Json, KubernetesObject } from '../core/contract.ts';
import { transitionTimes } from './transition-times.ts';

const condition = (status: string, second: number, type = 'Ready') => ({
  type,
  status,
  reason: 'R',
  message: '',
  lastTransitionTime: `2026-01-01T00:00:0${second}Z`,
  observedGeneration: 1,
});
const parent = (status: object, uid = 'u'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'a', uid },
  status,
});
const conditions = (...list: object[]): Record<string, Json> => ({ conditions: list as unknown as Json });

describe('the times of transitions', () => {
  it('are those of the latest answer where the cache is behind it', () => {
    const times = transitionTimes();
    times.settle(parent({}), conditions(condition('True', 4)));
    const before = condition('True', 3);
    expect(times.settle(parent({ conditions: [before] }), conditions(before))).toEqual(
      conditions(condition('True', 4)),
    );
  });

  it('are those of the latest object that was seen', () => {
    const times = transitionTimes();
    times.settle(parent({ conditions: [condition('True', 4)] }), conditions(condition('True', 4)));
    expect(times.settle(parent({ conditions: [] }), conditions(condition('True', 3)))).toEqual(
      conditions(condition('True', 4)),
    );
  });

  it.each<[string, object, string]>([
    ['another status', condition('False', 3), 'u'],
    ['another condition', condition('True', 3, 'Other'), 'u'],
    ['another object', condition('True', 3), 'another'],
    ['a later time', condition('True', 5), 'u'],
  ])('stay as they are for %s', (_sentence, answered, uid) => {
    const times = transitionTimes();
    times.settle(parent({}), conditions(condition('True', 4)));
    expect(times.settle(parent({}, uid), conditions(answered))).toEqual(conditions(answered));
  });

  it('take no text that is no time', () => {
    const times = transitionTimes();
    times.settle(parent({ conditions: [{ ...condition('True', 4), lastTransitionTime: 'soon' }] }), {});
    times.settle(parent({}), conditions(condition('True', 2)));
    expect(times.settle(parent({}), conditions(condition('True', 1)))).toEqual(conditions(condition('True', 2)));
  });
});
