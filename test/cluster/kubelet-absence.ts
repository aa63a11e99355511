/** A kubelet that is killed and kept away, by the tool that brings the cluster up. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { KubeletAbsence } from '../scenarios/cluster.ts';

const execute = promisify(execFile);
/** Seconds; longer than a scenario needs it. */
const pause = 40;

export function kubeletAbsence(realCluster: string): KubeletAbsence {
  let restart: Promise<unknown> | undefined;
  return {
    async begin() {
      restart = execute(realCluster, ['restart', 'kubelet', '--kill', '--pause', String(pause)]);
      // until it is dead
      await sleep(3000);
    },
    async end() {
      await restart;
    },
  };
}
