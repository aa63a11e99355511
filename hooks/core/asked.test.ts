import fc from 'fast-check';
import { celEnv, parse, plan } from '@bufbuild/cel';
import { describe, expect, it } from 'vitest';
import { asks, celOf, hasText, isFilled, isOn, isOneOf, isOtherThan, isPositive, isSet, type Ask } from './asked.ts';

const environment = celEnv({});
type CelValue = bigint | boolean | string | CelValue[] | Map<string, CelValue>;
const celValue = (value: unknown): CelValue => {
  if (typeof value === 'number') return BigInt(value);
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([key, item]) => [key, celValue(item)]));
  return value as string | boolean;
};
const evaluate = (ask: Ask, object: object, oldObject?: object): unknown =>
  plan(
    environment,
    parse(celOf(ask)),
  )({
    object: celValue(object),
    oldObject: oldObject === undefined ? null : celValue(oldObject),
    request: new Map([['operation', oldObject === undefined ? 'CREATE' : 'UPDATE']]),
  });

const flag = isOn('spec.deep.flag');
const word = hasText('spec.word');
const leaves: Ask[] = [
  flag,
  word,
  isSet('spec.deep'),
  isPositive('spec.count'),
  isFilled('spec.list'),
  isOneOf('spec.word', 'a', "it's"),
  isOtherThan('spec.word', 'a'),
  { at: 'spec.word', unlike: 'status.word' },
];

const specs = fc.record(
  {
    deep: fc.record({ flag: fc.boolean() }, { requiredKeys: [] }),
    word: fc.constantFrom('', 'a', 'b', "it's"),
    count: fc.integer({ min: -1, max: 2 }),
    list: fc.array(fc.integer(), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const objects = fc.record(
  { spec: specs, status: fc.record({ word: fc.constantFrom('a', 'b') }, { requiredKeys: [] }) },
  { requiredKeys: [] },
);
const trees: fc.Arbitrary<Ask> = fc.letrec<{ tree: Ask }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...leaves),
    fc.record({ all: fc.array(tie('tree'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('tree'), { maxLength: 3 }) }),
    fc.record({ not: tie('tree') }),
  ),
})).tree;

describe('what an object asks for', () => {
  it('is the same for a hook and in CEL, which never fails', () => {
    fc.assert(
      fc.property(trees, objects, (ask, object) => {
        expect(evaluate(ask, object)).toBe(asks(ask, object));
      }),
      { numRuns: 500 },
    );
  });

  it('is a change where the value before was another one', () => {
    const change: Ask = { changed: 'spec.word' };
    expect(evaluate(change, { spec: { word: 'a' } })).toBe(false);
    expect(evaluate(change, { spec: { word: 'a' } }, { spec: { word: 'a' } })).toBe(false);
    expect(evaluate(change, { spec: { word: 'a' } }, { spec: { word: 'b' } })).toBe(true);
    expect(evaluate(change, { spec: {} }, { spec: { word: 'b' } })).toBe(false);
    expect(asks(change, {}, ['spec.word'])).toBe(true);
    expect(asks(change, {}, [])).toBe(false);
  });

  it('reads no field before it is known to be there', () => {
    expect(celOf(flag)).toBe(
      '(has(object.spec) && has(object.spec.deep) && has(object.spec.deep.flag) && object.spec.deep.flag)',
    );
    expect(celOf({ not: { any: [word, flag] } })).toMatch(/^!\(\(has\(object\.spec\) && /);
  });

  it.each(['spec.a-b', 'spec.in', 'spec..a', ''])('has no field %j, which CEL can not select', (path) => {
    expect(() => celOf(isSet(path))).toThrow('can not be selected in CEL');
  });
});
