/**
 * Exec in a container over WebSocket, with what client-node leaves to its caller: a timeout, a cap on the output, the
 * exit code, and an end when the connection breaks.
 */
import { PassThrough, Readable } from 'node:stream';
import type { Exec } from '@kubernetes/client-node/dist/exec.js';
import type { V1Status } from '@kubernetes/client-node/dist/gen/models/V1Status.js';
import { AccessError, type ExecRequest, type ExecResult } from './cluster-access.ts';

/** Load balancers drop a connection that is silent for a minute; starting IO says nothing for ten. */
const pingMillis = 20_000;

/** The first protocol in which the end of stdin can be told. Kubernetes speaks it since 1.30. */
const protocolWithEnd = 'v5.channel.k8s.io';

/** The parts of a `ws` socket that are used here; the library's type is that of a browser. */
interface Socket {
  readonly protocol: string;
  ping(): void;
  terminate(): void;
  on(event: 'close' | 'error', listener: (...details: unknown[]) => void): void;
}

/** Exit code of a Status; undefined when the command did not run. */
function exitCode(status: V1Status): number | undefined {
  if (status.status === 'Success') return 0;
  if (status.reason !== 'NonZeroExitCode') return undefined;
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  const code = cause === undefined ? Number.NaN : Number(cause);
  return Number.isInteger(code) ? code : undefined;
}

/** Why the connection was not made: the library hands out events, errors, and an HTTP code inside a sentence. */
function refusal(what: string, error: unknown): AccessError {
  const { message } = (error ?? {}) as { message?: unknown };
  const text = typeof message === 'string' ? message : String(error);
  const code = Number(/Unexpected server response: (\d+)/.exec(text)?.[1] ?? 0);
  const final = code >= 400 && code < 500 && code !== 429;
  return new AccessError(final ? 'api' : 'transport', `${what}: ${text}`, code);
}

class Output {
  readonly stream = new PassThrough();
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(limit: number, onExcess: () => void) {
    this.stream.on('data', (chunk: Buffer) => {
      this.size += chunk.length;
      if (this.size > limit) onExcess();
      else this.chunks.push(chunk);
    });
  }

  text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}

/** Runs a command to its end. Rejects with AccessError when it could not be run or its result could not be had. */
export async function execOverWebSocket(remote: Exec, request: ExecRequest): Promise<ExecResult> {
  const what = `exec in pod ${request.pod}`;
  let socket: Socket | undefined;
  const timers: NodeJS.Timeout[] = [];
  try {
    return await new Promise<ExecResult>((resolve, reject) => {
      const tooMuch = (): void =>
        reject(new AccessError('output', `${what}: more than ${request.outputLimitBytes} bytes of output`));
      const stdout = new Output(request.outputLimitBytes, tooMuch);
      const stderr = new Output(request.outputLimitBytes, tooMuch);
      timers.push(
        setTimeout(
          () => reject(new AccessError('timeout', `${what}: not finished within ${request.timeoutSeconds} s`)),
          request.timeoutSeconds * 1000,
        ),
      );
      const finished = (status: V1Status): void => {
        const code = exitCode(status);
        if (code === undefined)
          reject(new AccessError('api', `${what}: ${status.message ?? 'refused'}`, status.code ?? 0));
        // the streams deliver what they hold in the next turn of the event loop
        else setImmediate(() => resolve({ exitCode: code, stdout: stdout.text(), stderr: stderr.text() }));
      };
      const stdin = request.stdin === '' ? null : Readable.from([Buffer.from(request.stdin, 'utf8')]);
      remote
        .exec(
          request.namespace,
          request.pod,
          request.container,
          request.command,
          stdout.stream,
          stderr.stream,
          stdin,
          false,
          finished,
        )
        .then(
          (connected) => {
            const open = connected as unknown as Socket;
            socket = open;
            if (stdin !== null && open.protocol !== protocolWithEnd) {
              reject(new AccessError('api', `${what}: the API server speaks ${open.protocol}, which cannot end stdin`));
            }
            open.on('error', (error) => reject(refusal(what, error)));
            // after the status this changes nothing: a promise is settled once
            open.on('close', () =>
              setImmediate(() =>
                setImmediate(() => reject(new AccessError('transport', `${what}: the connection broke`))),
              ),
            );
            timers.push(setInterval(() => open.ping(), pingMillis));
          },
          (error: unknown) => reject(refusal(what, error)),
        );
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    socket?.terminate();
  }
}
