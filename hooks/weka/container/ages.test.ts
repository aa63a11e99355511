import { expect, it } from 'vitest';
import { turnAge } from './ages.ts';
import { factsOf } from './facts.fixture.ts';

const saying = (type: string, status: string) =>
  factsOf(
    {},
    {
      status: {
        conditions: [
          {
            type,
            status,
            reason: 'Any',
            message: '',
            lastTransitionTime: '2026-01-01T00:00:00Z',
            observedGeneration: 1,
          },
        ],
      },
    },
  ).container;

it.each([
  ['waits for its place in the order of a roll hears soon that it is next', 'RollDue', 'True', 50, 2],
  ['hears it no later than it would otherwise', 'RollDue', 'True', 1, 1],
  ['does not wait for it looks as before', 'RollDue', 'False', 50, 50],
  ['is of an earlier wish and left for now looks as before', 'PodUpToDate', 'False', 50, 50],
] as const)('a container that %s', (_sentence, type, status, age, expected) => {
  expect(turnAge(saying(type, status), age)).toBe(expected);
});
