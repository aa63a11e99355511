import { expect, it } from 'vitest';
import { inFlight } from './in-flight.ts';

it('lets in what fits, and again what went out', () => {
  const bodies = inFlight(10);
  const leave = bodies.enter(6);
  expect(bodies.enter(5)).toBeUndefined();
  expect(bodies.enter(4)).toBeDefined();
  leave?.();
  // who leaves twice has left once
  leave?.();
  expect([bodies.enter(7), bodies.enter(6)]).toEqual([undefined, expect.any(Function)]);
});

it('lets in what is larger than the bound when nothing else is there', () => {
  const bodies = inFlight(10);
  const leave = bodies.enter(11);
  expect([leave, bodies.enter(1)]).toEqual([expect.any(Function), undefined]);
  leave?.();
  expect(bodies.enter(11)).toBeDefined();
});
