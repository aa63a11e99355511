/**
 * Claims: who holds which ports and drives of a node, which range of ports a cluster has, who forms it, whose turn it is.
 * They are the truth, status is a copy. The sidecar writes them by compare and swap; what to write is decided here.
 */
import type { Operation, Observed } from '../../core/contract.ts';
import { claimsRead, claimsWrite, type ClaimChange } from '../../core/catalogue.ts';
import { factValue } from '../../core/facts.ts';
import type { WekaClaimsSpec } from '../api/index.ts';

/** A claims object as it was read: its content, and what a write has to name. */
export type ClaimsFact =
  | { state: 'known'; name: string; uid?: string; spec: WekaClaimsSpec; resourceVersion: string | null }
  | { state: 'unknown'; name: string; reason: string };

/** The claims object of that name; an absent one is known and empty. */
export function claimsFact(observed: Observed, name: string): ClaimsFact {
  const fact = factValue(observed, claimsRead(name, 0));
  if (fact.state === 'unknown') return { state: 'unknown', name, reason: fact.reason };
  if (!fact.value.exists) return { state: 'known', name, spec: {}, resourceVersion: null };
  const { uid, spec, resourceVersion } = fact.value;
  return { state: 'known', name, spec, resourceVersion, ...(uid === undefined ? {} : { uid }) };
}

/** A write against exactly what was read; somebody else's write in between makes it fail, and the next sync decides anew. */
export function writeClaims(fact: ClaimsFact & { state: 'known' }, changes: ClaimChange[]): Operation {
  return claimsWrite(fact.name, fact.resourceVersion, changes);
}
