/**
 * OpenAPI schemas of the built-in kinds, made from the field tables of @kubernetes/client-node (themselves generated
 * from the OpenAPI document of Kubernetes). Names and types only: those tables have no descriptions and no required lists.
 */
import * as kubernetes from '@kubernetes/client-node';
import { isObject } from '../store/json.ts';
import type { JsonObject, ResourceDefinition } from '../store/types.ts';

interface Attribute {
  baseName: string;
  type: string;
  format: string;
}

type Kind = Pick<ResourceDefinition, 'group' | 'version' | 'kind'>;

/** Kinds of one name in two groups. */
const ambiguous: Record<string, string> = { '/v1/Event': 'CoreV1Event', 'events.k8s.io/v1/Event': 'EventsV1Event' };

/** Fields of a schema may carry anything, also keys that look like fields of other kinds. */
const opaque = new Set(['V1JSONSchemaProps', 'V1FieldsV1']);

const groupsOfTheirOwn = new Set(['metacontroller.k8s.io']);

const models = kubernetes as unknown as Record<string, { attributeTypeMap?: Attribute[] } | undefined>;

function attributes(model: string): Attribute[] | undefined {
  return opaque.has(model) || !Object.hasOwn(models, model) ? undefined : models[model]?.attributeTypeMap;
}

/** The name of the model class of a kind; `undefined` if the client library does not know the kind. */
function modelOf({ group, version, kind }: Kind): string | undefined {
  if (groupsOfTheirOwn.has(group)) return undefined;
  const model = ambiguous[`${group}/${version}/${kind}`] ?? `${version[0]!.toUpperCase()}${version.slice(1)}${kind}`;
  return attributes(model) === undefined ? undefined : model;
}

type TypeForm = { form: 'plain'; of: string } | { form: 'list' | 'map'; of: string };

function typeForm(type: string): TypeForm {
  const list = /^Array<(.*)>$/.exec(type);
  if (list) return { form: 'list', of: list[1]! };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  return map ? { form: 'map', of: map[1]! } : { form: 'plain', of: type };
}

/** `V1PodSpec` as `io.k8s.api.v1.PodSpec`. */
function componentName(model: string): string {
  const [, prefix = '', version = '', name = model] = /^(Core|Events)?(V\d+(?:alpha\d+|beta\d+)?)(.+)$/.exec(model) ?? [];
  return `io.k8s.api.${prefix === '' ? '' : `${prefix.toLowerCase()}.`}${version.toLowerCase()}.${name}`;
}

const scalars: Record<string, JsonObject> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  Date: { type: 'string', format: 'date-time' },
  V1MicroTime: { type: 'string', format: 'date-time' },
  IntOrString: { 'x-kubernetes-int-or-string': true },
  any: {},
  object: { type: 'object' },
};

function typeSchema(type: string, format: string, components: JsonObject): JsonObject {
  const { form, of } = typeForm(type);
  if (form === 'list') return { type: 'array', items: typeSchema(of, format, components) };
  if (form === 'map') return { type: 'object', additionalProperties: typeSchema(of, format, components) };
  if (of === 'number') return format === '' || format === 'double' ? { type: 'number' } : { type: 'integer', format };
  if (Object.hasOwn(scalars, of)) return { ...scalars[of] };
  if (attributes(of) === undefined) return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return { allOf: [{ $ref: addComponent(of, components) }] };
}

/** Adds the schema of a model and of all that it refers to; the reference to it comes back. */
function addComponent(model: string, components: JsonObject): string {
  const name = componentName(model);
  if (!Object.hasOwn(components, name)) {
    const properties: JsonObject = {};
    components[name] = { type: 'object', properties };
    for (const { baseName, type, format } of attributes(model) ?? []) properties[baseName] = typeSchema(type, format, components);
  }
  return `#/components/schemas/${name}`;
}

/** Adds the kind to `components` (of an OpenAPI v3 document) and gives the name it has there. */
export function addBuiltInSchema(kind: Kind, components: JsonObject): string | undefined {
  const model = modelOf(kind);
  if (model === undefined) return undefined;
  addComponent(model, components);
  return componentName(model);
}

/** The reference to the schema of metadata, added to `components`. */
export function addMetadataSchema(components: JsonObject, model: 'V1ObjectMeta' | 'V1ListMeta'): string {
  return addComponent(model, components);
}

function unknownIn(value: unknown, type: string, path: string): string[] {
  const { form, of } = typeForm(type);
  if (form === 'list') return Array.isArray(value) ? value.flatMap((item, index) => unknownIn(item, of, `${path}[${index}]`)) : [];
  if (!isObject(value)) return [];
  if (form === 'map') return Object.entries(value).flatMap(([key, item]) => unknownIn(item, of, `${path}.${key}`));
  const known = Object.hasOwn(scalars, of) ? undefined : attributes(of);
  if (known === undefined) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const field = path === '' ? key : `${path}.${key}`;
    const attribute = known.find(({ baseName }) => baseName === key);
    return attribute === undefined ? [field] : unknownIn(item, attribute.type, field);
  });
}

/** Paths of the fields of a built-in kind's object that the kind does not have, such as `spec.containers[0].foo`. */
export function unknownBuiltInFields(kind: Kind, object: unknown): string[] {
  const model = modelOf(kind);
  return model === undefined ? [] : unknownIn(object, model, '');
}
