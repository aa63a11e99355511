/** Pods: read live, and what may change in them. */
import { z } from 'zod';
import { coreRight, type PolicyRule, type SystemAccess } from '../access.ts';
import {
  absent,
  changedResult,
  entry,
  namespacedTarget,
  noArguments,
  podReference,
  podTarget,
  type PodTarget,
  type TypedObservation,
} from '../catalogue.ts';
import type { Json, Operation } from '../contract.ts';
import { observation, operation } from '../operations.ts';
import { labelValue, metadataKey } from '../validation.ts';

const text = z.string();

export const podLiveValue = z.discriminatedUnion('exists', [
  absent,
  z.strictObject({
    exists: z.literal(true),
    uid: text,
    controllerUid: text.optional(),
    phase: text,
    nodeName: text.optional(),
    deletionTimestamp: text.optional(),
    /** Its main container was admitted as a privileged one; absent where it was not. */
    privileged: z.literal(true).optional(),
  }),
]);

export const toleration = z.strictObject({
  key: z.string().max(317).optional(),
  operator: z.enum(['Exists', 'Equal']).optional(),
  value: z.string().max(63).optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
  tolerationSeconds: z.int().optional(),
});
export type Toleration = z.infer<typeof toleration>;

/** The entries for the pods of the systems that have any. */
export const podEntries = (systems: readonly SystemAccess[]) => {
  const right = (...verbs: string[]): PolicyRule[] =>
    systems.some(({ pods }) => pods.length > 0) ? [coreRight(verbs, 'pods')] : [];
  return {
    'pod.live': entry({
      kind: 'pod.live',
      type: 'observation',
      target: namespacedTarget,
      args: noArguments,
      result: podLiveValue,
      rbac: right('get'),
      description:
        'Reads a pod by name, past every cache: its uid, phase, node and deletion timestamp, and whether it is privileged.',
    }),
    'pod.metadata': entry({
      kind: 'pod.metadata',
      type: 'operation',
      target: podTarget,
      args: z.strictObject({
        labels: z.record(metadataKey, labelValue.nullable()),
        annotations: z.record(metadataKey, z.string().max(65536).nullable()),
        addTolerations: z.array(toleration).max(64),
      }),
      result: changedResult,
      rbac: right('get', 'patch'),
      description:
        'Aligns labels, annotations and tolerations of a live pod, which are the only fields that may change.',
      idempotence: 'What is already so is not written; tolerations are only added.',
      beside: true,
    }),
  };
};

/** Observes a pod by name. `maxAgeSeconds` is how old a remembered fact may be. */
export function podLive(
  pod: { namespace: string; name: string },
  maxAgeSeconds: number,
): TypedObservation<z.infer<typeof podLiveValue>> {
  return observation('pod.live', { namespace: pod.namespace, name: pod.name }, maxAgeSeconds);
}

/** How the error of `pod.metadata` begins where the API server took the write and kept something else. */
export const undoneByAdmission = 'admission undoes the change of';

/** Aligns metadata and tolerations of a live pod; a null removes the key. */
export function setPodMetadata(
  pod: PodTarget,
  change: {
    labels?: Record<string, string | null>;
    annotations?: Record<string, string | null>;
    addTolerations?: Toleration[];
  },
): Operation {
  return operation('pod.metadata', podReference(pod), {
    labels: change.labels ?? {},
    annotations: change.annotations ?? {},
    addTolerations: (change.addTolerations ?? []).map((one) => ({ ...one }) as Record<string, Json>),
  });
}
