import { describe, expect, it } from 'vitest';
import { protectionOf } from './protection.ts';

const whole = { status: 'OK', containers: { drives: { active: 6, total: 6 }, computes: { active: 6, total: 6 } }, rebuild: { protectionState: [{ numFailures: 0, percent: 100 }] } };

describe('protection of a weka cluster', () => {
  it.each([
    ['a whole cluster', whole, ''],
    ['a container that is away', { ...whole, containers: { ...whole.containers, drives: { active: 5, total: 6 } } }, '1 of 6 drive containers is away'],
    ['data with failures', { ...whole, rebuild: { protectionState: [{ numFailures: 1, percent: 12 }] } }, '12 % of the data has 1 failures'],
    ['a rebuild', { ...whole, status: 'REBUILDING' }, 'weka is REBUILDING'],
  ])('%s', (_name, status, message) => {
    expect(protectionOf(status)).toEqual({ full: message === '', message });
  });
});
