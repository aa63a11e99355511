import { expect, it } from 'vitest';
import {
  asksForSomething,
  fieldsNotSupported,
  notSupportedCondition,
  type FieldNotSupported,
} from './not-supported.ts';

const table: FieldNotSupported<{ one?: boolean; two?: string }>[] = [
  { path: 'spec.one', effect: 'refused', isSet: ({ one }) => asksForSomething(one) },
  { path: 'spec.two', effect: 'ignored', isSet: ({ two }) => asksForSomething(two) },
];

it.each([
  [{}, [], []],
  [{ one: false, two: '' }, [], []],
  [{ one: true }, ['spec.one'], []],
  [{ one: true, two: 'x' }, ['spec.one'], ['spec.two']],
])('of %o the fields that are not supported are named', (asked, refused, ignored) => {
  expect(fieldsNotSupported(table, asked)).toEqual({ refused, ignored });
});

it('what has no effect is shown in one condition, and nothing in none', () => {
  expect(notSupportedCondition([])).toEqual([]);
  expect(notSupportedCondition(['spec.a', 'spec.b'])).toEqual([
    {
      type: 'NotSupported',
      status: 'True',
      reason: 'FieldsIgnored',
      message: 'this release does not act on spec.a, spec.b',
    },
  ]);
});
