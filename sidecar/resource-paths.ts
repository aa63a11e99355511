/** Paths of objects in the Kubernetes API. Only kinds of the catalogue have one, so no discovery is needed. */
import type { ResourceKind, SystemAccess } from '../hooks/core/access.ts';
import type { ObjectAddress } from './cluster-access.ts';

const generic: readonly ResourceKind[] = [
  { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true },
  { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true },
  { apiVersion: 'v1', kind: 'Event', plural: 'events', namespaced: true },
  { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
];

/** Path of a collection, or of an object in it; each throws for a kind that is not of the catalogue. */
export interface ResourcePaths {
  collection(kind: Omit<ObjectAddress, 'name'>): string;
  object(address: ObjectAddress): string;
}

/** All kinds that the systems let be touched. */
export const kindsOf = (systems: readonly SystemAccess[]): ResourceKind[] => [
  ...generic,
  ...systems.flatMap(({ readable, pods, deletable, finalized }) => [
    ...readable,
    ...pods.flatMap(({ owners }) => owners),
    ...deletable.map(({ kind }) => kind),
    ...finalized.map(({ kind }) => kind),
  ]),
];

/** The paths of all kinds that the systems let be touched. */
export function resourcePaths(systems: readonly SystemAccess[]): ResourcePaths {
  const kinds = kindsOf(systems);
  const collection: ResourcePaths['collection'] = ({ apiVersion, kind, namespace }) => {
    const known = kinds.find((one) => one.apiVersion === apiVersion && one.kind === kind);
    if (known === undefined || known.namespaced !== (namespace !== undefined))
      throw new Error(`${kind} of ${apiVersion} cannot be addressed`);
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    return `${root}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${known.plural}`;
  };
  return { collection, object: (address) => `${collection(address)}/${encodeURIComponent(address.name)}` };
}
