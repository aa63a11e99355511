/** From an object as the API server serves it to a typed one, with defaults, or to a list of what is wrong with it. */
import type { z } from 'zod';

export interface Issue {
  /** Dot form with list indices: `spec.telemetry.exports[0].name`. */
  path: string;
  message: string;
}

export type Parsed<Value> = { ok: true; value: Value } | { ok: false; issues: Issue[] };

/** `['spec', 'exports', 0]` -> `spec.exports[0]`; map keys that are no plain words stand in brackets, as in Kubernetes. */
export function fieldPath(segments: PropertyKey[]): string {
  return segments
    .map((segment, index) => {
      const plain = typeof segment !== 'number' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(String(segment));
      if (!plain) return `[${String(segment)}]`;
      return index === 0 ? String(segment) : `.${String(segment)}`;
    })
    .join('');
}

/**
 * Parses an object with the schema of its kind: unknown fields are dropped and defaults filled in, as the API server
 * does. An unreadable status counts as absent, since a status is only a cache and must not stop the life of an object.
 */
export function parse<Schema extends z.ZodType>(schema: Schema, object: unknown): Parsed<z.output<Schema>> {
  if (object === null || typeof object !== 'object') return parseAnew(schema, object);
  const bySchema = parsedBefore.get(object) ?? new Map<z.ZodType, Parsed<unknown>>();
  parsedBefore.set(object, bySchema);
  const known = bySchema.get(schema) as Parsed<z.output<Schema>> | undefined;
  if (known !== undefined) return known;
  const fresh = parseAnew(schema, object);
  bySchema.set(schema, fresh);
  return fresh;
}

// One call of a hook asks several times for the same object, and zod is what it would spend its time on. An object of a
// request is never changed.
const parsedBefore = new WeakMap<object, Map<z.ZodType, Parsed<unknown>>>();

function parseAnew<Schema extends z.ZodType>(schema: Schema, object: unknown): Parsed<z.output<Schema>> {
  const result = schema.safeParse(object);
  if (result.success) return { ok: true, value: result.data };
  const issues = result.error.issues;
  if (issues.every((issue) => issue.path[0] === 'status')) {
    return parse(schema, Object.fromEntries(Object.entries(object as object).filter(([field]) => field !== 'status')));
  }
  return { ok: false, issues: issues.map(({ path, message }) => ({ path: fieldPath(path), message })) };
}

/** The first three issues as one sentence for a condition's message. */
export function describeIssues(issues: Issue[]): string {
  const shown = issues.slice(0, 3).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const rest = issues.length - shown.length;
  return shown.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
