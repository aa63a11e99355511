/** What an API server does to an object by the structural schema of its CRD, as far as tests need it. */
import type { SchemaNode } from '../crds/structural.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The object without the fields that the schema does not declare. */
export function prune(node: SchemaNode, value: unknown): unknown {
  if (Array.isArray(value))
    return node.items === undefined ? value : value.map((item) => prune(node.items ?? {}, item));
  if (!isObject(value)) return value;
  const keepsUnknown = node['x-kubernetes-preserve-unknown-fields'] === true;
  const entries = Object.entries(value).flatMap(([name, child]): [string, unknown][] => {
    const schema = node.properties?.[name] ?? node.additionalProperties;
    if (schema !== undefined) return [[name, prune(schema, child)]];
    return keepsUnknown ? [[name, child]] : [];
  });
  return Object.fromEntries(entries);
}

/** The object with the defaults of the schema, parents before children. */
export function withDefaults(node: SchemaNode, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withDefaults(node.items ?? {}, item));
  if (!isObject(value)) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    if (filled[name] === undefined && child.default !== undefined) filled[name] = structuredClone(child.default);
  }
  for (const name of Object.keys(filled)) {
    const schema = node.properties?.[name] ?? node.additionalProperties;
    if (schema !== undefined) filled[name] = withDefaults(schema, filled[name]);
  }
  return filled;
}
