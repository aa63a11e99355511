/** From observed and desired children to writes: all deletions first, then creations and updates, kind by kind. */
import type { ResourceInfo } from '../contract.ts';
import type { KubernetesObject, OwnerReference } from '../../hooks/core/contract.ts';
import type { Random } from '../random.ts';
import { applyUpdate, setLastApplied } from './apply.ts';
import { isReason } from './client.ts';
import type { DriverClient } from './client.ts';
import type { ChildRule, UpdateMethod } from './controllers.ts';
import { childKey, differingPaths } from './difference.ts';
import type { DifferenceDetector } from './difference.ts';
import { aggregate, endsProcess, wrap } from './errors.ts';
import { deepEqual, goJson } from './json.ts';
import { apiVersionOf, describe, groupOf, isTerminating } from './objects.ts';
import type { ObjectMap } from './request.ts';

export interface ChildrenContext {
  client: DriverClient;
  /** Draws the order inside a kind, which is random in the real one. */
  random: Random;
  controller: string;
  methods: UpdateMethods;
  differences: DifferenceDetector;
}

/** By `Kind.group`; versions are not told apart. */
export type UpdateMethods = Map<string, UpdateMethod>;

/** Two rules of one kind share the last method that is not OnDelete. */
export function updateMethods(client: DriverClient, rules: readonly ChildRule[]): UpdateMethods {
  const methods: UpdateMethods = new Map();
  for (const { apiVersion, resource, updateStrategy } of rules) {
    const { kind } = client.resource(apiVersion, resource);
    const method = updateStrategy?.method ?? 'OnDelete';
    if (method !== 'OnDelete') methods.set(`${kind}.${groupOf(apiVersion)}`, method);
  }
  return methods;
}

/** The reference that every child of `parent` carries. */
export function controllerReference(parent: KubernetesObject): OwnerReference {
  const { apiVersion, kind, metadata } = parent;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid!, controller: true, blockOwnerDeletion: true };
}

/** Tries every operation; rejects with the aggregate of what failed. Consumes `desired`. */
export async function manageChildren(
  context: ChildrenContext,
  parent: KubernetesObject,
  observed: ObjectMap,
  desired: ObjectMap,
): Promise<void> {
  const errors: unknown[] = [];
  const attempt = async (run: () => Promise<void>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      if (endsProcess(error)) throw error;
      errors.push(error);
    }
  };
  for (const group of observed.sorted()) {
    await attempt(async () => {
      const resource = context.client.kind(apiVersionOf(group), group.kind);
      const wanted = desired.get(group);
      for (const [name, child] of context.random.shuffle([...group.objects])) {
        if (isTerminating(child) || wanted?.has(name) === true) continue;
        await attempt(async () => {
          await deleteChild(context, resource, child).catch((error: unknown) => {
            throw wrap(`can't delete ${describe(child)}`, error);
          });
        });
      }
    });
  }
  for (const group of desired.sorted()) {
    await attempt(async () => {
      const resource = context.client.kind(apiVersionOf(group), group.kind);
      const present = observed.get(group);
      for (const [name, child] of context.random.shuffle([...group.objects])) {
        const existing = present?.get(name);
        await attempt(() =>
          existing === undefined
            ? createChild(context, resource, parent, child)
            : updateChild(context, resource, parent, existing, child),
        );
      }
    });
  }
  const failure = aggregate(errors);
  if (failure !== undefined) throw failure;
}

/** Background, with the UID pinned, and the object's own grace period. Gone already is success. */
async function deleteChild(
  { client }: ChildrenContext,
  resource: ResourceInfo,
  child: KubernetesObject,
): Promise<boolean> {
  try {
    await client.delete(resource, child, {
      preconditions: { uid: child.metadata.uid! },
      propagationPolicy: 'Background',
    });
    return true;
  } catch (error) {
    if (isReason(error, 'NotFound')) return false;
    throw error;
  }
}

async function createChild(
  { client }: ChildrenContext,
  resource: ResourceInfo,
  parent: KubernetesObject,
  desired: KubernetesObject,
): Promise<void> {
  setLastApplied(desired, desired);
  const references = desired.metadata.ownerReferences ?? [];
  if (!references.some(({ uid }) => uid === parent.metadata.uid)) {
    desired.metadata.ownerReferences = [...references, controllerReference(parent)];
  }
  try {
    await client.create(resource, desired);
  } catch (error) {
    // whoever holds the name is left alone, and nobody hears of it
    if (!isReason(error, 'AlreadyExists')) throw error;
  }
}

async function updateChild(
  context: ChildrenContext,
  resource: ResourceInfo,
  parent: KubernetesObject,
  observed: KubernetesObject,
  desired: KubernetesObject,
): Promise<void> {
  const { client, methods, differences } = context;
  const updated = applyUpdate(observed, desired);
  const key = childKey(observed);
  if (deepEqual(updated, observed)) return differences.equal(key);
  if (isTerminating(observed)) return;
  const method = methods.get(`${resource.kind}.${resource.group}`) ?? 'OnDelete';
  if (method === 'OnDelete') return;
  const recreate = method === 'Recreate' || method === 'RollingRecreate';
  const written = recreate
    ? await deleteChild(context, resource, observed)
    : await updateInPlace(client, resource, updated);
  if (!written) return;
  const replaced = recreate ? observed.metadata.uid! : observed.metadata.resourceVersion!;
  differences.wrote(key, goJson(desired), replaced, () => ({
    controller: context.controller,
    parent: describe(parent),
    of: key,
    action: recreate ? 'recreate' : 'update',
    paths: differingPaths(observed, updated),
  }));
}

/** False when the object is gone or newer than the cache: a later sync sees that. */
async function updateInPlace(
  client: DriverClient,
  resource: ResourceInfo,
  updated: KubernetesObject,
): Promise<boolean> {
  try {
    await client.update(resource, updated);
    return true;
  } catch (error) {
    if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return false;
    throw error;
  }
}
