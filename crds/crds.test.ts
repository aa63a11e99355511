import { readdirSync, readFileSync } from 'node:fs';
import { celEnv, parse as parseCel, plan } from '@bufbuild/cel';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { KindDefinition } from '../hooks/core/api/kind.ts';
import { apiVersion, kinds, version } from '../hooks/weka/api/index.ts';
import { ApiServer } from '../test/api-server.ts';
import { arbitrary } from '../test/arbitrary.ts';
import { prune, withDefaults } from '../test/structural-schema.ts';
import { definitionOf } from './definitions.ts';
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

/**
 * Asks a real API server by dry run, on copies of the CRDs in a group of the test's own: no controller of a live
 * operator sees anything. The copies have no status subresource, so that one request covers spec and status.
 */
describe.runIf(kubeconfig !== undefined)('a real API server', () => {
  const testGroup = `crd-test-${process.pid}.weka.io`;
  const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  let server: ApiServer;

  const copies = kinds.map((kind) => {
    const copy = structuredClone(definitionOf(kind));
    copy.metadata.name = `${kind.plural}.${testGroup}`;
    copy.spec.group = testGroup;
    delete copy.spec.names['categories'];
    delete copy.spec.names['shortNames'];
    for (const entry of copy.spec.versions) delete entry['subresources'];
    return copy;
  });

  const established = async (name: string): Promise<boolean> => {
    const live = await server.send('GET', `${definitionsPath}/${name}`) as { status?: { conditions?: { type: string; status: string }[] } };
    return live.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true;
  };

  beforeAll(async () => {
    server = new ApiServer(kubeconfig ?? '');
    for (const copy of copies) await server.send('POST', definitionsPath, copy);
    for (const copy of copies) await vi.waitUntil(() => established(copy.metadata.name), { timeout: 20_000, interval: 200 });
  }, 60_000);
  afterAll(async () => {
    for (const copy of copies) await server.send('DELETE', `${definitionsPath}/${copy.metadata.name}`);
  });

  it.each(kinds)('keeps everything that zod accepts of a $kind, and fills in the same defaults', async (kind) => {
    const path = `/apis/${testGroup}/${version}/${kind.scope === 'Namespaced' ? 'namespaces/default/' : ''}${kind.plural}?dryRun=All`;
    await fc.assert(fc.asyncProperty(valid(kind), async (object) => {
      const wanted = plain(kind.schema.parse(object)) as Record<string, unknown>;
      const live = await server.send('POST', path, { ...object, apiVersion: `${testGroup}/${version}` }) as Record<string, unknown>;
      expect({ spec: live['spec'], status: live['status'] }).toEqual({ spec: wanted['spec'], status: wanted['status'] });
    }), { numRuns: 25 });
  }, 60_000);
});
