/**
 * The garbage collector of owner references, with the rules of pkg/controller/garbagecollector: what it decides for one
 * object is a function of the live objects, whatever woke it up. Not in here: circles of foreground deletions.
 */
import type { KubernetesObject, OwnerReference } from '../../../hooks/core/contract.ts';
import { deleteObject, foregroundFinalizer, orphanFinalizer } from './deletion.ts';
import type { Change } from './state.ts';
import type { Collector } from './collectors.ts';
import { editObject } from './writes.ts';
import type { Kernel } from './writes.ts';

interface Place {
  storage: string;
  namespace: string | undefined;
  name: string;
}

const ownersOf = (object: KubernetesObject | undefined): OwnerReference[] => object?.metadata.ownerReferences ?? [];
const isTerminating = (object: KubernetesObject): boolean => object.metadata.deletionTimestamp !== undefined;
const hasFinalizer = (object: KubernetesObject, finalizer: string): boolean =>
  (object.metadata.finalizers ?? []).includes(finalizer);
const deletesDependents = (object: KubernetesObject): boolean =>
  isTerminating(object) && hasFinalizer(object, foregroundFinalizer);

export function createGarbageCollector(kernel: Kernel): Collector {
  const { registry, state } = kernel;
  const places = new Map<string, Place>();
  /** Owner uid to the uids of its dependents. */
  const dependents = new Map<string, Set<string>>();
  const queue = new Set<string>();

  const live = (uid: string): KubernetesObject | undefined => {
    const place = places.get(uid);
    const object = place && state.read(place.storage, place.namespace, place.name);
    return object?.metadata.uid === uid ? object : undefined;
  };
  const dependentsOf = (uid: string): string[] => [...(dependents.get(uid) ?? [])];
  const edit = (object: KubernetesObject, change: (metadata: KubernetesObject['metadata']) => void): void => {
    const definition = registry.ofStorage(places.get(object.metadata.uid ?? '')?.storage ?? '');
    if (definition) editObject(kernel, definition, object, (copy) => change(copy.metadata));
  };

  /** True if the object has an owner that it did not have before. */
  const relate = (uid: string, before: KubernetesObject | undefined, after: KubernetesObject | undefined): boolean => {
    const now = new Set(ownersOf(after).map((owner) => owner.uid));
    const then = new Set(ownersOf(before).map((owner) => owner.uid));
    for (const owner of then) {
      if (now.has(owner)) continue;
      dependents.get(owner)?.delete(uid);
      // it may have waited for this dependent
      queue.add(owner);
    }
    const added = [...now].filter((owner) => !then.has(owner));
    for (const owner of added) dependents.set(owner, (dependents.get(owner) ?? new Set<string>()).add(uid));
    return added.length > 0;
  };

  const observe = ({ storage, before, after, shown }: Change): boolean => {
    const { uid = '', namespace, name } = shown.metadata;
    const hasNewOwner = relate(uid, before, after);
    const startsForeground =
      after !== undefined && deletesDependents(after) && !(before !== undefined && deletesDependents(before));
    if (after === undefined) places.delete(uid);
    else places.set(uid, { storage, namespace, name });
    if (after === undefined || startsForeground) for (const dependent of dependentsOf(uid)) queue.add(dependent);
    const orphans = after !== undefined && isTerminating(after) && hasFinalizer(after, orphanFinalizer);
    if (hasNewOwner || startsForeground || orphans) queue.add(uid);
    return queue.size > 0;
  };

  const withoutOwners = (object: KubernetesObject, gone: Set<string>): void =>
    edit(object, (metadata) => {
      const rest = ownersOf(object).filter((owner) => !gone.has(owner.uid));
      if (rest.length > 0) metadata.ownerReferences = rest;
      else delete metadata.ownerReferences;
    });
  const withoutFinalizer = (object: KubernetesObject, finalizer: string): void =>
    edit(object, (metadata) => {
      const rest = (metadata.finalizers ?? []).filter((candidate) => candidate !== finalizer);
      if (rest.length > 0) metadata.finalizers = rest;
      else delete metadata.finalizers;
    });

  /** Undefined when the reference cannot be resolved: then nothing is deleted on its account. */
  const ownerState = (object: KubernetesObject, owner: OwnerReference): 'solid' | 'absent' | 'waiting' | undefined => {
    const definition = registry.byKind(owner.apiVersion, owner.kind);
    if (definition === undefined || (definition.namespaced && object.metadata.namespace === undefined))
      return undefined;
    // an owner in another namespace does not exist as far as the collector can see
    const found = state.read(
      definition.storage,
      definition.namespaced ? object.metadata.namespace : undefined,
      owner.name,
    );
    if (found?.metadata.uid !== owner.uid) return 'absent';
    return deletesDependents(found) ? 'waiting' : 'solid';
  };

  const finishForeground = (uid: string, object: KubernetesObject): void => {
    const blocking = dependentsOf(uid).filter((dependent) =>
      ownersOf(live(dependent)).some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true),
    );
    if (blocking.length === 0) withoutFinalizer(object, foregroundFinalizer);
  };

  const deleteUnowned = (uid: string, object: KubernetesObject): void => {
    const states = ownersOf(object).map((owner) => ({ uid: owner.uid, state: ownerState(object, owner) }));
    if (states.length === 0 || states.some(({ state: known }) => known === undefined)) return;
    const gone = states.filter(({ state: known }) => known !== 'solid');
    if (gone.length === 0) return;
    if (gone.length < states.length) return withoutOwners(object, new Set(gone.map((owner) => owner.uid)));

    const waited = gone.some(({ state: known }) => known === 'waiting') && dependentsOf(uid).length > 0;
    const propagationPolicy = waited
      ? 'Foreground'
      : hasFinalizer(object, orphanFinalizer)
        ? 'Orphan'
        : hasFinalizer(object, foregroundFinalizer)
          ? 'Foreground'
          : 'Background';
    const definition = registry.ofStorage(places.get(uid)?.storage ?? '');
    if (definition)
      deleteObject(kernel, definition, object.metadata.namespace, object.metadata.name, {
        propagationPolicy,
        preconditions: { uid },
      });
  };

  const visit = (uid: string): void => {
    const object = live(uid);
    if (object === undefined) return;
    if (isTerminating(object) && hasFinalizer(object, orphanFinalizer)) {
      for (const dependent of dependentsOf(uid)) {
        const found = live(dependent);
        if (found) withoutOwners(found, new Set([uid]));
      }
      const latest = live(uid);
      if (latest) withoutFinalizer(latest, orphanFinalizer);
    } else if (deletesDependents(object)) finishForeground(uid, object);
    else if (!isTerminating(object)) deleteUnowned(uid, object);
  };

  return {
    observe,
    run() {
      const batch = [...queue];
      queue.clear();
      for (const uid of batch) visit(uid);
      return queue.size > 0;
    },
  };
}
