/** Claims: objects that nobody owns, changed by compare and swap. A system that has them binds the family to its kind. */
import { z } from 'zod';
import { rightTo, type ResourceKind } from '../access.ts';
import { absent, changedResult, clusterTarget, entry, noArguments, type TypedObservation } from '../catalogue.ts';
import type { Json, Operation } from '../contract.ts';
import { observation, operation } from '../operations.ts';
import { json, jsonObject, mapKey } from '../validation.ts';

const text = z.string();

export const claimsValue = z.discriminatedUnion('exists', [
  absent,
  z.strictObject({ exists: z.literal(true), uid: text.optional(), resourceVersion: text, spec: jsonObject }),
]);

const claimChange = z.strictObject({ path: z.array(mapKey).min(1).max(6), value: json });

/** `value` null removes what is at `path` below spec. */
export interface ClaimChange {
  path: string[];
  value: Json;
}

/** The entries for the cluster-scoped kind whose objects hold a system's claims. */
export const claimsEntries = (kind: ResourceKind) => ({
  'claims.read': entry({
    kind: 'claims.read',
    type: 'observation',
    target: clusterTarget,
    args: noArguments,
    result: claimsValue,
    rbac: [rightTo(['get'], kind)],
    description: 'Reads a claims object and the resourceVersion that a write must name.',
  }),
  'claims.write': entry({
    kind: 'claims.write',
    type: 'operation',
    target: clusterTarget,
    args: z.strictObject({
      expectedResourceVersion: z.string().min(1).max(64).nullable(),
      changes: z.array(claimChange).min(1).max(256),
    }),
    result: changedResult,
    rbac: [rightTo(['get', 'create', 'patch'], kind)],
    description: 'Compare and swap on a claims object: fails when it is no longer at the version that was read.',
    idempotence: 'A repeat finds its changes in place, or fails on the version.',
  }),
});
export type ClaimsEntries = ReturnType<typeof claimsEntries>;

/** Observes a claims object. */
export function claimsRead(name: string, maxAgeSeconds: number): TypedObservation<z.infer<typeof claimsValue>> {
  return observation('claims.read', { name }, maxAgeSeconds);
}

/** Changes a claims object that was read at `expectedResourceVersion`; null creates it. */
export function claimsWrite(name: string, expectedResourceVersion: string | null, changes: ClaimChange[]): Operation {
  return operation(
    'claims.write',
    { name },
    { expectedResourceVersion, changes: changes.map((change) => ({ ...change })) },
  );
}
