/**
 * DELETE: preconditions, grace periods, finalizers and the propagation policy.
 *
 *   request -> preconditions -> graceful? -> deletionTimestamp set, object stays
 *                            -> finalizers (own, foregroundDeletion, orphan)? -> deletionTimestamp set, object stays
 *                            -> neither: removed
 */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { forbidden, preconditionConflict } from './errors.ts';
import { cloneJson, deepFreeze, equalJson } from './json.ts';
import { timestamp } from './metadata.ts';
import type { ResourceDefinition, StoreDeleteOptions } from './types.ts';
import { isHeld, stored } from './writes.ts';
import type { Kernel } from './writes.ts';

export const orphanFinalizer = 'orphan';
export const foregroundFinalizer = 'foregroundDeletion';

function checkPreconditions(
  definition: ResourceDefinition,
  { metadata }: KubernetesObject,
  { preconditions }: StoreDeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions ?? {};
  if (uid !== undefined && uid !== metadata.uid) {
    throw preconditionConflict(
      definition,
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw preconditionConflict(
      definition,
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

/** The finalizers after a DELETE with this policy: an explicit policy replaces what an earlier one left. */
function finalizersFor(
  definition: ResourceDefinition,
  { finalizers = [] }: KubernetesObject['metadata'],
  policy: StoreDeleteOptions['propagationPolicy'],
): string[] {
  const inherited = finalizers.includes(orphanFinalizer)
    ? 'Orphan'
    : finalizers.includes(foregroundFinalizer)
      ? 'Foreground'
      : definition.behaviour.defaultPropagation;
  const effective = policy ?? inherited;
  const own = finalizers.filter((finalizer) => finalizer !== orphanFinalizer && finalizer !== foregroundFinalizer);
  if (effective === 'Orphan') return [...own, orphanFinalizer];
  return effective === 'Foreground' ? [...own, foregroundFinalizer] : own;
}

function setFinalizers({ metadata }: KubernetesObject, finalizers: string[]): void {
  if (finalizers.length === 0) delete metadata.finalizers;
  else metadata.finalizers = finalizers;
}

function markTerminating({ metadata }: KubernetesObject, at: number, graceSeconds: number): void {
  metadata.deletionTimestamp = timestamp(at + graceSeconds * 1000);
  metadata.deletionGracePeriodSeconds = graceSeconds;
  if (metadata.generation !== undefined) metadata.generation += 1;
}

/**
 * The grace period, in place. `pending`: an earlier, shorter one runs and this request changes nothing.
 * A second DELETE may only shorten; the end is counted from the first request.
 */
function applyGrace(
  definition: ResourceDefinition,
  object: KubernetesObject,
  now: number,
  requested: number | undefined,
): 'none' | 'pending' | 'set' {
  const { metadata } = object;
  if (definition.behaviour.gracePeriodSeconds === undefined) return 'none';
  if (metadata.deletionTimestamp === undefined) {
    markTerminating(object, now, definition.behaviour.gracePeriodSeconds(object, requested));
    return 'set';
  }
  const running = metadata.deletionGracePeriodSeconds;
  if (running === undefined) return 'none';
  if (requested === undefined || requested >= running) return 'pending';
  metadata.deletionTimestamp = timestamp(Date.parse(metadata.deletionTimestamp) - (running - requested) * 1000);
  metadata.deletionGracePeriodSeconds = requested;
  return 'set';
}

/** Deletes by the rules above and returns the object as left, or its last state when it is gone. */
export function deleteObject(
  kernel: Kernel,
  definition: ResourceDefinition,
  namespace: string | undefined,
  name: string,
  options: StoreDeleteOptions,
): KubernetesObject {
  const before = stored(kernel, definition, namespace, name);
  checkPreconditions(definition, before, options);
  const protection = kernel.everyNamespaceMayGo ? undefined : definition.behaviour.undeletable?.[name];
  if (protection !== undefined) throw forbidden(definition, name, protection);

  const now = kernel.time();
  const object = cloneJson(before);
  const grace = applyGrace(definition, object, now, options.gracePeriodSeconds);
  // a request that changes no grace period changes no finalizers either
  if (grace === 'pending') return before;
  setFinalizers(object, finalizersFor(definition, object.metadata, options.propagationPolicy));
  const held = isHeld(definition, object);
  if (held && object.metadata.deletionTimestamp === undefined) {
    markTerminating(object, now, 0);
    definition.behaviour.terminate?.(object);
  }
  if (options.dryRun) return deepFreeze(object);

  const stays = held || (object.metadata.deletionGracePeriodSeconds ?? 0) > 0;
  const left =
    (stays || grace === 'set') && !equalJson(object, before) ? kernel.state.commit(definition, before, object) : before;
  return stays ? left : kernel.state.commit(definition, left, undefined);
}
