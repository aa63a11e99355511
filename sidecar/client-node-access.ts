/**
 * Access to a real API server. @kubernetes/client-node gives the configuration (service account, kubeconfig,
 * certificates, token renewal) and exec. Its index would bring a class for each API group as well, 13 MB of code and
 * 35 MB of memory, so the two files are imported by themselves, once, when the access is made, and no other file of
 * the sidecar imports the package but for types. Objects travel as plain JSON: the library's typed clients turn
 * timestamps into Dates and drop fields that they do not know.
 */
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Exec } from '@kubernetes/client-node/dist/exec.js';
import type { SystemAccess } from '../hooks/core/access.ts';
import type { KubernetesObject } from '../hooks/core/contract.ts';
import { AccessError, refusal, type ClusterAccess, type ListRequest, type ObjectAddress } from './cluster-access.ts';
import { execOverWebSocket } from './exec.ts';
import { resourcePaths, type ResourcePaths } from './resource-paths.ts';

export interface ClientNodeOptions {
  /** Whose kinds may be addressed. */
  systems: readonly { access: SystemAccess }[];
  /** Path of a kubeconfig; absent: the service account of the pod. */
  kubeconfig?: string;
  /** Seconds for a request that is not an exec. */
  requestTimeoutSeconds?: number;
}

interface Sent {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  contentType?: string;
  body?: unknown;
}

/** What the API server says in the Status of a refusal. */
function statusOf(body: string): { message: string; details?: unknown } {
  try {
    const { message, details } = JSON.parse(body) as { message?: unknown; details?: unknown };
    return { message: typeof message === 'string' ? message : 'no message', details };
  } catch {
    return { message: body.slice(0, 200) };
  }
}

interface Answer {
  code: number;
  text: string;
  /** The header Date: the clock of the API server. */
  date?: string;
}

function send(options: RequestOptions, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { date } = response.headers;
        resolve({
          code: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString('utf8'),
          ...(date === undefined ? {} : { date }),
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

class ClientNodeAccess implements ClusterAccess {
  private readonly config: KubeConfig;
  private readonly remoteExec: Exec;
  private readonly server: URL;
  private readonly paths: ResourcePaths;
  private readonly milliseconds: number;
  // the agent that the library makes for each request would open a connection for each
  private readonly agent = new Agent({ keepAlive: true });

  constructor(config: KubeConfig, remoteExec: Exec, server: string, paths: ResourcePaths, milliseconds: number) {
    this.paths = paths;
    this.config = config;
    this.remoteExec = remoteExec;
    this.server = new URL(server);
    this.milliseconds = milliseconds;
  }

  get(address: ObjectAddress): Promise<KubernetesObject> {
    return this.call(address, { method: 'GET', path: this.paths.object(address) });
  }

  async list({ fields, limit, ...kind }: ListRequest): Promise<KubernetesObject[]> {
    const fieldSelector = Object.entries(fields)
      .map(([path, value]) => `${path}=${value}`)
      .join(',');
    const query = new URLSearchParams({ fieldSelector, limit: String(limit) }).toString();
    const { items } = (await this.call(
      { ...kind, name: 'list' },
      { method: 'GET', path: `${this.paths.collection(kind)}?${query}` },
    )) as unknown as { items?: KubernetesObject[] };
    // the items of a list carry neither kind nor version
    return (items ?? []).map((object) => ({ ...object, apiVersion: kind.apiVersion, kind: kind.kind }));
  }

  create(object: KubernetesObject): Promise<KubernetesObject> {
    const { namespace, name } = object.metadata;
    const address = {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
    };
    return this.call(address, { method: 'POST', path: this.paths.collection(address), body: object });
  }

  patchJson(address: ObjectAddress, patch: unknown[]): Promise<KubernetesObject> {
    return this.call(address, {
      method: 'PATCH',
      path: this.paths.object(address),
      contentType: 'application/json-patch+json',
      body: patch,
    });
  }

  async delete(address: ObjectAddress, uid: string): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } };
    await this.call(address, { method: 'DELETE', path: this.paths.object(address), body });
  }

  exec(...[request]: Parameters<ClusterAccess['exec']>): ReturnType<ClusterAccess['exec']> {
    return execOverWebSocket(this.remoteExec, request);
  }

  async serverTime(): Promise<string> {
    const { date = '' } = await this.answer('GET /version', { method: 'GET', path: '/version' });
    if (Number.isNaN(Date.parse(date))) throw new AccessError('transport', 'GET /version: the answer has no date');
    return new Date(date).toISOString();
  }

  private async call(address: ObjectAddress, sent: Sent): Promise<KubernetesObject> {
    const what = `${sent.method} ${address.kind} ${address.name}`;
    const { text } = await this.answer(what, sent);
    try {
      return JSON.parse(text) as KubernetesObject;
    } catch {
      throw new AccessError('transport', `${what}: the answer is no JSON`);
    }
  }

  private async answer(what: string, { method, path, contentType = 'application/json', body }: Sent): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    let answer: Answer;
    try {
      const options: RequestOptions = { headers: {} };
      await this.config.applyToHTTPSOptions(options);
      const proxied = this.config.getCurrentCluster()?.proxyUrl !== undefined;
      answer = await send(
        {
          ...options,
          ...(proxied ? {} : { agent: this.agent }),
          method,
          hostname: this.server.hostname.replace(/^\[|\]$/g, ''),
          port: this.server.port === '' ? 443 : this.server.port,
          path: `${this.server.pathname.replace(/\/$/, '')}${path}`,
          headers: {
            ...options.headers,
            accept: 'application/json',
            ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }),
          },
          signal: AbortSignal.timeout(this.milliseconds),
        },
        text,
      );
    } catch (error) {
      throw new AccessError('transport', `${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (answer.code >= 200 && answer.code < 300) return answer;
    const { message, details } = statusOf(answer.text);
    throw refusal(`${what}: ${message.trim()}`, answer.code, details);
  }
}

/** Rejects when there is no usable configuration; an API server that is away rejects each call instead. */
export async function clientNodeAccess(options: ClientNodeOptions): Promise<ClusterAccess> {
  const [{ KubeConfig: Configuration }, { Exec: RemoteExec }] = await Promise.all([
    import('@kubernetes/client-node/dist/config.js'),
    import('@kubernetes/client-node/dist/exec.js'),
  ]);
  const config = new Configuration();
  if (options.kubeconfig === undefined) config.loadFromCluster();
  else config.loadFromFile(options.kubeconfig);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new AccessError('transport', 'the kubeconfig names no cluster');
  return new ClientNodeAccess(
    config,
    new RemoteExec(config),
    server,
    resourcePaths(options.systems.map(({ access }) => access)),
    (options.requestTimeoutSeconds ?? 10) * 1000,
  );
}
