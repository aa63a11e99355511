import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tournament } from './tournament.ts';

interface Player {
  name: number;
  points: number;
}
const plays = ({ points }: Player): boolean => points > 0;
const before = (one: Player, other: Player): boolean =>
  one.points < other.points || (one.points === other.points && one.name < other.name);
const playersOf = (points: readonly number[]): Player[] => points.map((own, name) => ({ name, points: own }));

describe('the first of many', () => {
  it.each<[string, number[], number | undefined]>([
    ['of none is none', [], undefined],
    ['of one is that one', [5], 0],
    ['of three is the first in the order', [5, 3, 4], 1],
    ['is one that takes part', [0, 3, 0], 1],
    ['is none where none takes part', [0, 0], undefined],
  ])('%s', (_name, points, first) => {
    expect(tournament(playersOf(points), plays, before).first()?.name).toBe(first);
  });

  it('is that of a sorted list, whatever changes', () => {
    const points = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(
        fc.array(points, { minLength: 1, maxLength: 20 }),
        fc.array(fc.tuple(fc.nat(), points)),
        (initial, changes) => {
          const players = playersOf(initial);
          const found = tournament(players, plays, before);
          for (const [at, own] of changes) {
            const index = at % players.length;
            players[index]!.points = own;
            found.changed(index);
            expect(found.first()).toEqual(players.filter(plays).sort((a, b) => (before(a, b) ? -1 : 1))[0]);
          }
        },
      ),
    );
  });
});
