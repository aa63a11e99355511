/** Accessors of Kubernetes objects with the tolerance that the real Metacontroller has. */
import type { KubernetesObject, OwnerReference } from '../../hooks/core/contract.ts';

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

/** `apps/v1` is group `apps`; `v1` is the core group, the empty string. */
export function groupOf(apiVersion: string | undefined): string {
  const parts = (apiVersion ?? '').split('/');
  return parts.length === 1 ? '' : parts[0]!;
}

export function versionOf(apiVersion: string | undefined): string {
  return (apiVersion ?? '').split('/').at(-1)!;
}

export function apiVersionOf(kind: { group: string; version: string }): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** `namespace/name`, or `name` without a namespace. */
export function qualifiedName(object: KubernetesObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === '' ? (name ?? '') : `${namespace}/${name}`;
}

/** `Kind namespace/name`, as in error messages. */
export function describe(object: KubernetesObject): string {
  return `${object.kind} ${qualifiedName(object)}`;
}

/** As in messages about parents, where a cluster-scoped one shows as `Kind /name`. */
export function describeParent(parent: KubernetesObject, kind: string = parent.kind): string {
  return `${kind} ${parent.metadata.namespace ?? ''}/${parent.metadata.name ?? ''}`;
}

export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

export function isTerminating(object: KubernetesObject): boolean {
  return typeof object.metadata.deletionTimestamp === 'string';
}

export function hasFinalizer(object: KubernetesObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false;
}

/** A copy with some fields of its metadata set. */
export function withMetadata(
  object: KubernetesObject,
  fields: Partial<KubernetesObject['metadata']>,
): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, ...fields } };
}

export function labelsOf(object: KubernetesObject): Record<string, string> {
  return lenientStringMap(object.metadata?.labels) ?? {};
}

export function annotationsOf(object: KubernetesObject): Record<string, string> | undefined {
  return lenientStringMap(object.metadata?.annotations);
}

/** Null values read as empty strings; a single value of another type makes the whole map unreadable. */
function lenientStringMap(map: unknown): Record<string, string> | undefined {
  if (map === null || typeof map !== 'object' || Array.isArray(map)) return undefined;
  const read: Record<string, string> = {};
  for (const [key, value] of Object.entries(map as Record<string, unknown>)) {
    if (value !== null && typeof value !== 'string') return undefined;
    read[key] = value ?? '';
  }
  return read;
}
