/** Paths in schemas and objects. */
import { isObject } from './json.ts';
import type { JsonObject } from './types.ts';

/** The keyword's value as a schema, if it is one. */
export function subSchema(schema: JsonObject, keyword: 'items' | 'additionalProperties'): JsonObject | undefined {
  const value = schema[keyword];
  return isObject(value) ? value : undefined;
}

/** `spec.list[0].name`; the root has the empty path. */
export function childPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}
