/** The interfaces between the rooms of the lab: clock, API, pods. No implementation here. */
import type { KubernetesObject } from '../hooks/core/contract.ts';

/** Time as the lab knows it; everything that waits does so through this. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `run` once after `milliseconds`; the returned function cancels. */
  after(milliseconds: number, run: () => void): () => void;
}

/** A kind that the API serves. */
export interface ResourceInfo {
  group: string;
  version: string;
  kind: string;
  /** Lower-case plural. */
  plural: string;
  namespaced: boolean;
  hasStatus: boolean;
}

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubernetesObject;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** A refusal of the API server, as in a Kubernetes Status. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Record<string, unknown> | undefined;
  constructor(code: number, reason: string, message: string, details?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json'
  | 'application/apply-patch+yaml';

/**
 * How the lab's own controllers (driver, scheduler, kubelet, garbage collector) see an API server. Two implementations:
 * the in-memory store, and HTTP to any Kubernetes. Every method rejects with ApiError.
 */
export interface ApiClient {
  resources(): Promise<ResourceInfo[]>;
  get(resource: ResourceInfo, namespace: string | undefined, name: string): Promise<KubernetesObject>;
  list(resource: ResourceInfo, options?: ListOptions): Promise<{ items: KubernetesObject[]; resourceVersion: string }>;
  /** Events after `resourceVersion` in order; the returned function ends the watch. `onEnd` is called on 410 or a broken stream. */
  watch(
    resource: ResourceInfo,
    resourceVersion: string,
    onEvent: (event: WatchEvent) => void,
    onEnd?: (error?: ApiError) => void,
  ): () => void;
  create(resource: ResourceInfo, namespace: string | undefined, object: KubernetesObject): Promise<KubernetesObject>;
  update(resource: ResourceInfo, object: KubernetesObject, subresource?: 'status'): Promise<KubernetesObject>;
  patch(
    resource: ResourceInfo,
    namespace: string | undefined,
    name: string,
    type: PatchType,
    patch: unknown,
    subresource?: string,
  ): Promise<KubernetesObject>;
  delete(
    resource: ResourceInfo,
    namespace: string | undefined,
    name: string,
    options?: DeleteOptions,
  ): Promise<KubernetesObject>;
}

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** What a pod runs: the simulated runtime, or a real process. One per container start. */
export interface PodProgram {
  /** Runs a command in the container, as kubectl exec does. */
  exec(command: string[], stdin: string): Promise<ExecResult>;
  /** Everything written so far. */
  logs(): string;
  /** TERM asks, KILL ends at once. */
  signal(signal: 'TERM' | 'KILL'): void;
}

/** A container in the spec of its pod: what programs read of it. */
export interface PodContainer {
  name: string;
  command?: string[];
  args?: string[];
  volumeMounts?: { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[];
}

/** What the kubelet of a lab node gives to a starting container. */
export interface PodEnvironment {
  pod: KubernetesObject;
  /** The one of the pod that starts. */
  container: PodContainer;
  nodeName: string;
  podIp: string;
  bootId: string;
  /** Its plain environment, downward API resolved. */
  env: Record<string, string>;
  /** Files of mounted ConfigMaps and Secrets by mount path, read live (a changed Secret shows). */
  readFile(path: string): string | undefined;
  /** The container ran already when its kubelet took it over: as if the program had been up all along. */
  runsOn?: boolean;
  /** To be called once when the program has ended. */
  onExit(exitCode: number, message?: string): void;
  onLog?(line: string): void;
}

/** Starts programs, simulated ones or processes. */
export interface ProgramFactory {
  start(environment: PodEnvironment): PodProgram;
}
