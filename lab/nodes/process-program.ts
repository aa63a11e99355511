/**
 * Pods as real processes, on Linux: what an image runs, with commands of the lab on its PATH, in a root directory of its
 * own. The one file of this room with a wall clock and processes.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import type { ExecResult, PodProgram, ProgramFactory } from '../contract.ts';
import type { HardwareRegistry, NodeHardware } from './hardware.ts';
import type { Pod } from './core-types.ts';
import type { MountedEnvironment } from './pod-environment.ts';
import { buildRoot, movedCommand, refreshRoot, terminationMessage } from './process-root.ts';
import type { RootPlaces } from './process-root.ts';
import type { ProcessRuntime } from './process-runtime.ts';
import { findPython, killBelow, lineReader, quietKill, rootVariable } from './process-tools.ts';

export interface ProcessProgramOptions {
  /** Where roots and host directories are kept. Host directories in it survive a lab that is started again. */
  directory: string;
  hardware: HardwareRegistry;
  /** Of the system whose containers they are. */
  runtime: ProcessRuntime;
  /** The interpreter; default: what `python3` on PATH really is. */
  python?: string;
  /** How often mounted files and the live ones of the machine are brought up to date. Default 1000. */
  refreshMilliseconds?: number;
  /** Keep the roots of ended containers, for a look at them. */
  keepRoots?: boolean;
}

export interface ProcessProgramFactory extends ProgramFactory {
  /** Kills every process and resolves when all have ended. */
  close(): Promise<void>;
}

/** Log of a container beyond which its beginning is dropped, in characters. */
const logLimit = 10_000_000;
/** For the last output of a container whose pipes somebody still holds. */
const closeMilliseconds = 1000;

/**
 * A factory of process pods. Kills what an earlier lab left running in `directory`. Throws without Linux or python3.
 */
export function processPrograms(options: ProcessProgramOptions): ProcessProgramFactory {
  if (process.platform !== 'linux') throw new Error('process pods need Linux; use simulated ones');
  const directory = resolve(options.directory);
  const host = new ProcessHost({ ...options, directory });
  killBelow(`${directory}/`);
  const running = new Set<Process>();
  return {
    start(environment) {
      const hardware = options.hardware.get(environment.nodeName);
      if (hardware === undefined) throw new Error(`no machine ${environment.nodeName}`);
      const program = new Process(host, environment as MountedEnvironment, hardware, () => running.delete(program));
      running.add(program);
      program.run();
      return program;
    },
    async close() {
      const ends = [...running].map((program) => program.ended);
      for (const program of running) program.signal('KILL');
      await Promise.all(ends);
    },
  };
}

/** What all process pods of a lab share. */
class ProcessHost {
  readonly options: ProcessProgramOptions;
  readonly bin: string;
  private starts = 0;

  constructor(options: ProcessProgramOptions) {
    this.options = options;
    this.bin = join(options.directory, 'bin');
    const python = options.python ?? findPython();
    rmSync(this.bin, { recursive: true, force: true });
    mkdirSync(this.bin, { recursive: true });
    symlinkSync(python, join(this.bin, 'python3'));
    for (const { name, script, after } of options.runtime.commands) {
      const command = `${quoted(python)} -S -E ${quoted(script)} "$@"`;
      const text = `#!/bin/sh\n${after === undefined ? `exec ${command}` : `${command} || exit\n${after}`}\n`;
      writeFileSync(join(this.bin, name), text);
      chmodSync(join(this.bin, name), 0o755);
    }
  }

  /** Places of the next start of a container of this pod. */
  places(nodeName: string, podUid: string): RootPlaces {
    this.starts += 1;
    const machine = join(this.options.directory, nodeName);
    const pod = join(machine, 'pods', podUid);
    // a lab that is started again must not meet the roots of the former one
    return {
      root: join(pod, `${process.pid}-${this.starts}`),
      host: join(machine, 'host'),
      volumes: join(pod, 'volumes'),
    };
  }

  environment(root: string, environment: MountedEnvironment, hardware: NodeHardware): Record<string, string> {
    const pod = environment.pod as Pod;
    // abstract sockets belong to this machine's network: the scope keeps lab nodes, and labs, apart
    const lab = createHash('sha256').update(this.options.directory).digest('hex').slice(0, 8);
    const scope =
      pod.spec.hostNetwork === true ? environment.nodeName : `${environment.nodeName}-${pod.metadata.uid ?? ''}`;
    return {
      LANG: 'C.UTF-8',
      HOME: root,
      PATH: [join(root, 'usr/local/bin'), this.bin, process.env['PATH'] ?? '/usr/bin:/bin'].join(':'),
      ...environment.env,
      ...this.options.runtime.environment({
        root,
        commands: this.bin,
        scope: `${lab}-${scope}`,
        podIp: environment.podIp,
        hardware,
      }),
      [rootVariable]: root,
    };
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

class Process implements PodProgram {
  /** Resolves when the program has ended and said so. */
  readonly ended: Promise<void>;
  private readonly host: ProcessHost;
  private readonly environment: MountedEnvironment;
  private readonly hardware: NodeHardware;
  private readonly places: RootPlaces;
  private readonly env: Record<string, string>;
  private readonly onEnd: () => void;
  private resolveEnded: () => void = () => undefined;
  private child: ChildProcess | undefined;
  private refresh: NodeJS.Timeout | undefined;
  private text = '';
  private over = false;

  constructor(host: ProcessHost, environment: MountedEnvironment, hardware: NodeHardware, onEnd: () => void) {
    this.host = host;
    this.environment = environment;
    this.hardware = hardware;
    this.onEnd = onEnd;
    this.ended = new Promise((resolveEnded) => {
      this.resolveEnded = resolveEnded;
    });
    this.places = host.places(environment.nodeName, environment.pod.metadata.uid ?? environment.pod.metadata.name);
    buildRoot(this.places, environment, hardware, host.options.runtime);
    this.env = host.environment(this.places.root, environment, hardware);
  }

  run(): void {
    const { command = [], args: given = [] } = this.environment.container;
    const words = [...command, ...given];
    // an image's own entry point is not there to be run: such a container idles
    const [program, ...args] = words.length === 0 ? ['sleep', 'infinity'] : movedCommand(this.places.root, words);
    const child = spawn(program!, args, {
      cwd: this.places.root,
      env: this.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    const lines = lineReader((line) => this.log(line));
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => lines.take(text));
    child.once('error', (error) => {
      this.log(`cannot start ${program}: ${error.message}`);
      this.finish(127);
    });
    child.once('exit', (code, signal) => {
      // as when PID 1 of a container ends: nothing of it stays
      killBelow(`${this.places.root}\0`);
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      const done = (): void => {
        lines.end();
        this.finish(exitCode);
      };
      child.once('close', done);
      setTimeout(done, closeMilliseconds).unref();
    });
    this.refresh = setInterval(() => this.bringUpToDate(), this.host.options.refreshMilliseconds ?? 1000).unref();
  }

  exec(command: string[], stdin: string): Promise<ExecResult> {
    if (this.over) return Promise.resolve({ exitCode: 126, stdout: '', stderr: 'container is not running\n' });
    this.bringUpToDate();
    const [program = '', ...args] = movedCommand(this.places.root, command);
    return new Promise((finished) => {
      const child = spawn(program, args, { cwd: this.places.root, env: this.env, detached: true });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      // a command that does not read its input may end before it was written
      child.stdin.on('error', () => undefined);
      child.stdin.end(stdin);
      child.once('error', () => {
        const reason = `exec: "${command[0] ?? ''}": executable file not found in $PATH`;
        finished({
          exitCode: 127,
          stdout,
          stderr: `OCI runtime exec failed: exec failed: unable to start container process: ${reason}\n`,
        });
      });
      child.once('close', (code, signal) => {
        finished({ exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), stdout, stderr });
      });
    });
  }

  logs(): string {
    return this.text;
  }

  /** TERM goes to the container's first process alone, as container runtimes do; KILL to all. */
  signal(signal: 'TERM' | 'KILL'): void {
    const pid = this.child?.pid;
    if (this.over || pid === undefined) return;
    if (signal === 'TERM') quietKill(pid, 'SIGTERM');
    else {
      quietKill(-pid, 'SIGKILL');
      killBelow(`${this.places.root}\0`);
    }
  }

  private bringUpToDate(): void {
    refreshRoot(this.places.root, this.environment, this.hardware, this.host.options.runtime);
  }

  private log(line: string): void {
    this.text += `${line}\n`;
    if (this.text.length > logLimit) this.text = this.text.slice(this.text.length - logLimit / 2);
    this.environment.onLog?.(line);
  }

  private finish(exitCode: number): void {
    if (this.over) return;
    this.over = true;
    clearInterval(this.refresh);
    const message = terminationMessage(this.places.root);
    this.host.options.runtime.onEnd?.(this.environment, exitCode);
    if (this.host.options.keepRoots !== true) rmSync(this.places.root, { recursive: true, force: true });
    this.onEnd();
    this.environment.onExit(exitCode, message);
    this.resolveEnded();
  }
}
