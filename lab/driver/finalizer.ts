/** The finalizer by which a controller holds its parents. */
import type { ResourceInfo } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { DriverClient } from './client.ts';
import { hasFinalizer, isTerminating, withMetadata } from './objects.ts';

const garbageCollection = ['foregroundDeletion', 'orphan'];

export class Finalizer {
  readonly name: string;
  /** The controller has a finalize hook, even one without webhook. */
  readonly enabled: boolean;

  constructor(name: string, enabled: boolean) {
    this.name = name;
    this.enabled = enabled;
  }

  /** Adds or removes the finalizer where the cached object lacks what is wanted; returns the object to go on with. */
  async align(client: DriverClient, resource: ResourceInfo, object: KubernetesObject): Promise<KubernetesObject> {
    if (hasFinalizer(object, this.name) === this.enabled) return object;
    if (!this.enabled) return this.remove(client, resource, object);
    if (isTerminating(object)) return object;
    return client.atomicUpdate(resource, object, (live) => {
      if (hasFinalizer(live, this.name)) return undefined;
      return withMetadata(live, { finalizers: [...(live.metadata.finalizers ?? []), this.name] });
    });
  }

  /** Costs a live read even when the finalizer is gone already. */
  remove(client: DriverClient, resource: ResourceInfo, object: KubernetesObject): Promise<KubernetesObject> {
    return client.atomicUpdate(resource, object, (live) => {
      if (!hasFinalizer(live, this.name)) return undefined;
      return withMetadata(live, { finalizers: live.metadata.finalizers!.filter((name) => name !== this.name) });
    });
  }

  /** Children of a terminating parent are managed only while we hold it and the garbage collector does not work on it. */
  managesChildrenOf(parent: KubernetesObject): boolean {
    if (!isTerminating(parent)) return true;
    if (garbageCollection.some((name) => hasFinalizer(parent, name))) return false;
    return this.enabled && hasFinalizer(parent, this.name);
  }
}
