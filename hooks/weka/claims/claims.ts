/**
 * The claims of weka: who holds which ports and drives of a node, which range of ports a cluster has, who forms it, whose
 * turn it is.
 */
import { claimsReader, type ClaimsFact as FactOf, type KnownClaims as KnownOf } from '../../core/claims.ts';
import type { Reading } from '../../core/facts.ts';
import { claimsNames, wekaClaimsSpecSchema, type WekaClaimsSpec } from '../api/weka-claims.ts';

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

/**
 * The claims of a WekaCluster. They say whose they are, from the first write on: an order to destroy, a grace or a turn that
 * was another cluster's, as where the content of two objects was exchanged, is not this one's.
 */
export function clusterClaimsFact(reading: Reading, clusterUid: string, maxAgeSeconds: number): ClaimsFact {
  const claims = claimsFact(reading, claimsNames.ofCluster(clusterUid), maxAgeSeconds);
  if (claims.state === 'unknown' || claims.spec.ofCluster === clusterUid) return claims;
  const { name, spec } = claims;
  if (spec.ofCluster === undefined) return { ...claims, stamp: { path: ['ofCluster'], value: clusterUid } };
  const reason = `WekaClaims ${name} has what was written for another WekaCluster, of uid ${spec.ofCluster}, as where the two were exchanged: kubectl delete wekaclaims ${name}, and what is to be in it is written again; a grace begins anew`;
  return { state: 'unknown', name, reason, misplaced: true };
}
