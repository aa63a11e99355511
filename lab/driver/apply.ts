/**
 * Dynamic apply: the three-way merge of the observed object, what was applied last, and what is desired now.
 * Pure; writing is in children.ts.
 */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { copyJson, deepEqual, goJson } from './json.ts';
import { annotationsOf } from './objects.ts';

export const lastAppliedAnnotation = 'metacontroller.k8s.io/last-applied-configuration';

type Tree = Record<string, unknown>;

/** In order of precedence. */
const mergeKeys = ['containerPort', 'port', 'mountPath', 'name', 'uid', 'ip', 'path'];

const systemMetadata = [
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
];

function isTree(value: unknown): value is Tree {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A copy of `observed` with what was applied and is not desired any more removed, and what is desired set. */
export function merge(observed: Tree, lastApplied: Tree | undefined, desired: Tree): Tree {
  return mergeObject(copyJson(observed), lastApplied ?? {}, desired);
}

// a desired value of another type than the live object or list counts as empty, silently, as in the real one
function mergeValue(destination: unknown, lastApplied: unknown, desired: unknown): unknown {
  if (isTree(destination)) {
    return mergeObject(destination, isTree(lastApplied) ? lastApplied : {}, isTree(desired) ? desired : {});
  }
  if (Array.isArray(destination)) {
    return mergeList(
      destination,
      Array.isArray(lastApplied) ? lastApplied : [],
      Array.isArray(desired) ? desired : undefined,
    );
  }
  return desired;
}

function mergeObject(destination: Tree, lastApplied: Tree, desired: Tree): Tree {
  for (const key of Object.keys(lastApplied)) {
    if (!Object.hasOwn(desired, key)) delete destination[key];
  }
  for (const [key, value] of Object.entries(desired)) {
    destination[key] = mergeValue(destination[key], lastApplied[key], value);
  }
  return destination;
}

function mergeList(destination: unknown[], lastApplied: unknown[], desired: unknown[] | undefined): unknown {
  const key = listMapKey([...destination, ...lastApplied, ...(desired ?? [])]);
  // Go's nil list goes over the wire as null
  if (key === undefined) return desired ?? null;
  return mergeListMap(key, destination as Tree[], lastApplied as Tree[], (desired ?? []) as Tree[]);
}

/** The key by which lists of objects are merged as maps, if all their items have one in common. */
function listMapKey(items: unknown[]): string | undefined {
  if (items.length === 0 || !items.every(isTree)) return undefined;
  return mergeKeys.find((key) => items.every((item) => Object.hasOwn(item, key)));
}

function mergeKey(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? '<nil>' : goJson(value);
}

function mergeListMap(key: string, destination: Tree[], lastApplied: Tree[], desired: Tree[]): Tree[] {
  const keyOf = (item: Tree): string => mergeKey(item[key]);
  const byKey = (items: Tree[]): Tree => Object.fromEntries(items.map((item) => [keyOf(item), item]));
  const merged = mergeObject(byKey(destination), byKey(lastApplied), byKey(desired));
  const result: Tree[] = [];
  const added = new Set<string>();
  // two live items with one key both become the merged one: a difference for ever, in the real one too
  for (const item of destination) {
    if (!Object.hasOwn(merged, keyOf(item))) continue;
    result.push(merged[keyOf(item)] as Tree);
    added.add(keyOf(item));
  }
  for (const item of desired) {
    if (added.has(keyOf(item))) continue;
    result.push(merged[keyOf(item)] as Tree);
    added.add(keyOf(item));
  }
  return result;
}

/** Puts the system-owned metadata and the status of `observed` back into `merged`, which it changes. */
export function restoreSystemFields(merged: Tree, observed: Tree): void {
  const observedMetadata = isTree(observed['metadata']) ? observed['metadata'] : {};
  if (!isTree(merged['metadata'])) merged['metadata'] = {};
  const metadata = merged['metadata'] as Tree;
  for (const field of systemMetadata) restore(metadata, observedMetadata, field);
  restore(merged, observed, 'status');
}

function restore(target: Tree, source: Tree, field: string): void {
  if (Object.hasOwn(source, field)) target[field] = copyJson(source[field]);
  else delete target[field];
}

/** Stores the text of `applied` in the annotation of `object`; unreadable annotations of the object are lost. */
export function setLastApplied(object: KubernetesObject, applied: KubernetesObject): void {
  const text = goJson(applied);
  object.metadata.annotations = { ...annotationsOf(object), [lastAppliedAnnotation]: text };
}

/** Throws if the annotation is there and is not a JSON object. */
function lastAppliedOf(object: KubernetesObject): Tree | undefined {
  const text = annotationsOf(object)?.[lastAppliedAnnotation];
  if (text === undefined || text === '') return undefined;
  const parsed: unknown = JSON.parse(text);
  if (parsed === null) return {};
  if (!isTree(parsed)) throw new Error(`can't unmarshal "${lastAppliedAnnotation}" annotation`);
  return parsed;
}

// a sync wishes for most children what the last one did, and they are the same frozen objects of the cache as then
const appliedBefore = new WeakMap<KubernetesObject, { desired: string; result: KubernetesObject }>();

/** What the observed object would become; itself if nothing is to be done. Changes neither argument but one thing: a last-applied annotation in `desired` goes. */
export function applyUpdate(observed: KubernetesObject, desired: KubernetesObject): KubernetesObject {
  const annotations = annotationsOf(desired);
  if (annotations !== undefined && Object.hasOwn(annotations, lastAppliedAnnotation)) {
    delete annotations[lastAppliedAnnotation];
    desired.metadata.annotations = annotations;
  }
  const text = goJson(desired);
  const before = appliedBefore.get(observed);
  if (before?.desired === text) return before.result;
  const result = applied(observed, desired);
  if (Object.isFrozen(observed)) appliedBefore.set(observed, { desired: text, result });
  return result;
}

function applied(observed: KubernetesObject, desired: KubernetesObject): KubernetesObject {
  const merged = merge(observed, lastAppliedOf(observed), copyJson(desired));
  restoreSystemFields(merged, observed);
  const result = merged as KubernetesObject;
  setLastApplied(result, desired);
  return deepEqual(result, observed) ? observed : result;
}
