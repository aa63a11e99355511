/** What the server itself decides in `metadata`: names, uid, times, generation, and what of it a client may change. */
import type { KubernetesObject, ObjectMeta } from '../../../hooks/core/contract.ts';
import { badRequest, forbiddenValue, invalidValue, requiredValue } from './errors.ts';
import { desiredPart, equalJson, isObject } from './json.ts';
import type { FieldError, JsonObject, ResourceDefinition } from './types.ts';

const labelName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

const nameRules = {
  path: { pattern: /^(?!\.{1,2}$)[^/%]+$/, longest: 253, text: "may not contain '/' or '%'" },
  label: {
    pattern: labelName,
    longest: 63,
    text: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  },
  subdomain: {
    pattern: subdomain,
    longest: 253,
    text: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  },
};
const labelValueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const labelKeyText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const annotationBytes = 262144;

/** RFC 3339 in whole seconds, as the server writes times. */
export function timestamp(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** Set once at creation and never changed by a client. */
const kept = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'generateName',
  'namespace',
] as const;

const known = new Set(['name', 'resourceVersion', 'labels', 'annotations', 'finalizers', 'ownerReferences', ...kept]);

/** Fields of ObjectMeta that the store does not keep. */
const dropped = new Set(['selfLink', 'managedFields']);

type Refuse = (found: unknown, field: string, type: string) => never;

function goType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** A null value is an empty string to the server; an empty map vanishes. */
function decodeTexts(metadata: JsonObject, field: string, refuse: Refuse): void {
  const map = metadata[field];
  if (map === undefined) return;
  if (!isObject(map)) return refuse(map, field, 'map[string]string');
  for (const [key, value] of Object.entries(map)) {
    if (value === null) map[key] = '';
    else if (typeof value !== 'string') refuse(value, field, 'string');
  }
  if (Object.keys(map).length === 0) delete metadata[field];
}

/** Refuses values that the server cannot decode (400), drops what is not kept, and returns the paths of unknown fields. In place. */
export function decodeMetadata(definition: ResourceDefinition, object: KubernetesObject): string[] {
  if (!isObject(object.metadata)) object.metadata = { name: '' };
  const metadata = object.metadata as unknown as JsonObject;
  const refuse: Refuse = (found, field, type) => {
    throw badRequest(
      `${definition.kind} in version "${definition.version}" cannot be handled as a ${definition.kind}: json: cannot unmarshal ${goType(found)} into Go struct field ObjectMeta.metadata.${field} of type ${type}`,
    );
  };
  const unknown = Object.keys(metadata).filter((key) => !known.has(key) && !dropped.has(key));
  for (const key of Object.keys(metadata)) if (!known.has(key) || metadata[key] === null) delete metadata[key];
  for (const field of ['name', 'namespace', 'generateName', 'uid', 'resourceVersion']) {
    if (metadata[field] !== undefined && typeof metadata[field] !== 'string') refuse(metadata[field], field, 'string');
  }
  for (const field of ['labels', 'annotations']) decodeTexts(metadata, field, refuse);
  for (const [field, type] of [
    ['finalizers', '[]string'],
    ['ownerReferences', '[]v1.OwnerReference'],
  ] as const) {
    const list = metadata[field];
    if (list !== undefined && !Array.isArray(list)) refuse(list, field, type);
    if (Array.isArray(list) && list.length === 0) delete metadata[field];
  }
  return unknown.map((key) => `metadata.${key}`);
}

/** Puts back what only the server changes. In place. */
export function keepServerMetadata(object: KubernetesObject, before: KubernetesObject): void {
  const metadata = object.metadata as unknown as JsonObject;
  for (const field of kept) {
    const value = (before.metadata as unknown as JsonObject)[field];
    if (value === undefined) delete metadata[field];
    else metadata[field] = value;
  }
}

/** The generation after an update: one more when anything but metadata and status changed. */
export function nextGeneration(
  definition: ResourceDefinition,
  object: KubernetesObject,
  before: KubernetesObject,
): number | undefined {
  if (!definition.hasGeneration) return undefined;
  const changed = !equalJson(desiredPart(object, !definition.hasStatus), desiredPart(before, !definition.hasStatus));
  return (before.metadata.generation ?? 1) + (changed ? 1 : 0);
}

export function validateMetadata(
  definition: ResourceDefinition,
  metadata: ObjectMeta,
  before: ObjectMeta | undefined,
): FieldError[] {
  return [
    ...validateName(definition, metadata),
    ...validateLabels(metadata),
    ...validateAnnotations(metadata),
    ...validateOwners(metadata),
    ...validateFinalizers(metadata, before),
  ];
}

function validateName(definition: ResourceDefinition, { name }: ObjectMeta): FieldError[] {
  if (name === '') return [requiredValue('metadata.name', 'name or generateName is required')];
  const rule = nameRules[definition.nameRule];
  if (name.length > rule.longest)
    return [invalidValue('metadata.name', name, `must be no more than ${rule.longest} bytes`)];
  return rule.pattern.test(name) ? [] : [invalidValue('metadata.name', name, rule.text)];
}

function validateLabels({ labels = {} }: ObjectMeta): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    if (!labelKey.test(key)) return [invalidValue('metadata.labels', key, labelKeyText)];
    if (value.length > 63) return [invalidValue('metadata.labels', value, 'must be no more than 63 bytes')];
    return labelValue.test(value) ? [] : [invalidValue('metadata.labels', value, labelValueText)];
  });
}

function validateAnnotations({ annotations = {} }: ObjectMeta): FieldError[] {
  const bytes = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  const tooLong: FieldError = {
    field: 'metadata.annotations',
    reason: 'FieldValueTooLong',
    body: `Too long: may not be more than ${annotationBytes} bytes`,
  };
  return bytes > annotationBytes ? [tooLong] : [];
}

function validateOwners({ ownerReferences = [] }: ObjectMeta): FieldError[] {
  const missing = ownerReferences.flatMap((owner, index) =>
    (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((field) => typeof owner[field] !== 'string' || owner[field] === '')
      .map((field) =>
        invalidValue(
          `metadata.ownerReferences[${index}].${field}`,
          '',
          `${field === 'apiVersion' ? 'version' : field} must not be empty`,
        ),
      ),
  );
  const controllers = ownerReferences.filter((owner) => owner.controller === true);
  const [first, second] = controllers;
  if (first === undefined || second === undefined) return missing;
  const why = `Only one reference can have Controller set to true. Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`;
  return [...missing, invalidValue('metadata.ownerReferences', ownerReferences, why)];
}

function validateFinalizers(
  { finalizers = [], deletionTimestamp }: ObjectMeta,
  before: ObjectMeta | undefined,
): FieldError[] {
  if (deletionTimestamp === undefined) return [];
  const added = finalizers.filter((finalizer) => !(before?.finalizers ?? []).includes(finalizer));
  if (added.length === 0) return [];
  const listed = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  return [
    forbiddenValue(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${listed}}`,
    ),
  ];
}
