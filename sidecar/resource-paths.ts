/** Paths of objects in the Kubernetes API. Only kinds of the catalogue have one, so no discovery is needed. */
import type { ResourceKind } from '../hooks/core/catalogue.ts';
import { wekaKinds } from '../hooks/weka/catalogue.ts';
import type { ObjectAddress } from './cluster-access.ts';

const kinds: readonly ResourceKind[] = [
  ...wekaKinds.readable,
  wekaKinds.claims,
  { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true },
  { apiVersion: 'v1', kind: 'Event', plural: 'events', namespaced: true },
];

/** Path of the collection an object lives in; throws for a kind that is not of the catalogue. */
export function collectionPath({ apiVersion, kind, namespace }: Omit<ObjectAddress, 'name'>): string {
  const known = kinds.find((one) => one.apiVersion === apiVersion && one.kind === kind);
  if (known === undefined || known.namespaced !== (namespace !== undefined)) throw new Error(`${kind} of ${apiVersion} cannot be addressed`);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${known.plural}`;
}

export function objectPath(address: ObjectAddress): string {
  return `${collectionPath(address)}/${encodeURIComponent(address.name)}`;
}
