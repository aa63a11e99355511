/** The two pairs of hooks that are compared: the operator's with its sidecar, and the trivial ones. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sidecarClient } from '../../../../hooks/server/sidecar-client.ts';
import { program } from '../../../cluster/programs.ts';
import { sidecarKubeconfig } from '../../../cluster/sidecar-account.ts';
import { bootScriptsDirectory, buildDirectory, repository, startHooks, startScript } from '../../programs.ts';
import type { ControlPlane } from './cluster.ts';

export interface RunningHooks {
  port: number;
  /** What Metacontroller is to call. */
  names: readonly string[];
  stop(): Promise<void>;
}

export type HooksName = 'operator' | 'trivial';

/** The built programs, the sidecar with the rights that it has in deploy/. */
async function startOperator({ world, kubeconfig }: ControlPlane, directory: string): Promise<RunningHooks> {
  const socket = join(directory, 'sidecar.sock');
  const account = await sidecarKubeconfig(world, kubeconfig, directory);
  const sidecar = program({
    name: 'the sidecar',
    cwd: repository,
    log: join(directory, 'sidecar.log'),
    command: [
      process.execPath,
      join(buildDirectory, 'sidecar.mjs'),
      '--socket',
      socket,
      '--kubeconfig',
      account,
      '--boot-scripts',
      bootScriptsDirectory(),
    ],
    ready: async () => existsSync(socket) && (await sidecarClient({ socket }).observe([], 0)) !== undefined,
  });
  await sidecar.start();
  const hooks = await startHooks(socket);
  return {
    port: hooks.port,
    names: ['sync', 'finalize', 'customize'],
    async stop() {
      hooks.stop();
      await sidecar.kill();
    },
  };
}

async function startTrivial(): Promise<RunningHooks> {
  const hooks = await startScript(join(import.meta.dirname, 'trivial-hooks.ts'));
  return { port: hooks.port, names: ['sync'], stop: async () => hooks.stop() };
}

export const startOf: Record<HooksName, (plane: ControlPlane, directory: string) => Promise<RunningHooks>> = {
  operator: startOperator,
  trivial: startTrivial,
};
