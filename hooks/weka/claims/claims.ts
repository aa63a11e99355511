/**
 * The claims of weka: who holds which ports and drives of a node, which range of ports a cluster has, who forms it, whose
 * turn it is.
 */
import { claimsReader, type ClaimsFact as FactOf, type KnownClaims as KnownOf } from '../../core/claims.ts';
import type { Reading } from '../../core/facts.ts';
import { wekaClaimsSpecSchema, type WekaClaimsSpec } from '../api/weka-claims.ts';

export type ClaimsFact = FactOf<WekaClaimsSpec>;
export type KnownClaims = KnownOf<WekaClaimsSpec>;

const reader = claimsReader('WekaClaims', wekaClaimsSpecSchema);

/** The claims object of that name, as `claimsReader` says. */
export const claimsFact: (reading: Reading, name: string, maxAgeSeconds: number) => ClaimsFact = reader.fact;

/** Holders or port ranges, each by itself. */
export const readableEntries = reader.entries;

/** The claims of a node with the holders only that can be read. */
export const readableHoldersFact = (reading: Reading, name: string, maxAgeSeconds: number): ClaimsFact =>
  reader.readable(reading, name, maxAgeSeconds, 'holders');
