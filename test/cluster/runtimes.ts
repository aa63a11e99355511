/** The runtimes of pods as processes of this machine, where the node of the cluster is this machine. */
import { readFileSync, readdirSync } from 'node:fs';

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // the process has ended
    return '';
  }
}

/** Kills all processes of the pod with that uid, as a kubelet does in the end; throws when it has none. */
export function killRuntime(podUid: string): Promise<void> {
  const ofPod = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/environ`).split('\0').includes(`POD_ID=${podUid}`));
  if (ofPod.length === 0) throw new Error(`pod ${podUid} has no process on this machine`);
  for (const pid of ofPod) process.kill(Number(pid), 'SIGKILL');
  return Promise.resolve();
}
