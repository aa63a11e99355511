/** Validation of values against a structural schema: ajv finds the flaws, the table here puts them in the server's words. */
import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import { duplicateValue, invalidValue, requiredValue, unsupportedValue } from './errors.ts';
import { asList, asObject, asObjects, asText, equalJson, isObject, omit } from './json.ts';
import { childPath, subSchema } from './schema-path.ts';
import type { FieldError, JsonObject } from './types.ts';

const goDuration = /^[-+]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/;
const wordDuration =
  /^\d+\s*(nanos?|nanoseconds?|ns|micros?|microseconds?|us|µs|millis?|milliseconds?|ms|secs?|seconds?|s|mins?|minutes?|m|hrs?|hours?|h|days?|d|weeks?|w)$/;

const formats: Record<string, RegExp | ((text: string) => boolean)> = {
  'date-time': /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:?\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  duration: (text) => text === '0' || goDuration.test(text) || wordDuration.test(text),
  byte: /^[A-Za-z0-9+/]*={0,2}$/,
  email: /^[^\s@]+@[^\s@]+$/,
  hostname:
    /^(?=.{1,253}$)[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?)*$/,
  ipv4: /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/,
  ipv6: /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/,
  uuid: /^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$/,
  uri: /^[A-Za-z][A-Za-z0-9+.-]*:\S*$/,
};

const integerBounds: Record<string, [number, number]> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 63), 2 ** 63 - 1],
};

/** Keywords that mean the same in OpenAPI and JSON schema. */
const plainKeywords = [
  'type',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'required',
];

/** The keywords about a single number or text. */
function scalarKeywords(schema: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const keyword of plainKeywords) if (schema[keyword] !== undefined) result[keyword] = schema[keyword];
  const format = asText(schema['format']);
  const bounds = integerBounds[format];
  if (bounds) {
    result['minimum'] ??= bounds[0];
    result['maximum'] ??= bounds[1];
  } else if (formats[format] !== undefined) result['format'] = format;
  for (const [limit, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    if (schema[exclusive] !== true) continue;
    result[exclusive] = result[limit];
    delete result[limit];
  }
  return result;
}

/** The JSON schema that accepts what the OpenAPI schema of a CRD accepts. */
function jsonSchema(schema: JsonObject): JsonObject {
  const result = scalarKeywords(schema);
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  if (intOrString) result['type'] = ['integer', 'string'];
  if (schema['nullable'] === true) {
    if (result['type'] !== undefined) result['type'] = [...[result['type']].flat(), 'null'];
    if (Array.isArray(result['enum'])) result['enum'] = [...(result['enum'] as unknown[]), null];
  }
  for (const keyword of ['allOf', 'anyOf', 'oneOf'])
    if (Array.isArray(schema[keyword]) && !intOrString) result[keyword] = asObjects(schema[keyword]).map(jsonSchema);
  if (isObject(schema['not'])) result['not'] = jsonSchema(schema['not']);
  for (const keyword of ['items', 'additionalProperties'] as const) {
    const sub = subSchema(schema, keyword);
    if (sub) result[keyword] = jsonSchema(sub);
  }
  if (isObject(schema['properties']))
    result['properties'] = Object.fromEntries(
      Object.entries(schema['properties']).map(([key, property]) => [key, jsonSchema(asObject(property))]),
    );
  return result;
}

function goType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

type Describe = (field: string, value: unknown, params: JsonObject) => FieldError;

/** Sentence `<field> in body <rest>`, as kube-openapi words it. */
const inBody =
  (words: (params: JsonObject, value: unknown) => string): Describe =>
  (field, value, params) =>
    invalidValue(field, value, `${field} in body ${words(params, value)}`);

const descriptions: Record<string, Describe> = {
  required: (field, _value, params) => requiredValue(childPath(field, asText(params['missingProperty']))),
  enum: (field, value, params) =>
    unsupportedValue(
      field,
      value,
      asList(params['allowedValues']).filter((allowed) => allowed !== null),
    ),
  type: (field, value, params) => {
    const expected = [params['type']]
      .flat()
      .filter((type) => type !== 'null')
      .join(' or ');
    return {
      ...invalidValue(field, goType(value), `${field} in body must be of type ${expected}: "${goType(value)}"`),
      reason: 'FieldValueTypeInvalid',
    };
  },
  maxLength: (field, _value, params) => ({
    field,
    reason: 'FieldValueTooLong',
    body: `Too long: may not be more than ${asText(params['limit'])} bytes`,
  }),
  maxItems: (field, value, params) => ({
    field,
    reason: 'FieldValueTooMany',
    body: `Too many: ${asList(value).length}: must have at most ${asText(params['limit'])} items`,
  }),
  maxProperties: (field, value, params) => ({
    field,
    reason: 'FieldValueTooMany',
    body: `Too many: ${Object.keys(asObject(value)).length}: must have at most ${asText(params['limit'])} items`,
  }),
  pattern: inBody((params) => `should match '${asText(params['pattern'])}'`),
  format: inBody((params, value) => `must be of type ${asText(params['format'])}: ${JSON.stringify(value)}`),
  minimum: inBody((params) => `should be greater than or equal to ${asText(params['limit'])}`),
  maximum: inBody((params) => `should be less than or equal to ${asText(params['limit'])}`),
  exclusiveMinimum: inBody((params) => `should be greater than ${asText(params['limit'])}`),
  exclusiveMaximum: inBody((params) => `should be less than ${asText(params['limit'])}`),
  multipleOf: inBody((params) => `should be a multiple of ${asText(params['multipleOf'])}`),
  minLength: inBody((params) => `should be at least ${asText(params['limit'])} chars long`),
  minItems: inBody((params) => `should have at least ${asText(params['limit'])} items`),
  minProperties: inBody((params) => `should have at least ${asText(params['limit'])} properties`),
  uniqueItems: inBody(() => "shouldn't contain duplicates"),
  anyOf: inBody(() => 'must validate at least one schema (anyOf)'),
  oneOf: inBody(
    (params) =>
      `must validate one and only one schema (oneOf). ${params['passingSchemas'] === null ? 'Found none valid' : 'Found 2 valid alternatives'}`,
  ),
  not: inBody(() => 'must not validate the schema (not)'),
};

/** `/spec/list/0/a~1b` to `spec.list[0].a/b`, in the light of the object, since a map may have the key `0`. */
function fieldPath(object: unknown, pointer: string): string {
  let path = '';
  let value: unknown = object;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    path = childPath(path, Array.isArray(value) ? Number(key) : key);
    value = Array.isArray(value) ? (value as unknown[])[Number(key)] : asObject(value)[key];
  }
  return path;
}

/** A flaw inside an alternative is told by the flaw of the alternatives. */
function isInAlternative({ schemaPath }: ErrorObject): boolean {
  return /\/(anyOf|oneOf|not)\/./.test(schemaPath);
}

/** A validator of whole objects. Slow for a large schema: some hundred milliseconds. */
export function compileValues(schema: JsonObject): (object: unknown) => FieldError[] {
  // patterns are written for RE2: no `u` flag, which would refuse harmless escapes
  const ajv = new Ajv({
    allErrors: true,
    strict: false,
    verbose: true,
    formats,
    unicodeRegExp: false,
    validateSchema: false,
    code: { optimize: false },
  });
  const properties = omit(asObject(schema['properties']), ['metadata']);
  const validate = ajv.compile(jsonSchema({ ...schema, properties }));
  return (object) => {
    if (validate(object)) return [];
    return (validate.errors ?? [])
      .filter((error) => !isInAlternative(error))
      .map((error) => {
        const field = fieldPath(object, error.instancePath);
        const describe = descriptions[error.keyword];
        return describe
          ? describe(field, error.data, error.params as JsonObject)
          : invalidValue(field, error.data, error.message ?? error.keyword);
      });
  };
}

/** Duplicates in lists that are declared as sets or maps. */
export function listFlaws(schema: JsonObject, value: unknown, path: string): FieldError[] {
  if (Array.isArray(value)) {
    const items = subSchema(schema, 'items');
    const keys = asList(schema['x-kubernetes-list-map-keys']).map(String);
    const identity = (item: unknown): unknown =>
      schema['x-kubernetes-list-type'] === 'map'
        ? Object.fromEntries(keys.map((key) => [key, asObject(item)[key] ?? null]))
        : item;
    const unique = schema['x-kubernetes-list-type'] === 'map' || schema['x-kubernetes-list-type'] === 'set';
    const identities = value.map(identity);
    const repeated = unique
      ? identities.flatMap((item, index) =>
          identities.findIndex((other) => equalJson(other, item)) < index
            ? [duplicateValue(childPath(path, index), item)]
            : [],
        )
      : [];
    return [
      ...repeated,
      ...(items ? value.flatMap((item, index) => listFlaws(items, item, childPath(path, index))) : []),
    ];
  }
  if (!isObject(value)) return [];
  const additional = subSchema(schema, 'additionalProperties');
  const properties = asObject(schema['properties']);
  return Object.entries(value).flatMap(([key, item]) => {
    const known = Object.hasOwn(properties, key) ? asObject(properties[key]) : additional;
    return known ? listFlaws(known, item, childPath(path, key)) : [];
  });
}
