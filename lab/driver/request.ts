/** Objects by kind and name, inside the driver and in hook requests. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { MetacontrollerCrash } from './errors.ts';
import { compareText } from './json.ts';
import { apiVersionOf, groupOf, qualifiedName, versionOf } from './objects.ts';
import type { GroupVersionKind } from './objects.ts';

export interface KindGroup extends GroupVersionKind {
  /** By `namespace/name`, or `name` without a namespace. */
  objects: Map<string, KubernetesObject>;
}

const groupKey = ({ group, version, kind }: GroupVersionKind): string => `${group} ${version} ${kind}`;

export class ObjectMap {
  private readonly groups = new Map<string, KindGroup>();

  /** Null objects are the death of the real process. */
  static of(objects: readonly (KubernetesObject | null)[], what: string): ObjectMap {
    const map = new ObjectMap();
    for (const object of objects) {
      if (object === null) throw new MetacontrollerCrash(42, `null entry in ${what} kills the Metacontroller process`);
      map.insert(object);
    }
    return map;
  }

  /** Makes the kind appear even without objects. */
  initialise(kind: GroupVersionKind): KindGroup {
    const known = this.groups.get(groupKey(kind));
    if (known !== undefined) return known;
    const group: KindGroup = { group: kind.group, version: kind.version, kind: kind.kind, objects: new Map() };
    this.groups.set(groupKey(kind), group);
    return group;
  }

  /** The last object of a kind and name wins. */
  insert(object: KubernetesObject): void {
    const group = groupOf(object.apiVersion);
    this.initialise({ group, version: versionOf(object.apiVersion), kind: object.kind }).objects.set(
      qualifiedName(object),
      object,
    );
  }

  get(kind: GroupVersionKind): Map<string, KubernetesObject> | undefined {
    return this.groups.get(groupKey(kind))?.objects;
  }

  /** By group, version, kind; the core group first. */
  sorted(): KindGroup[] {
    return [...this.groups.values()].sort(
      (left, right) =>
        compareText(left.group, right.group) ||
        compareText(left.version, right.version) ||
        compareText(left.kind, right.kind),
    );
  }

  all(): KubernetesObject[] {
    return [...this.groups.values()].flatMap(({ objects }) => [...objects.values()]);
  }

  /** As in a request: by `Kind.apiVersion`, then by name in the form of the hook's version. */
  forRequest(version: 'v1' | 'v2', parent: KubernetesObject): Record<string, Record<string, KubernetesObject>> {
    const name = version === 'v2' ? qualifiedName : relativeName(parent);
    const request: Record<string, Record<string, KubernetesObject>> = {};
    for (const group of this.groups.values()) {
      const named: Record<string, KubernetesObject> = {};
      for (const object of group.objects.values()) {
        const key = name(object);
        if (key !== undefined) named[key] = object;
      }
      request[`${group.kind}.${apiVersionOf(group)}`] = named;
    }
    return request;
  }
}

/** Version v1: plain names beside a namespaced parent, where objects of other places are dropped. */
function relativeName(parent: KubernetesObject): (object: KubernetesObject) => string | undefined {
  const home = parent.metadata.namespace;
  if (home === undefined || home === '') return qualifiedName;
  return (object) => (object.metadata.namespace === home ? object.metadata.name : undefined);
}
