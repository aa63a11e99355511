/** `--pods=process`: the first container for each purpose that a system names runs as real processes; all others stay simulated. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PodEnvironment, ProgramFactory } from '../contract.ts';
import type { HardwareRegistry } from '../nodes/hardware.ts';
import { processPrograms } from '../nodes/process-program.ts';
import { findPython } from '../nodes/process-tools.ts';
import type { LabModel, ProcessPods } from '../system.ts';
import { InputError } from './arguments.ts';

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

/** Remembers for each purpose the owner of the pod that started first: its later pods and its helpers are meant as well. */
export function firstContainers(
  purposeOf: ProcessPods['purposeOf'],
): (environment: Pick<PodEnvironment, 'pod' | 'env'>) => boolean {
  const chosen = new Map<string, string>();
  return (environment) => {
    const owner = environment.pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
    if (owner === undefined) return false;
    const purpose = purposeOf(environment);
    if (purpose !== undefined && !chosen.has(purpose)) chosen.set(purpose, owner);
    return [...chosen.values()].includes(owner);
  };
}

export interface ProcessPrograms {
  /** To be given to createLab. */
  choose(model: LabModel, hardware: HardwareRegistry): ProgramFactory;
  /** Kills the processes and removes their files. */
  close(): Promise<void>;
}

/** Throws InputError where process pods cannot be had. */
export function createProcessPrograms(): ProcessPrograms {
  const why = whyNoProcessPods(process.platform, findPython);
  if (why !== undefined) throw new InputError(why);
  const closers: (() => Promise<void>)[] = [];
  return {
    choose(model, hardware) {
      if (model.processPods === undefined) return model.programs;
      const directory = mkdtempSync(join(tmpdir(), 'lab-pods-'));
      const pods = model.processPods(directory);
      const processes = processPrograms({ directory, hardware, runtime: pods.runtime, refreshMilliseconds: 200 });
      closers.push(async () => {
        await processes.close();
        await pods.close();
        rmSync(directory, { recursive: true, force: true });
      });
      const isProcess = firstContainers((environment) => pods.purposeOf(environment));
      return { start: (environment) => (isProcess(environment) ? processes : model.programs).start(environment) };
    },
    async close() {
      for (const close of closers) await close();
    },
  };
}
