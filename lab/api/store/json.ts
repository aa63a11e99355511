/** Copying, freezing and comparing of JSON values. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import type { JsonObject } from './types.ts';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; `{}` for anything else. For reading optional parts. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The value as a list; `[]` for anything else. */
export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** A plain value as text; empty for everything else. */
export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** A copy without some keys. */
export function omit(object: JsonObject, keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** The objects of a list. */
export function asObjects(value: unknown): JsonObject[] {
  return asList(value).filter(isObject);
}

/** A deep, unfrozen copy. Keys that are undefined and `__proto__` are left out. */
export function cloneJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => cloneJson(item)) as T;
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) {
    if (value[key] !== undefined && key !== '__proto__') copy[key] = cloneJson(value[key]);
  }
  return copy as T;
}

/** Freezes in place. Stops at parts that are frozen already: those are shared with an older state. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}

/** Deep equality; the order of keys does not matter. */
export function equalJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) && left.length === right.length && left.every((item, index) => equalJson(item, right[index]))
    );
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key], right[key]))
  );
}

/** The value at a dotted path of plain keys. */
export function valueAt(object: unknown, path: string): unknown {
  let value: unknown = object;
  for (const key of path.split('.')) value = isObject(value) ? value[key] : undefined;
  return value;
}

/** Everything but metadata and status: what `metadata.generation` counts the changes of. */
export function desiredPart(object: KubernetesObject, withStatus: boolean): JsonObject {
  return omit(object, ['apiVersion', 'kind', 'metadata', ...(withStatus ? [] : ['status'])]);
}
