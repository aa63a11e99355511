/** Creation and update: what happens to an object between the request and the stored state. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { ApiError } from '../../contract.ts';
import type { Clock } from '../../contract.ts';
import { admitByPolicies } from './admission-policies.ts';
import { alreadyExists, badRequest, conflict, forbidden, invalid, invalidValue, notFound } from './errors.ts';
import { asObject, asText, cloneJson, deepFreeze, equalJson, valueAt } from './json.ts';
import { decodeMetadata, keepServerMetadata, nextGeneration, timestamp, validateMetadata } from './metadata.ts';
import type { RandomNames } from './random.ts';
import { apiVersionOf } from './registry.ts';
import type { Registry } from './registry.ts';
import type { State } from './state.ts';
import type { AdmissionContext, JsonObject, ResourceDefinition, WriteOptions } from './types.ts';

/** What all parts of one store share. */
export interface Kernel {
  clock: Clock;
  /** The server's own clock: all that it stamps is of this one. */
  time: () => number;
  names: RandomNames;
  registry: Registry;
  state: State;
  /** See StoreOptions. */
  admission: (object: KubernetesObject, before: KubernetesObject | undefined) => void;
  /** See StoreOptions. */
  everyNamespaceMayGo: boolean;
}

function admissionContext({ time, state }: Kernel): AdmissionContext {
  return {
    now: time(),
    find: (storage, namespace, name) => state.read(storage, namespace, name),
    list: (storage) => state.all(storage),
  };
}

/** The stored object, or 404. */
export function stored(
  kernel: Kernel,
  definition: ResourceDefinition,
  namespace: string | undefined,
  name: string,
): KubernetesObject {
  const object = kernel.state.read(definition.storage, definition.namespaced ? namespace : undefined, name);
  if (object === undefined) throw notFound(definition, name);
  return kernel.registry.read(definition, object);
}

/** A private copy of a request's object in stored shape, unknown fields dropped. Refuses what the server could not decode. */
function decoded(
  { registry }: Kernel,
  definition: ResourceDefinition,
  object: KubernetesObject,
  options: WriteOptions,
): KubernetesObject {
  const apiVersion = apiVersionOf(definition);
  if (object.apiVersion !== apiVersion || object.kind !== definition.kind) {
    const found = `${object.apiVersion}, Kind=${object.kind}`;
    throw badRequest(
      `the API version in the data (${found}) does not match the expected API version (${apiVersion}, Kind=${definition.kind})`,
    );
  }
  const copy = cloneJson(definition.convert ? definition.convert.stored(object) : object);
  const unknown = [...decodeMetadata(definition, copy), ...(definition.schema?.prune(copy) ?? [])];
  if (options.fieldValidation === 'Strict' && unknown.length > 0) {
    const flaws = unknown.map((path) => `unknown field "${path}"`).join(', ');
    throw badRequest(
      `${definition.kind} in version "${definition.version}" cannot be handled as a ${definition.kind}: strict decoding error: ${flaws}`,
    );
  }
  copy.apiVersion = apiVersionOf(registry.ofStorage(definition.storage) ?? definition);
  return copy;
}

function validated(
  definition: ResourceDefinition,
  object: KubernetesObject,
  before: KubernetesObject | undefined,
  subresource?: 'status',
): void {
  const errors = [
    ...validateMetadata(definition, object.metadata, before?.metadata),
    ...(definition.schema?.validate(object, before) ?? []),
    ...(subresource === undefined ? (definition.behaviour.validate?.(object, before) ?? []) : []),
  ];
  if (errors.length > 0) throw invalid(definition, object.metadata.name, errors);
}

function requestNamespace(
  definition: ResourceDefinition,
  namespace: string | undefined,
  object: KubernetesObject,
): string | undefined {
  const own = object.metadata.namespace;
  if (!definition.namespaced) return undefined;
  if (namespace === undefined || namespace === '') {
    if (own === undefined || own === '')
      throw new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    return own;
  }
  if (own !== undefined && own !== '' && own !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return namespace;
}

/** 404 without the namespace, 403 while it terminates. */
function admittedByNamespace(kernel: Kernel, definition: ResourceDefinition, namespace: string, name: string): void {
  const found = kernel.state.read('namespaces', undefined, namespace);
  if (found === undefined) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  throw forbidden(
    definition,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  );
}

/** Empty when there is nothing to generate from; validation tells then. */
function generatedName(kernel: Kernel, object: KubernetesObject): string {
  const base = valueAt(object, 'metadata.generateName');
  return typeof base === 'string' && base !== '' ? base.slice(0, 58) + kernel.names.suffix() : '';
}

/** Sets what the server alone decides about a new object, in place. */
function stamp(
  kernel: Kernel,
  definition: ResourceDefinition,
  namespace: string | undefined,
  object: KubernetesObject,
): void {
  const metadata = object.metadata;
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  const target = requestNamespace(definition, namespace, object);
  delete metadata.namespace;
  if (target !== undefined) metadata.namespace = target;
  if ((metadata.name ?? '') === '') metadata.name = generatedName(kernel, object);

  for (const field of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'generation', 'resourceVersion'] as const)
    delete metadata[field];
  metadata.uid = kernel.names.uid();
  metadata.creationTimestamp = timestamp(kernel.time());
  if (definition.hasGeneration) metadata.generation = 1;
  if (definition.hasStatus && !definition.behaviour.createdWithStatus) delete object['status'];
}

/** Creates and returns the stored object. */
export function createObject(
  kernel: Kernel,
  definition: ResourceDefinition,
  namespace: string | undefined,
  input: KubernetesObject,
  options: WriteOptions,
): KubernetesObject {
  if (definition.terminating)
    throw new ApiError(405, 'MethodNotAllowed', 'create not allowed while custom resource definition is terminating');
  const object = decoded(kernel, definition, input, options);
  stamp(kernel, definition, namespace, object);
  const metadata = object.metadata;
  if (metadata.namespace !== undefined) admittedByNamespace(kernel, definition, metadata.namespace, metadata.name);
  definition.schema?.applyDefaults(object);
  definition.behaviour.normalise?.(object, undefined);
  definition.behaviour.admit?.(object, admissionContext(kernel));
  kernel.admission(object, undefined);
  validated(definition, object, undefined);
  admitByPolicies(kernel.state, { definition, operation: 'CREATE', object, before: undefined }, options);
  if (kernel.state.read(definition.storage, metadata.namespace, metadata.name) !== undefined)
    throw alreadyExists(definition, metadata.name);
  return options.dryRun ? deepFreeze(object) : kernel.state.commit(definition, undefined, object);
}

/** Stores a copy of what another server has stored, in the place of what is there. */
export function restoreObject(
  kernel: Kernel,
  definition: ResourceDefinition,
  input: KubernetesObject,
): KubernetesObject {
  const object = decoded(kernel, definition, input, {});
  definition.schema?.applyDefaults(object);
  const { namespace, name } = object.metadata;
  return kernel.state.commit(definition, kernel.state.read(definition.storage, namespace, name), object);
}

function checkVersion(definition: ResourceDefinition, object: KubernetesObject, before: KubernetesObject): void {
  const { name, resourceVersion = '', uid } = object.metadata;
  if (resourceVersion === '') {
    if (definition.unconditionalUpdate) return;
    throw invalid(definition, name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')]);
  }
  if (uid !== undefined && uid !== '' && uid !== before.metadata.uid) {
    const key = `/registry/${definition.plural}/${before.metadata.namespace === undefined ? '' : `${before.metadata.namespace}/`}${name}`;
    throw conflict(
      definition,
      name,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid}`,
    );
  }
  if (resourceVersion !== before.metadata.resourceVersion) throw conflict(definition, name);
}

function statusHalf({ apiVersion, kind, metadata, status }: KubernetesObject): KubernetesObject {
  return { apiVersion, kind, metadata, status };
}

/** The part of the request that this endpoint may change, on top of the stored rest. */
function merged(
  definition: ResourceDefinition,
  object: KubernetesObject,
  before: KubernetesObject,
  subresource: 'status' | undefined,
): KubernetesObject {
  if (subresource === 'status') {
    const result = cloneJson(before);
    delete result['status'];
    return object['status'] === undefined ? result : { ...result, status: object['status'] };
  }
  keepServerMetadata(object, before);
  if (definition.hasStatus) {
    delete object['status'];
    if (before['status'] !== undefined) object['status'] = cloneJson(before['status']);
  }
  return object;
}

/** Nothing holds a terminating object any more: no finalizer, and its grace period is over. */
function isReleased(definition: ResourceDefinition, object: KubernetesObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata;
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && !isHeld(definition, object);
}

/** A finalizer, or what its kind has in place of one, keeps the object. */
export function isHeld(definition: ResourceDefinition, object: KubernetesObject): boolean {
  return (object.metadata.finalizers ?? []).length > 0 || definition.behaviour.isHeld?.(object) === true;
}

/** Replaces the stored object, or removes it when the update took the last finalizer of a terminating one. */
export function updateObject(
  kernel: Kernel,
  definition: ResourceDefinition,
  input: KubernetesObject,
  subresource: 'status' | undefined,
  options: WriteOptions,
): KubernetesObject {
  const request = decoded(kernel, definition, subresource === 'status' ? statusHalf(input) : input, options);
  const before = stored(kernel, definition, request.metadata.namespace, request.metadata.name);
  checkVersion(definition, request, before);
  const object = merged(definition, request, before, subresource);
  definition.schema?.applyDefaults(object);
  if (subresource === undefined) {
    definition.behaviour.normalise?.(object, before);
    kernel.admission(object, before);
  } else {
    definition.behaviour.normaliseStatus?.(object, before);
  }
  validated(definition, object, before, subresource);
  admitByPolicies(kernel.state, { definition, operation: 'UPDATE', object, before, subresource }, options);

  const generation = nextGeneration(definition, object, before);
  if (generation !== undefined) object.metadata.generation = generation;
  object.metadata.resourceVersion = before.metadata.resourceVersion ?? '';
  if (equalJson(object, before)) return before;
  if (options.dryRun) return deepFreeze(object);
  if (isReleased(definition, object)) return kernel.state.commit(definition, before, undefined);
  return kernel.state.commit(definition, before, object);
}

/** A PATCH: the patched state goes the way of an update, which brings the version checks with it. */
export function patchObject(
  kernel: Kernel,
  definition: ResourceDefinition,
  target: { namespace: string | undefined; name: string },
  change: (object: KubernetesObject) => JsonObject,
  subresource: 'status' | undefined,
  options: WriteOptions,
): KubernetesObject {
  const before = kernel.registry.serve(definition, stored(kernel, definition, target.namespace, target.name));
  const after = change(before) as KubernetesObject;
  const { name, namespace } = asObject(after.metadata);
  if (name !== target.name || namespace !== before.metadata.namespace) {
    throw badRequest(`the name of the object (${asText(name)}) does not match the name on the URL (${target.name})`);
  }
  return updateObject(kernel, definition, after, subresource, options);
}

/** For the store's own controllers: commits an edited copy, without validation, or removes the object if the edit released it. */
export function editObject(
  kernel: Kernel,
  definition: ResourceDefinition,
  before: KubernetesObject,
  edit: (object: KubernetesObject) => void,
): KubernetesObject {
  const object = cloneJson(before);
  edit(object);
  if (equalJson(object, before)) return before;
  if (isReleased(definition, object)) return kernel.state.commit(definition, before, undefined);
  return kernel.state.commit(definition, before, object);
}
