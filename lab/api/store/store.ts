/** Composition of the store: see types.ts for what it promises. Each job stands in a file of its own. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import type { ListOptions } from '../../contract.ts';
import { behaviours } from './behaviours.ts';
import { createDefinitionCollector, createEventCollector, createNamespaceCollector } from './cleanup.ts';
import { driveCollectors } from './collectors.ts';
import { definitionStorage, servedBy, servesTheSame } from './definitions.ts';
import { deleteObject } from './deletion.ts';
import { conflict, unknownResource } from './errors.ts';
import { createGarbageCollector } from './garbage.ts';
import { asObject, asObjects, asText } from './json.ts';
import { timestamp } from './metadata.ts';
import { patched } from './patch.ts';
import { randomNames } from './random.ts';
import { goBackTo, takeBackup } from './backup.ts';
import { createRegistry } from './registry.ts';
import { builtInResources } from './built-in-kinds.ts';
import { selection } from './selectors.ts';
import { createState, objectKey } from './state.ts';
import type { JsonObject, ResourceDefinition, Store, StoreOptions } from './types.ts';
import { createWatches } from './watches.ts';
import { createObject, editObject, patchObject, restoreObject, stored, updateObject } from './writes.ts';
import type { Kernel } from './writes.ts';

/** What every cluster starts with. */
const initialObjects: KubernetesObject[] = [
  ...['default', 'kube-system'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
  },
];

/** A cluster with nothing in it but what every cluster has. */
export function createStore(options: StoreOptions): Store {
  const { clock, seed = Math.floor(Math.random() * 2 ** 32), eventLogBound = 10_000, collectorDelay = 50 } = options;
  const time = (): number => clock.now() + (options.ahead?.() ?? 0);
  const registry = createRegistry(builtInResources(behaviours));
  const state = createState(eventLogBound);
  const kernel: Kernel = {
    clock,
    time,
    names: randomNames(seed),
    registry,
    state,
    admission: options.admission ?? (() => undefined),
    everyNamespaceMayGo: options.everyNamespaceMayGo ?? false,
  };
  // of a kind whose definition was replaced all watches end, and begin with a new list
  const replaced: string[] = [];
  // before the watches: whoever hears of a definition finds its kind served
  state.onChange(({ storage, before, after, shown }) => {
    if (storage !== definitionStorage || (before && after && servesTheSame(before, after))) return;
    const served = after === undefined ? [] : servedBy(after);
    const rereads = before !== undefined;
    if (rereads) replaced.push(shown.metadata.name);
    registry.serveFor(
      shown.metadata.name,
      served.map((definition) => ({ ...definition, rereads })),
    );
  });
  const watches = createWatches(state, clock, registry.serve);
  registry.onChange(() => {
    const storages = new Set(replaced.splice(0));
    clock.after(0, () => watches.breakAll(undefined, (storage) => storages.has(storage)));
  });

  const collectors = [
    createGarbageCollector(kernel),
    createNamespaceCollector(kernel, options.namespaceDeletion ?? 'at-once'),
    createDefinitionCollector(kernel),
    createEventCollector(kernel),
  ];
  const collectGarbage = driveCollectors(state, clock, collectors, collectorDelay);

  const listed = (definition: ResourceDefinition, listOptions: ListOptions): KubernetesObject[] => {
    const selected = selection(definition, listOptions);
    const objects = state.all(definition.storage).map((object) => registry.serve(definition, object));
    const keyed = objects
      .filter(selected)
      .map((object) => ({ key: objectKey(object.metadata.namespace, object.metadata.name), object }));
    return keyed.sort((left, right) => (left.key < right.key ? -1 : 1)).map(({ object }) => object);
  };

  const store: Store = {
    resources: () => registry.all(),
    onResourcesChanged: (listener) => registry.onChange(listener),
    definitionOf: (apiVersion, kind) => registry.byKind(apiVersion, kind),
    resourceVersion: () => String(state.revision()),

    get(resource, namespace, name) {
      const definition = registry.find(resource);
      return registry.serve(definition, stored(kernel, definition, namespace, name));
    },
    list: (resource, listOptions = {}) => ({
      items: listed(registry.find(resource), listOptions),
      resourceVersion: String(state.revision()),
    }),
    watch: (resource, resourceVersion, onEvent, onEnd, listOptions = {}) =>
      watches.start({ definition: registry.find(resource), resourceVersion, options: listOptions, onEvent, onEnd }),
    breakWatches({ error, forget = false } = {}) {
      if (forget) state.forgetChanges();
      watches.breakAll(error);
    },

    create(resource, namespace, object, writeOptions = {}) {
      const definition = registry.find(resource);
      return registry.serve(definition, createObject(kernel, definition, namespace, object, writeOptions));
    },
    update(resource, object, subresource, writeOptions = {}) {
      const definition = registry.find(resource);
      if (subresource === 'status' && !definition.hasStatus) throw unknownResource();
      return registry.serve(definition, updateObject(kernel, definition, object, subresource, writeOptions));
    },
    patch(resource, namespace, name, type, ...[patch, subresource, writeOptions = {}]) {
      const definition = registry.find(resource);
      if (subresource !== undefined && !(subresource === 'status' && definition.hasStatus)) throw unknownResource();
      const change = (object: KubernetesObject): JsonObject => patched(definition, object, type, patch);
      return registry.serve(
        definition,
        patchObject(kernel, definition, { namespace, name }, change, subresource, writeOptions),
      );
    },

    delete(resource, namespace, name, deleteOptions = {}) {
      const definition = registry.find(resource);
      return registry.serve(definition, deleteObject(kernel, definition, namespace, name, deleteOptions));
    },
    deleteCollection(resource, listOptions, deleteOptions = {}) {
      const definition = registry.find(resource);
      return listed(definition, listOptions).map((object) =>
        deleteObject(kernel, definition, object.metadata.namespace, object.metadata.name, deleteOptions),
      );
    },

    restore(object) {
      const definition = registry.byKind(object.apiVersion, object.kind);
      if (definition === undefined) throw unknownResource();
      return registry.serve(definition, restoreObject(kernel, definition, object));
    },

    backup: () => takeBackup(kernel),
    goBackTo(backup) {
      goBackTo(kernel, backup);
      store.breakWatches({ forget: true });
    },

    bind(namespace, pod, node) {
      const definition = registry.find({ group: '', version: 'v1', plural: 'pods' });
      const before = stored(kernel, definition, namespace, pod);
      const binding = { group: '', plural: 'pods/binding', kind: 'Pod' };
      if (before.metadata.deletionTimestamp !== undefined)
        throw conflict(binding, pod, `pod ${pod} is being deleted, cannot be assigned to a host`);
      const current = asObject(before['spec'])['nodeName'];
      if (current !== undefined)
        throw conflict(binding, pod, `pod ${pod} is already assigned to node "${asText(current)}"`);
      return editObject(kernel, definition, before, (object) => {
        const status = asObject(object['status']);
        const others = asObjects(status['conditions']).filter((condition) => condition['type'] !== 'PodScheduled');
        const scheduled = {
          type: 'PodScheduled',
          status: 'True',
          lastProbeTime: null,
          lastTransitionTime: timestamp(time()),
        };
        object['spec'] = { ...asObject(object['spec']), nodeName: node };
        object['status'] = { ...status, conditions: [...others, scheduled] };
      });
    },
    onChange: (listener) => state.onChange(({ before, after }) => listener({ before, after })),
    time,
    collectGarbage,
  };

  for (const object of initialObjects) {
    const definition = registry.byKind(object.apiVersion, object.kind);
    if (definition) createObject(kernel, definition, undefined, object, {});
  }
  return store;
}
