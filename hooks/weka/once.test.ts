import { expect, it } from 'vitest';
import { once } from './once.ts';

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
