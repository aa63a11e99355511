/** Nothing that is said of roles for which no container is made is accepted and ignored in silence. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { WekaCluster } from '../api/index.ts';
import { unsupportedFields } from './unsupported.ts';

interface Schema {
  type?: string;
  minimum?: number;
  properties?: Record<string, Schema>;
}

const crd = parse(
  readFileSync(new URL('../../../crds/weka/wekaclusters.weka.weka.io.yaml', import.meta.url), 'utf8'),
) as { spec: { versions: [{ schema: { openAPIV3Schema: { properties: { spec: Schema } } } }] } };

const unbuilt = /^(s3|nfs|smbw|dataServices|envoy)/;

/** The topmost fields that are about such a role alone. */
function fieldsOfUnbuiltRoles(schema: Schema, path: readonly string[] = []): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, below]) =>
    unbuilt.test(name) ? [[...path, name]] : fieldsOfUnbuiltRoles(below, [...path, name]),
  );
}

const typeAt = (path: readonly string[]): string | undefined =>
  path.reduce<Schema | undefined>(
    (schema, name) => schema?.properties?.[name],
    crd.spec.versions[0].schema.openAPIV3Schema.properties.spec,
  )?.type;
const values: Record<string, unknown> = { integer: 3, array: [1], boolean: true, string: 'a' };

describe('a field about a role that is not built', () => {
  const fields = fieldsOfUnbuiltRoles(crd.spec.versions[0].schema.openAPIV3Schema.properties.spec);

  it('is one of many', () => expect(fields.length).toBeGreaterThan(40));

  it.each(fields.map((path) => [path.join('.'), path] as const))('%s is named when it is set', (name, path) => {
    const value = values[typeAt(path) ?? ''] ?? { any: 'thing' };
    const spec = [...path].reverse().reduce<unknown>((below, key) => ({ [key]: below }), value) as object;
    const { ignored, refused } = unsupportedFields({
      spec: { template: 'dynamic', ...spec },
    } as unknown as WekaCluster);
    expect([...ignored, ...refused]).toEqual([`spec.${name}`]);
    expect(unsupportedFields({ spec: { template: 'dynamic' } } as unknown as WekaCluster)).toEqual({
      ignored: [],
      refused: [],
    });
  });
});
