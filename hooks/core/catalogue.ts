/**
 * The closed catalogue of what the exec sidecar reads and does for any system: Kubernetes objects, claims, secrets.
 * Here are shapes and constructors only, no IO. A system adds its own entries and names its kinds (see `SystemKinds`).
 */
import { z } from 'zod';
import type { Json, Observation, Operation, Target } from './contract.ts';
import { canonicalJson, observation, operation } from './operations.ts';
import {
  apiVersion, dataKey, json, jsonObject, kindName, labelValue, mapKey, metadataKey, namespaceName, objectName, objectUid,
} from './validation.ts';

/** A rule as in a ClusterRole. */
export interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** A kind that the sidecar may touch, with what is needed to build its RBAC. */
export interface ResourceKind {
  apiVersion: string;
  kind: string;
  /** Lower-case plural, as in RBAC. */
  plural: string;
  namespaced: boolean;
}

/** What a system tells the generic families about itself. */
export interface SystemKinds {
  /** API group whose kinds may own a pod that is executed in or patched. */
  ownerGroup: string;
  /** The cluster-scoped kind whose objects hold claims. */
  claims: ResourceKind;
  /** What `object.live` may read. */
  readable: ResourceKind[];
  /** What `object.delete` may delete. */
  deletable: ResourceKind[];
  /** On what `finalizer.ensure` may put a finalizer, and which. */
  finalized: { kind: ResourceKind; finalizer: string }[];
}

/** One family of the catalogue: the schemas of what goes in and what comes out, and the rights it needs. */
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
}

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
const namespacedTarget = z.strictObject({ namespace: namespaceName, name: objectName });
const clusterTarget = z.strictObject({ name: objectName });

/** What every operation gives back: false when the effect was there already. */
export const changedResult = z.strictObject({ changed: z.boolean() });

/** The only secret values that leave the sidecar; everything else of a secret is shown as a key name. */
export const publicSecretKeys = ['username', 'org', 'organization', 'scheme', 'endpoints', 'nfsTargetIps'] as const;
const publicValue = z.string().max(4096);
const publicValues = z.partialRecord(z.enum(publicSecretKeys), publicValue);

export const toleration = z.strictObject({
  key: z.string().max(317).optional(),
  operator: z.enum(['Exists', 'Equal']).optional(),
  value: z.string().max(63).optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
  tolerationSeconds: z.int().optional(),
});
export type Toleration = z.infer<typeof toleration>;

const absent = z.strictObject({ exists: z.literal(false) });
const text = z.string();

export const podLiveValue = z.discriminatedUnion('exists', [
  absent,
  z.strictObject({
    exists: z.literal(true), uid: text, controllerUid: text.optional(), phase: text,
    nodeName: text.optional(), deletionTimestamp: text.optional(),
    /** Its main container was admitted as a privileged one; absent where it was not. */
    privileged: z.literal(true).optional(),
  }),
]);
export const objectLiveValue = z.discriminatedUnion('exists', [
  absent,
  z.strictObject({
    exists: z.literal(true), uid: text, controllerUid: text.optional(), labels: z.record(z.string(), z.string()),
    deletionTimestamp: text.optional(), finalizers: z.array(text).optional(),
    /** The asked-for fields that are set, by their dotted path. */
    fields: jsonObject,
  }),
]);
export const claimsValue = z.discriminatedUnion('exists', [
  absent,
  z.strictObject({ exists: z.literal(true), uid: text.optional(), resourceVersion: text, spec: jsonObject }),
]);
export const serverTimeValue = z.strictObject({ time: z.iso.datetime({ offset: true }) });
export const secretKeysValue = z.discriminatedUnion('exists', [
  absent,
  z.strictObject({
    exists: z.literal(true), uid: text, resourceVersion: text.optional(),
    /** Whose it is, by its label, or by an owner reference, which wins: the garbage collector obeys it. */
    ownerUid: text.optional(),
    /** It has an owner reference, with which a foreground deletion of the owner takes it at once. */
    referenced: z.literal(true).optional(),
    keys: z.array(text), public: publicValues,
  }),
]);
export const recentEventsValue = z.strictObject({
  /** The newest first. */
  events: z.array(z.strictObject({ reason: text, message: text, count: z.int(), lastAt: text })).max(5),
});
export const configMapKeysValue = z.discriminatedUnion('exists', [
  absent,
  z.strictObject({ exists: z.literal(true), keys: z.array(text) }),
]);

const claimChange = z.strictObject({ path: z.array(mapKey).min(1).max(6), value: json });
/** `value` null removes what is at `path` below spec. */
export interface ClaimChange {
  path: string[];
  value: Json;
}

/** The object whose Secrets are made; no owner reference, see `secret.ensure`. */
const secretOwner = z.strictObject({ apiVersion, kind: kindName, name: objectName, uid: objectUid });
export type SecretOwner = z.infer<typeof secretOwner>;

const randomKey = z.strictObject({ length: z.int().min(16).max(256), digits: z.int().min(0).max(256).optional() });

function groupOf(kind: ResourceKind): string {
  return kind.apiVersion.includes('/') ? kind.apiVersion.split('/')[0]! : '';
}

function rule(kind: ResourceKind, verbs: string[]): PolicyRule {
  return { apiGroups: [groupOf(kind)], resources: [kind.plural], verbs };
}

const core = (resources: string[], verbs: string[]): PolicyRule => ({ apiGroups: [''], resources, verbs });

const objectTarget = z.strictObject({
  apiVersion: z.string(), kind: z.string(), namespace: namespaceName.optional(), name: objectName,
});

function isOneOf(kinds: ResourceKind[]) {
  return (target: { apiVersion: string; kind: string; namespace?: string | undefined }): boolean =>
    kinds.some(({ apiVersion, kind, namespaced }) =>
      apiVersion === target.apiVersion && kind === target.kind && namespaced === (target.namespace !== undefined));
}

const notOneOf = 'not a kind that may be used here, or its namespace is missing';

/** The generic families, bound to the kinds of one system. */
export function coreCatalogue(kinds: SystemKinds) {
  return {
    'pod.live': entry({
      kind: 'pod.live', type: 'observation', target: namespacedTarget, args: noArguments, result: podLiveValue,
      rbac: [core(['pods'], ['get'])],
      description: 'Reads a pod by name, past every cache: its uid, phase, node and deletion timestamp, and whether it is privileged.',
    }),
    'object.live': entry({
      kind: 'object.live', type: 'observation', target: objectTarget.refine(isOneOf(kinds.readable), notOneOf),
      args: z.strictObject({ fields: z.array(z.string().regex(/^spec(\.[A-Za-z]+)+$/, 'not a path below spec')).max(16).optional() }),
      result: objectLiveValue,
      rbac: kinds.readable.map((kind) => rule(kind, ['get'])),
      description: 'Reads an object of a known kind by name: its uid, controller, labels, deletion and single fields of its spec.',
    }),
    'claims.read': entry({
      kind: 'claims.read', type: 'observation', target: clusterTarget, args: noArguments, result: claimsValue,
      rbac: [rule(kinds.claims, ['get'])],
      description: 'Reads a claims object and the resourceVersion that a write must name.',
    }),
    'secret.keys': entry({
      kind: 'secret.keys', type: 'observation', target: namespacedTarget, args: noArguments, result: secretKeysValue,
      rbac: [core(['secrets'], ['get'])],
      description: 'Reads whose a Secret is, which keys it has, and the values of the public ones only.',
    }),
    'configmap.keys': entry({
      kind: 'configmap.keys', type: 'observation', target: namespacedTarget, args: noArguments,
      result: configMapKeysValue,
      rbac: [core(['configmaps'], ['get'])],
      description: 'Reads which keys a ConfigMap has.',
    }),
    'server.time': entry({
      kind: 'server.time', type: 'observation', target: clusterTarget, args: noArguments, result: serverTimeValue,
      rbac: [],
      description: "Reads the API server's clock, as it dates its answers.",
    }),
    'events.recent': entry({
      kind: 'events.recent', type: 'observation', target: podTarget,
      args: z.strictObject({ reason: z.string().max(128).regex(/^[A-Za-z]+$/, 'not a reason') }),
      result: recentEventsValue,
      rbac: [core(['events'], ['list'])],
      description: 'Reads the newest Warning events of one reason about one object: Metacontroller says in no other place why a child was refused.',
    }),
    'claims.write': entry({
      kind: 'claims.write', type: 'operation', target: clusterTarget,
      args: z.strictObject({
        expectedResourceVersion: z.string().min(1).max(64).nullable(),
        changes: z.array(claimChange).min(1).max(256),
      }),
      result: changedResult,
      rbac: [rule(kinds.claims, ['get', 'create', 'patch'])],
      description: 'Compare and swap on a claims object: fails when it is no longer at the version that was read.',
      idempotence: 'A repeat finds its changes in place, or fails on the version.',
    }),
    'secret.ensure': entry({
      kind: 'secret.ensure', type: 'operation', target: namespacedTarget,
      args: z.strictObject({ owner: secretOwner, random: z.record(dataKey, randomKey), fixed: publicValues }),
      result: changedResult,
      rbac: [core(['secrets'], ['get', 'create']), ...kinds.readable.filter((kind) => groupOf(kind) === kinds.ownerGroup).map((kind) => rule(kind, ['get']))],
      description: 'Creates a Secret with random and public values for a custom resource that exists, whose uid it carries as a label. It has no owner reference: a foreground deletion would take it at once.',
      idempotence: 'An existing Secret is never rewritten.',
    }),
    'secret.own': entry({
      kind: 'secret.own', type: 'operation', target: namespacedTarget,
      args: z.strictObject({ ownerUid: objectUid }),
      result: changedResult,
      rbac: [core(['secrets'], ['get', 'patch'])],
      description: 'Labels a Secret with the uid of its owner and takes off the owner reference that an earlier release gave it. One that says nothing of an owner is taken only when its name ends in that uid.',
      idempotence: 'A Secret that is so is not written.',
    }),
    'secret.delete': entry({
      kind: 'secret.delete', type: 'operation', target: namespacedTarget.extend({ uid: objectUid }),
      args: z.strictObject({ ownerUid: objectUid }),
      result: changedResult,
      rbac: [core(['secrets'], ['get', 'delete'])],
      description: 'Deletes a Secret of a custom resource that ends, on condition of the uids of both.',
      idempotence: 'An absent Secret, or one with another uid, is done.',
    }),
    'secret.setPublic': entry({
      kind: 'secret.setPublic', type: 'operation', target: namespacedTarget,
      args: z.strictObject({ ownerUid: objectUid, values: publicValues }),
      result: changedResult,
      rbac: [core(['secrets'], ['get', 'patch'])],
      description: 'Sets public keys of an existing Secret of that owner, such as user name and endpoints.',
      idempotence: 'Equal values are not written.',
    }),
    'pod.metadata': entry({
      kind: 'pod.metadata', type: 'operation', target: podTarget,
      args: z.strictObject({
        labels: z.record(metadataKey, labelValue.nullable()),
        annotations: z.record(metadataKey, z.string().max(65536).nullable()),
        addTolerations: z.array(toleration).max(64),
      }),
      result: changedResult,
      rbac: [core(['pods'], ['get', 'patch'])],
      description: 'Aligns labels, annotations and tolerations of a live pod, which are the only fields that may change.',
      idempotence: 'What is already so is not written; tolerations are only added.',
    }),
    'bootConfigMap.ensure': entry({
      kind: 'bootConfigMap.ensure', type: 'operation', target: namespacedTarget, args: noArguments,
      result: changedResult,
      rbac: [core(['configmaps'], ['get', 'create'])],
      description: 'Copies the boot scripts into a namespace, as an immutable ConfigMap.',
      idempotence: 'The name carries the hash of the content; an existing one is left alone.',
    }),
    'finalizer.ensure': entry({
      kind: 'finalizer.ensure', type: 'operation', args: noArguments, result: changedResult,
      target: objectTarget.extend({ uid: objectUid }).refine(isOneOf(kinds.finalized.map(({ kind }) => kind)), notOneOf),
      rbac: kinds.finalized.map(({ kind }) => rule(kind, ['get', 'patch'])),
      description: 'Puts the finalizer of Metacontroller back on an object that lost it and is not being deleted. Changes nothing else.',
      idempotence: 'An object that has it, is being deleted or has another uid is left alone.',
    }),
    'object.delete': entry({
      kind: 'object.delete', type: 'operation', target: objectTarget.extend({ uid: objectUid }).refine(isOneOf(kinds.deletable), notOneOf), args: noArguments,
      result: changedResult,
      rbac: kinds.deletable.map((kind) => rule(kind, ['get', 'delete'])),
      description: 'Deletes an object that nobody owns, in the background, on condition of its uid. Never a pod.',
      idempotence: 'An absent object, or one with another uid, is done.',
    }),
  };
}

export type PodTarget = z.infer<typeof podTarget>;

/** Observes a pod by name. `maxAgeSeconds`, here and below, is how old a remembered fact may be. */
export function podLive(
  pod: { namespace: string; name: string }, maxAgeSeconds: number,
): TypedObservation<z.infer<typeof podLiveValue>> {
  return observation('pod.live', { namespace: pod.namespace, name: pod.name }, maxAgeSeconds);
}

/**
 * Observes an object of a readable kind by name, with those fields of its spec that are named by dotted path.
 * The id names the kind too: objects of several kinds share names.
 */
export function objectLive(
  target: { apiVersion: string; kind: string; namespace?: string; name: string }, maxAgeSeconds: number, fields: string[] = [],
): TypedObservation<z.infer<typeof objectLiveValue>> {
  const plain = observation('object.live', { ...target }, maxAgeSeconds, fields.length === 0 ? {} : { fields });
  return { ...plain, id: `${plain.id} ${canonicalJson([target.kind, target.apiVersion])}` };
}

/** Observes the API server's clock. */
export function serverTime(maxAgeSeconds: number): TypedObservation<z.infer<typeof serverTimeValue>> {
  return observation('server.time', { name: 'clock' }, maxAgeSeconds);
}

/** Observes a claims object. */
export function claimsRead(name: string, maxAgeSeconds: number): TypedObservation<z.infer<typeof claimsValue>> {
  return observation('claims.read', { name }, maxAgeSeconds);
}

/** Observes which keys a Secret has, and its public values. */
export function secretKeys(
  secret: { namespace: string; name: string }, maxAgeSeconds: number,
): TypedObservation<z.infer<typeof secretKeysValue>> {
  return observation('secret.keys', { namespace: secret.namespace, name: secret.name }, maxAgeSeconds);
}

/** Observes which keys a ConfigMap has. */
export function configMapKeys(
  configMap: { namespace: string; name: string }, maxAgeSeconds: number,
): TypedObservation<z.infer<typeof configMapKeysValue>> {
  return observation('configmap.keys', { namespace: configMap.namespace, name: configMap.name }, maxAgeSeconds);
}

/** Observes the newest Warning events of a reason about a namespaced object. */
export function recentEvents(
  about: { namespace: string; name: string; uid: string }, reason: string, maxAgeSeconds: number,
): TypedObservation<z.infer<typeof recentEventsValue>> {
  return observation('events.recent', podReference(about), maxAgeSeconds, { reason });
}

/** Changes a claims object that was read at `expectedResourceVersion`; null creates it. */
export function claimsWrite(name: string, expectedResourceVersion: string | null, changes: ClaimChange[]): Operation {
  return operation('claims.write', { name }, { expectedResourceVersion, changes: changes.map((change) => ({ ...change })) });
}

/** Creates a Secret of `owner`: `random` keys get that many letters and digits (at least `digits` digits), `fixed` the given text. */
export function ensureSecret(
  secret: { namespace: string; name: string },
  owner: SecretOwner,
  random: Record<string, { length: number; digits?: number }>,
  fixed: Partial<Record<(typeof publicSecretKeys)[number], string>>,
): Operation {
  return operation('secret.ensure', { namespace: secret.namespace, name: secret.name },
    { owner: { ...owner }, random: { ...random }, fixed: { ...fixed } });
}

/** Marks a Secret as its owner's by the label alone. */
export function ownSecret(secret: { namespace: string; name: string }, ownerUid: string): Operation {
  return operation('secret.own', { namespace: secret.namespace, name: secret.name }, { ownerUid });
}

/** Deletes a Secret of that owner, if it still has this uid. */
export function deleteSecret(secret: { namespace: string; name: string; uid: string }, ownerUid: string): Operation {
  return operation('secret.delete', { namespace: secret.namespace, name: secret.name, uid: secret.uid }, { ownerUid });
}

/** Sets public keys of an existing Secret of that owner. */
export function setPublicSecretValues(
  secret: { namespace: string; name: string },
  ownerUid: string,
  values: Partial<Record<(typeof publicSecretKeys)[number], string>>,
): Operation {
  return operation('secret.setPublic', { namespace: secret.namespace, name: secret.name }, { ownerUid, values: { ...values } });
}

/** How the error of `pod.metadata` begins where the API server took the write and kept something else. */
export const undoneByAdmission = 'admission undoes the change of';

/** Aligns metadata and tolerations of a live pod; a null removes the key. */
export function setPodMetadata(pod: PodTarget, change: {
  labels?: Record<string, string | null>;
  annotations?: Record<string, string | null>;
  addTolerations?: Toleration[];
}): Operation {
  return operation('pod.metadata', podReference(pod), {
    labels: change.labels ?? {},
    annotations: change.annotations ?? {},
    addTolerations: (change.addTolerations ?? []).map((one) => ({ ...one }) as Record<string, Json>),
  });
}

/** Makes the boot scripts available in a namespace under the given name. */
export function ensureBootConfigMap(configMap: { namespace: string; name: string }): Operation {
  return operation('bootConfigMap.ensure', { namespace: configMap.namespace, name: configMap.name });
}

/** Puts the finalizer back on an object of a kind that has one, if it still has this uid. */
export function ensureFinalizer(target: { apiVersion: string; kind: string; namespace?: string; name: string; uid: string }): Operation {
  return operation('finalizer.ensure', { ...target });
}

/** Deletes an ownerless object of a deletable kind, if it still has this uid. */
export function deleteObject(
  target: { apiVersion: string; kind: string; namespace?: string; name: string; uid: string },
): Operation {
  return operation('object.delete', { ...target });
}

/** The target of an operation or observation in a pod: exactly these three fields, so that the id is always the same. */
export function podReference(pod: PodTarget): Target {
  return { namespace: pod.namespace, name: pod.name, uid: pod.uid };
}
