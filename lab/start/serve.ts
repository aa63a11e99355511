/**
 * The sockets of `npm start`: the lab's API server, the exec sidecar on a Unix socket with real cluster access, and the
 * hook server, all on this machine only. What they do is in lab/api/http, sidecar and hooks/server.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogueOf } from '../../hooks/core/families/index.ts';
import { throttledReasonsOf } from '../../hooks/core/reasons.ts';
import { openRecorder, type Recorder } from '../../hooks/server/record/recorder.ts';
import { clearRecord } from '../../hooks/server/record/ring.ts';
import { release } from '../../hooks/server/release.ts';
import { createServer as createHookServer } from '../../hooks/server/server.ts';
import { sidecarClient } from '../../hooks/server/sidecar-client.ts';
import { clientNodeAccess } from '../../sidecar/client-node-access.ts';
import { createEngine } from '../../sidecar/engine.ts';
import { createEventReporter } from '../../sidecar/events.ts';
import { createMetrics } from '../../sidecar/metrics.ts';
import { createServer as createSidecarServer } from '../../sidecar/server.ts';
import { startApiServer, type ApiServer, type ApiServerOptions } from '../api/http/server.ts';
import { httpTransport, type HookTransport } from '../driver/transport.ts';
import { sidecarClock } from '../clock.ts';
import { operatorNamespace, type TransportParts } from '../lab.ts';

export interface ServeOptions {
  /** Port of the API; without it 6480, or a free one when that is taken. */
  port?: number;
  /** What `hooks lab` asks for. */
  control: NonNullable<ApiServerOptions['control']>;
  /** Called as soon as the API listens: the sidecar finds it by the kubeconfig that is written here. Resolves with its path. */
  onApi(api: ApiServer): Promise<string>;
  /** Directory in which decisions are recorded; what is there of an earlier run is removed. */
  record: string;
  /** Told of hooks that could not reach the sidecar. */
  onProblem: (error: unknown) => void;
}

export interface Served {
  transport: HookTransport;
  /** Closes all sockets. */
  stop(): Promise<void>;
}

export const defaultPort = 6480;

const outputLimitBytes = 8 * 1024 * 1024;
const recordBytes = 64 * 1024 * 1024;

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

async function startApi(
  { store, pods: podAccess, clock }: TransportParts,
  { port, control }: Pick<ServeOptions, 'port' | 'control'>,
): Promise<ApiServer> {
  try {
    return await startApiServer({ store, podAccess, clock, control, port: port ?? defaultPort });
  } catch (error) {
    if (port !== undefined || !isTaken(error)) throw error;
    return startApiServer({ store, podAccess, clock, control, port: 0 });
  }
}

async function startSidecar(
  socket: string,
  kubeconfig: string,
  { clock, bootScripts, sidecarSystems }: TransportParts,
): Promise<() => Promise<void>> {
  const access = await clientNodeAccess({ systems: sidecarSystems, kubeconfig });
  const metrics = createMetrics(catalogueOf(sidecarSystems));
  const settings = { namespaces: [], outputLimitBytes, bootScripts };
  const engine = createEngine({
    systems: sidecarSystems,
    access,
    clock: sidecarClock(clock),
    settings,
    randomBytes: (count) => randomBytes(count),
    listener: metrics.listener,
  });
  const events = createEventReporter({
    access,
    clock: sidecarClock(clock),
    namespaces: [],
    throttledReasons: throttledReasonsOf(sidecarSystems),
    component: 'weka-metacontroller',
    onWritten: metrics.onEvent,
  });
  const server = createSidecarServer({
    engine,
    events,
    catalogue: catalogueOf(sidecarSystems),
    registry: metrics.registry,
  });
  await server.listen({ path: socket });
  return () => server.close();
}

/** A new lab is a new cluster: nothing of the one before belongs to it. */
function startRecorder({ record: directory, onProblem }: Pick<ServeOptions, 'record' | 'onProblem'>): Recorder {
  clearRecord(directory);
  return openRecorder({
    directory,
    bytes: recordBytes,
    release,
    replica: 'lab',
    now: () => Date.now(),
    onProblem,
  });
}

/** Listens on everything. Rejects with EADDRINUSE when the port that was asked for is taken. */
export async function serve(parts: TransportParts, options: ServeOptions): Promise<Served> {
  const api = await startApi(parts, options);
  const kubeconfig = await options.onApi(api);
  // a directory of its own, which other users of the machine cannot enter
  const directory = await mkdtemp(join(tmpdir(), 'lab-'));
  const socket = join(directory, 'sidecar.sock');
  const stopSidecar = await startSidecar(socket, kubeconfig, parts);

  const hooks = createHookServer({
    controllers: parts.controllers,
    sidecar: sidecarClient({ socket }),
    settings: { operatorNamespace, config: parts.config },
    now: () => Date.now(),
    onSidecarError: options.onProblem,
    recorder: startRecorder(options),
  });
  const hookUrl = await hooks.listen({ host: '127.0.0.1', port: 0 });
  return {
    transport: httpTransport({ resolve: (url) => `${hookUrl}${new URL(url).pathname}` }),
    async stop() {
      await hooks.close();
      await stopSidecar();
      await api.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
