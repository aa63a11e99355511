import { expect, it } from 'vitest';
import { graceSeconds } from './grace.ts';

it.each([
  ['1h', 3600],
  ['0s', 0],
  ['', 86_400],
  [undefined, 86_400],
  ['soon', 86_400],
])('the grace of %s lasts %s seconds', (duration, seconds) => {
  expect(graceSeconds(duration)).toBe(seconds);
});
