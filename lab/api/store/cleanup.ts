/** Empties what is being deleted (terminating namespaces, and CustomResourceDefinitions of their objects) and lets events expire. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import type { Collector } from './collectors.ts';
import { definitionFinalizer, definitionStorage } from './definitions.ts';
import { deleteObject } from './deletion.ts';
import { asObject } from './json.ts';
import type { NamespaceDeletion, ResourceDefinition } from './types.ts';
import { editObject } from './writes.ts';
import type { Kernel } from './writes.ts';

/** The kinds by storage, each once. */
function storages({ registry }: Kernel): ResourceDefinition[] {
  return [
    ...new Map(
      registry.all().map((definition) => [definition.storage, registry.ofStorage(definition.storage) ?? definition]),
    ).values(),
  ];
}

/** Deletes the objects in the background (their finalizers and grace periods hold) and says how many are left. */
function emptied(
  kernel: Kernel,
  definition: ResourceDefinition,
  belongs: (object: KubernetesObject) => boolean,
): number {
  for (const object of kernel.state.all(definition.storage)) {
    if (!belongs(object) || object.metadata.deletionTimestamp !== undefined) continue;
    deleteObject(kernel, definition, object.metadata.namespace, object.metadata.name, {
      propagationPolicy: 'Background',
    });
  }
  return kernel.state.all(definition.storage).filter(belongs).length;
}

/** @param order see StoreOptions */
export function createNamespaceCollector(kernel: Kernel, order: NamespaceDeletion): Collector {
  const queue = new Set<string>();

  const visit = (name: string): void => {
    const found = kernel.state.read('namespaces', undefined, name);
    const definition = kernel.registry.ofStorage('namespaces');
    if (found?.metadata.deletionTimestamp === undefined || definition === undefined) return;
    const kinds = storages(kernel).filter(({ namespaced }) => namespaced);
    const pods = order === 'pods-first' ? kinds.filter(({ storage }) => storage === 'pods') : [];
    const rest = kinds.filter((kind) => !pods.includes(kind));
    const left = (some: ResourceDefinition[]): boolean =>
      some
        .map((kind) => emptied(kernel, kind, (object) => object.metadata.namespace === name))
        .some((count) => count > 0);
    // as long as one pod is left, nobody else gets a deletion timestamp
    if (left(pods) || left(rest)) return;
    editObject(kernel, definition, found, (namespace) => {
      namespace['spec'] = { ...asObject(namespace['spec']), finalizers: [] };
    });
  };

  return {
    observe({ storage, after, shown }) {
      if (storage === 'namespaces') {
        if (after?.metadata.deletionTimestamp !== undefined) queue.add(shown.metadata.name);
      } else if (after === undefined && shown.metadata.namespace !== undefined) {
        queue.add(shown.metadata.namespace);
      }
      return queue.size > 0;
    },
    run() {
      const batch = [...queue];
      queue.clear();
      batch.forEach(visit);
      return queue.size > 0;
    },
  };
}

export function createDefinitionCollector(kernel: Kernel): Collector {
  const queue = new Set<string>();

  const visit = (name: string): void => {
    const found = kernel.state.read(definitionStorage, undefined, name);
    const definition = kernel.registry.ofStorage(definitionStorage);
    if (found?.metadata.deletionTimestamp === undefined || definition === undefined) return;
    const kind = kernel.registry.ofStorage(name);
    if (kind !== undefined && emptied(kernel, kind, () => true) > 0) return;
    editObject(kernel, definition, found, ({ metadata }) => {
      metadata.finalizers = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== definitionFinalizer);
    });
  };

  return {
    observe({ storage, after, shown }) {
      // the name of a definition is the storage name of its objects
      if (storage === definitionStorage) {
        if (after?.metadata.deletionTimestamp !== undefined) queue.add(shown.metadata.name);
      } else if (after === undefined && kernel.registry.ofStorage(storage)?.terminating) {
        queue.add(storage);
      }
      return queue.size > 0;
    },
    run() {
      const batch = [...queue];
      queue.clear();
      batch.forEach(visit);
      return queue.size > 0;
    },
  };
}

/** How long an event is kept after its last change, as kube-apiserver's --event-ttl. */
const eventMilliseconds = 3_600_000;

/** Looks at the oldest events whenever there is a new one: without events nothing piles up. */
export function createEventCollector(kernel: Kernel): Collector {
  const changedAt = new Map<string, { object: KubernetesObject; at: number }>();
  const expired = (): KubernetesObject[] => {
    const old: KubernetesObject[] = [];
    for (const { object, at } of changedAt.values()) {
      if (at + eventMilliseconds > kernel.clock.now()) break;
      old.push(object);
    }
    return old;
  };
  return {
    observe({ storage, after, shown }) {
      if (storage !== 'events') return false;
      const uid = shown.metadata.uid ?? '';
      // set again at the end: the map stays in the order of the changes
      changedAt.delete(uid);
      if (after !== undefined) changedAt.set(uid, { object: after, at: kernel.clock.now() });
      return expired().length > 0;
    },
    run() {
      const definition = kernel.registry.ofStorage('events');
      if (definition) for (const object of expired()) kernel.state.commit(definition, object, undefined);
      return false;
    },
  };
}
