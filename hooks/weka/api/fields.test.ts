import { describe, expect, it } from 'vitest';
import { openApiSchema, type SchemaNode } from '../../../crds/structural.ts';
import { extensions } from './extensions.ts';
import { kinds } from './index.ts';
import { upstreamFields } from './upstream-fields.ts';

/** `{ field: type }` of one upstream object, extensions included. */
function expectedFields(object: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [type, names] of Object.entries(upstreamFields[object] ?? {})) {
    for (const name of names.split(' ')) fields.set(name, type);
  }
  for (const extension of extensions) if (extension.object === object) fields.set(extension.field, extension.type);
  return fields;
}

const scalars: Record<string, (node: SchemaNode) => boolean> = {
  string: (node) => node.type === 'string' && node.format === undefined,
  enum: (node) => node.type === 'string' && node.enum !== undefined,
  integer: (node) => node.type === 'integer',
  boolean: (node) => node.type === 'boolean',
  duration: (node) => node.type === 'string' && node['pattern'] !== undefined,
  'date-time': (node) => node.type === 'string' && node.format === 'date-time',
  quantity: (node) => node['x-kubernetes-int-or-string'] === true,
  any: (node) => node['x-kubernetes-preserve-unknown-fields'] === true && node.properties === undefined,
  EnvVarSource: (node) =>
    node['x-kubernetes-preserve-unknown-fields'] === true && node.properties?.['secretKeyRef'] !== undefined,
};

/** The fields of Kubernetes' own types. */
const native: Record<string, string[]> = {
  Toleration: ['effect', 'key', 'operator', 'tolerationSeconds', 'value'],
  Condition: ['lastTransitionTime', 'message', 'observedGeneration', 'reason', 'status', 'type'],
  ContainerPort: ['containerPort', 'hostIP', 'hostPort', 'name', 'protocol'],
};

/** Everything in which a schema node differs from an upstream type. */
function differences(node: SchemaNode, type: string, path: string): string[] {
  const wrapped = /^(list|map)<(.*)>$/.exec(type);
  if (wrapped !== null) {
    const inner = wrapped[1] === 'list' ? node.items : node.additionalProperties;
    return inner === undefined ? [`${path}: is no ${type}`] : differences(inner, wrapped[2] ?? '', `${path}[]`);
  }
  const scalar = scalars[type];
  if (scalar !== undefined) return scalar(node) ? [] : [`${path}: is no ${type}: ${JSON.stringify(node)}`];
  const names = Object.keys(node.properties ?? {}).sort();
  if (native[type] !== undefined) return names.join() === native[type].join() ? [] : [`${path}: is no ${type}`];
  const expected = expectedFields(type);
  if (expected.size === 0) return [`${path}: upstream has no ${type}`];
  const found: string[] = [];
  for (const name of names) if (!expected.has(name)) found.push(`${path}.${name}: not upstream's and no extension`);
  for (const [name, fieldType] of expected) {
    const child = node.properties?.[name];
    found.push(
      ...(child === undefined ? [`${path}.${name}: missing`] : differences(child, fieldType, `${path}.${name}`)),
    );
  }
  return found;
}

const upstreamKinds = kinds.filter(({ kind }) => upstreamFields[kind] !== undefined);

function everyField(node: SchemaNode, path: string): { path: string; name: string; node: SchemaNode }[] {
  const inside = [
    ...Object.entries(node.properties ?? {}).map(([name, child]) => ({ path: `${path}.${name}`, name, node: child })),
  ];
  const nested = [...inside.map((field) => [field.node, field.path] as const)];
  if (node.items !== undefined) nested.push([node.items, `${path}[]`]);
  if (node.additionalProperties !== undefined) nested.push([node.additionalProperties, `${path}{}`]);
  return [...inside, ...nested.flatMap(([child, childPath]) => everyField(child, childPath))];
}

describe('fields of the API', () => {
  it("compares upstream's five kinds", () => {
    expect(upstreamKinds).toHaveLength(5);
  });

  it.each(upstreamKinds)('$kind has the fields of upstream and the extensions, and no others', ({ kind, schema }) => {
    const node = openApiSchema(schema, '');
    const common = ['apiVersion', 'kind', 'metadata'];
    const properties = Object.fromEntries(
      Object.entries(node.properties ?? {}).filter(([name]) => !common.includes(name)),
    );
    expect(differences({ ...node, properties }, kind, kind)).toEqual([]);
  });

  it('extends only objects that upstream has, with fields that it has not', () => {
    for (const { object, field } of extensions) {
      const names = Object.values(upstreamFields[object] ?? {}).flatMap((group) => group.split(' '));
      expect(names.length, object).toBeGreaterThan(0);
      expect(names, `${object}.${field}`).not.toContain(field);
    }
  });

  it.each(kinds)('each field of $kind is described, beginning with its name', ({ kind, schema }) => {
    const undescribed = everyField(openApiSchema(schema, ''), kind)
      .filter(({ path }) => path !== `${kind}.metadata`)
      .filter(
        ({ name, node }) =>
          !(node.description ?? '').startsWith(`${name} `) || (node.description ?? '').length < name.length + 4,
      );
    expect(undescribed.map(({ path }) => path)).toEqual([]);
  });
});
