import { expect, it } from 'vitest';
import { median } from './median.ts';

it.each([
  ['of an odd number is the one in the middle', [3, 1, 2], 2],
  ['of an even number is between the two in the middle', [4, 1, 3, 2], 2.5],
  ['of none is no number', [], Number.NaN],
])('the median %s', (_name, values, expected) => {
  expect(median(values)).toBe(expected);
});
