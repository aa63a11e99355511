import { describe, expect, it } from 'vitest';
import { claimsSeen, isIncomplete } from './claims-object.ts';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

describe('the claims object of a node', () => {
  it.each<[string, Parameters<typeof claimsSeen>, ReturnType<typeof claimsSeen>]>([
    ['that never was is none', [undefined, undefined, at(0)], {}],
    ['is known when it is first seen', [undefined, 'a', at(0)], { seen: { uid: 'a' } }],
    ['stays', [{ uid: 'a' }, 'a', at(0)], { seen: { uid: 'a' } }],
    [
      'that is gone is missed',
      [{ uid: 'a' }, undefined, at(0)],
      { seen: { uid: 'a', pending: '', since: at(0) }, again: 150 },
    ],
    [
      'that is made anew is not complete',
      [{ uid: 'a', pending: '', since: at(0) }, 'b', at(10)],
      { seen: { uid: 'a', pending: 'b', since: at(10) }, again: 150 },
    ],
    [
      'is waited for',
      [{ uid: 'a', pending: 'b', since: at(10) }, 'b', at(100)],
      { seen: { uid: 'a', pending: 'b', since: at(10) }, again: 60 },
    ],
    [
      'is waited for anew where its clock was set back',
      [{ uid: 'a', pending: 'b', since: at(7200) }, 'b', at(100)],
      { seen: { uid: 'a', pending: 'b', since: at(100) }, again: 150 },
    ],
    ['is complete in the end', [{ uid: 'a', pending: 'b', since: at(10) }, 'b', at(160)], { seen: { uid: 'b' } }],
    ['that nobody makes anew is forgotten', [{ uid: 'a', pending: '', since: at(10) }, undefined, at(160)], {}],
  ])('%s', (_sentence, input, expected) => {
    expect(claimsSeen(...input)).toEqual(expected);
  });

  it('is no place to choose while it is another one than that', () => {
    expect(
      [undefined, 'a', 'b'].map((uid) => isIncomplete({ status: { claims: { uid: 'a' } } }, 'claims', uid)),
    ).toEqual([true, false, true]);
    expect(isIncomplete({ status: { claims: { uid: 'a' } } }, 'portClaims', 'b')).toBe(false);
  });
});
