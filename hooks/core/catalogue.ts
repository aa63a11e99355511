/**
 * The closed catalogue of what the exec sidecar reads and does: what an entry is. Shapes only, no IO. The generic
 * entries are in families/; a system adds its own.
 */
import { z } from 'zod';
import type { PolicyRule, ResourceKind } from './access.ts';
import type { Observation, Target } from './contract.ts';
import { namespaceName, objectName, objectUid } from './validation.ts';

/** One kind of the catalogue: the schemas of what goes in and what comes out, the rights it needs, and how the engine is to treat it. */
export interface CatalogueEntry<
  T extends z.ZodType = z.ZodType,
  A extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  kind: string;
  type: 'observation' | 'operation';
  target: T;
  args: A;
  result: R;
  rbac: PolicyRule[];
  /** One sentence for the generated table. */
  description: string;
  /** Why asking twice is harmless; for operations. */
  idempotence?: string;
  /** Is not held up by what else is done in the same pod or to the same object; for operations. */
  beside?: true;
  /** The answer was written by programs in a pod, who may say more than they should: it is cleaned of what looks secret. */
  spokenInPod?: true;
  /** Seconds within which it is over, one way or the other, once it has begun; 90 where nothing is said. */
  deadlineSeconds?(args: z.output<A>): number;
  /** What it changes or reads beside its target, whose facts may be out of date afterwards and whose namespaces have to be allowed. */
  touches?(args: z.output<A>): Target[];
}

/** Entries by their kind. */
export type Catalogue = Record<string, CatalogueEntry>;

/** Keeps the schemas' types of a literal entry. */
export function entry<T extends z.ZodType, A extends z.ZodType, R extends z.ZodType>(
  definition: CatalogueEntry<T, A, R>,
): CatalogueEntry<T, A, R> {
  return definition;
}

/** An observation that remembers the type of its value (at compile time only). */
export interface TypedObservation<Value> extends Observation {
  readonly valueType?: Value;
}

export const noArguments = z.strictObject({});
export const podTarget = z.strictObject({ namespace: namespaceName, name: objectName, uid: objectUid });
export const namespacedTarget = z.strictObject({ namespace: namespaceName, name: objectName });
export const clusterTarget = z.strictObject({ name: objectName });
export const objectTarget = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: namespaceName.optional(),
  name: objectName,
});

/** For `refine` on an `objectTarget`: whether it is of one of these kinds, with a namespace where it has to have one. */
export function isOneOf(kinds: readonly ResourceKind[]) {
  return (target: { apiVersion: string; kind: string; namespace?: string | undefined }): boolean =>
    kinds.some(
      ({ apiVersion, kind, namespaced }) =>
        apiVersion === target.apiVersion && kind === target.kind && namespaced === (target.namespace !== undefined),
    );
}
export const notOneOf = 'not a kind that may be used here, or its namespace is missing';

/** What every operation gives back: false when the effect was there already. */
export const changedResult = z.strictObject({ changed: z.boolean() });

/** In the value of an observation: there is no such object. */
export const absent = z.strictObject({ exists: z.literal(false) });

export type PodTarget = z.infer<typeof podTarget>;

/** The target of an operation or observation in a pod: exactly these three fields, so that the id is always the same. */
export function podReference(pod: PodTarget): Target {
  return { namespace: pod.namespace, name: pod.name, uid: pod.uid };
}
