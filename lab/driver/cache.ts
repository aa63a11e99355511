/** Objects of one resource by name and by controller owner. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { controllerOf, qualifiedName } from './objects.ts';

/** Key of the index for objects that no controller owns. */
const noOwner = '';

export class ObjectCache {
  private readonly objects = new Map<string, KubernetesObject>();
  private readonly byOwner = new Map<string, Set<string>>();

  get(namespace: string | undefined, name: string): KubernetesObject | undefined {
    return this.objects.get(namespace === undefined || namespace === '' ? name : `${namespace}/${name}`);
  }

  /** All objects, or those of one namespace. */
  list(namespace?: string): KubernetesObject[] {
    return inNamespace([...this.objects.values()], namespace);
  }

  /** Objects whose controller owner has that UID; without a UID those that have no controller owner. */
  listByOwner(uid: string | undefined, namespace?: string): KubernetesObject[] {
    const keys = this.byOwner.get(uid ?? noOwner) ?? [];
    return inNamespace(
      [...keys].map((key) => this.objects.get(key)!),
      namespace,
    );
  }

  /** Returns what was there before. */
  put(object: KubernetesObject): KubernetesObject | undefined {
    const old = this.remove(object);
    const key = qualifiedName(object);
    this.objects.set(key, object);
    const owner = controllerOf(object)?.uid ?? noOwner;
    this.byOwner.set(owner, (this.byOwner.get(owner) ?? new Set()).add(key));
    return old;
  }

  /** Removes the object of that name, and returns it. */
  remove(object: KubernetesObject): KubernetesObject | undefined {
    const key = qualifiedName(object);
    const old = this.objects.get(key);
    if (old === undefined) return undefined;
    this.objects.delete(key);
    const owner = controllerOf(old)?.uid ?? noOwner;
    const keys = this.byOwner.get(owner);
    keys?.delete(key);
    if (keys?.size === 0) this.byOwner.delete(owner);
    return old;
  }
}

function inNamespace(objects: KubernetesObject[], namespace: string | undefined): KubernetesObject[] {
  if (namespace === undefined || namespace === '') return objects;
  return objects.filter((object) => object.metadata.namespace === namespace);
}
