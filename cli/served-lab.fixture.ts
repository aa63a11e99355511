/** A lab that is served over HTTPS, with a kubeconfig of its own: what a command of `hooks` talks to in a test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiServer } from '../lab/api/http/server.ts';
import { putKubeconfig } from '../lab/start/kubeconfig-file.ts';
import type { LabWorld } from '../test/lab/world.ts';
import { hooksProgram } from './program.ts';

export interface ServedLab {
  /** Runs the command; resolves with what it prints. One that goes on until it is interrupted is so once it has printed something. */
  hooks(...args: string[]): Promise<string>;
  /** The exit status of the last one that has done its work. */
  status(): number;
  /** Stops the server and the world. */
  stop(): Promise<void>;
}

export async function serveLab(world: LabWorld): Promise<ServedLab> {
  const directory = mkdtempSync(join(tmpdir(), 'hooks-cli-'));
  const kubeconfig = join(directory, 'kubeconfig');
  const { store, pods, clock } = world.lab;
  const control = (...given: Parameters<typeof world.lab.control>) => world.lab.control(...given);
  const api = await startApiServer({ store, podAccess: pods, clock, port: 0, control });
  await putKubeconfig(kubeconfig, api);
  let status = 0;
  return {
    status: () => status,
    async hooks(...args) {
      let text = '';
      status = 0;
      const interrupted = new AbortController();
      const terminal = {
        write(part: string) {
          text += part;
          interrupted.abort();
        },
        read: () => '',
        end: (ended: number) => (status = ended),
        interruption: () => interrupted.signal,
      };
      await hooksProgram(terminal).parseAsync(['--kubeconfig', kubeconfig, ...args], { from: 'user' });
      return text;
    },
    async stop() {
      await api.stop();
      world.lab.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
