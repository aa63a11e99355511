import { describe, expect, it } from 'vitest';
import type { WekaContainer } from '../api/index.ts';
import type { ClaimsFact } from '../claims/claims.ts';
import { effectiveState, type OwnerFact } from './order.ts';

const owner = (state: 'living' | 'terminating', cancelled = false): OwnerFact => ({ state, cancelled });
const ordered: ClaimsFact = { state: 'known', name: 'cluster-1', resourceVersion: '1', spec: { destroy: { at: '2026-01-01T00:00:00Z' } } };
const orderedFor = (generation: number): ClaimsFact => ({ ...ordered, spec: { destroy: { at: '2026-01-01T00:00:00Z', generation } } });
const unordered: ClaimsFact = { state: 'known', name: 'cluster-1', resourceVersion: '1', spec: {} };
const unread: ClaimsFact = { state: 'unknown', name: 'cluster-1', reason: 'not read' };

describe('a container whose spec says destroying', () => {
  it.each<[string, { deleted: boolean; owner: OwnerFact; claims: ClaimsFact | undefined }, string]>([
    ['is destroyed by a person whose cluster lives', { deleted: true, owner: owner('living'), claims: unordered }, 'destroying'],
    ['is destroyed where its cluster is gone', { deleted: true, owner: { state: 'gone' }, claims: unordered }, 'destroying'],
    ['is destroyed on the order of its cluster', { deleted: true, owner: owner('terminating'), claims: ordered }, 'destroying'],
    ['is told before it is deleted', { deleted: false, owner: owner('terminating'), claims: ordered }, 'destroying'],
    ['keeps its data once the deletion of its cluster is cancelled', { deleted: true, owner: owner('terminating', true), claims: ordered }, 'paused'],
    ['keeps it before the next order, when that is taken back', { deleted: true, owner: owner('terminating'), claims: unordered }, 'paused'],
    ['keeps it where the order was for a deletion that was cancelled unseen', { deleted: true, owner: { ...owner('terminating'), generation: 4 } as OwnerFact, claims: orderedFor(2) }, 'paused'],
    ['keeps it before it is deleted, where that order is all there is', { deleted: false, owner: { ...owner('terminating'), generation: 4 } as OwnerFact, claims: orderedFor(2) }, 'paused'],
    ['keeps it where an earlier release did not say for which deletion the order was', { deleted: true, owner: { ...owner('terminating'), generation: 4 } as OwnerFact, claims: ordered }, 'paused'],
    ['is destroyed on the order for this deletion', { deleted: true, owner: { ...owner('terminating'), generation: 4 } as OwnerFact, claims: orderedFor(4) }, 'destroying'],
    ['keeps it while the order can not be read', { deleted: true, owner: owner('terminating'), claims: unread }, 'paused'],
    ['keeps it while its cluster can not be heard', { deleted: true, owner: { state: 'unknown' }, claims: ordered }, 'paused'],
  ])('%s', (_sentence, given, expected) => {
    const metadata = given.deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
    expect(effectiveState({ metadata, spec: { state: 'destroying' } } as unknown as WekaContainer, given.owner, given.claims)).toBe(expected);
  });
});
