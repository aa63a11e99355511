/** Which path is answered by what: one table. */
import { ApiError } from '../../contract.ts';
import type { ControlArguments } from '../../controls.ts';
import { asObject, valueAt } from '../store/json.ts';
import { jsonAnswer } from './answer.ts';
import type { Answer, ApiRequest, Handled, ServerContext } from './answer.ts';
import { objectBody } from './body.ts';
import {
  aggregated,
  aggregatedContentType,
  coreVersions,
  groupDocument,
  groupList,
  resourceList,
  wantsAggregated,
} from './discovery.ts';
import { evictPod } from './eviction.ts';
import { podLog } from './logs.ts';
import { openApiV2, openApiV2Protobuf, openApiV2ProtobufType } from './openapi-v2.ts';
import { openApiDocument, openApiIndex } from './openapi-v3.ts';
import type { Schemas } from './openapi-v3.ts';
import { parseResourcePath } from './path.ts';
import type { ResourcePath } from './path.ts';
import { refuse } from './refusals.ts';
import { customDefinition, handleResource } from './stored-kinds.ts';
import type { ResourceCall } from './stored-kinds.ts';
import { virtualResources } from './virtual-resources.ts';

export interface Route {
  pattern: RegExp;
  /** Answered without a token. */
  open?: true;
  /** GET if absent. */
  anyMethod?: true;
  handle(context: ServerContext, request: ApiRequest, match: string[]): Handled | Promise<Handled>;
}

export const serverVersion = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.0+lab',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: 'lab',
};

function unknownPath(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource');
}

function found(document: unknown): Answer {
  if (document === undefined) throw unknownPath();
  return jsonAnswer(200, document);
}

function schemas(context: ServerContext): Schemas {
  return {
    definitions: context.store.resources(),
    customDefinition: (definition) => customDefinition(context, definition),
  };
}

/** `/api` and `/apis`: aggregated for clients that ask so. */
const discoveryRoot =
  (core: boolean) =>
  (context: ServerContext, request: ApiRequest): Answer => {
    const definitions = context.store.resources();
    if (wantsAggregated(request.headers.accept ?? ''))
      return { ...jsonAnswer(200, aggregated(definitions, core)), contentType: aggregatedContentType };
    return jsonAnswer(200, core ? coreVersions(context.address) : groupList(definitions));
  };

function openApiV2Answer(context: ServerContext, request: ApiRequest): Answer {
  const accept = request.headers.accept ?? '';
  if (accept.includes('protobuf') && !accept.includes('application/json'))
    return { code: 200, content: openApiV2Protobuf(), contentType: openApiV2ProtobufType };
  return jsonAnswer(200, openApiV2(schemas(context)));
}

function bindPod({ context, path, request }: ResourceCall): Handled {
  const node = valueAt(objectBody(request), 'target.name');
  if (typeof node !== 'string' || node === '')
    throw new ApiError(422, 'Invalid', `Binding "${path.name}" is invalid: target.name: Required value`);
  context.store.bind(path.namespace!, path.name!, node);
  return jsonAnswer(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

/** Subresources of pods by method and name; exec is an upgrade and not here. */
const podSubresources: Record<string, (call: ResourceCall) => Handled> = {
  'GET log': podLog,
  'POST eviction': evictPod,
  'POST binding': bindPod,
};

/** The definition that a path names; 404 when it is not served. */
export function resourceCall(
  context: ServerContext,
  request: ApiRequest,
  path: ResourcePath | undefined,
): ResourceCall {
  const definition = context.store
    .resources()
    .find(({ group, version, plural }) => group === path?.group && version === path.version && plural === path.plural);
  if (path === undefined || definition === undefined || (path.namespace !== undefined && !definition.namespaced))
    throw unknownPath();
  return { context, request, path, definition };
}

function handleResourcePath(context: ServerContext, request: ApiRequest): Handled {
  const path = parseResourcePath(request.path);
  refuse(request, path);
  const virtual = virtualResources.find(
    ({ group, version, plural }) => group === path?.group && version === path.version && plural === path.plural,
  );
  if (virtual !== undefined) {
    if (request.method !== 'POST')
      throw new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    return jsonAnswer(201, {
      metadata: {},
      ...asObject(objectBody(request)),
      apiVersion: `${virtual.group}/${virtual.version}`,
      kind: virtual.kind,
      status: virtual.status,
    });
  }
  const call = resourceCall(context, request, path);
  const subresource = `${request.method} ${call.path.subresource ?? ''}`;
  const handle =
    call.definition.storage === 'pods' && Object.hasOwn(podSubresources, subresource)
      ? podSubresources[subresource]
      : undefined;
  return handle === undefined ? handleResource(call) : handle(call);
}

/** `POST /lab/controls/NAME`: a path that no real server has, for `hooks lab`. */
async function performControl({ control }: ServerContext, request: ApiRequest, [name]: string[]): Promise<Handled> {
  if (control === undefined) throw unknownPath();
  // a question must not fell a machine
  if (request.method !== 'POST')
    throw new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
  const { operand, options } = objectBody(request);
  const given = {
    ...(typeof operand === 'string' ? { operand } : {}),
    options: asObject(options) as ControlArguments['options'],
  };
  try {
    return { code: 200, content: `${await control(name!, given)}\n`, contentType: 'text/plain; charset=utf-8' };
  } catch (error) {
    throw new ApiError(400, 'BadRequest', error instanceof Error ? error.message : String(error));
  }
}

export const routes: readonly Route[] = [
  {
    pattern: /^\/(?:healthz|readyz|livez)(?:\/.*)?$/,
    open: true,
    handle: () => ({ code: 200, content: 'ok', contentType: 'text/plain; charset=utf-8' }),
  },
  { pattern: /^\/version\/?$/, handle: () => jsonAnswer(200, serverVersion) },
  { pattern: /^\/openapi\/v2\/?$/, handle: openApiV2Answer },
  { pattern: /^\/openapi\/v3\/?$/, handle: (context) => jsonAnswer(200, openApiIndex(schemas(context))) },
  {
    pattern: /^\/openapi\/v3\/api\/([^/]+)$/,
    handle: (context, _request, [version]) => found(openApiDocument(schemas(context), '', version!)),
  },
  {
    pattern: /^\/openapi\/v3\/apis\/([^/]+)\/([^/]+)$/,
    handle: (context, _request, [group, version]) => found(openApiDocument(schemas(context), group!, version!)),
  },
  { pattern: /^\/api\/?$/, handle: discoveryRoot(true) },
  { pattern: /^\/apis\/?$/, handle: discoveryRoot(false) },
  {
    pattern: /^\/api\/([^/]+)\/?$/,
    handle: (context, _request, [version]) => found(resourceList(context.store.resources(), '', version!)),
  },
  {
    pattern: /^\/apis\/([^/]+)\/?$/,
    handle: (context, _request, [group]) => found(groupDocument(context.store.resources(), group!)),
  },
  {
    pattern: /^\/apis\/([^/]+)\/([^/]+)\/?$/,
    handle: (context, _request, [group, version]) => found(resourceList(context.store.resources(), group!, version!)),
  },
  { pattern: /^\/apis?\//, anyMethod: true, handle: handleResourcePath },
  { pattern: /^\/lab\/controls\/([^/]+)$/, anyMethod: true, handle: performControl },
  {
    pattern: /^\/?$/,
    handle: () =>
      jsonAnswer(200, {
        paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'],
      }),
  },
];

/** The route of a request and what its pattern matched; throws 404 or 405. */
export function findRoute(request: Pick<ApiRequest, 'method' | 'path'>): { route: Route; match: string[] } {
  for (const route of routes) {
    const match = route.pattern.exec(request.path);
    if (match === null) continue;
    if (!route.anyMethod && request.method !== 'GET')
      throw new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    return { route, match: match.slice(1).map(decodeURIComponent) };
  }
  throw unknownPath();
}
