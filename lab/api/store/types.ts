/**
 * The Kubernetes API of the lab, in memory: synchronous and pure, no sockets and no wall clock. In here: the interfaces.
 * Not in here: HTTP, tables, discovery and exec (lab/api/http), what nodes and pods do (lab/nodes).
 *
 * Where it differs from kube-apiserver: managedFields are not kept; RBAC objects are kept and not enforced; pods get no
 * service account token; built-in kinds are checked only where a manifest builder is likely to err (pod-validation.ts);
 * a CustomResourceDefinition is established at once and converts by name only; paged and past lists are not offered;
 * of CEL, the standard and string functions (cel.ts); admission policies judge creations and updates (admission-policies.ts).
 * Patch types that are refused: `refusedPatches` in patch.ts.
 */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import type {
  ApiError,
  Clock,
  DeleteOptions,
  ListOptions,
  PatchType,
  ResourceInfo,
  WatchEvent,
} from '../../contract.ts';
import type { Backup } from './backup.ts';

export type JsonObject = Record<string, unknown>;

/** One flaw of an object, as in `Status.details.causes`. `body` is the sentence after the field. */
export interface FieldError {
  field: string;
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'FieldValueNotFound';
  body: string;
}

/** What a kind's own rules may look at while an object is written. */
export interface AdmissionContext {
  /** Milliseconds since the epoch. */
  now: number;
  /** A stored object by storage name (such as `priorityclasses.scheduling.k8s.io`). */
  find(storage: string, namespace: string | undefined, name: string): KubernetesObject | undefined;
  list(storage: string): KubernetesObject[];
}

/** What sets one kind apart from the others. Functions change `object` in place; it is a private copy. */
export interface Behaviour {
  /** Creation only: admission and what is set once. May throw ApiError. */
  admit?(object: KubernetesObject, context: AdmissionContext): void;
  /** Creation and update of the main resource: defaults and canonical forms. */
  normalise?(object: KubernetesObject, before: KubernetesObject | undefined): void;
  /** Update of the status subresource. */
  normaliseStatus?(object: KubernetesObject, before: KubernetesObject): void;
  validate?(object: KubernetesObject, before: KubernetesObject | undefined): FieldError[];
  /** A status sent with POST is kept; elsewhere it is dropped. */
  createdWithStatus?: true;
  /** Deletion takes time: the number of seconds, given what the request asks for. Absent: no graceful deletion. */
  gracePeriodSeconds?(object: KubernetesObject, requested: number | undefined): number;
  /** Something besides metadata.finalizers keeps a terminating object (the finalizers in a namespace's spec). */
  isHeld?(object: KubernetesObject): boolean;
  /** Changes that go with the deletionTimestamp. */
  terminate?(object: KubernetesObject): void;
  /** What DELETE does with dependents when the request does not say; Background if absent. */
  defaultPropagation?: 'Orphan';
  /** A name that DELETE refuses, and why. */
  undeletable?: Record<string, string>;
}

/** The fields of a kind: of one version of a CustomResourceDefinition, or of a built-in kind. */
export interface CompiledSchema {
  /** Removes unknown fields in place and returns their paths, such as `spec.foo`. Built-in kinds: throws 400 for wrong types. */
  prune(object: KubernetesObject): string[];
  /** Fills in defaults in place. */
  applyDefaults(object: KubernetesObject): void;
  validate(object: KubernetesObject, before: KubernetesObject | undefined): FieldError[];
}

/** A kind that the store serves, with all that discovery says about it. */
export interface ResourceDefinition extends ResourceInfo {
  singular: string;
  shortNames: string[];
  categories: string[];
  /** `<plural>.<group>`, or the name of the kind whose objects it shows. */
  storage: string;
  /** `metadata.generation` is kept. */
  hasGeneration: boolean;
  /** PUT without a resourceVersion is accepted. */
  unconditionalUpdate: boolean;
  /** Strategic merge patch is understood. False for custom resources. */
  strategicMerge: boolean;
  /** Dotted paths that a field selector may use, besides metadata.name and metadata.namespace. */
  selectableFields: string[];
  nameRule: 'subdomain' | 'label' | 'path';
  behaviour: Behaviour;
  schema?: CompiledSchema;
  /** Objects may have been stored under another schema: they are pruned, and get their defaults, whenever they are read. */
  rereads?: boolean;
  /** Creation is refused: the CustomResourceDefinition is being deleted. */
  terminating?: boolean;
  /** Another shape of the same stored objects (events). */
  convert?: { served(object: KubernetesObject): KubernetesObject; stored(object: KubernetesObject): KubernetesObject };
}

/** Who sends a request, as admission policies see it. */
export interface UserInfo {
  username: string;
  groups: string[];
}

export interface WriteOptions {
  /** Strict refuses unknown fields with 400, Warn and Ignore drop them. Default Ignore. */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Everything but the write itself. */
  dryRun?: boolean;
  /** Default: an account of the lab's own controllers. */
  user?: UserInfo;
  /** Is told what admission policies warn of. */
  warn?(text: string): void;
}

export interface StoreDeleteOptions extends DeleteOptions {
  dryRun?: boolean;
}

/** In which order a terminating namespace is emptied: its pods first and alone, as Kubernetes 1.33 and later do, or all at once, as before. */
export type NamespaceDeletion = 'pods-first' | 'at-once';

export interface StoreOptions {
  clock: Clock;
  /** Milliseconds by which the server's own clock, which all stamps are of, is ahead of `clock`; asked at each stamp. Default 0. */
  ahead?: () => number;
  /** Of UIDs and generated names; random if absent. */
  seed?: number;
  /** How many events are kept for watches; an older resourceVersion gets 410. Default 10000. */
  eventLogBound?: number;
  /**
   * Stands for the webhooks and quotas of a cluster: may change a new object, or one that is updated (`before`), in place, or
   * refuse it with an ApiError. After the server's own admission, before validation.
   */
  admission?: (object: KubernetesObject, before: KubernetesObject | undefined) => void;
  /** Milliseconds between a change and the pass of the garbage and namespace collectors over it. Default 50. */
  collectorDelay?: number;
  /** Default `at-once`. */
  namespaceDeletion?: NamespaceDeletion;
  /** Namespaces that a real server protects may be deleted as well. */
  everyNamespaceMayGo?: boolean;
}

/** One change of one stored object; frozen. */
export interface StoreChange {
  before: KubernetesObject | undefined;
  after: KubernetesObject | undefined;
}

/** See ApiClient for the common part. Every method throws ApiError. Returned objects are deeply frozen. */
export interface Store {
  /** All kinds, built-in first, then those of CustomResourceDefinitions in order of registration. */
  resources(): ResourceDefinition[];
  /** Called whenever a kind was added, changed or removed; the returned function ends it. */
  onResourcesChanged(listener: () => void): () => void;
  /** The definition of `apiVersion` and `kind`, if served. */
  definitionOf(apiVersion: string, kind: string): ResourceDefinition | undefined;
  /** The newest resourceVersion. */
  resourceVersion(): string;
  get(resource: ResourceInfo, namespace: string | undefined, name: string): KubernetesObject;
  /** Sorted by namespace and name. */
  list(resource: ResourceInfo, options?: ListOptions): { items: KubernetesObject[]; resourceVersion: string };
  /**
   * Events after `resourceVersion`, delivered in order by the clock, never within the call that caused them.
   * `''` and `'0'` begin with an ADDED for each existing object. A version older than the log ends the watch with 410.
   */
  watch(
    resource: ResourceInfo,
    resourceVersion: string,
    onEvent: (event: WatchEvent) => void,
    onEnd?: (error?: ApiError) => void,
    options?: ListOptions,
  ): () => void;
  /** Ends all watches with `error` and, if `forget`, drops the event log, so that resuming meets 410. A fault for simulations. */
  breakWatches(options?: { error?: ApiError; forget?: boolean }): void;
  create(
    resource: ResourceInfo,
    namespace: string | undefined,
    object: KubernetesObject,
    options?: WriteOptions,
  ): KubernetesObject;
  update(
    resource: ResourceInfo,
    object: KubernetesObject,
    subresource?: 'status',
    options?: WriteOptions,
  ): KubernetesObject;
  patch(
    resource: ResourceInfo,
    namespace: string | undefined,
    name: string,
    type: PatchType,
    patch: unknown,
    subresource?: string,
    options?: WriteOptions,
  ): KubernetesObject;
  /** The object as it was left: terminating, or its last state when it is gone. */
  delete(
    resource: ResourceInfo,
    namespace: string | undefined,
    name: string,
    options?: StoreDeleteOptions,
  ): KubernetesObject;
  /** Deletes what `selection` lists and returns it. */
  deleteCollection(resource: ResourceInfo, selection: ListOptions, options?: StoreDeleteOptions): KubernetesObject[];
  /**
   * Puts an object there as another server has stored it: uid, generation, times, deletion and status as they are, unknown
   * fields dropped and defaults filled in, nothing else checked. It gets a resourceVersion of this store.
   */
  restore(object: KubernetesObject): KubernetesObject;
  /** All that is stored now, as a snapshot of etcd has it. */
  backup(): Backup;
  /** Every object is what it was when the backup was taken, under new resourceVersions; what came since is gone without a deletion, and all watches break. */
  goBackTo(backup: Backup): void;
  /** The pods/binding subresource: what a scheduler calls. */
  bind(namespace: string, pod: string, node: string): KubernetesObject;
  /**
   * Calls `listener` with each change, within the write that makes it and before any watch hears of it: for checks. It must
   * not write. Without `after` the object was removed. The returned function ends it.
   */
  onChange(listener: (change: StoreChange) => void): () => void;
  /** What the server's own clock shows, in milliseconds. */
  time(): number;
  /** Runs the collectors (owner references, terminating namespaces and definitions) until nothing is queued; the clock does it else. */
  collectGarbage(): void;
}
