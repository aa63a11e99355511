import { readdirSync, readFileSync } from 'node:fs';
import { celEnv, parse as parseCel, plan } from '@bufbuild/cel';
import { KubeConfig, CustomObjectsApi, KubernetesObjectApi, type KubernetesObject } from '@kubernetes/client-node';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { apiVersion, group, kinds, version, type KindDefinition } from '../hooks/weka/api/index.ts';
import { arbitrary } from '../test/arbitrary.ts';
import { prune, withDefaults } from '../test/structural-schema.ts';
import { files } from './generate.ts';
import { openApiSchema, type SchemaNode } from './structural.ts';

/** `{spec, status}` of a kind, as zod would accept them. */
function specAndStatus(kind: KindDefinition): fc.Arbitrary<Record<string, unknown>> {
  const schema = z.toJSONSchema(kind.schema, { target: 'openapi-3.0', io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
  const { spec, status } = schema['properties'] as Record<string, Record<string, unknown>>;
  return arbitrary({ type: 'object', properties: { spec, ...(status && { status }) }, required: ['spec'] }) as fc.Arbitrary<Record<string, unknown>>;
}

const whole = (kind: KindDefinition, parts: Record<string, unknown>, name = 'demo'): Record<string, unknown> =>
  ({ apiVersion, kind: kind.kind, metadata: { name, ...(kind.scope === 'Namespaced' ? { namespace: 'default' } : {}) }, ...parts });

/** Objects that break no rule. */
function valid(kind: KindDefinition): fc.Arbitrary<Record<string, unknown>> {
  return specAndStatus(kind).map((parts) => whole(kind, parts)).filter((object) => kind.schema.safeParse(object).success);
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('files in crds', () => {
  it('are what npm run generate writes', () => {
    const present = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.yaml'));
    expect(present.sort()).toEqual([...files().keys()].sort());
    for (const [name, content] of files()) expect(readFileSync(`${import.meta.dirname}/${name}`, 'utf8') === content, name).toBe(true);
  });
});

describe('what zod accepts', () => {
  it.each(kinds)('$kind loses nothing to pruning and gets the same defaults from the CRD', (kind) => {
    const schema = openApiSchema(kind.schema, '');
    fc.assert(fc.property(valid(kind), (object) => {
      const { metadata, ...rest } = object;
      expect(prune(schema, rest)).toEqual(rest);
      expect({ ...(withDefaults(schema, rest) as object), metadata }).toEqual(plain(kind.schema.parse(object)));
    }), { numRuns: 100 });
  });
});

describe('structural form', () => {
  const nodes = (node: SchemaNode): SchemaNode[] => [
    node, ...[...Object.values(node.properties ?? {}), node.items, node.additionalProperties].flatMap((child) => (child === undefined ? [] : nodes(child))),
  ];

  it.each(kinds)('$kind says a type at each node, and no required field has a default', ({ schema }) => {
    for (const node of nodes(openApiSchema(schema, ''))) {
      const typed = node.type ?? node['x-kubernetes-int-or-string'] ?? node['x-kubernetes-preserve-unknown-fields'];
      expect(typed, JSON.stringify(node)).toBeDefined();
      expect(node.properties !== undefined && node.additionalProperties !== undefined).toBe(false);
      for (const name of node.required ?? []) expect(node.properties?.[name]?.default, name).toBeUndefined();
    }
  });

  it('refuses what has no structural form', () => {
    expect(() => openApiSchema(z.object({ spec: z.union([z.string(), z.boolean()]) }), '')).toThrow('a union of boolean,string has no structural form');
  });
});

/** Messages of all rules that an object breaks, by evaluating the CEL text of the CRD. Rules about changes are left out. */
function celViolations(node: SchemaNode, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => celViolations(node.items ?? {}, item));
  if (value === null || typeof value !== 'object') return [];
  const rules = (node['x-kubernetes-validations'] ?? []) as { rule: string; message: string }[];
  const own = rules.filter(({ rule }) => !rule.includes('oldSelf')).flatMap(({ rule, message }) => {
    const result = plan(celEnv(), parseCel(rule))({ self: integers(value) as never });
    expect(result, rule).toBeTypeOf('boolean');
    return result === true ? [] : [message];
  });
  const nested = Object.entries(value).flatMap(([name, child]) => celViolations(node.properties?.[name] ?? node.additionalProperties ?? {}, child));
  return [...own, ...nested];
}

/** CEL tells integers from floating-point numbers; JavaScript does not. */
function integers(value: unknown): unknown {
  if (typeof value === 'number') return BigInt(value);
  if (Array.isArray(value)) return value.map(integers);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, integers(child)]));
}

describe('rules', () => {
  it.each(kinds)('the CEL text of $kind says the same as the predicate in the hook', (kind) => {
    const schema = { ...openApiSchema(kind.schema, '') };
    fc.assert(fc.property(specAndStatus(kind), fc.constantFrom(1, 44, 45, 58, 59, 63, 64), (parts, length) => {
      const object = whole(kind, parts, 'x'.repeat(length));
      const result = kind.schema.safeParse(object);
      const messages = result.success ? [] : result.error.issues.filter(({ code }) => code === 'custom').map(({ message }) => message);
      // zod leaves the rules of an outer object out when an inner one is broken
      const broken = [...new Set(celViolations(schema, withDefaults(schema, object)))];
      expect(broken.length > 0).toBe(messages.length > 0);
      for (const message of messages) expect(broken).toContain(message);
    }), { numRuns: 100 });
  });
});

const kubeconfig = process.env['KUBECONFIG_TEST'];

describe.runIf(kubeconfig !== undefined)('a real API server', () => {
  const config = new KubeConfig();
  if (kubeconfig !== undefined) config.loadFromFile(kubeconfig);
  const name = `crd-test-${process.pid}`;
  const created: { delete: () => Promise<unknown> }[] = [];

  beforeAll(() => expect(config.getCurrentCluster()).not.toBeNull());
  afterAll(async () => {
    for (const object of created) await object.delete();
  });

  it.each(kinds)('keeps everything that zod accepts of a $kind, and fills in the same defaults', async (kind) => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const custom = config.makeApiClient(CustomObjectsApi);
    const [first] = fc.sample(valid(kind).filter(({ spec }) => JSON.stringify(spec).length < 2000), { numRuns: 1, seed: 1 });
    const base = whole(kind, { spec: first?.['spec'] }, name) as KubernetesObject;
    const existing = await objects.create(base);
    created.push({ delete: () => objects.delete(base) });

    await fc.assert(fc.asyncProperty(valid(kind), async (object) => {
      const body = { ...object, metadata: existing.metadata };
      const wanted = plain(kind.schema.parse(object)) as Record<string, unknown>;
      const where = { group, version, plural: kind.plural, name, body, dryRun: 'All' };
      const namespaced = { ...where, namespace: 'default' };
      const replaced: unknown = kind.scope === 'Namespaced'
        ? await custom.replaceNamespacedCustomObject(namespaced) : await custom.replaceClusterCustomObject(where);
      expect((replaced as Record<string, unknown>)['spec']).toEqual(wanted['spec']);
      if (object['status'] === undefined) return;
      // the spec of the stored object counts there
      const status: unknown = kind.scope === 'Namespaced'
        ? await custom.replaceNamespacedCustomObjectStatus(namespaced) : await custom.replaceClusterCustomObjectStatus(where);
      expect((status as Record<string, unknown>)['status']).toEqual(wanted['status']);
    }), { numRuns: 25 });
  });
});
