/** Serves the weka model to the shim: to process pods of the lab, and to containers of a real node. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { ExecResult } from '../contract.ts';
import { refuse } from './command.ts';
import { driveImage } from './drive-image.ts';
import type { WekaPlace } from './place.ts';
import type { WekaSite } from './site.ts';

export interface ShimServerOptions {
  site: WekaSite;
  /** A unix socket; without it a port of `host`. */
  socketPath?: string;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default: any free one. */
  port?: number;
}

export interface ShimServer {
  /** What WEKA_SHIM_URL has to say. */
  url: string;
  /** Agents (`weka --agent`) that are connected now. */
  readonly agents: number;
  close(): Promise<void>;
}

interface ShimRequest {
  program?: string;
  argv?: string[];
  env?: Record<string, string>;
  stdin?: string;
}

/** Listens; rejects when the address is taken. */
export async function serveShim(options: ShimServerOptions): Promise<ShimServer> {
  const agents = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    handle(options.site, agents, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  // an agent's request lasts as long as its pod
  server.requestTimeout = 0;
  const where =
    options.socketPath === undefined
      ? { host: options.host ?? '127.0.0.1', port: options.port ?? 0 }
      : { path: options.socketPath };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(where, resolve);
  });
  return {
    url: urlOf(server),
    get agents() {
      return agents.size;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return `unix:${address ?? ''}`;
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}

async function handle(
  site: WekaSite,
  agents: Set<ServerResponse>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const drive = request.method === 'GET' ? /^\/drives\/([^/]+)$/.exec(request.url ?? '')?.[1] : undefined;
  if (drive !== undefined) {
    readDrive(site, decodeURIComponent(drive), response);
    return;
  }
  if (request.method !== 'POST' || (request.url !== '/command' && request.url !== '/agent')) {
    response.writeHead(404).end();
    return;
  }
  const body = JSON.parse(await readBody(request)) as ShimRequest;
  const place = placeOf(body.env ?? {});
  if (request.url === '/agent') {
    agents.add(response);
    response.on('close', () => {
      agents.delete(response);
      site.processesDied(place.dataId, place.nodeName);
    });
    response.writeHead(200).flushHeaders();
    return;
  }
  const result =
    body.program === 'weka-sign-drive'
      ? signDrive(site, place, body.argv ?? [])
      : await site.run(place, body.argv ?? [], body.stdin ?? '');
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
}

/** The first blocks of a drive as the kernel reads them; weka takes one that it uses away from the kernel. */
function readDrive(site: WekaSite, serial: string, response: ServerResponse): void {
  if (site.driveInUse(serial)) response.writeHead(409).end();
  else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(driveImage(site.driveGuid(serial)));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** WEKA_HOST is the address that the runtime chose, as the wrapper of the pod reads it; before that the pod's own. */
function placeOf(env: Record<string, string>): WekaPlace {
  return {
    dataId: env.WEKA_CONTAINER_ID ?? '',
    nodeName: env.NODE_NAME ?? '',
    ip: env.WEKA_HOST || env.MANAGEMENT_IP || '127.0.0.1',
    env,
  };
}

/** `weka-sign-drive [options] -- DEVICE` with a device named `...weka-<serial>`: wipes its owner. */
function signDrive(site: WekaSite, place: WekaPlace, argv: string[]): ExecResult {
  const serial = /weka-([^/]+)$/.exec(argv.at(-1) ?? '')?.[1];
  if (serial === undefined) return refuse(`${argv.at(-1) ?? ''} is not a drive of the lab`);
  site.resign(place.nodeName, [serial]);
  return { exitCode: 0, stdout: '', stderr: '' };
}
