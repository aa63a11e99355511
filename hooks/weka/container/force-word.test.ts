import { describe, expect, it } from 'vitest';
import { claimsWrite } from '../../core/families/claims.ts';
import {
  clusterClaims,
  factsOf,
  holder,
  now,
  podObject,
  terminating,
  uid,
  unread,
  type Change,
  type Given,
} from './facts.fixture.ts';
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

  const forced = (at: string, nodeName: string | undefined, containerUid = 'another'): Change => ({
    clusterClaims: clusterClaims({ forced: { containerUid, at, ...(nodeName === undefined ? {} : { nodeName }) } }),
  });
  const confirmed: Given = { ...set, metadata: { annotations: { 'weka.io/force-confirmed': uid } } };
  const crowded = '1970-01-01T00:00:01Z';
  it.each<[string, Change, Given, string]>([
    ['is noted of the cluster first', {}, set, 'cluster'],
    ['is noted once the cluster has noted it', forced(minutes(0), 'node-1', uid), set, now],
    [
      'is noted of the cluster anew where it was said of it long ago',
      forced(minutes(-11), 'node-1', uid),
      set,
      'cluster',
    ],
    ['counts beside that of its own node', forced(minutes(-1), 'node-1'), set, 'cluster'],
    ['counts after that of another node has aged', forced(minutes(-11), 'node-2'), set, 'cluster'],
    ['counts for nothing soon after that of another node', forced(minutes(-9), 'node-2'), set, crowded],
    ['counts for nothing soon after that of a container that is nowhere', forced(minutes(-9), undefined), set, crowded],
    ['counts soon after that of another node where it is confirmed', forced(minutes(-9), 'node-2'), confirmed, now],
    ['counts when it is confirmed later', { ...forced(minutes(-9), 'node-2'), ...said(crowded) }, confirmed, now],
    [
      'is not confirmed by the uid of another one',
      forced(minutes(-9), 'node-2'),
      { ...set, metadata: { annotations: { 'weka.io/force-confirmed': 'another' } } },
      crowded,
    ],
  ])('%s', (_sentence, change, given, expected) => {
    const change0 = { clusterClaims: clusterClaims(), ...change };
    const outcome = forceWordStep.check(factsOf(change0, given));
    const operations =
      expected === 'cluster'
        ? [
            claimsWrite('cluster-uid-of-demo', '7', [
              { path: ['forced'], value: { containerUid: uid, nodeName: 'node-1', at: now } },
            ]),
          ]
        : [claimsWrite('node-node-1', '7', [{ path: ['holders', uid, 'forceWord'], value: expected }])];
    expect(outcome).toMatchObject({ state: 'act', operations });
  });

  it('does not count while the claims of its cluster are not read', () => {
    const facts = factsOf({ clusterClaims: unread }, set);
    expect(forceWordStep.check(facts)).toEqual({ state: 'skipped' });
    expect(forceWord(facts)).toBe('unseen');
  });

  it('that counts for nothing says who it was said beside, and how it is confirmed', () => {
    const facts = factsOf({ ...forced(minutes(-9), 'node-2'), ...said(crowded) }, set);
    expect(forceWord(facts)).toBe('old');
    expect(forceLeft(facts)[0]?.message).toBe(
      `overrides.podDeleteForceReplace was set within ten minutes of that of a container on another node, as a backup that is put back or a script does, and counts for nothing: kubectl patch wekacontainer demo-drive-0 -n default --type=merge -p '{"metadata":{"annotations":{"weka.io/force-confirmed":"${uid}"}},"spec":{"overrides":{"podDeleteForceReplace":true}}}' says it of this very container, whatever else is away; kubectl patch wekacontainer demo-drive-0 -n default --type=merge -p '{"spec":{"overrides":{"podDeleteForceReplace":null}}}' takes it back`,
    );
    expect(forceWord(factsOf({ ...said(crowded) }, confirmed))).toBe('unseen');
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
    ['is noted', forced(now, 'node-1', uid), set, now],
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
    ['is not noted where nothing is claimed', { ...forced(now, 'node-1', uid), holder: undefined }, set, undefined],
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
