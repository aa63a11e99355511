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
  /** The name of the object that a refusal of the API server is about. */
  readonly about: string | undefined;
  constructor(origin: AccessError['origin'], message: string, code = 0, about?: string) {
    super(message);
    this.name = 'AccessError';
    this.origin = origin;
    this.code = code;
    this.about = about;
  }
}

/**
 * What the API server refuses with. A 404 that names no object is no word on one, and may be tried again: of a kind that is not
 * served, as between the CustomResourceDefinitions of two releases, and of whoever stands before the API server, it comes for
 * objects that live.
 * @param details of the Status in the answer
 */
export function refusal(message: string, code: number, details: unknown): AccessError {
  const { name } = (details ?? {}) as { name?: unknown };
  const about = typeof name === 'string' && name !== '' ? name : undefined;
  if (code === 404 && about === undefined)
    return new AccessError('transport', `${message} (404, and it names no object: is the kind served?)`, code);
  // an overloaded or restarting API server is a matter of transport: the same request may succeed
  return new AccessError(code === 429 || code >= 500 ? 'transport' : 'api', message, code, about);
}

/** The API server says of this very object that there is none. */
export function isNotFound(error: unknown, { name }: { name: string }): boolean {
  return error instanceof AccessError && error.origin === 'api' && error.code === 404 && error.about === name;
}

/** The object is there already, or it is not what the request supposed it to be (a failed `test`, a wrong uid). */
export function isConflict(error: unknown): boolean {
  return error instanceof AccessError && (error.code === 409 || error.code === 422);
}

const told = ({ apiVersion, kind, namespace, name }: Partial<ObjectAddress>): string =>
  `${kind ?? ''} ${namespace === undefined ? '' : `${namespace}/`}${name ?? ''} of ${apiVersion ?? ''}`;

/**
 * The object, or undefined when there is none of that name. A proxy or a cache that answers for another one has said nothing:
 * by a uid that is not the expected one it would count as proof that the expected one is gone.
 */
export async function getOrUndefined(
  access: ClusterAccess,
  address: ObjectAddress,
): Promise<KubernetesObject | undefined> {
  const elsewhere = (what: string): AccessError =>
    new AccessError('transport', `GET ${told(address)}: the answer is about ${what}`);
  let object: KubernetesObject;
  try {
    object = await access.get(address);
  } catch (error) {
    if (isNotFound(error, address)) return undefined;
    throw error instanceof AccessError && error.origin === 'api' && error.code === 404
      ? elsewhere(error.about ?? 'nothing')
      : error;
  }
  const { apiVersion, kind, metadata: { namespace, name } = { name: '' } } = object;
  const got = told({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
  if (got !== told(address)) throw elsewhere(got);
  return object;
}
