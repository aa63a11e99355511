/** The verbs on stored kinds: list, watch, get, create, update, patch, delete, deletecollection, and the status subresource. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { ApiError } from '../../contract.ts';
import type { ListOptions } from '../../contract.ts';
import { asList, asObject } from '../store/json.ts';
import type { JsonObject, ResourceDefinition, StoreDeleteOptions, WriteOptions } from '../store/types.ts';
import { jsonAnswer } from './answer.ts';
import type { Answer, ApiRequest, Handled, ServerContext } from './answer.ts';
import { objectBody, patchBody } from './body.ts';
import { builtInColumns } from './columns.ts';
import type { Column } from './columns.ts';
import { customColumns } from './custom-columns.ts';
import { checkUnknownFields } from './field-validation.ts';
import type { ResourcePath } from './path.ts';
import { partialMetadata, tableOf, wantedShape } from './table.ts';
import { user } from './virtual-resources.ts';
import { watchAnswer } from './watch.ts';

/** One request on one kind. */
export interface ResourceCall {
  context: ServerContext;
  request: ApiRequest;
  path: ResourcePath;
  definition: ResourceDefinition;
}

const definitionStorage = 'customresourcedefinitions.apiextensions.k8s.io';

/** The CustomResourceDefinition behind a kind; `undefined` for a built-in one. */
export function customDefinition(
  { store }: ServerContext,
  definition: ResourceDefinition,
): KubernetesObject | undefined {
  const definitions = store.resources().find((candidate) => candidate.storage === definitionStorage);
  return (
    definitions &&
    store.list(definitions, { fieldSelector: `metadata.name=${definition.plural}.${definition.group}` }).items[0]
  );
}

function columnsOf(context: ServerContext, definition: ResourceDefinition): Column[] {
  const custom = customDefinition(context, definition);
  return custom === undefined ? builtInColumns(definition.storage) : customColumns(custom, definition.version);
}

function apiVersionOf({ group, version }: ResourceDefinition): string {
  return group === '' ? version : `${group}/${version}`;
}

function listOptions({ request: { query }, path: { namespace, name } }: ResourceCall): ListOptions {
  const fieldSelector = [query.get('fieldSelector'), name === undefined ? '' : `metadata.name=${name}`]
    .filter((part) => part !== null && part !== '')
    .join(',');
  const labelSelector = query.get('labelSelector') ?? '';
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === '' ? {} : { labelSelector }),
    ...(fieldSelector === '' ? {} : { fieldSelector }),
  };
}

/** A function that gives one object the shape asked for. */
function shaper(call: ResourceCall): (object: KubernetesObject, first: boolean) => unknown {
  const { context, request, definition } = call;
  const { shape, version } = wantedShape(request.headers.accept);
  if (shape === 'object') return (object) => object;
  if (shape === 'PartialObjectMetadata') return (object) => partialMetadata(object, version);
  const columns = columnsOf(context, definition);
  const includeObject = request.query.get('includeObject');
  return (object, first) => {
    const resourceVersion = object.metadata.resourceVersion;
    const options = { columns, version, includeObject, now: context.store.time(), withDefinitions: first };
    return tableOf([object], resourceVersion === undefined ? options : { ...options, resourceVersion });
  };
}

const objectAnswer = (call: ResourceCall, code: number, object: KubernetesObject): Answer =>
  jsonAnswer(code, shaper(call)(object, true));

// limit and continue need no answer of their own: the whole list is one page
function list(call: ResourceCall): Handled {
  const { context, request, definition } = call;
  if (isTrue(request.query.get('watch')))
    return watchAnswer(context, { definition, options: listOptions(call), query: request.query, shape: shaper(call) });
  const { items, resourceVersion } = context.store.list(definition, listOptions(call));
  const { shape, version } = wantedShape(request.headers.accept);
  if (shape === 'Table') {
    const columns = columnsOf(context, definition);
    return jsonAnswer(
      200,
      tableOf(items, {
        columns,
        version,
        includeObject: request.query.get('includeObject'),
        now: context.store.time(),
        resourceVersion,
      }),
    );
  }
  const metadata = { resourceVersion };
  if (shape === 'PartialObjectMetadata') {
    return jsonAnswer(200, {
      kind: 'PartialObjectMetadataList',
      apiVersion: `meta.k8s.io/${version}`,
      metadata,
      items: items.map((item) => partialMetadata(item, version)),
    });
  }
  return jsonAnswer(200, { kind: `${definition.kind}List`, apiVersion: apiVersionOf(definition), metadata, items });
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}

function get(call: ResourceCall): Handled {
  const { context, definition, path } = call;
  return objectAnswer(call, 200, context.store.get(definition, path.namespace, path.name!));
}

/** Throws 400 for what the query parameters do not allow. */
function writeOptions({ query, warnings }: ApiRequest): WriteOptions & Required<Pick<WriteOptions, 'fieldValidation'>> {
  const fieldValidation = query.get('fieldValidation') ?? 'Warn';
  if (fieldValidation !== 'Strict' && fieldValidation !== 'Warn' && fieldValidation !== 'Ignore') {
    throw new ApiError(
      400,
      'BadRequest',
      `fieldValidation: Unsupported value: "${fieldValidation}": supported values: "Ignore", "Strict", "Warn"`,
    );
  }
  return { fieldValidation, dryRun: dryRun(query.getAll('dryRun')), user, warn: (text) => warnings.add(text) };
}

function dryRun(values: unknown[]): boolean {
  const other = values.find((value) => value !== 'All' && value !== '');
  if (other !== undefined)
    throw new ApiError(422, 'Invalid', `dryRun: Unsupported value: ${JSON.stringify(other)}: supported values: "All"`);
  return values.includes('All');
}

/** The object of a request; what clients may leave out is filled in from the URL. */
function requestObject({ request, definition, path }: ResourceCall): KubernetesObject {
  const body = objectBody(request);
  const metadata = asObject(body['metadata']) as JsonObject & KubernetesObject['metadata'];
  const { apiVersion = apiVersionOf(definition), kind = definition.kind } = body as Partial<KubernetesObject>;
  const inNamespace =
    path.namespace !== undefined && (metadata.namespace ?? '') === '' ? { namespace: path.namespace } : {};
  return { ...body, apiVersion, kind, metadata: { ...metadata, ...inNamespace } };
}

/** Warns of unknown fields, or throws 400 when the client is strict. */
function warnOfUnknownFields(definition: ResourceDefinition, object: unknown, options: WriteOptions): void {
  for (const field of checkUnknownFields(definition, object, options.fieldValidation ?? 'Warn'))
    options.warn?.(`unknown field "${field}"`);
}

function create(call: ResourceCall): Handled {
  const { context, request, definition, path } = call;
  const options = writeOptions(request);
  const object = requestObject(call);
  warnOfUnknownFields(definition, object, options);
  return objectAnswer(call, 201, context.store.create(definition, path.namespace, object, options));
}

function update(call: ResourceCall): Handled {
  const { context, request, definition, path } = call;
  const options = writeOptions(request);
  const object = requestObject(call);
  if (object.metadata.name !== path.name) {
    throw new ApiError(
      400,
      'BadRequest',
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${path.name})`,
    );
  }
  if (object.metadata.namespace !== path.namespace)
    throw new ApiError(
      400,
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  warnOfUnknownFields(definition, object, options);
  return objectAnswer(call, 200, context.store.update(definition, object, statusOnly(path), options));
}

function statusOnly(path: ResourcePath): 'status' | undefined {
  return path.subresource === 'status' ? 'status' : undefined;
}

function patch(call: ResourceCall): Handled {
  const { context, request, definition, path } = call;
  const options = writeOptions(request);
  const { type, patch: document } = patchBody(request);
  // a JSON patch names paths, not fields; the store sees what it made
  if (type !== 'application/json-patch+json') warnOfUnknownFields(definition, document, options);
  return objectAnswer(
    call,
    200,
    context.store.patch(definition, path.namespace, path.name!, type, document, statusOnly(path), options),
  );
}

/** `orphan` is the old spelling: a boolean, as JSON or text. */
function propagation(policy: unknown, orphan: unknown): StoreDeleteOptions['propagationPolicy'] {
  if (policy === 'Background' || policy === 'Foreground' || policy === 'Orphan') return policy;
  if (policy !== undefined && policy !== null) {
    throw new ApiError(
      422,
      'Invalid',
      `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
    );
  }
  if (orphan === undefined || orphan === null) return undefined;
  return orphan === true || orphan === 'true' ? 'Orphan' : 'Background';
}

/** DeleteOptions from the body and the query; the query wins, as in the server. */
export function deleteOptions({ query }: Pick<ApiRequest, 'query'>, body: JsonObject): StoreDeleteOptions {
  const seconds = query.get('gracePeriodSeconds') ?? body['gracePeriodSeconds'] ?? undefined;
  const propagationPolicy = propagation(
    query.get('propagationPolicy') ?? body['propagationPolicy'],
    query.get('orphanDependents') ?? body['orphanDependents'],
  );
  const { uid, resourceVersion } = asObject(body['preconditions']);
  const preconditions = {
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
  };
  return {
    ...(seconds === undefined ? {} : { gracePeriodSeconds: Number(seconds) }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(Object.keys(preconditions).length > 0 ? { preconditions } : {}),
    dryRun: dryRun([...query.getAll('dryRun'), ...asList(body['dryRun'])]),
  };
}

function remove(call: ResourceCall): Handled {
  const { context, request, definition, path } = call;
  const object = context.store.delete(
    definition,
    path.namespace,
    path.name!,
    deleteOptions(request, objectBody(request)),
  );
  const { name, uid, deletionTimestamp } = object.metadata;
  // what still has to terminate is shown; of what is gone there is only a receipt
  if (deletionTimestamp !== undefined || definition.storage === 'pods') return objectAnswer(call, 200, object);
  const details = {
    name,
    ...(definition.group === '' ? {} : { group: definition.group }),
    kind: definition.plural,
    uid,
  };
  return jsonAnswer(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

function removeAll(call: ResourceCall): Handled {
  const { context, request, definition } = call;
  const items = context.store.deleteCollection(
    definition,
    listOptions(call),
    deleteOptions(request, objectBody(request)),
  );
  return jsonAnswer(200, {
    kind: `${definition.kind}List`,
    apiVersion: apiVersionOf(definition),
    metadata: { resourceVersion: context.store.resourceVersion() },
    items,
  });
}

type Verb = (call: ResourceCall) => Handled;

const collectionVerbs: Record<string, Verb> = { GET: list, POST: create, DELETE: removeAll };
const objectVerbs: Record<string, Verb> = { GET: get, PUT: update, PATCH: patch, DELETE: remove };
const statusVerbs: Record<string, Verb> = { GET: get, PUT: update, PATCH: patch };

/** Carries out a request on a kind, one object of it, or its status. 404 and 405 for what is not served. */
export function handleResource(call: ResourceCall): Handled {
  const { path, request, definition } = call;
  if (path.subresource !== undefined && !(path.subresource === 'status' && definition.hasStatus))
    throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
  // the old spelling of a watch on one object
  const single = path.name !== undefined && !(request.method === 'GET' && isTrue(request.query.get('watch')));
  const verbs = path.subresource === 'status' ? statusVerbs : single ? objectVerbs : collectionVerbs;
  const verb = Object.hasOwn(verbs, request.method) ? verbs[request.method] : undefined;
  if (verb === undefined || (path.namespace === undefined && definition.namespaced && path.name !== undefined)) {
    throw new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
  }
  return verb(call);
}
