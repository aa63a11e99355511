/** The API as the driver's controllers use it: resources by name or kind, and reads and writes that end with the driver. */
import type { ApiClient, Clock, DeleteOptions, ResourceInfo } from '../contract.ts';
import { ApiError } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { sleep } from '../clock.ts';
import type { Random } from '../random.ts';
import { Stopped } from './errors.ts';
import { apiVersionOf, describe, groupOf, versionOf } from './objects.ts';

export interface WriteEvent {
  verb: 'create' | 'update' | 'updateStatus' | 'patch' | 'delete';
  kind: string;
  namespace: string | undefined;
  name: string;
  /** Reason of the API server's refusal. */
  refused?: string;
}

const conflictBackoffMilliseconds = [10, 50, 250];
const conflictJitter = 0.1;

export function isReason(error: unknown, reason: string): boolean {
  return error instanceof ApiError && error.reason === reason;
}

export class DriverClient {
  private readonly api: ApiClient;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly stopSignal: AbortSignal;
  private readonly onWrite: ((event: WriteEvent) => void) | undefined;
  private known: ResourceInfo[] = [];

  constructor(
    api: ApiClient,
    clock: Clock,
    random: Random,
    stopSignal: AbortSignal,
    onWrite?: (event: WriteEvent) => void,
  ) {
    this.api = api;
    this.clock = clock;
    this.random = random;
    this.stopSignal = stopSignal;
    this.onWrite = onWrite;
  }

  /** Reads discovery again. */
  async discover(): Promise<void> {
    this.known = await this.api.resources();
  }

  /** Throws when discovery does not know it. */
  resource(apiVersion: string, plural: string): ResourceInfo {
    const found = this.find(apiVersion, (resource) => resource.plural === plural);
    if (found === undefined) throw new Error(`discovery: can't find resource ${plural} in apiVersion ${apiVersion}`);
    return found;
  }

  /** Throws when discovery does not know it. */
  kind(apiVersion: string, kind: string): ResourceInfo {
    const found = this.find(apiVersion, (resource) => resource.kind === kind);
    if (found === undefined) throw new Error(`discovery: can't find kind ${kind} in apiVersion ${apiVersion}`);
    return found;
  }

  async get(resource: ResourceInfo, object: KubernetesObject): Promise<KubernetesObject> {
    this.refuseIfStopped();
    const { namespace, name } = object.metadata;
    return complete(resource, await this.api.get(resource, place(resource, namespace), name));
  }

  create(resource: ResourceInfo, object: KubernetesObject): Promise<KubernetesObject> {
    const namespace = place(resource, object.metadata.namespace);
    return this.write('create', resource, object, () => this.api.create(resource, namespace, object));
  }

  update(resource: ResourceInfo, object: KubernetesObject, subresource?: 'status'): Promise<KubernetesObject> {
    const verb = subresource === undefined ? 'update' : 'updateStatus';
    return this.write(verb, resource, object, () => this.api.update(resource, object, subresource));
  }

  patch(resource: ResourceInfo, object: KubernetesObject, patch: unknown): Promise<KubernetesObject> {
    const { namespace, name } = object.metadata;
    const run = (): Promise<KubernetesObject> =>
      this.api.patch(resource, place(resource, namespace), name, 'application/merge-patch+json', patch);
    return this.write('patch', resource, object, run);
  }

  delete(resource: ResourceInfo, object: KubernetesObject, options: DeleteOptions): Promise<KubernetesObject> {
    const { namespace, name } = object.metadata;
    return this.write('delete', resource, object, () =>
      this.api.delete(resource, place(resource, namespace), name, options),
    );
  }

  /**
   * Reads the live object, changes it and writes it, again on a conflict: four tries, 10, 50 and 250 ms apart.
   * `change` gives another object and leaves the live one as it is; undefined when there is nothing to do. A live object of another UID counts as not found.
   */
  async atomicUpdate(
    resource: ResourceInfo,
    original: KubernetesObject,
    change: (live: KubernetesObject) => KubernetesObject | undefined,
    subresource?: 'status',
  ): Promise<KubernetesObject> {
    for (let attempt = 0; ; attempt++) {
      const live = await this.get(resource, original);
      if (live.metadata.uid !== original.metadata.uid) {
        throw new ApiError(404, 'NotFound', `${resource.plural} "${original.metadata.name}" not found`);
      }
      const changed = change(live);
      if (changed === undefined) return live;
      try {
        return await this.update(resource, changed, subresource);
      } catch (error) {
        const backoff = conflictBackoffMilliseconds[attempt];
        if (!isReason(error, 'Conflict') || backoff === undefined) throw error;
        await sleep(this.clock, backoff * (1 + this.random.next() * conflictJitter));
      }
    }
  }

  private find(apiVersion: string, test: (resource: ResourceInfo) => boolean): ResourceInfo | undefined {
    const [group, version] = [groupOf(apiVersion), versionOf(apiVersion)];
    return this.known.find((resource) => resource.group === group && resource.version === version && test(resource));
  }

  private async write(
    verb: WriteEvent['verb'],
    resource: ResourceInfo,
    object: KubernetesObject,
    run: () => Promise<KubernetesObject>,
  ): Promise<KubernetesObject> {
    this.refuseIfStopped();
    const event: WriteEvent = {
      verb,
      kind: resource.kind,
      namespace: object.metadata.namespace,
      name: object.metadata.name,
    };
    try {
      const result = await run();
      this.onWrite?.(event);
      return complete(resource, result);
    } catch (error) {
      this.onWrite?.({ ...event, refused: error instanceof ApiError ? error.reason : describe(object) });
      throw error;
    }
  }

  private refuseIfStopped(): void {
    if (this.stopSignal.aborted) throw new Stopped();
  }
}

/** A namespace means nothing to a cluster-scoped resource. */
function place(resource: ResourceInfo, namespace: string | undefined): string | undefined {
  return resource.namespaced && namespace !== '' ? namespace : undefined;
}

/** Items of lists of built-in kinds come without apiVersion and kind. */
export function complete(resource: ResourceInfo, object: KubernetesObject): KubernetesObject {
  if (object.apiVersion !== undefined && object.kind !== undefined) return object;
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
}
