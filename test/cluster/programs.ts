/** The programs of the operator and Metacontroller as processes of this machine that can be killed and started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Program {
  start(): Promise<void>;
  /** KILL, without a goodbye. */
  kill(): Promise<void>;
  /** TERM, and KILL ten seconds later. */
  stop(): Promise<void>;
  /** The last lines that it wrote. */
  tail(): string;
}

export interface ProgramOptions {
  name: string;
  command: string[];
  env?: Record<string, string>;
  cwd: string;
  /** Where its output goes. */
  log: string;
  /** Resolves to true when it can be used. */
  ready(): Promise<boolean>;
}

/** Seconds that a program may take until it is ready. */
const startSeconds = 90;

export function program({ name, command, env, cwd, log, ready }: ProgramOptions): Program {
  let child: ChildProcess | undefined;
  const tail = (): string => readFileSync(log, 'utf8').split('\n').slice(-20).join('\n');
  const ended = (one: ChildProcess): Promise<void> =>
    one.exitCode !== null || one.signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => one.once('exit', () => resolve()));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const one = child;
    child = undefined;
    if (one === undefined) return;
    one.kill(signal);
    const late = setTimeout(() => one.kill('SIGKILL'), 10_000);
    await ended(one);
    clearTimeout(late);
  };
  return {
    async start() {
      const [executable = '', ...args] = command;
      const output = createWriteStream(log, { flags: 'a' });
      const one = spawn(executable, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
      child = one;
      one.stdout.pipe(output, { end: false });
      one.stderr.pipe(output, { end: false });
      one.once('error', (error) => output.write(`${error.message}\n`));
      for (let waited = 0; waited < startSeconds * 4; waited += 1) {
        if (one.exitCode !== null) break;
        if (await ready().catch(() => false)) return;
        await sleep(250);
      }
      throw new Error(`${name} does not start\n${tail()}`);
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    tail,
  };
}
