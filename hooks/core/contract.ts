/**
 * The contract of a hook: what goes into a decision and what comes out of it. Everything here is plain JSON.
 *
 * A hook is a pure function of its request; time, entropy and facts read from outside arrive as data.
 * The shell (hooks/server) fills in `observed` and `context`, and carries out `operations` and `events`.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  // each kind adds fields of its own; a zod schema of that kind reads them
  [field: string]: unknown;
}

/** First level `Kind.apiVersion`, second level `namespace/name`, or `name` for cluster-scoped objects (hook version v2). */
export type ObjectsByKind = Record<string, Record<string, KubernetesObject>>;

/** A thing outside that a fact is about or an operation acts on. `uid` pins the incarnation where one is known. */
export interface Target {
  apiVersion?: string;
  kind?: string;
  namespace?: string;
  name: string;
  uid?: string;
}

/** What a hook would like to know. `id` is the key of the answer in `observed.facts`. */
export interface Observation {
  id: string;
  kind: string;
  target: Target;
  args: Record<string, Json>;
  /** A fact at most this old is good enough, in seconds. */
  maxAgeSeconds: number;
}

/** One observed fact. Exactly one of `value` and `error` is there; a fact that is absent altogether is unknown. */
export interface Fact {
  /** RFC 3339. */
  observedAt: string;
  value?: Json;
  /** Why it could not be read, one sentence without secrets. */
  error?: string;
}

/** What became of an operation that was asked for earlier, as far as the sidecar remembers (it forgets on restart). */
export interface OperationOutcome {
  state: 'pending' | 'succeeded' | 'failed';
  /** RFC 3339. */
  at: string;
  error?: string;
  /** Failed because what it was decided on has changed meanwhile: the decision is worth taking anew at once. */
  superseded?: true;
}

export interface Observed {
  /** By `Observation.id`. */
  facts: Record<string, Fact>;
  /** By `Operation.id`. */
  operations: Record<string, OperationOutcome>;
}

export interface Context {
  /** RFC 3339; the clock of a hook, which all replicas share: that of the API server where their own is off. */
  now: string;
  /** RFC 3339; the clock of this replica and its sidecar, where it is not `now`. For what has to be measured by two, and what the sidecar has dated. */
  ownNow?: string;
  /** Hexadecimal digits, fresh in each call; the only randomness that a hook has. */
  entropy: string;
  operatorNamespace: string;
  /** Settings of the operator, validated at start by the schema of the system that reads them. */
  config: Record<string, Json>;
}

export interface HookRequest<Parent extends KubernetesObject = KubernetesObject> {
  controller: KubernetesObject;
  parent: Parent;
  children: ObjectsByKind;
  related: ObjectsByKind;
  finalizing: boolean;
  observed: Observed;
  context: Context;
}

/** Level-triggered: asked for in each decision until its effect is observed. See `operation()` for the id. */
export interface Operation {
  id: string;
  kind: string;
  target: Target;
  args: Record<string, Json>;
}

/** A Kubernetes event on the parent. */
export interface HookEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** What tells it from others of its reason: reported again it is the same event, and neither written nor counted. */
  once?: string;
}

export interface Decision {
  status: Record<string, Json>;
  children: KubernetesObject[];
  /** Seconds; absent means that nothing is waited for and the controller's own resync period is enough. */
  resyncAfterSeconds?: number;
  finalized?: boolean;
  operations: Operation[];
  events: HookEvent[];
}

/** One rule of a customize answer (hook version v2). */
export interface RelatedRule {
  apiVersion: string;
  resource: string;
  labelSelector?: { matchLabels?: Record<string, string>; matchExpressions?: Json[] };
  namespace?: string;
  names?: string[];
}

/** One run of a hook on one request. The shell asks the sidecar what was read and is not known, and runs it again. */
export interface HookRun {
  /** What has been read so far, known or not; the decision may read more. */
  questions: () => Observation[];
  /** Taken when it is first asked for. */
  decision: () => Decision;
}

/** One step of a life, as it comes out for a request. */
export interface ExplainedStep {
  name: string;
  /** One sentence: what holds once it is done. */
  summary: string;
  state: 'done' | 'skipped' | 'wait' | 'act' | 'unknown' | 'stalled' | 'not reached';
  reason?: string;
  message?: string;
  /** Ids of the observations that it has read, whether or not there was an answer. */
  read: string[];
  operations: Operation[];
}

/** How a decision comes about. */
export interface Explanation {
  /** In which of its lives the object is; absent where its spec is refused. */
  life?: string;
  /** Why the spec is refused, one sentence. */
  refused?: string;
  /** Ids of the observations that are read in every call, before any step. */
  read: string[];
  steps: ExplainedStep[];
  /** The step that is waited for; absent when all is done. */
  blockedBy?: string;
}

/**
 * A controller's hooks. All are pure and total on requests whose envelope is valid: a parent whose spec is
 * invalid is answered with its children unchanged and a `Stalled` condition, never with an exception.
 */
export interface HookController {
  /** The path segment below which the hooks are served, such as `greeting`. */
  name: string;
  /** The Metacontroller kind that calls it; a decorator's parent and children travel as `object` and `attachments`. */
  type: 'composite' | 'decorator';
  /** Judges what is known as far as it goes; what it had to know for that are its questions. */
  run(request: HookRequest): HookRun;
  /** The decision on what is known. */
  decide(request: HookRequest): Decision;
  /** All that is read for that decision. */
  observe(request: HookRequest): Observation[];
  /** How that decision comes about, step by step; absent for a controller without steps. */
  explain?(request: HookRequest): Explanation;
  /** Says when a deleted object may go: Metacontroller holds it by a finalizer, and asks the finalize hook. */
  finalizes?: true;
  /** Depends on the parent's spec and metadata.uid only: Metacontroller caches the answer per generation. */
  customize?(parent: KubernetesObject, context: Context): RelatedRule[];
}
