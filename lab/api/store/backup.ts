/** All that is stored, as a snapshot of etcd has it, and the way back to it: every object at once is what it was then. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { objectKey } from './state.ts';
import type { ResourceDefinition } from './types.ts';
import type { Kernel } from './writes.ts';

/** By storage. */
export type Backup = ReadonlyMap<string, readonly KubernetesObject[]>;

function storages({ registry }: Kernel): ResourceDefinition[] {
  const all = registry.all().map(({ storage }) => registry.ofStorage(storage));
  return [...new Set(all.filter((one) => one !== undefined))];
}

export const takeBackup = (kernel: Kernel): Backup =>
  new Map(storages(kernel).map(({ storage }) => [storage, kernel.state.all(storage)]));

const keyOf = ({ metadata: { namespace, name } }: KubernetesObject): string => objectKey(namespace, name);

/** What was stored then is stored again under new resourceVersions, and what came since is gone without a deletion. */
export function goBackTo(kernel: Kernel, backup: Backup): void {
  const { state } = kernel;
  // what other objects refer to is there before those that refer to it: nothing is collected in between
  for (const definition of storages(kernel))
    for (const object of backup.get(definition.storage) ?? []) {
      const before = state.read(definition.storage, object.metadata.namespace, object.metadata.name);
      if (before !== object) state.commit(definition, before, object);
    }
  for (const definition of storages(kernel)) {
    const kept = new Set((backup.get(definition.storage) ?? []).map(keyOf));
    for (const object of state.all(definition.storage))
      if (!kept.has(keyOf(object))) state.commit(definition, object, undefined);
  }
}
