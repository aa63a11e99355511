/**
 * OpenAPI v2, which kubectl reads only where v3 left a question open (the merge keys of built-in kinds: it then uses its
 * own types). So the document names the custom kinds and no others. Pure.
 */
import { asList, isObject } from '../store/json.ts';
import type { JsonObject } from '../store/types.ts';
import { customSchema } from './openapi-v3.ts';
import type { Schemas } from './openapi-v3.ts';

/** Keywords of v3 that v2 does not know; the real server leaves them out as well. */
const onlyInV3 = new Set(['anyOf', 'oneOf', 'allOf', 'not', 'nullable']);

function asV2(schema: unknown): unknown {
  if (Array.isArray(schema)) return asList(schema).map(asV2);
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([key, value]) => !(onlyInV3.has(key) && typeof value !== 'string'));
  return Object.fromEntries(kept.map(([key, value]) => [key, asV2(value)]));
}

const metadataName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** Answer of `/openapi/v2` in JSON. */
export function openApiV2(schemas: Schemas): JsonObject {
  const custom = schemas.definitions.flatMap((definition) => {
    const found = schemas.customDefinition(definition);
    if (found === undefined) return [];
    const { group, version, kind } = definition;
    const schema = asV2(customSchema(found, version, '')) as JsonObject;
    const properties = { ...(schema['properties'] as JsonObject), metadata: { $ref: `#/definitions/${metadataName}` } };
    return [
      [
        `${group.split('.').reverse().join('.')}.${version}.${kind}`,
        { ...schema, properties, 'x-kubernetes-group-version-kind': [{ group, version, kind }] },
      ],
    ];
  });
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1.32.0' },
    paths: {},
    definitions: { ...(Object.fromEntries(custom) as JsonObject), [metadataName]: { type: 'object' } },
  };
}

/**
 * The same for the protobuf form, which kubectl insists on: a `gnostic.openapi.v2.Document` with `swagger` and `info`
 * and nothing else, so that it falls back on what it knows itself.
 */
export function openApiV2Protobuf(): Buffer {
  const field = (number: number, value: Buffer): Buffer =>
    Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value]);
  const info = Buffer.concat([field(1, Buffer.from('Kubernetes')), field(2, Buffer.from('v1.32.0'))]);
  return Buffer.concat([field(1, Buffer.from('2.0')), field(2, info)]);
}

export const openApiV2ProtobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
