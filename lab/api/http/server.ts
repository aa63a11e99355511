/**
 * The API of the lab over the network, for stock kubectl and @kubernetes/client-node: sockets, the bearer token, bodies
 * and upgrades. What is answered to what stands in routes.ts, what is not served in refusals.ts, objects in lab/api/store.
 *
 * It listens on loopback, with a certificate made at start: kubectl sends its token over https only, and without a token
 * every program and web page on the machine could run commands in the lab's pods.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { ApiError } from '../../contract.ts';
import type { Clock } from '../../contract.ts';
import type { Store } from '../store/types.ts';
import { asApiError, failureAnswer } from './answer.ts';
import type { Answer, ApiRequest, ServerContext } from './answer.ts';
import { selfSignedCertificate } from './certificate.ts';
import { execProtocols, execSession } from './exec.ts';
import { parseResourcePath } from './path.ts';
import type { PodAccess } from './pod-access.ts';
import { refuse } from './refusals.ts';
import { findRoute, resourceCall } from './routes.ts';
import { createWarnings } from './warnings.ts';

const maxBodyBytes = 8 * 1024 * 1024;

export interface ApiServerOptions {
  store: Store;
  podAccess: PodAccess;
  clock: Clock;
  /** See ServerContext. */
  control?: NonNullable<ServerContext['control']>;
  /** 0: a free one. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Bearer token; random if absent. */
  token?: string;
  /** Plain http, for clients that do send a token over it (kubectl does not). Default false. */
  plainHttp?: boolean;
}

export interface ApiServer {
  /** `https://127.0.0.1:PORT`. */
  url: string;
  token: string;
  /** PEM to trust; absent with `plainHttp`. */
  certificateAuthority?: string;
  /** Ends watches and connections. */
  stop(): Promise<void>;
}

/** Rejects when the port is taken. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { store, podAccess, clock, port, host = '127.0.0.1', plainHttp = false } = options;
  const token = options.token ?? randomBytes(24).toString('hex');
  const identity = plainHttp ? undefined : selfSignedCertificate(Date.now());
  const context: ServerContext = {
    store,
    podAccess,
    clock,
    address: '',
    ...(options.control === undefined ? {} : { control: options.control }),
  };

  const onRequest = (message: IncomingMessage, response: ServerResponse): void =>
    void respond(context, token, message, response);
  const server: Server = identity
    ? createHttpsServer({ key: identity.key, cert: identity.certificate }, onRequest)
    : createHttpServer(onRequest);
  // longer than clients keep idle connections, so that none of their requests meets a closing one
  server.keepAliveTimeout = 120_000;
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxBodyBytes,
    handleProtocols: (offered) => execProtocols.find((protocol) => offered.has(protocol)) ?? false,
  });
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) =>
    upgrade(context, token, webSockets, { message, socket, head }),
  );

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const shownHost = host.includes(':') ? `[${host}]` : host;
  context.address = `${shownHost}:${(server.address() as AddressInfo).port}`;

  return {
    url: `${identity ? 'https' : 'http'}://${context.address}`,
    token,
    ...(identity ? { certificateAuthority: identity.certificate } : {}),
    async stop() {
      for (const socket of webSockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function authorize(header: string | undefined, token: string): void {
  const given = Buffer.from(/^Bearer (.+)$/i.exec(header ?? '')?.[1]?.trim() ?? '');
  const wanted = Buffer.from(token);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new ApiError(401, 'Unauthorized', 'Unauthorized');
}

function apiRequest(message: IncomingMessage, body: Buffer): ApiRequest {
  const url = new URL(message.url ?? '/', 'http://lab');
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: message.headers,
    body,
    warnings: createWarnings(),
  };
}

/** The whole body; 413 beyond 8 MiB. */
async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes)
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function respond(
  context: ServerContext,
  token: string,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const head = apiRequest(message, Buffer.alloc(0));
  const warn = (): void => {
    const headers = head.warnings.headers();
    if (headers.length > 0) response.setHeader('Warning', headers);
  };
  try {
    const { route, match } = findRoute(head);
    if (!route.open) authorize(message.headers.authorization, token);
    const handled = await route.handle(context, { ...head, body: await readBody(message) }, match);
    warn();
    if ('stream' in handled) handled.stream(response);
    else write(response, handled);
  } catch (error) {
    // the rest of a body that was refused is not read
    if (!message.complete) response.setHeader('Connection', 'close');
    if (response.headersSent) {
      response.destroy(asApiError(error));
      return;
    }
    warn();
    write(response, failureAnswer(error));
  }
}

function rendered({ json, content, contentType, headers }: Answer): {
  body: string | Buffer;
  headers: Record<string, string | string[]>;
} {
  const body = content ?? `${JSON.stringify(json)}\n`;
  return {
    body,
    headers: {
      'Content-Type': contentType ?? 'application/json',
      'Cache-Control': 'no-cache, private',
      ...headers,
      'Content-Length': String(Buffer.byteLength(body)),
    },
  };
}

function write(response: ServerResponse, answer: Answer): void {
  const { body, headers } = rendered(answer);
  response.writeHead(answer.code, headers).end(body);
}

interface Upgrade {
  message: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

/** exec is the only request that is upgraded; a refusal goes out as a plain HTTP answer. */
function upgrade(
  context: ServerContext,
  token: string,
  webSockets: WebSocketServer,
  { message, socket, head }: Upgrade,
): void {
  socket.on('error', () => socket.destroy());
  try {
    authorize(message.headers.authorization, token);
    const request = apiRequest(message, Buffer.alloc(0));
    const path = parseResourcePath(request.path);
    const call = resourceCall(context, request, path);
    // kubectl tries SPDY after a refused WebSocket: what is wrong with the request itself must win both times
    const session = call.path.subresource === 'exec' ? execSession(call) : undefined;
    refuse(request, path);
    const offered = (message.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
    if (session === undefined || !execProtocols.some((protocol) => offered.includes(protocol))) {
      throw new ApiError(
        400,
        'BadRequest',
        `only exec in a pod is upgraded, with one of the protocols ${execProtocols.join(', ')}`,
      );
    }
    webSockets.handleUpgrade(message, socket, head, (webSocket) => session.run(webSocket));
  } catch (error) {
    const answer = failureAnswer(error);
    const { body, headers } = rendered(answer);
    const lines = Object.entries({ ...headers, Connection: 'close' }).map(
      ([name, value]) => `${name}: ${String(value)}`,
    );
    socket.end(
      `HTTP/1.1 ${answer.code} ${asApiError(error).reason}\r\n${lines.join('\r\n')}\r\n\r\n${body.toString()}`,
    );
  }
}
