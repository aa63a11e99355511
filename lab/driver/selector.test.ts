import { describe, expect, it } from 'vitest';
import { compileSelector } from './selector.ts';
import type { LabelSelector } from './selector.ts';

const expression = (operator: string, ...values: string[]): LabelSelector => ({
  matchExpressions: [{ key: 'role', operator, values }],
});

describe('compileSelector', () => {
  const table: [string, LabelSelector | undefined, Record<string, string>, boolean][] = [
    ['no selector selects everything', undefined, {}, true],
    ['an empty selector selects everything', {}, { role: 'drive' }, true],
    ['matchLabels needs each label', { matchLabels: { role: 'drive', x: 'y' } }, { role: 'drive' }, false],
    ['In needs one of the values', expression('In', 'drive', 's3'), { role: 's3' }, true],
    ['In fails without the label', expression('In', 'drive'), {}, false],
    ['NotIn holds without the label', expression('NotIn', 'drive'), {}, true],
    ['NotIn fails on a value', expression('NotIn', 'drive'), { role: 'drive' }, false],
    ['Exists takes any value', expression('Exists'), { role: '' }, true],
    ['DoesNotExist', expression('DoesNotExist'), { role: '' }, false],
    [
      'names of object members are no labels',
      expression('Exists'),
      JSON.parse('{"x":"role"}') as Record<string, string>,
      false,
    ],
  ];
  it.each(table)('%s', (_name, selector, labels, matches) => {
    expect(compileSelector(selector).matches(labels)).toBe(matches);
  });

  it.each([
    expression('Is', 'x'),
    expression('In'),
    expression('Exists', 'x'),
    expression('In', 'Größe 1'),
    expression('In', 'x'.repeat(64)),
    { matchLabels: { 'weka.io/role/x': 'backend' } },
    { matchLabels: { role: 'a b' } },
  ])('refuses %j', (selector) => {
    expect(() => compileSelector(selector)).toThrow();
  });
});
