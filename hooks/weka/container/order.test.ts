import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WekaContainer } from '../api/index.ts';
import type { ClaimsFact } from '../claims/claims.ts';
import { effectiveState, type OwnerFact } from './order.ts';

const owner = (state: 'living' | 'terminating', cancelled = false): OwnerFact => ({ state, cancelled });
const orderedAt = '2026-01-01T00:00:00Z';
const ordered: ClaimsFact = {
  state: 'known',
  name: 'cluster-1',
  resourceVersion: '1',
  spec: { destroy: { at: orderedAt } },
};
const orderedFor = (generation: number): ClaimsFact => ({
  ...ordered,
  spec: { destroy: { at: orderedAt, generation } },
});
const unordered: ClaimsFact = { state: 'known', name: 'cluster-1', resourceVersion: '1', spec: {} };
const unread: ClaimsFact = { state: 'unknown', name: 'cluster-1', reason: 'not read' };

describe('a container whose spec says destroying', () => {
  it.each<
    [
      string,
      { deleted: boolean; owner: OwnerFact; claims: ClaimsFact | undefined; confirmed?: string; now?: string },
      string,
    ]
  >([
    [
      'is destroyed by a person who confirms it, while its cluster lives',
      { deleted: true, owner: owner('living'), claims: unordered, confirmed: 'uid' },
      'destroying',
    ],
    [
      'leaves where its cluster lives and nobody confirms it, as after a spec of an earlier cluster came from a backup',
      { deleted: true, owner: owner('living'), claims: unordered },
      'deleting',
    ],
    ['runs on there until it is deleted', { deleted: false, owner: owner('living'), claims: unordered }, 'active'],
    [
      'runs on where the confirmation is of another object',
      { deleted: false, owner: owner('living'), claims: unordered, confirmed: 'another' },
      'active',
    ],
    [
      'stays paused where its cluster is paused',
      { deleted: false, owner: { ...owner('living'), paused: true } as OwnerFact, claims: unordered },
      'paused',
    ],
    [
      'keeps its data where its cluster is gone, which may have called back the order that stands in its claims',
      { deleted: true, owner: { state: 'gone' }, claims: ordered },
      'paused',
    ],
    [
      'keeps it where its cluster is gone and has never ordered anything',
      { deleted: true, owner: { state: 'gone' }, claims: unordered },
      'paused',
    ],
    ['keeps it while the claims are not read', { deleted: true, owner: { state: 'gone' }, claims: unread }, 'paused'],
    [
      'runs on where its cluster is gone and nobody deletes it',
      { deleted: false, owner: { state: 'gone' }, claims: unordered },
      'active',
    ],
    [
      'is destroyed all the same when a person confirms it',
      { deleted: true, owner: { state: 'gone' }, claims: unread, confirmed: 'uid' },
      'destroying',
    ],
    [
      'keeps it where the confirmation is of another object',
      { deleted: true, owner: { state: 'gone' }, claims: unordered, confirmed: 'another' },
      'paused',
    ],
    [
      'keeps it while its cluster ends and has not ordered, whoever confirms',
      { deleted: true, owner: owner('terminating'), claims: unordered, confirmed: 'uid' },
      'paused',
    ],
    [
      'is destroyed on the order of its cluster',
      { deleted: true, owner: owner('terminating'), claims: ordered },
      'destroying',
    ],
    ['is told before it is deleted', { deleted: false, owner: owner('terminating'), claims: ordered }, 'destroying'],
    [
      'keeps its data once the deletion of its cluster is cancelled',
      { deleted: true, owner: owner('terminating', true), claims: ordered },
      'paused',
    ],
    [
      'keeps it there also where nothing says that a person did not delete it',
      { deleted: true, owner: { ...owner('terminating', true), finalizers: [] } as OwnerFact, claims: ordered },
      'paused',
    ],
    [
      'keeps it before the next order, when that is taken back',
      { deleted: true, owner: owner('terminating'), claims: unordered },
      'paused',
    ],
    [
      'keeps it where the order was for a deletion that was cancelled unseen',
      { deleted: true, owner: { ...owner('terminating'), generation: 4 } as OwnerFact, claims: orderedFor(2) },
      'paused',
    ],
    [
      'keeps it before it is deleted, where that order is all there is',
      { deleted: false, owner: { ...owner('terminating'), generation: 4 } as OwnerFact, claims: orderedFor(2) },
      'paused',
    ],
    [
      'keeps it where an earlier release did not say for which deletion the order was',
      { deleted: true, owner: { ...owner('terminating'), generation: 4 } as OwnerFact, claims: ordered },
      'paused',
    ],
    [
      'is destroyed on the order for this deletion',
      { deleted: true, owner: { ...owner('terminating'), generation: 4 } as OwnerFact, claims: orderedFor(4) },
      'destroying',
    ],
    [
      'keeps it where nobody has said for more than ten minutes that the order stands, as after a restore of etcd',
      { deleted: true, owner: owner('terminating'), claims: ordered, now: '2026-01-01T00:10:01Z' },
      'paused',
    ],
    [
      'keeps it where the order lies ahead: the clock was set back, and nobody knows how old it is',
      { deleted: true, owner: owner('terminating'), claims: ordered, now: '2025-12-31T23:56:59Z' },
      'paused',
    ],
    [
      'is destroyed hours later while its cluster goes on saying that the order stands',
      {
        deleted: true,
        owner: owner('terminating'),
        claims: { ...ordered, spec: { destroy: { at: orderedAt, seenAt: '2026-01-01T05:00:00Z' } } },
        now: '2026-01-01T05:09:00Z',
      },
      'destroying',
    ],
    [
      'keeps it while the order can not be read',
      { deleted: true, owner: owner('terminating'), claims: unread },
      'paused',
    ],
    [
      'keeps it while its cluster can not be heard',
      { deleted: true, owner: { state: 'unknown' }, claims: ordered },
      'paused',
    ],
  ])('%s', (_sentence, given, expected) => {
    const metadata = {
      uid: 'uid',
      ...(given.deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
      ...(given.confirmed === undefined ? {} : { annotations: { 'weka.io/destroy-confirmed': given.confirmed } }),
    };
    expect(
      effectiveState(
        { metadata, spec: { mode: 'drive', state: 'destroying' } } as unknown as WekaContainer,
        given.owner,
        given.claims,
        given.now ?? orderedAt,
      ),
    ).toBe(expected);
  });
});

describe('a container whose namespace is being deleted', () => {
  const named = (state: 'living' | 'terminating', cancelled = false): OwnerFact => ({
    state,
    cancelled,
    uid: 'uid-of-demo',
    finalizers: [],
  });
  const alone: OwnerFact = { state: 'living', cancelled: false };
  const state = (spec: string, deleted: boolean, by: OwnerFact, claims: ClaimsFact | undefined) =>
    effectiveState(
      {
        metadata: {
          name: 'demo-drive-0',
          uid: 'uid',
          ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
          ...(spec.endsWith('confirmed') ? { annotations: { 'weka.io/destroy-confirmed': 'uid' } } : {}),
        },
        spec: { state: spec.split(', ')[0], mode: 'drive' },
      } as unknown as WekaContainer,
      by,
      claims,
      orderedAt,
      true,
    );

  it.each<[string, string, boolean, OwnerFact, ClaimsFact | undefined, string]>([
    ['stops while its pods go first', 'active', false, named('living'), unordered, 'paused'],
    [
      'stops although it was asked to leave: none is left to say goodbye to',
      'deleting',
      false,
      named('living'),
      unordered,
      'paused',
    ],
    ['keeps its data in the grace of its cluster', 'active', true, named('terminating'), unordered, 'paused'],
    [
      'keeps it where the deletion is cancelled, and does not leave',
      'active',
      true,
      named('terminating', true),
      unordered,
      'paused',
    ],
    ['keeps it while its cluster is not deleted yet', 'active', true, named('living'), unordered, 'paused'],
    ['keeps it while its cluster can not be read', 'active', true, { state: 'unknown' }, unordered, 'paused'],
    ['keeps it where its cluster has gone without a word', 'active', true, { state: 'gone' }, unordered, 'paused'],
    ['is destroyed on the order of its cluster', 'active', true, named('terminating'), ordered, 'destroying'],
    ['is destroyed on the word of a person', 'destroying, confirmed', true, named('living'), unordered, 'destroying'],
    ['keeps it where nobody confirms that', 'destroying', true, named('living'), unordered, 'paused'],
    ['stops where it has no cluster', 'active', false, alone, undefined, 'paused'],
    ['goes by its own deletion where it has no cluster', 'active', true, alone, undefined, 'deleting'],
  ])('%s', (_sentence, spec, deleted, by, claims, expected) => {
    expect(state(spec, deleted, by, claims)).toBe(expected);
  });
});

describe('whatever its owner, its claims and its annotations say, a container', () => {
  const uid = fc.constantFrom('uid', 'another', undefined);
  const owners = fc.record(
    {
      state: fc.constantFrom('living', 'terminating', 'gone', 'unknown'),
      cancelled: fc.boolean(),
      uid: fc.constantFrom('uid-of-demo', undefined),
      paused: fc.boolean(),
      finalizers: fc.constantFrom([], ['foregroundDeletion'], undefined),
      generation: fc.integer({ min: 1, max: 3 }),
    },
    { requiredKeys: ['state', 'cancelled'] },
  ) as fc.Arbitrary<OwnerFact>;
  const claims = fc.oneof(
    fc.constant(undefined),
    fc.constant(unread),
    fc
      .option(fc.integer({ min: 1, max: 3 }))
      .map((generation): ClaimsFact => (generation === null ? unordered : orderedFor(generation))),
  );
  const containers = fc.record({
    state: fc.constantFrom('active', 'paused', 'deleting', 'destroying'),
    mode: fc.constantFrom('drive', 'compute', 's3', 'nfs'),
    deleted: fc.boolean(),
    confirmed: uid,
    left: fc.boolean(),
  });

  it('is destroyed by the standing order of a cluster that ends, or by a word that has its uid and was said with it, and by nothing else', () => {
    fc.assert(
      fc.property(containers, owners, claims, fc.boolean(), (given, by, ofCluster, namespaceEnds) => {
        const metadata = {
          uid: 'uid',
          ...(given.deleted ? { deletionTimestamp: orderedAt } : {}),
          ...(given.confirmed === undefined ? {} : { annotations: { 'weka.io/destroy-confirmed': given.confirmed } }),
        };
        const status = given.left ? { conditions: [{ type: 'WordLeft', status: 'True' }] } : {};
        const container = {
          metadata,
          spec: { mode: given.mode, state: given.state },
          status,
        } as unknown as WekaContainer;
        const order = ofCluster?.state === 'known' ? ofCluster.spec.destroy : undefined;
        const isOrdered =
          by.state === 'terminating' && !by.cancelled && order !== undefined && order.generation === by.generation;
        const isWord = given.state === 'destroying' && given.confirmed === 'uid' && !given.left;
        if (effectiveState(container, by, ofCluster, orderedAt, namespaceEnds) === 'destroying')
          expect([isOrdered, isWord]).toContain(true);
      }),
      { numRuns: 2000 },
    );
  });
});
