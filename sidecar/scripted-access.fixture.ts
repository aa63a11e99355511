/** A cluster of plain objects for the tests of the sidecar: verbs as of an API server, exec answered by a script. */
import { applyPatch, type Operation as PatchOperation } from 'rfc6902';
import type { KubernetesObject } from '../hooks/core/contract.ts';
import {
  AccessError,
  type ClusterAccess,
  type ExecRequest,
  type ExecResult,
  type ListRequest,
  type ObjectAddress,
} from './cluster-access.ts';
import type { SidecarClock } from './context.ts';

type Verb = 'get' | 'list' | 'create' | 'patchJson' | 'delete' | 'exec' | 'serverTime';

export function secret(
  name: string,
  data: Record<string, string>,
  owner: { apiVersion: string; kind: string; name: string; uid: string } | undefined,
): KubernetesObject {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    data: Object.fromEntries(encoded) as Record<string, string>,
    metadata: {
      namespace: 'default',
      name,
      uid: `${name}-uid`,
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    },
  };
}

function key({ apiVersion, kind, namespace, name }: ObjectAddress): string {
  return `${apiVersion} ${kind} ${namespace ?? ''}/${name}`;
}

function addressOf(object: KubernetesObject): ObjectAddress {
  const { namespace, name } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

export class ScriptedAccess implements ClusterAccess {
  readonly execs: ExecRequest[] = [];
  readonly calls: string[] = [];
  /** Called before a verb takes effect; may throw, wait, or change objects behind the caller's back. */
  before: (verb: Verb, subject: string) => void | Promise<void> = () => undefined;
  saysWhoseItIs: Pick<ExecResult, 'exitCode'> & Partial<ExecResult> = { exitCode: 1 };
  onExec: (request: ExecRequest) => Partial<ExecResult> | Promise<Partial<ExecResult>> = () => ({});
  private readonly objects = new Map<string, KubernetesObject>();
  private version = 0;

  put(...objects: KubernetesObject[]): this {
    for (const object of objects) {
      this.version += 1;
      const stored = structuredClone(object);
      stored.metadata.resourceVersion = `${this.version}`;
      stored.metadata.uid ??= `uid-${this.version}`;
      this.objects.set(key(addressOf(object)), stored);
    }
    return this;
  }

  peek(address: ObjectAddress): KubernetesObject | undefined {
    return this.objects.get(key(address));
  }

  remove(address: ObjectAddress): void {
    this.objects.delete(key(address));
  }

  async serverTime(): Promise<string> {
    await this.before('serverTime', 'clock');
    return '2026-01-01T00:00:00.000Z';
  }

  async get(address: ObjectAddress): Promise<KubernetesObject> {
    await this.enter('get', address);
    return structuredClone(this.stored(address));
  }

  async list({ apiVersion, kind, namespace, fields, limit }: ListRequest): Promise<KubernetesObject[]> {
    await this.enter('list', { apiVersion, kind, namespace, name: Object.values(fields).join(' ') });
    const at = (object: unknown, path: string): unknown =>
      path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
    return [...this.objects.values()]
      .filter(
        (object) => object.apiVersion === apiVersion && object.kind === kind && object.metadata.namespace === namespace,
      )
      .filter((object) => Object.entries(fields).every(([path, value]) => at(object, path) === value))
      .slice(0, limit)
      .map((object) => structuredClone(object));
  }

  async create(object: KubernetesObject): Promise<KubernetesObject> {
    const address = addressOf(object);
    await this.enter('create', address);
    if (this.objects.has(key(address)))
      throw new AccessError('api', `${object.kind} "${object.metadata.name}" already exists`, 409);
    this.put(object);
    return structuredClone(this.stored(address));
  }

  async patchJson(address: ObjectAddress, patch: unknown[]): Promise<KubernetesObject> {
    await this.enter('patchJson', address);
    const copy = structuredClone(this.stored(address));
    const failures = applyPatch(copy, patch as PatchOperation[]).filter((result) => result !== null);
    if (failures.length > 0)
      throw new AccessError('api', 'the server rejected our request due to an error in our request', 422);
    this.put(copy);
    return structuredClone(this.stored(address));
  }

  async delete(address: ObjectAddress, uid: string): Promise<void> {
    await this.enter('delete', address);
    if (this.stored(address).metadata.uid !== uid)
      throw new AccessError('api', 'the UID in the precondition does not match', 409);
    this.objects.delete(key(address));
  }

  async exec(request: ExecRequest): Promise<ExecResult> {
    // whose the container is, asked before each change: not what most tests are about
    if (request.command[0] === 'printenv') return { stdout: '', stderr: '', ...this.saysWhoseItIs };
    this.execs.push(request);
    await this.enter('exec', { apiVersion: 'v1', kind: 'Pod', namespace: request.namespace, name: request.pod });
    return { exitCode: 0, stdout: '', stderr: '', ...(await this.onExec(request)) };
  }

  private async enter(verb: Verb, address: ObjectAddress): Promise<void> {
    const subject = `${address.kind} ${address.name}`;
    this.calls.push(`${verb} ${subject}`);
    await this.before(verb, subject);
  }

  private stored(address: ObjectAddress): KubernetesObject {
    const object = this.objects.get(key(address));
    if (object === undefined)
      throw new AccessError('api', `${address.kind} "${address.name}" not found`, 404, address.name);
    return object;
  }
}

/** A clock that moves by hand. */
export class HandClock implements SidecarClock {
  private timers: { at: number; run: () => void }[] = [];
  private time = Date.parse('2026-01-01T00:00:00Z');

  private stepped = 0;

  now(): number {
    return this.time;
  }

  wallTime(): number {
    return this.time + this.stepped;
  }

  /** Somebody sets the calendar's clock. */
  step(milliseconds: number): void {
    this.stepped += milliseconds;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.time + milliseconds, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  /** Lets promises settle, then moves on, firing timers in order. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    for (;;) {
      await settle();
      const [next] = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.timers = this.timers.filter((one) => one !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
    }
    this.time = end;
    await settle();
  }
}

/** Until no promise that does not wait for the outside is left. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Bytes 0, 1, 2 ... 255, 0 ...: not random, but all different. */
export function countingBytes(): (count: number) => Uint8Array {
  let next = 0;
  return (count) => Uint8Array.from({ length: count }, () => next++ % 256);
}
