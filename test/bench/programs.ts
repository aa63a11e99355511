/** The programs that are measured, each as its own process: the built hooks, the floor, and the Go server where there is Go. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { labSystems } from '../../lab/systems.ts';

export const repository = join(import.meta.dirname, '../..');
export const buildDirectory = join(repository, 'build');

export interface Program {
  port: number;
  process: ChildProcess;
  stop(): void;
}

/** A port of the loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

const startMillis = 20_000;

/** Resolves when the path answers with 200; looks each millisecond, since a cold start is measured with it. */
async function answering(port: number, path: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startMillis;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`a program ended with ${child.exitCode} before it answered`);
    const ok = await fetch(`http://127.0.0.1:${port}${path}`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    if (Date.now() > deadline) throw new Error(`nothing answers at port ${port}`);
    await pause(1);
  }
}

async function start(
  command: string,
  args: string[],
  port: number,
  path: string,
  environment: Record<string, string> = {},
): Promise<Program> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  });
  await answering(port, path, child);
  return { port, process: child, stop: () => void child.kill('SIGKILL') };
}

/** `npm run build`, so that what is measured is what is delivered. */
export function buildPrograms(): void {
  execFileSync(process.execPath, ['--import', 'tsx', 'deploy/build.ts'], { cwd: repository, stdio: 'ignore' });
}

/** A directory with the files that a ConfigMap holds in a cluster. */
export function bootScriptsDirectory(): string {
  const directory = join(buildDirectory, 'bench/boot-scripts');
  mkdirSync(directory, { recursive: true });
  const files = labSystems.flatMap((one) => Object.entries(one.bootScripts?.() ?? {}));
  for (const [name, content] of files) writeFileSync(join(directory, name), content);
  return directory;
}

/** The flags and the environment are those of the image; plain HTTP, and no token. */
export async function startHooks(socket: string, environment: Record<string, string> = {}): Promise<Program> {
  const port = await freePort();
  return start(process.execPath, ['--enable-source-maps', join(buildDirectory, 'hooks.mjs')], port, '/readyz', {
    NODE_ENV: 'production',
    WEKA_PORT: String(port),
    WEKA_HOST: '127.0.0.1',
    WEKA_SIDECAR_SOCKET: socket,
    WEKA_BOOT_SCRIPTS: bootScriptsDirectory(),
    WEKA_LOG_LEVEL: 'warn',
    ...environment,
  });
}

/** A server of one file that is given its port; tsx takes the types away before it runs. */
export async function startScript(path: string, ...args: string[]): Promise<Program> {
  const port = await freePort();
  return start(process.execPath, ['--import', 'tsx', path, String(port), ...args], port, '/');
}

/** @param socket of the sidecar, which it asks where it is told to */
export const startFloor = (socket: string): Promise<Program> =>
  startScript(join(import.meta.dirname, 'floor.ts'), socket);

/** Undefined when `go` is not on the PATH. */
export async function startGo(): Promise<Program | undefined> {
  if (spawnSync('go', ['version']).status !== 0) return undefined;
  const program = join(buildDirectory, 'bench/go-server');
  execFileSync('go', ['build', '-o', program, '.'], {
    cwd: join(import.meta.dirname, 'go'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const port = await freePort();
  return start(program, [String(port)], port, '/');
}

/** Bytes of memory that the process has now. */
export function residentBytes({ process: { pid } }: Program): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
