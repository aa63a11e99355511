/**
 * ApiClient over HTTP, to the lab's server or any Kubernetes: what the lab's own controllers use to drive a real cluster.
 * Credentials are those of a kubeconfig (token, client certificate, exec plugin). No caches and no retries: callers have them.
 */
import { setMaxListeners } from 'node:events';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { RequestOptions } from 'node:https';
import { createInterface } from 'node:readline';
import { KubeConfig } from '@kubernetes/client-node';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { ApiError } from '../../contract.ts';
import type { ApiClient, ListOptions, ResourceInfo, WatchEvent } from '../../contract.ts';
import { asObject, asObjects, isObject } from '../store/json.ts';
import { kubeconfig } from './kubeconfig.ts';
import type { KubeconfigServer } from './kubeconfig.ts';

export interface HttpClient extends ApiClient {
  /** A deletion of the pod that asks its PodDisruptionBudgets first, as a drain does. */
  evict(pods: ResourceInfo, namespace: string, name: string): Promise<void>;
  /** Ends all watches and idle connections. */
  close(): void;
}

interface Call {
  method: string;
  path: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  contentType?: string;
}

const pageSize = 500;

/** A running lab server, or what a kubeconfig says: `const config = new KubeConfig(); config.loadFromFile(path)`. */
export function httpClient(target: KubeconfigServer | KubeConfig): HttpClient {
  const config = target instanceof KubeConfig ? target : labConfig(target);
  const connection = connect(config);

  const read = async (resource: ResourceInfo, call: Call): Promise<KubernetesObject> =>
    withKind(resource, await json(await connection.send(call)));

  return {
    resources: () => discover(async (path) => json(await connection.send({ method: 'GET', path }))),
    get: (resource, namespace, name) =>
      read(resource, { method: 'GET', path: resourcePath(resource, namespace, name) }),
    list: (resource, options = {}) => listAll(resource, options, async (call) => json(await connection.send(call))),
    watch: (resource, resourceVersion, onEvent, onEnd) =>
      watch(connection, resource, { resourceVersion, onEvent, ...(onEnd ? { onEnd } : {}) }),
    create: (resource, namespace, object) =>
      read(resource, { method: 'POST', path: resourcePath(resource, namespace), body: object }),
    update: (resource, object, subresource) =>
      read(resource, {
        method: 'PUT',
        path: resourcePath(resource, object.metadata.namespace, object.metadata.name, subresource),
        body: object,
      }),
    patch: (resource, namespace, name, contentType, body, subresource) =>
      read(resource, {
        method: 'PATCH',
        path: resourcePath(resource, namespace, name, subresource),
        body,
        contentType,
      }),
    async delete(resource, namespace, name, options = {}) {
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...options };
      const answer = await json(
        await connection.send({ method: 'DELETE', path: resourcePath(resource, namespace, name), body }),
      );
      if (answer['kind'] !== 'Status') return withKind(resource, answer);
      // a receipt: the object is gone
      const uid = asObject(answer['details'])['uid'];
      const metadata = {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(typeof uid === 'string' ? { uid } : {}),
      };
      return { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
    },
    async evict(pods, namespace, name) {
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
      await json(
        await connection.send({ method: 'POST', path: resourcePath(pods, namespace, name, 'eviction'), body }),
      );
    },
    close: () => connection.close(),
  };
}

function labConfig(server: KubeconfigServer): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(JSON.stringify(kubeconfig(server)));
  return config;
}

function apiVersionOf({ group, version }: ResourceInfo): string {
  return group === '' ? version : `${group}/${version}`;
}

function resourcePath(resource: ResourceInfo, namespace?: string, name?: string, subresource?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const inNamespace =
    resource.namespaced && namespace !== undefined && namespace !== '' ? ['namespaces', namespace] : [];
  const tail = [name, subresource].filter((segment) => segment !== undefined);
  return [root, ...[...inNamespace, resource.plural, ...tail].map(encodeURIComponent)].join('/');
}

/** Items of built-in lists come without these two. */
function withKind(resource: ResourceInfo, object: Record<string, unknown>): KubernetesObject {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object } as unknown as KubernetesObject;
}

interface Connection {
  /** Resolves when the head of the answer is there; rejects with ApiError for an answer that is a refusal. */
  send(call: Call, signal?: AbortSignal): Promise<IncomingMessage>;
  close(): void;
  /** Aborted by `close`. */
  closed: AbortSignal;
}

function connect(config: KubeConfig): Connection {
  const server = new URL(config.getCurrentCluster()?.server ?? 'http://localhost:8080');
  const closing = new AbortController();
  // one listener for each request under way
  setMaxListeners(0, closing.signal);
  let agent: HttpAgent | undefined;

  const options = async (): Promise<RequestOptions> => {
    const found: RequestOptions = {};
    await config.applyToHTTPSOptions(found);
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername, auth, headers } = found;
    const tls = {
      ca,
      cert,
      key,
      pfx,
      passphrase,
      servername,
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    };
    // one agent for all requests: the library makes one for each
    agent ??=
      server.protocol === 'https:' ? new HttpsAgent({ ...tls, keepAlive: true }) : new HttpAgent({ keepAlive: true });
    return { agent, ...(headers ? { headers } : {}), ...(auth ? { auth } : {}) };
  };

  return {
    closed: closing.signal,
    close() {
      closing.abort();
      agent?.destroy();
    },
    async send({ method, path, query = {}, body, contentType = 'application/json' }, signal = closing.signal) {
      const { headers, ...rest } = await options().catch((error: unknown) => {
        throw unreachable(error as Error);
      });
      const given = Object.entries(query).flatMap(([key, value]): [string, string][] =>
        value === undefined || value === '' ? [] : [[key, value]],
      );
      const url = new URL(server);
      url.pathname = `${server.pathname.replace(/\/$/, '')}${path}`;
      url.search = new URLSearchParams(given).toString();
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const sent =
        payload === undefined
          ? {}
          : { 'Content-Type': contentType, 'Content-Length': String(Buffer.byteLength(payload)) };
      const start = server.protocol === 'https:' ? httpsRequest : httpRequest;
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const request = start(
          url,
          {
            ...rest,
            method,
            signal,
            headers: { ...(headers as Record<string, string> | undefined), Accept: 'application/json', ...sent },
          },
          resolve,
        );
        request.on('error', (error) => reject(unreachable(error)));
        request.end(payload);
      });
      if ((response.statusCode ?? 500) >= 400) throw await refusal(response);
      return response;
    },
  };
}

function unreachable(error: Error): ApiError {
  return new ApiError(503, 'ServiceUnavailable', `the API server cannot be reached: ${error.message}`);
}

async function text(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (error) {
    throw unreachable(error as Error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function json(response: IncomingMessage): Promise<Record<string, unknown>> {
  return asObject(JSON.parse(await text(response)));
}

function statusError(status: Record<string, unknown>, code: number): ApiError {
  const { code: own, reason, message, details } = status;
  return new ApiError(
    typeof own === 'number' ? own : code,
    typeof reason === 'string' ? reason : 'Unknown',
    typeof message === 'string' ? message : `HTTP ${code}`,
    isObject(details) ? details : undefined,
  );
}

async function refusal(response: IncomingMessage): Promise<ApiError> {
  const code = response.statusCode ?? 500;
  const body = await text(response);
  try {
    return statusError(asObject(JSON.parse(body)), code);
  } catch {
    return new ApiError(code, code === 404 ? 'NotFound' : 'Unknown', body.trim() === '' ? `HTTP ${code}` : body.trim());
  }
}

/** All kinds that can be listed, from the plain discovery documents: core first, then each version of each group. */
async function discover(read: (path: string) => Promise<Record<string, unknown>>): Promise<ResourceInfo[]> {
  const groups = asObjects((await read('/apis'))['groups']);
  const versions = groups.flatMap((group) =>
    asObjects(group['versions']).map((version) => String(version['groupVersion'])),
  );
  const documents = await Promise.all(
    ['v1', ...versions].map(async (groupVersion) => ({
      groupVersion,
      document: await read(groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`),
    })),
  );
  return documents.flatMap(({ groupVersion, document }) => {
    const resources = asObjects(document['resources']) as unknown as {
      name: string;
      kind: string;
      namespaced: boolean;
      verbs: string[];
    }[];
    const names = new Set(resources.map(({ name }) => name));
    const [group, version] = groupVersion.includes('/')
      ? (groupVersion.split('/') as [string, string])
      : ['', groupVersion];
    const listable = resources.filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list'));
    return listable.map(({ name, kind, namespaced }) => ({
      group,
      version,
      kind,
      plural: name,
      namespaced,
      hasStatus: names.has(`${name}/status`),
    }));
  });
}

/** Pages are of one resourceVersion, the first one's. */
async function listAll(
  resource: ResourceInfo,
  { namespace, labelSelector, fieldSelector }: ListOptions,
  read: (call: Call) => Promise<Record<string, unknown>>,
): Promise<{ items: KubernetesObject[]; resourceVersion: string }> {
  const items: KubernetesObject[] = [];
  let next: string | undefined;
  let resourceVersion = '';
  do {
    const query = { labelSelector, fieldSelector, limit: String(pageSize), continue: next };
    const page = await read({ method: 'GET', path: resourcePath(resource, namespace), query });
    const metadata = asObject(page['metadata']) as { resourceVersion?: string; continue?: string };
    items.push(...asObjects(page['items']).map((item) => withKind(resource, item)));
    resourceVersion = metadata.resourceVersion ?? resourceVersion;
    next = metadata.continue;
  } while (next !== undefined && next !== '');
  return { items, resourceVersion };
}

interface WatchCall {
  resourceVersion: string;
  onEvent(event: WatchEvent): void;
  onEnd?(error?: ApiError): void;
}

/** `onEnd` without an error: the server ended the stream in peace. Not called after the returned function was. */
function watch(connection: Connection, resource: ResourceInfo, call: WatchCall): () => void {
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, connection.closed]);

  const follow = async (): Promise<ApiError | undefined> => {
    const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: call.resourceVersion };
    const response = await connection.send({ method: 'GET', path: resourcePath(resource), query }, signal);
    for await (const line of createInterface({ input: response })) {
      if (signal.aborted || line === '') continue;
      const { type, object } = JSON.parse(line) as { type: WatchEvent['type']; object: Record<string, unknown> };
      if (type === 'ERROR') return statusError(object, 500);
      call.onEvent({ type, object: withKind(resource, object) });
    }
    return response.complete ? undefined : unreachable(new Error('the watch was broken off'));
  };

  follow().then(
    (error) => {
      if (!signal.aborted) call.onEnd?.(error);
    },
    (error: unknown) => {
      if (!signal.aborted) call.onEnd?.(error instanceof ApiError ? error : unreachable(error as Error));
    },
  );
  return () => stopping.abort();
}
