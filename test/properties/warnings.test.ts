/** What is said at apply is what the objects say afterwards: each policy that is installed is compared with the tables that conditions are made of. */
import { readdirSync, readFileSync } from 'node:fs';
import { isCelError } from '@bufbuild/cel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { conditionsOf } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { asks } from '../../hooks/core/asked.ts';
import { fieldsNotSupported, warningOf, type FieldNotSupported } from '../../hooks/core/not-supported.ts';
import { systems } from '../../hooks/systems.ts';
import { openApiSchema, type SchemaNode } from '../../crds/structural.ts';
import { warningObjects } from '../../deploy/generated-warnings.ts';
import { celValue, planned } from '../../lab/api/store/cel.ts';
import { arbitrary } from '../arbitrary.ts';

interface Policy {
  spec: {
    matchConditions: { expression: string }[];
    validations: { expression: string; message: string }[];
  };
}
type Thing = Record<string, unknown>;

/** The messages of what does not hold. An expression that fails is a fault: with the failure policy it would be silence. */
function told({ spec }: Policy, object: object, before: object | null = null, username = 'jane'): string[] {
  const bindings = {
    object: celValue(undefined, object),
    oldObject: celValue(undefined, before),
    request: celValue(undefined, { operation: before === null ? 'CREATE' : 'UPDATE', userInfo: { username } }),
  };
  const holds = ({ expression }: { expression: string }): boolean => {
    const result = planned(expression)(bindings);
    if (isCelError(result)) throw new Error(`${expression}: ${result.message}`);
    return result === true;
  };
  if (!spec.matchConditions.every(holds)) return [];
  return spec.validations.filter((one) => !holds(one)).map(({ message }) => message);
}

const rows = systems.flatMap((system) => {
  const objects = warningObjects(system);
  return (system.notSupported ?? []).map(({ kind, fields }) => {
    const definition = system.kinds.find((one) => one.kind === kind)!;
    const policy = objects.find(({ metadata }) =>
      metadata.name.startsWith(`${definition.plural}-`),
    ) as unknown as Policy;
    const controller = system.controllers.find(({ name }) => name === kind.toLowerCase());
    return { kind, fields, definition, policy, controller, schema: openApiSchema(definition.schema, '') };
  });
});
const ofFields = rows.flatMap((one) => (one.fields === 'all' ? [] : [{ ...one, fields: one.fields }]));
const whole = (kind: string, parts: Thing): Thing => ({
  apiVersion: 'any/v1',
  kind,
  metadata: { name: 'demo', namespace: 'default' },
  ...parts,
});

/** What an object of a kind holds besides, where a field alone asks for nothing. */
const besides: Record<string, Thing> = {
  'WekaCluster spec.dynamicTemplate': { template: 'dynamic' },
  'WekaContainer spec.group': { mode: 'drive' },
  'WekaContainer spec.instructions': { mode: 'drive' },
};
const values: Record<string, unknown> = { 'spec.encryption': { vault: {} } };
const ofType: Record<string, unknown> = { integer: 3, array: [1], boolean: true, string: 'a', object: {} };

/** A value of the field that is not its default. */
function valueOf(schema: SchemaNode, path: string): unknown {
  const node = path.split('.').reduce<SchemaNode | undefined>((at, key) => at?.properties?.[key], schema);
  if (node === undefined) throw new Error(`the API has no ${path}`);
  const { type, enum: words, default: usual } = node as { type?: string; enum?: unknown[]; default?: unknown };
  return values[path] ?? words?.find((word) => word !== usual) ?? ofType[type ?? 'object'];
}

const nested = (path: string, value: unknown): Thing =>
  path.split('.').reduceRight<unknown>((below, key) => ({ [key]: below }), value) as Thing;

describe.each(ofFields)('of a $kind', ({ kind, fields, policy, schema, definition, controller }) => {
  const judged = (object: object): string[] => fields.filter(({ when }) => asks(when, object)).map(warningOf);

  it.each(fields.filter(({ path }) => path !== 'spec.image').map((field) => ({ path: field.path, field })))(
    '$path is told at apply, and when it is set alone nothing else is',
    ({ path, field }) => {
      const { spec } = nested(path, valueOf(schema, path)) as { spec: Thing };
      const more = Object.entries(besides).flatMap(([key, value]) =>
        `${kind} ${path}`.startsWith(key) ? [value] : [],
      );
      const object = whole(kind, { spec: merged(spec, more) });
      expect(told(policy, object)).toEqual([warningOf(field)]);
      expect(judged(object)).toEqual([warningOf(field)]);
      expect(told(policy, whole(kind, { spec: {} }))).toEqual([]);
    },
  );

  it('is told what the condition of each golden object says', () => {
    const folder = new URL(`../golden/${kind.toLowerCase()}/`, import.meta.url);
    let named = 0;
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.request.json'))) {
      const { parent } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { parent?: KubernetesObject };
      if (parent === undefined) continue;
      const parsed = definition.schema.safeParse(parent);
      if (!parsed.success) continue;
      const living = structuredClone(parsed.data) as KubernetesObject;
      delete living.metadata.deletionTimestamp;
      expect(told(policy, living), file).toEqual(judged(parsed.data as object));
      const decision = JSON.parse(
        readFileSync(new URL(file.replace('.request.', '.decision.'), folder), 'utf8'),
      ) as KubernetesObject;
      const condition = conditionsOf(decision).find(({ type }) => type === 'NotSupported');
      if (condition === undefined) continue;
      named += 1;
      const { ignored } = fieldsNotSupported(fields, parsed.data as object, changedBy(condition.message));
      expect(condition.message, file).toBe(`this release does not act on ${ignored.join(', ')}`);
    }
    expect(controller).toBeDefined();
    if (kind === 'WekaClient') expect(named, 'golden objects with a condition').toBeGreaterThan(1);
  });

  it('is told what is judged of any object that the API takes', () => {
    const json = z.toJSONSchema(definition.schema, {
      target: 'openapi-3.0',
      io: 'input',
      unrepresentable: 'any',
    }) as Record<string, Record<string, Record<string, unknown>>>;
    const { spec, status } = json['properties'] as Record<string, Record<string, unknown>>;
    const parts = arbitrary({
      type: 'object',
      properties: { spec, status },
      required: ['spec'],
    }) as fc.Arbitrary<Thing>;
    const seen = new Set<string>();
    fc.assert(
      fc.property(parts, (made) => {
        // with the defaults, as the API server has them, also where rules among the fields are broken
        const parsed = definition.schema.safeParse(
          whole(kind, { ...made, apiVersion: `${definition.group}/${definition.version}` }),
        );
        const object = plain(parsed.success ? parsed.data : whole(kind, made));
        const texts = told(policy, object);
        for (const text of texts) seen.add(text);
        expect(texts).toEqual(judged(object));
      }),
      { numRuns: 150 },
    );
    expect(seen.size).toBeGreaterThan(fields.length / 2);
  });
});

const plain = (value: unknown): object => JSON.parse(JSON.stringify(value)) as object;
/** Of fields that only a change makes one, the condition itself says whether there was one. */
const changedBy = (message: string): string[] =>
  message.includes('spec.image (change of containers') ? ['spec.image'] : [];
const merged = (spec: Thing, more: readonly Thing[]): Thing => ({
  ...spec,
  ...Object.fromEntries(more.flatMap((one) => Object.entries(one))),
});

const of = (kind: string): { policy: Policy; fields: readonly FieldNotSupported[] } =>
  ofFields.find((one) => one.kind === kind)!;

describe('a change of the image', () => {
  const object = (kind: string, image: string, status?: object): Thing =>
    whole(kind, {
      spec: { image, ...(kind === 'WekaCluster' ? { template: 'dynamic' } : {}) },
      ...(status && { status }),
    });

  it('of a WekaClient is told, and its creation is not', () => {
    const { policy } = of('WekaClient');
    expect(told(policy, object('WekaClient', 'a:2'), object('WekaClient', 'a:1'))).toEqual([
      'spec.image (change of containers that run; a container that is deleted comes back with it) has no effect in this release: delete them one by one',
    ]);
    expect(told(policy, object('WekaClient', 'a:2'))).toEqual([]);
  });

  it('of a WekaCluster is told once that has one applied', () => {
    const { policy } = of('WekaCluster');
    const [before, after] = [object('WekaCluster', 'a:1'), object('WekaCluster', 'a:2')];
    expect(told(policy, after, before)).toEqual([]);
    expect(told(policy, object('WekaCluster', 'a:2', { clusterID: 'guid', lastAppliedImage: 'a:1' }), before)).toEqual([
      'spec.image (change of a formed cluster) has no effect in this release: set it back',
    ]);
  });
});

describe('a kind on which nothing acts', () => {
  const kinds = rows.filter(({ fields }) => fields === 'all');
  it.each(kinds)('tells it of each object: $kind', ({ kind, policy, controller }) => {
    expect(told(policy, whole(kind, { spec: {} }))).toEqual([
      `this release does not act on ${kind} objects: nothing comes of it`,
    ]);
    expect(controller).toBeDefined();
  });
});

describe('nothing is told', () => {
  const { policy } = of('WekaContainer');
  const object = (metadata: object = {}, spec: object = {}): Thing => ({
    apiVersion: 'any/v1',
    kind: 'WekaContainer',
    metadata: { name: 'demo', ...metadata },
    spec: { mode: 'drive', upgradePolicyType: 'manual', overrides: { forceDrain: true }, ...spec },
  });
  const owned = { ownerReferences: [{ uid: 'u', controller: true }] };
  const account = 'system:serviceaccount:metacontroller:metacontroller';
  const one = ['spec.overrides.forceDrain has no effect in this release: leave it out'];

  it('of an object that is being deleted', () => {
    expect(told(policy, object({ deletionTimestamp: '2026-01-01T00:00:00Z' }), object({}, { port: 1 }))).toEqual([]);
  });

  it('when labels or finalizers alone are changed, and all of it when the spec is', () => {
    expect(told(policy, object({ labels: { a: 'b' } }), object())).toEqual([]);
    expect(told(policy, object({}, { port: 2 }), object({}, { port: 1 }))).toEqual(one);
  });

  it('to a controller of what it owns; to a person of the same, and to an account that owns nothing of it, it is', () => {
    expect(told(policy, object(owned), null, account)).toEqual([]);
    expect(told(policy, object(owned), null, 'jane')).toEqual(one);
    expect(told(policy, object(), null, account)).toEqual(one);
    expect(told(policy, object({ ownerReferences: [{ uid: 'u' }] }), null, account)).toEqual(one);
  });
});
