/**
 * pods/exec over WebSocket: v5.channel.k8s.io (kubectl 1.31 and later) and v4. Each message is a channel number and data:
 * 0 stdin, 1 stdout, 2 stderr, 3 the Status at the end, 4 terminal size; in v5 255 closes the channel it names.
 * A command starts when its stdin is complete; there are no interactive sessions, with a terminal it gets no stdin.
 */
import type { WebSocket } from 'ws';
import type { ExecResult } from '../../contract.ts';
import { asApiError, failureStatus } from './answer.ts';
import { containerOf, podCall, requireScheduled } from './pods.ts';
import type { ResourceCall } from './stored-kinds.ts';

export const execProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 };
const frameBytes = 32 * 1024;
const maxStdinBytes = 8 * 1024 * 1024;
/** v4 has no sign for the end of stdin: silence of this length is taken for it. */
const v4SilenceMilliseconds = 500;

interface ExecQuery {
  command: string[];
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

export interface ExecSession {
  /** Runs the command on an accepted connection. */
  run(socket: WebSocket): void;
}

function execQuery(query: URLSearchParams): ExecQuery {
  const flag = (name: string): boolean => ['true', '1'].includes(query.get(name) ?? '');
  return {
    command: query.getAll('command'),
    stdin: flag('stdin'),
    stdout: flag('stdout'),
    stderr: flag('stderr'),
    tty: flag('tty'),
  };
}

/** The Status at the end of a command; kubectl takes its exit code from it. */
export function exitStatus(exitCode: number): Record<string, unknown> {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** Checks a request for exec; throws ApiError before the connection is upgraded. */
export function execSession(resourceCall: ResourceCall): ExecSession {
  const call = podCall(resourceCall);
  const { context, path } = call;
  const container = containerOf(call);
  requireScheduled(call);
  const query = execQuery(call.request.query);

  return {
    run(socket) {
      const send = (channel: number, text: string): void => {
        const bytes = Buffer.from(text);
        for (let start = 0; start < bytes.length; start += frameBytes)
          socket.send(Buffer.concat([Buffer.from([channel]), bytes.subarray(start, start + frameBytes)]));
      };
      const finish = (status: unknown): void => {
        send(channels.error, JSON.stringify(status));
        socket.close(1000);
      };
      const report = ({ exitCode, stdout, stderr }: ExecResult): void => {
        if (query.stdout) send(channels.stdout, stdout);
        // a terminal has one output
        if (query.tty) send(channels.stdout, stderr);
        else if (query.stderr) send(channels.stderr, stderr);
        finish(exitStatus(exitCode));
      };
      const start = (stdin: string): void => {
        Promise.resolve()
          .then(() => context.podAccess.exec(path.namespace!, path.name!, container, query.command, stdin))
          .then(report)
          .catch((error: unknown) => finish(failureStatus(asApiError(error))));
      };
      socket.on('error', () => socket.terminate());
      if (query.stdin && !query.tty) collectStdin(socket, context.clock.after.bind(context.clock), start);
      else start('');
    },
  };
}

/** Calls `complete` once with all of stdin. */
function collectStdin(
  socket: WebSocket,
  after: (milliseconds: number, run: () => void) => () => void,
  complete: (text: string) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let done = false;
  let cancelSilence = (): void => {};
  const end = (): void => {
    cancelSilence();
    if (!done) complete(Buffer.concat(chunks).toString('utf8'));
    done = true;
  };
  const waitForSilence = (): void => {
    cancelSilence();
    if (socket.protocol === 'v4.channel.k8s.io') cancelSilence = after(v4SilenceMilliseconds, end);
  };
  socket.on('message', (data: Buffer) => {
    if (data[0] === channels.close && data[1] === channels.stdin) return end();
    if (data[0] !== channels.stdin || done) return;
    size += data.length - 1;
    if (size > maxStdinBytes) return socket.close(1009, 'stdin is limited to 8 MiB');
    chunks.push(data.subarray(1));
    waitForSilence();
  });
  socket.on('close', () => {
    done = true;
    cancelSilence();
  });
  waitForSilence();
}
