/**
 * OpenAPI schemas of the built-in kinds. Names and types only: the tables that they are made from have no descriptions
 * and no required lists.
 */
import type { JsonObject } from '../store/types.ts';
import { attributes, modelOf, typeForm } from './built-in-types.ts';
import type { Kind } from './built-in-types.ts';

/** `V1PodSpec` as `io.k8s.api.v1.PodSpec`. */
function componentName(model: string): string {
  const [, prefix = '', version = '', name = model] =
    /^(Core|Events)?(V\d+(?:alpha\d+|beta\d+)?)(.+)$/.exec(model) ?? [];
  return `io.k8s.api.${prefix === '' ? '' : `${prefix.toLowerCase()}.`}${version.toLowerCase()}.${name}`;
}

const intOrString = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';

const scalars: Record<string, JsonObject> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  Date: { type: 'string', format: 'date-time' },
  V1MicroTime: { type: 'string', format: 'date-time' },
  any: {},
  object: { type: 'object' },
};

function typeSchema(type: string, format: string, components: JsonObject): JsonObject {
  const { form, of } = typeForm(type);
  if (form === 'list') return { type: 'array', items: typeSchema(of, format, components) };
  if (form === 'map') return { type: 'object', additionalProperties: typeSchema(of, format, components) };
  if (of === 'number') return format === '' || format === 'double' ? { type: 'number' } : { type: 'integer', format };
  if (of === 'IntOrString') {
    components[intOrString] = { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
    return { allOf: [{ $ref: `#/components/schemas/${intOrString}` }] };
  }
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
    for (const { baseName, type, format } of attributes(model) ?? [])
      properties[baseName] = typeSchema(type, format, components);
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
