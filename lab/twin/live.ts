/** The objects of a live cluster, as they are put into a store of the lab. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { Store } from '../api/store/types.ts';
import type { GivenSettings, LabSystem } from '../system.ts';

export interface LiveObjects {
  /** All that matters: objects of the systems' kinds, pods, nodes, namespaces, and what the hooks look at. */
  objects: readonly KubernetesObject[];
  /** Milliseconds since the epoch. */
  now: number;
  /** Settings of the operator. */
  config?: GivenSettings;
}

/** Without owners that have not been read: they would count as gone, and their objects with them. */
function withKnownOwners(object: KubernetesObject, known: ReadonlySet<string | undefined>): KubernetesObject {
  const { ownerReferences } = object.metadata;
  if (ownerReferences === undefined || ownerReferences.every(({ uid }) => known.has(uid))) return object;
  const kept = ownerReferences.filter(({ uid }) => known.has(uid));
  return { ...object, metadata: { ...object.metadata, ownerReferences: kept } };
}

/**
 * Puts them there with their uids, times and statuses, and the namespaces that they are in.
 * @returns those of kinds that the store does not serve, which are left out
 */
export function putLive(store: Store, objects: readonly KubernetesObject[]): KubernetesObject[] {
  const isServed = ({ apiVersion, kind }: KubernetesObject): boolean =>
    store.definitionOf(apiVersion, kind) !== undefined;
  const known = new Set(objects.map(({ metadata }) => metadata.uid));
  const namespaces = [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))];
  for (const name of namespaces) store.restore({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid: name } });
  for (const object of objects) if (isServed(object)) store.restore(withKnownOwners(object, known));
  return objects.filter((object) => !isServed(object));
}

/** The copies of boot files that are there: those of the operator that runs, which may be of another version. */
export function bootFilesThatAreThere(
  systems: readonly LabSystem[],
  objects: readonly KubernetesObject[],
): GivenSettings {
  const newest = objects
    .filter(({ kind }) => kind === 'ConfigMap')
    .sort((one, other) => (one.metadata.creationTimestamp ?? '').localeCompare(other.metadata.creationTimestamp ?? ''))
    .reverse();
  return Object.fromEntries(
    systems.flatMap(
      ({
        system: {
          bootConfigMapSetting: setting,
          access: { bootConfigMapPrefix: prefix },
        },
      }) => {
        const found =
          prefix === undefined ? undefined : newest.find(({ metadata }) => metadata.name.startsWith(prefix));
        return setting === undefined || found === undefined ? [] : [[setting, found.metadata.name]];
      },
    ),
  );
}
