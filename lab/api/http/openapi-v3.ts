/** OpenAPI v3: an index, and a document for each group version, from the schemas of CustomResourceDefinitions and of built-in kinds. Pure. */
import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { asObject, asObjects, cloneJson, valueAt } from '../store/json.ts';
import type { JsonObject, ResourceDefinition } from '../store/types.ts';
import { addBuiltInSchema, addMetadataSchema } from './built-in-schemas.ts';

const standard: Record<string, string> = {
  apiVersion:
    'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources',
  kind: 'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
  metadata:
    "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
};

/** `storage.example.com`, `v1alpha1`, `Cluster` as `com.example.storage.v1alpha1.Cluster`. */
function customComponentName({ group, version, kind }: ResourceDefinition): string {
  return `${group.split('.').reverse().join('.')}.${version}.${kind}`;
}

/** The schema of one version of a CustomResourceDefinition with the fields that every object has. */
export function customSchema(definition: KubernetesObject, version: string, metadataReference: string): JsonObject {
  const served = asObjects(valueAt(definition, 'spec.versions')).find((candidate) => candidate['name'] === version);
  const schema = cloneJson(asObject(valueAt(served, 'schema.openAPIV3Schema')));
  const properties = {
    ...asObject(schema['properties']),
    apiVersion: { description: standard['apiVersion'], type: 'string' },
    kind: { description: standard['kind'], type: 'string' },
    metadata: { description: standard['metadata'], allOf: [{ $ref: metadataReference }] },
  };
  return { ...schema, type: 'object', properties };
}

const queryParameters = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
}));

function operation(action: string, kind: JsonObject, schema: string, body?: string[]): JsonObject {
  const content = (types: string[]): JsonObject =>
    Object.fromEntries(types.map((type) => [type, { schema: { $ref: `#/components/schemas/${schema}` } }]));
  return {
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
    ...(body === undefined
      ? {}
      : { parameters: queryParameters, requestBody: { required: true, content: content(body) } }),
    responses: { 200: { description: 'OK', content: content(['application/json']) } },
  };
}

/** The paths of one kind; `schemas` are the names of the components of the object and of its list. */
function kindPaths(definition: ResourceDefinition, schemas: { object: string; list: string }): JsonObject {
  const { group, version, kind, plural, namespaced, hasStatus } = definition;
  const gvk = { group, version, kind };
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection = `${root}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}`;
  // strategic merge is not named: kubectl then takes the merge keys of built-in kinds from its own types
  const patch = operation('patch', gvk, schemas.object, [
    'application/json-patch+json',
    'application/merge-patch+json',
  ]);
  const item = {
    get: operation('get', gvk, schemas.object),
    put: operation('put', gvk, schemas.object, ['application/json']),
    patch,
  };
  const list = operation('list', gvk, schemas.list);
  return {
    [collection]: {
      get: list,
      post: operation('post', gvk, schemas.object, ['application/json']),
      delete: operation('deletecollection', gvk, schemas.object),
    },
    [`${collection}/{name}`]: { ...item, delete: operation('delete', gvk, schemas.object) },
    ...(hasStatus ? { [`${collection}/{name}/status`]: item } : {}),
    ...(namespaced ? { [`${root}/${plural}`]: { get: list } } : {}),
  };
}

/** Adds the schema of a kind to the components; the name that it has there. */
function addSchema(
  definition: ResourceDefinition,
  custom: KubernetesObject | undefined,
  components: JsonObject,
): string {
  const builtIn = custom === undefined ? addBuiltInSchema(definition, components) : undefined;
  if (builtIn !== undefined) return builtIn;
  const name = customComponentName(definition);
  const metadata = addMetadataSchema(components, 'V1ObjectMeta');
  components[name] =
    custom === undefined
      ? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
      : customSchema(custom, definition.version, metadata);
  return name;
}

export interface Schemas {
  definitions: ResourceDefinition[];
  /** The CustomResourceDefinition of a kind. */
  customDefinition(definition: ResourceDefinition): KubernetesObject | undefined;
}

/** The document of one group version; `undefined` when it is not served. */
export function openApiDocument(schemas: Schemas, group: string, version: string): JsonObject | undefined {
  const members = schemas.definitions.filter(
    (definition) => definition.group === group && definition.version === version,
  );
  if (members.length === 0) return undefined;
  const components: JsonObject = {};
  let paths: JsonObject = {};
  for (const definition of members) {
    const object = addSchema(definition, schemas.customDefinition(definition), components);
    const gvk = { group, version, kind: definition.kind };
    components[object] = { ...asObject(components[object]), 'x-kubernetes-group-version-kind': [gvk] };
    const list = `${object}List`;
    components[list] = {
      description: `${definition.kind}List is a list of ${definition.kind}`,
      type: 'object',
      required: ['items'],
      properties: {
        apiVersion: { description: standard['apiVersion'], type: 'string' },
        kind: { description: standard['kind'], type: 'string' },
        metadata: { description: standard['metadata'], allOf: [{ $ref: addMetadataSchema(components, 'V1ListMeta') }] },
        items: {
          description: `List of ${definition.plural}.`,
          type: 'array',
          items: { allOf: [{ $ref: `#/components/schemas/${object}` }] },
        },
      },
      'x-kubernetes-group-version-kind': [{ group, version, kind: `${definition.kind}List` }],
    };
    paths = { ...paths, ...kindPaths(definition, { object, list }) };
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.32.0' },
    paths,
    components: { schemas: components },
  };
}

/** Answer of `/openapi/v3`. The hash in each address lets clients keep a document until it changes. */
export function openApiIndex(schemas: Schemas): JsonObject {
  const versions = new Map(
    schemas.definitions.map(({ group, version }) => [
      group === '' ? `api/${version}` : `apis/${group}/${version}`,
      { group, version },
    ]),
  );
  const paths: JsonObject = {};
  for (const [path, { group, version }] of versions) {
    const hash = createHash('sha256')
      .update(JSON.stringify(openApiDocument(schemas, group, version)))
      .digest('hex')
      .toUpperCase();
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  }
  return { paths };
}
