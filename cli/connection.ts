/** How the command reaches an API server: the user's kubeconfig and rights, nothing else. */
import { existsSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { UsageError } from './usage-error.ts';

export interface ConnectionOptions {
  /** Path; absent: $KUBECONFIG, as kubectl reads it. */
  kubeconfig?: string;
  /** Absent: the current one. */
  context?: string;
}

/** What the server says against a request. */
export class Refusal extends Error {
  /** Of HTTP. */
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export interface Connection {
  /** Sends JSON; resolves with the text of the answer. Rejects with Refusal, or why there is no answer. */
  post(path: string, body: unknown): Promise<string>;
  /** Reads JSON; undefined where there is nothing of that name. Rejects as `post` does. */
  get(path: string): Promise<unknown>;
  /** Reads a text, such as a log; undefined where there is nothing of that name. Rejects as `post` does. */
  text(path: string): Promise<string | undefined>;
  /** The time of the server, in milliseconds since the epoch; undefined where it does not say it. */
  time(): Promise<number | undefined>;
  /** The namespace of the context. */
  namespace: string;
}

/** The kubeconfig as it is meant. Throws UsageError where it cannot be used. */
export function configOf({ kubeconfig, context }: ConnectionOptions): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig !== undefined && !existsSync(kubeconfig)) throw new UsageError(`no such kubeconfig: ${kubeconfig}`);
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new UsageError(
      `unreadable kubeconfig: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    );
  }
  if (context !== undefined) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(context)) throw new UsageError(`no context ${context}; there are ${known.join(', ')}`);
    config.setCurrentContext(context);
  }
  if (config.getCurrentCluster() === null) throw new UsageError('the kubeconfig has no current cluster');
  return config;
}

/** What a refusal says: the message of its Status, or its text. */
function refusal(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}

/**
 * Throws UsageError where the kubeconfig cannot be used.
 * @param silenceMillis a request fails in which the server says nothing for so long; absent: it may take its time
 */
export function connect(options: ConnectionOptions, silenceMillis?: number): Connection {
  const config = configOf(options);
  const server = config.getCurrentCluster()!.server;
  async function send(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; text: string; date: string }> {
    const request: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {
      method,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    };
    await config.applyToHTTPSOptions(request);
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(new URL(path, server), request, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, date: response.headers.date ?? '' }),
        );
      });
      sent.on('error', (error) => reject(new Error(`no answer from ${server}: ${error.message}`)));
      if (silenceMillis !== undefined)
        sent.setTimeout(silenceMillis, () => sent.destroy(new Error(`silent for ${silenceMillis / 1000} s`)));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
  async function read(path: string): Promise<string | undefined> {
    const { status, text } = await send('GET', path);
    if (status === 404) return undefined;
    if (status !== 200) throw new Refusal(refusal(text), status);
    return text;
  }
  return {
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    async post(path, body) {
      const { status, text } = await send('POST', path, body);
      if (status !== 200 && status !== 201) throw new Refusal(refusal(text), status);
      return text;
    },
    async get(path) {
      const text = await read(path);
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    },
    text: read,
    async time() {
      const time = Date.parse((await send('GET', '/version')).date);
      return Number.isNaN(time) ? undefined : time;
    },
  };
}
