/**
 * From the JSON schema that zod writes to the structural schema that a CRD needs, in one pass. What zod cannot say in
 * a form that the API server accepts is repaired here; nothing of a single kind belongs here.
 */
import { z } from 'zod';

/** A node of an OpenAPI v3 schema as CustomResourceDefinitions have it. */
export interface SchemaNode {
  type?: string;
  description?: string;
  format?: string;
  default?: unknown;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode;
  items?: SchemaNode;
  [keyword: string]: unknown;
}

const keptKeywords = [
  'type',
  'description',
  'default',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'maxProperties',
] as const;

function isNode(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** zod bounds each integer by what a double can hold; the API server's word for that is a format. */
function integerBounds(node: SchemaNode): void {
  if (node.type !== 'integer') return;
  if (node['maximum'] === Number.MAX_SAFE_INTEGER) {
    delete node['maximum'];
    node.format = 'int64';
  }
  if (node['minimum'] === Number.MIN_SAFE_INTEGER) delete node['minimum'];
}

/** Unions are not structural. Two are legitimate: string or integer, and an object or a list of them. */
function union(members: Record<string, unknown>[]): SchemaNode {
  const types = members
    .map((member) => member['type'])
    .sort()
    .join();
  if (types === 'integer,string') {
    const pattern = members.find((member) => member['type'] === 'string')?.['pattern'];
    return { 'x-kubernetes-int-or-string': true, ...(pattern === undefined ? {} : { pattern }) };
  }
  if (types === 'array,object') return { 'x-kubernetes-preserve-unknown-fields': true };
  throw new Error(`a union of ${types} has no structural form`);
}

/** The structural form of one node of zod's JSON schema. Throws on what has none: that is an error in our schemas. */
export function structural(source: Record<string, unknown>): SchemaNode {
  if (source['$ref'] !== undefined) throw new Error('a schema in a CRD must not have an id: $ref is not structural');
  const node: SchemaNode = {};
  if (Array.isArray(source['anyOf'])) {
    Object.assign(node, union(source['anyOf'] as Record<string, unknown>[]));
  }
  for (const keyword of keptKeywords) {
    if (source[keyword] !== undefined) Object.assign(node, { [keyword]: source[keyword] });
  }
  if (source['format'] === 'date-time') {
    node.format = 'date-time';
    delete node['pattern'];
  }
  for (const [keyword, value] of Object.entries(source)) {
    if (keyword.startsWith('x-kubernetes-')) node[keyword] = value;
  }
  // a literal of several numbers comes as `number`
  if (node.type === 'number' && node.enum?.every(Number.isInteger) === true) node.type = 'integer';
  integerBounds(node);
  children(source, node);
  return node;
}

function children(source: Record<string, unknown>, node: SchemaNode): void {
  if (isNode(source['items'])) node.items = structural(source['items']);
  const additional = source['additionalProperties'];
  if (isNode(source['properties']) && Object.keys(source['properties']).length > 0) {
    node.properties = Object.fromEntries(
      Object.entries(source['properties']).map(([name, child]) => [name, structural(child as Record<string, unknown>)]),
    );
    // a field with a default is never missing when the server validates
    const required = (source['required'] as string[] | undefined)?.filter(
      (name) => node.properties?.[name]?.default === undefined,
    );
    if (required !== undefined && required.length > 0) node.required = required;
  }
  if (!isNode(additional)) return;
  if (Object.keys(additional).length === 0) node['x-kubernetes-preserve-unknown-fields'] = true;
  else if (node.properties === undefined) node.additionalProperties = structural(additional);
}

/**
 * The `openAPIV3Schema` of a whole object. `apiVersion` and `kind` are the server's own; of metadata a CRD may say
 * nothing but that it is an object.
 */
export function openApiSchema(schema: z.ZodType, description: string): SchemaNode {
  const source = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  });
  const { properties: all, ...rest } = source as unknown as { properties: Record<string, Record<string, unknown>> };
  const { spec, status } = all;
  const own = { spec, ...(status === undefined ? {} : { status }) };
  const root = structural({
    ...rest,
    description,
    properties: own,
    additionalProperties: undefined,
    required: ['spec'],
  });
  const described = {
    apiVersion: { type: 'string', description: 'apiVersion is the group and version of the schema' },
    kind: { type: 'string', description: 'kind is the kind of the object' },
    metadata: { type: 'object' },
  };
  return { ...root, properties: { ...described, ...root.properties } };
}
