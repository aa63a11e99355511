/**
 * `--pods=process`: the first drive and the first compute container run as real processes of the real runtime, with the
 * lab's `weka` on their PATH; all other pods stay simulated.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PodEnvironment, ProgramFactory } from '../contract.ts';
import type { Lab } from '../lab.ts';
import { findPython } from '../nodes/process-tools.ts';
import { processPrograms, type ProcessProgramFactory } from '../nodes/process-program.ts';
import { wekaProcessRuntime } from '../weka/process-runtime.ts';
import { serveShim, type ShimServer } from '../weka/shim-server.ts';
import { InputError } from './arguments.ts';

const processModes = ['drive', 'compute'];

/** Why this machine cannot do it; undefined if it can. */
export function whyNoProcessPods(platform: NodeJS.Platform, python: () => string): string | undefined {
  if (platform !== 'linux') return `--pods=process needs Linux, and this is ${platform}`;
  try {
    python();
    return undefined;
  } catch {
    return '--pods=process needs python3 on PATH';
  }
}

/** Remembers for each of the modes the container that started first: its later pods and its helpers are meant as well. */
export function firstContainers(modes: readonly string[]): (environment: Pick<PodEnvironment, 'pod' | 'env'>) => boolean {
  const chosen = new Map<string, string>();
  return ({ pod, env }) => {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
    if (owner === undefined) return false;
    const mode = env['MODE'] ?? '';
    if (modes.includes(mode) && !chosen.has(mode)) chosen.set(mode, owner);
    return [...chosen.values()].includes(owner);
  };
}

export interface ProcessPods {
  /** To be given to createLab. */
  programs(simulated: ProgramFactory, lab: Pick<Lab, 'world' | 'hardware'>): ProgramFactory;
  /** Kills the processes and removes their files. */
  close(): Promise<void>;
}

/** Throws InputError where process pods cannot be had. */
export function createProcessPods(): ProcessPods {
  const why = whyNoProcessPods(process.platform, findPython);
  if (why !== undefined) throw new InputError(why);
  const directory = mkdtempSync(join(tmpdir(), 'weka-lab-pods-'));
  const socketPath = join(directory, 'weka.sock');
  let shim: Promise<ShimServer> | undefined;
  let processes: ProcessProgramFactory | undefined;
  return {
    programs(simulated, { world, hardware }) {
      shim = serveShim({ world, socketPath });
      const real = processPrograms({
        directory, hardware,
        runtime: wekaProcessRuntime({ world, shimUrl: `unix:${socketPath}`, env: { WEKA_RUNTIME_POLL_SECONDS: '0.2' } }),
        refreshMilliseconds: 200,
      });
      processes = real;
      const isProcess = firstContainers(processModes);
      return { start: (environment) => (isProcess(environment) ? real : simulated).start(environment) };
    },
    async close() {
      await processes?.close();
      await (await shim)?.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
