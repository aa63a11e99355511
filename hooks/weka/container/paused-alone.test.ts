/** Whose pause is a word about one container, so that the weka cluster has to bear its loss, and whose is that of all. */
import { describe, expect, it } from 'vitest';
import type { WekaContainer } from '../api/index.ts';
import { effectiveState, pausedAlone, type OwnerFact } from './order.ts';

interface Case {
  owner: OwnerFact;
  says?: 'active' | 'paused' | 'destroying' | 'deleting';
  deleted?: true;
  mode?: 'drive' | 'client';
  namespaceEnds?: true;
}

const nobody: OwnerFact = { state: 'living', cancelled: false };
const living: OwnerFact = { state: 'living', uid: 'c', cancelled: false };
const ending: OwnerFact = { state: 'terminating', uid: 'c', cancelled: false, finalizers: [] };
const cancelled: OwnerFact = { ...ending, cancelled: true };
const paused = (owner: OwnerFact): OwnerFact => ({ ...owner, paused: true }) as OwnerFact;

function stops({ owner, says = 'paused', deleted, mode = 'drive', namespaceEnds = undefined }: Case): string {
  const container = {
    metadata: { name: 'c', uid: 'u', ...(deleted === undefined ? {} : { deletionTimestamp: '2026-01-01T00:00:00Z' }) },
    spec: { state: says, mode },
  } as unknown as WekaContainer;
  const now = '2026-01-01T00:01:00Z';
  const state = effectiveState(container, owner, undefined, now, namespaceEnds === true);
  if (state !== 'paused') return state;
  return pausedAlone({ state, container, owner, namespaceEnds: namespaceEnds === true }) ? 'alone' : 'with all';
}

describe('a container that is to pause stops', () => {
  it.each<[string, Case, string]>([
    ['alone in a cluster that is in use', { owner: living }, 'alone'],
    ['with all of one that is paused', { owner: paused(living) }, 'with all'],
    ['with all of one that ends', { owner: ending }, 'with all'],
    ['with all of one that ends, whatever its own spec says', { owner: ending, says: 'destroying' }, 'with all'],
    ['alone where the deletion of the cluster is cancelled', { owner: cancelled }, 'alone'],
    ['alone there if it is to be destroyed, unconfirmed', { owner: cancelled, says: 'destroying' }, 'alone'],
    ['with all where that cluster is paused', { owner: paused(cancelled) }, 'with all'],
    ['alone where its cluster can not be heard', { owner: { state: 'unknown' } }, 'alone'],
    ['alone where its cluster is gone and it was not deleted with it', { owner: { state: 'gone' } }, 'alone'],
    ['with all that were deleted with a cluster that is gone', { owner: { state: 'gone' }, deleted: true }, 'with all'],
    ['alone where nobody owns it', { owner: nobody }, 'alone'],
    ['by itself where nobody owns it and it is no member', { owner: nobody, mode: 'client' }, 'with all'],
    ['with all of a namespace that goes', { owner: living, namespaceEnds: true }, 'with all'],
    ['with all of a namespace that goes, where nobody owns it', { owner: nobody, namespaceEnds: true }, 'with all'],
    ['not at all where it says nothing', { owner: nobody, says: 'active' }, 'active'],
    ['not at all for an unconfirmed word to destroy it', { owner: nobody, says: 'destroying' }, 'active'],
    ['as one that leaves where it says so', { owner: { state: 'gone' }, says: 'deleting' }, 'deleting'],
  ])('%s', (_, given, expected) => {
    expect(stops(given)).toBe(expected);
  });
});
