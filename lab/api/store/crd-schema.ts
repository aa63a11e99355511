/**
 * The structural schema of one version of a CustomResourceDefinition, compiled once: pruning, defaults, validation.
 * Values are checked by ajv (schema-validate.ts) and rules by CEL (cel.ts); this file says in which order and what is refused.
 */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { compileRules, ruleFlaws } from './cel.ts';
import { forbiddenValue, invalidValue, requiredValue } from './errors.ts';
import { asObject, cloneJson, isObject } from './json.ts';
import { childPath, subSchema } from './schema-path.ts';
import { compileValues, listFlaws } from './schema-validate.ts';
import type { CompiledSchema, FieldError, JsonObject } from './types.ts';

const alwaysKept = new Set(['apiVersion', 'kind', 'metadata']);

function prune(schema: JsonObject, value: unknown, path: string, isResource: boolean, unknown: string[]): void {
  if (Array.isArray(value)) {
    const items = subSchema(schema, 'items');
    if (items)
      value.forEach((item, index) =>
        prune(items, item, childPath(path, index), items['x-kubernetes-embedded-resource'] === true, unknown),
      );
    return;
  }
  if (!isObject(value)) return;
  const properties = asObject(schema['properties']);
  const additional = subSchema(schema, 'additionalProperties');
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || schema['additionalProperties'] === true;
  for (const key of Object.keys(value)) {
    if (isResource && alwaysKept.has(key)) continue;
    const known = Object.hasOwn(properties, key) ? asObject(properties[key]) : additional;
    if (known)
      prune(known, value[key], childPath(path, key), known['x-kubernetes-embedded-resource'] === true, unknown);
    else if (!open) {
      unknown.push(childPath(path, key));
      delete value[key];
    }
  }
}

function applyDefaults(schema: JsonObject, value: unknown): void {
  if (Array.isArray(value)) {
    const items = subSchema(schema, 'items');
    if (items) for (const item of value) applyDefaults(items, item);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, property] of Object.entries(asObject(schema['properties']))) {
    const known = asObject(property);
    // a null where none is allowed counts as absent if there is a default
    const absent = value[key] === undefined || (value[key] === null && known['nullable'] !== true);
    if (absent && known['default'] !== undefined) value[key] = cloneJson(known['default']);
    if (value[key] !== undefined) applyDefaults(known, value[key]);
  }
  const additional = subSchema(schema, 'additionalProperties');
  const properties = asObject(schema['properties']);
  if (additional)
    for (const [key, item] of Object.entries(value))
      if (!Object.hasOwn(properties, key)) applyDefaults(additional, item);
}

/** Errors after which the server does not evaluate rules any more. */
const blocking = new Set(['FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid']);

// by text: each store of a simulation registers the same definitions
const compiled = new Map<string, CompiledSchema>();

/** Compiles a schema that `schemaFlaws` found nothing in, once per process. */
export function compileSchema(schema: JsonObject): CompiledSchema {
  const text = JSON.stringify(schema);
  const known = compiled.get(text) ?? compile(schema);
  compiled.set(text, known);
  return known;
}

function compile(schema: JsonObject): CompiledSchema {
  const rules = compileRules(schema);
  // at first use: many definitions are registered and few of their kinds created
  let validateValues: ReturnType<typeof compileValues> | undefined;
  return {
    prune(object) {
      const unknown: string[] = [];
      prune(schema, object, '', true, unknown);
      return unknown;
    },
    applyDefaults: (object) => applyDefaults(schema, object),
    validate(object: KubernetesObject, before: KubernetesObject | undefined) {
      validateValues ??= compileValues(schema);
      const errors = [...validateValues(object), ...listFlaws(schema, object, '')];
      if (rules === undefined) return errors;
      if (!errors.some((error) => blocking.has(error.reason))) return [...errors, ...rules(object, before)];
      return [
        ...errors,
        invalidValue(
          '<nil>',
          null,
          'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
        ),
      ];
    },
  };
}

function structuralFlaws(schema: JsonObject, field: string): FieldError[] {
  const properties = Object.entries(asObject(schema['properties'])).map(([key, property]): [string, JsonObject] => [
    `${field}.properties[${key}]`,
    asObject(property),
  ]);
  const items = subSchema(schema, 'items');
  const additional = subSchema(schema, 'additionalProperties');
  const typed =
    typeof schema['type'] === 'string' ||
    schema['x-kubernetes-int-or-string'] === true ||
    schema['x-kubernetes-preserve-unknown-fields'] === true;
  return [
    ...(typed ? [] : [requiredValue(`${field}.type`, 'must not be empty for specified object fields')]),
    ...(schema['$ref'] === undefined ? [] : [forbiddenValue(`${field}.$ref`, '$ref is not supported')]),
    ...(schema['additionalProperties'] === false
      ? [forbiddenValue(`${field}.additionalProperties`, 'must not be false')]
      : []),
    ...(additional !== undefined && properties.length > 0
      ? [forbiddenValue(`${field}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')]
      : []),
    ...patternFlaws(schema, field),
    ...ruleFlaws(schema, field),
    ...properties.flatMap(([path, property]) => structuralFlaws(property, path)),
    ...(items ? structuralFlaws(items, `${field}.items`) : []),
    ...(additional ? structuralFlaws(additional, `${field}.additionalProperties`) : []),
  ];
}

/** Why the schema of a version (`spec.versions[i]`) is not accepted. */
export function schemaFlaws(version: JsonObject, field: string): FieldError[] {
  const schema = asObject(version['schema'])['openAPIV3Schema'];
  if (!isObject(schema)) return [requiredValue(field, 'schemas are required')];
  return structuralFlaws(schema, field);
}

function patternFlaws({ pattern }: JsonObject, field: string): FieldError[] {
  if (typeof pattern !== 'string') return [];
  try {
    new RegExp(pattern);
    return [];
  } catch (error) {
    return [
      invalidValue(
        `${field}.pattern`,
        pattern,
        `must be a valid regular expression, but isn't: ${error instanceof Error ? error.message : ''}`,
      ),
    ];
  }
}
