import { describe, expect, it } from 'vitest';
import { parseDurationSeconds } from './durations.ts';

describe('parseDurationSeconds', () => {
  it.each([
    ['24h', 86_400],
    ['5m0s', 300],
    ['0s', 0],
    ['0', 0],
    ['1h30m', 5400],
    ['1.5s', 1.5],
    ['250ms', 0.25],
    ['1d', undefined],
    ['999999h', 3_599_996_400],
    ['99999999999h', undefined],
    ['', undefined],
  ])('reads %s as %s', (text, seconds) => {
    expect(parseDurationSeconds(text)).toBe(seconds);
  });
});
