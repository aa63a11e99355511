import { expect, it } from 'vitest';
import { hasText, isOn } from './asked.ts';
import { fieldsNotSupported, notSupportedCondition, warningOf, type FieldNotSupported } from './not-supported.ts';

const table: FieldNotSupported[] = [
  { path: 'spec.one', effect: 'refused', when: isOn('spec.one') },
  { path: 'spec.two', only: 'any text', effect: 'ignored', when: hasText('spec.two') },
  { path: 'spec.size', effect: 'ignored', when: { changed: 'spec.size' }, instead: 'set it back' },
];

it.each([
  [{}, [], [], []],
  [{ one: false, two: '' }, [], [], []],
  [{ one: true }, [], ['spec.one'], []],
  [{ one: true, two: 'x' }, ['spec.size'], ['spec.one'], ['spec.two (any text)', 'spec.size']],
])('of %o the fields that are not supported are named', (spec, changed, refused, ignored) => {
  expect(fieldsNotSupported(table, { spec }, changed)).toEqual({ refused, ignored });
});

it('what is applied with such a field is told which one, and what to do', () => {
  expect(table.map(warningOf)).toEqual([
    'spec.one is refused by this release: leave it out, until then nothing is built or changed',
    'spec.two (any text) has no effect in this release: leave it out',
    'spec.size has no effect in this release: set it back',
  ]);
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
