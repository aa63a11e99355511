import { expect, it } from 'vitest';
import { once, onceWith } from './once.ts';

it('is done once for each object, also where it finds nothing', () => {
  const asked: object[] = [];
  const found = once((of: { value?: number }) => {
    asked.push(of);
    return of.value;
  });
  const [one, other] = [{ value: 1 }, {}];
  expect([found(one), found(other), found(one), found(other)]).toEqual([1, undefined, 1, undefined]);
  expect(asked).toEqual([one, other]);
});

it('is done again where something else has changed', () => {
  const asked: unknown[] = [];
  const found = onceWith((_of: object, { count }: { count: number | undefined; list: object }) => {
    asked.push(count);
    return count;
  });
  const [one, other, list] = [{}, {}, {}];
  expect([found(one, { count: 1, list }), found(one, { count: 1, list }), found(other, { count: 2, list })]).toEqual([
    1, 1, 2,
  ]);
  expect([found(one, { count: undefined, list }), found(one, { count: 1, list })]).toEqual([undefined, 1]);
  expect(found(one, { count: 1, list: {} })).toBe(1);
  expect(asked).toEqual([1, 2, undefined, 1, 1]);
});
