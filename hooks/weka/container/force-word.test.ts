import { describe, expect, it } from 'vitest';
import { claimsWrite } from '../../core/families/claims.ts';
import { factsOf, holder, now, podObject, terminating, uid, unread, type Change, type Given } from './facts.fixture.ts';
import { forceLeft, forceWord, forceWordStep, type ForceWord } from './force-word.ts';

const set: Given = { spec: { overrides: { podDeleteForceReplace: true } } };
const said = (forceWord: string): Change => ({ holder: holder({ forceWord }) });
const minutes = (count: number): string => new Date(Date.parse(now) + count * 60_000).toISOString();
const deletedAt = (at: string): Given => ({ ...set, metadata: { deletionTimestamp: at } });

describe('the word that forces a stop', () => {
  it.each<[string, Change, Given, ForceWord]>([
    ['is none where it is not set, whatever the claim says', said(now), {}, 'none'],
    ['is not noted yet', {}, set, 'unseen'],
    ['is not noted where the claims are not read', { nodeClaims: unread, holder: undefined }, set, 'unseen'],
    ['is not noted where neither claim nor status knows of it', { holder: undefined }, set, 'unseen'],
    [
      'is as old as the status says where its claim was lost and made again',
      said(now),
      { ...set, status: { forceWord: minutes(-60) } },
      'old',
    ],
    ['counts where only the status knows of it', {}, { ...set, status: { forceWord: minutes(-5) } }, 'counts'],
    ['counts for ten minutes', said(minutes(-10)), set, 'counts'],
    ['is old after that', said(minutes(-10.1)), set, 'old'],
    ['counts for a deletion of days ago', said(now), deletedAt('2025-12-01T00:00:00Z'), 'counts'],
    ['counts on for a deletion that came in time', said(minutes(-600)), deletedAt(minutes(-595)), 'counts'],
    ['is old for one that came later', said(minutes(-600)), deletedAt(minutes(-589)), 'old'],
    ['is old where the clock was set back since', said(minutes(2)), deletedAt(minutes(-5)), 'old'],
  ])('%s', (_sentence, change, given, expected) => {
    expect(forceWord(factsOf(change, given))).toBe(expected);
  });

  it('is about the moment in which a pod was deleted, not about the end of its grace', () => {
    const pod = (at: string) =>
      terminating({
        object: podObject('demo-drive-0', {
          metadata: {
            deletionTimestamp: new Date(Date.parse(at) + 31_536_000_000).toISOString(),
            deletionGracePeriodSeconds: 31_536_000,
          },
        }),
      });
    expect(forceWord(factsOf({ ...said(minutes(-60)), pod: pod(minutes(-55)) }, set))).toBe('counts');
    expect(forceWord(factsOf({ ...said(minutes(-60)), pod: pod(minutes(-49)) }, set))).toBe('old');
  });

  it.each<[string, Change, Given, string | null | undefined]>([
    ['is noted', {}, set, now],
    [
      'is noted as the status has it, where the claim was made again',
      {},
      { ...set, status: { forceWord: minutes(-60) } },
      minutes(-60),
    ],
    ['is noted once', said(minutes(-5)), set, undefined],
    ['is forgotten when it is taken back', said(minutes(-5)), {}, null],
    ['is void where it was noted while the clock was ahead', said(minutes(60)), set, '1970-01-01T00:00:00Z'],
    ['is void once for all', said('1970-01-01T00:00:00Z'), set, undefined],
    ['is not noted where nothing is claimed', { holder: undefined }, set, undefined],
  ])('%s', (_sentence, change, given, value) => {
    expect(forceWordStep.check(factsOf(change, given))).toMatchObject(
      value === undefined
        ? { state: 'skipped' }
        : {
            state: 'act',
            operations: [claimsWrite('node-node-1', '7', [{ path: ['holders', uid, 'forceWord'], value }])],
          },
    );
  });

  it.each<[string, Change, Given, RegExp | undefined]>([
    [
      'is shown while it would stop the next pod',
      said(minutes(-5)),
      set,
      /drained within ten minutes of .* stops at once/,
    ],
    ['is not shown while it is obeyed', said(now), deletedAt(now), undefined],
    [
      'is shown when it does nothing any more',
      said(minutes(-60)),
      set,
      /counts for nothing .* once this condition has gone/,
    ],
    [
      'says where it was said while the clock was ahead',
      said('1970-01-01T00:00:00Z'),
      set,
      /is left from a time that the clock has not come to yet and counts for nothing/,
    ],
  ])('%s', (_sentence, change, given, message) => {
    const [shown] = forceLeft(factsOf(change, given));
    if (message === undefined) expect(shown).toBeUndefined();
    else expect(shown?.message).toMatch(message);
  });
});
