import { describe, expect, it } from 'vitest';
import type { KnownClaims } from './claims.ts';
import { returnTurn, shareTurn, takeTurn, turnOf, type TurnHolder } from './turn.ts';

const by: TurnHolder = {
  containerUid: 'a',
  namespace: 'default',
  name: 'one',
  reason: 'node',
  at: '2026-01-01T00:00:00Z',
  nodeName: 'n',
  others: { b: { namespace: 'default', name: 'two' } },
};
const claims = (turn?: TurnHolder): KnownClaims<{ turn?: TurnHolder }> => ({
  state: 'known',
  name: 'cluster',
  resourceVersion: '7',
  spec: turn === undefined ? {} : { turn },
});

describe('the turn', () => {
  it.each<[string, Parameters<typeof turnOf>, object]>([
    [
      'is not known where the claims are not',
      [{ state: 'unknown', name: 'cluster', reason: '' }, 'a'],
      { state: 'unknown' },
    ],
    ['is free where nobody has it', [claims(), 'a'], { state: 'free' }],
    ["is its holder's", [claims(by), 'a'], { state: 'ours', as: 'holder', shared: true }],
    ["is a guest's", [claims(by), 'b'], { state: 'ours', as: 'guest', shared: true }],
    [
      'is taken for all others, and says by whom',
      [claims(by), 'c'],
      { state: 'taken', holder: 'default/one (node n)' },
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(turnOf(...given)).toMatchObject(expected);
  });

  it("is taken as a whole, and shared and given back in the part that is one's own", () => {
    const changes = (operation: { args: object }): unknown => (operation.args as { changes: unknown }).changes;
    const taker = { uid: 'c', namespace: 'default', name: 'three' };
    expect(changes(takeTurn(claims(), taker, 'roll', by.at))).toEqual([
      { path: ['turn'], value: { containerUid: 'c', namespace: 'default', name: 'three', reason: 'roll', at: by.at } },
    ]);
    expect(changes(shareTurn(claims(by), taker))).toEqual([
      { path: ['turn', 'others', 'c'], value: { namespace: 'default', name: 'three' } },
    ]);
    expect(changes(returnTurn(claims(by), turnOf(claims(by), 'b'), 'b'))).toEqual([
      { path: ['turn', 'others', 'b'], value: null },
    ]);
    expect(changes(returnTurn(claims(by), turnOf(claims(by), 'a'), 'a'))).toEqual([{ path: ['turn'], value: null }]);
  });
});
