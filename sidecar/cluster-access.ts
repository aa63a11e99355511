/**
 * How the sidecar reaches the cluster: the few verbs it needs, and nothing of a client library. Implementations:
 * client-node-access.ts (a real API server) and whatever a test or the lab scripts.
 */
import type { KubernetesObject } from '../hooks/core/contract.ts';

export interface ObjectAddress {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** One step of a JSON Patch (RFC 6902). A patch whose `test` fails is rejected with code 422 or 409. */
export type PatchStep =
  { op: 'test' | 'add' | 'replace'; path: string; value: unknown } | { op: 'remove'; path: string };

export interface ExecRequest {
  namespace: string;
  pod: string;
  container: string;
  command: string[];
  /** Text; the stream is closed after it. */
  stdin: string;
  timeoutSeconds: number;
  /** Of stdout and stderr each; more is an error, since half a JSON answer is worth nothing. */
  outputLimitBytes: number;
}

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Which objects of one kind and namespace: by single fields that the API server can select by. */
export interface ListRequest {
  apiVersion: string;
  kind: string;
  namespace: string;
  fields: Record<string, string>;
  /** More are cut off. */
  limit: number;
}

/** Every method rejects with an AccessError. */
export interface ClusterAccess {
  get(address: ObjectAddress): Promise<KubernetesObject>;
  list(request: ListRequest): Promise<KubernetesObject[]>;
  create(object: KubernetesObject): Promise<KubernetesObject>;
  patchJson(address: ObjectAddress, patch: PatchStep[]): Promise<KubernetesObject>;
  /** Background propagation; 409 when the object has another uid by now. */
  delete(address: ObjectAddress, uid: string): Promise<void>;
  exec(request: ExecRequest): Promise<ExecResult>;
  /** The API server's clock, RFC 3339, whole seconds. */
  serverTime(): Promise<string>;
}

/**
 * Why the cluster could not be asked or what it said.
 * `api`: the API server refused with `code`; final. `transport`: no answer; may be tried again.
 * `timeout`: it took too long; the command may still run, so it is not tried again at once. `output`: too much of it.
 */
export class AccessError extends Error {
  readonly origin: 'api' | 'transport' | 'timeout' | 'output';
  /** HTTP status code; 0 where there was no answer. */
  readonly code: number;
  constructor(origin: AccessError['origin'], message: string, code = 0) {
    super(message);
    this.name = 'AccessError';
    this.origin = origin;
    this.code = code;
  }
}

/**
 * Whether a refusal is about the object that was asked for. A 404 says that there is none only where it names it: of a kind that is
 * not served, as between the CustomResourceDefinitions of two releases, and of whoever stands before the API server, a bare one comes
 * for objects that live.
 * @param details of the Status in the answer
 */
export function namesObject(details: unknown): boolean {
  const { name } = (details ?? {}) as { name?: unknown };
  return typeof name === 'string' && name !== '';
}

/** Of a bare 404: for whoever reads what the operator waits for. */
export const bareNotFound = (message: string): string =>
  `${message} (404, and it names no object: is the kind served?)`;

export function isNotFound(error: unknown): boolean {
  return error instanceof AccessError && error.origin === 'api' && error.code === 404;
}

/** The object is there already, or it is not what the request supposed it to be (a failed `test`, a wrong uid). */
export function isConflict(error: unknown): boolean {
  return error instanceof AccessError && (error.code === 409 || error.code === 422);
}

/** The object, or undefined when there is none of that name. */
export async function getOrUndefined(
  access: ClusterAccess,
  address: ObjectAddress,
): Promise<KubernetesObject | undefined> {
  try {
    return await access.get(address);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
