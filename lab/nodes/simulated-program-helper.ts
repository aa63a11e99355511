/** Helper pods: a subcommand of the runtime as the pod's command, which does its work and exits. */
import type { PodEnvironment, PodProgram } from '../contract.ts';
import type { SimulatedHosts } from './simulated-program-host.ts';

/** Undefined when the words are no helper's: then the pod runs the mode of its environment. */
export function startHelper(hosts: SimulatedHosts, environment: PodEnvironment, words: string[]): PodProgram | undefined {
  const work = helpers[words[2] ?? ''];
  if (work === undefined) return undefined;
  const lines: string[] = [];
  let ended = false;
  const finish = (exitCode: number, line?: string): void => {
    if (ended) return;
    ended = true;
    if (line !== undefined) {
      lines.push(line);
      environment.onLog?.(line);
    }
    environment.onExit(exitCode);
  };
  hosts.clock.after(hosts.settings.helper, () => {
    if (ended) return;
    const { exitCode, line } = work(hosts, environment, words.slice(3));
    finish(exitCode, line);
  });
  return {
    exec: () => Promise.resolve({ exitCode: 127, stdout: '', stderr: 'a helper pod runs no commands\n' }),
    logs: () => lines.map((line) => `${line}\n`).join(''),
    signal: (signal) => finish(signal === 'TERM' ? 143 : 137),
  };
}

type Work = (hosts: SimulatedHosts, environment: PodEnvironment, args: string[]) => { exitCode: number; line?: string };

const helpers: Record<string, Work> = {
  'probe-lock': (hosts, { nodeName }, args) => {
    if (args.length !== 1) return { exitCode: 2, line: 'usage: probe-lock NAME' };
    const probe = {};
    const taken = hosts.takeLock(nodeName, args[0] ?? '', probe);
    hosts.releaseLocks(probe);
    return taken ? { exitCode: 0 } : { exitCode: 1, line: 'lock is held' };
  },
  'clean-up': cleanUp,
};

/** Resigns RESIGN_SERIALS and empties CLEAN_DIRECTORY, unless a runtime holds the lock of NAME. */
function cleanUp(hosts: SimulatedHosts, environment: PodEnvironment): { exitCode: number; line: string } {
  const { nodeName, env } = environment;
  const name = env.NAME ?? '';
  if (name === '') return { exitCode: 1, line: 'NAME is not set' };
  const holder = {};
  if (!hosts.takeLock(nodeName, name, holder)) return { exitCode: 1, line: 'lock is held' };
  try {
    const serials = (env.RESIGN_SERIALS ?? '').split(',').filter((serial) => serial !== '');
    const present = hosts.hardware.get(nodeName)?.drives ?? [];
    const absent = serials.find((serial) => !present.includes(serial));
    if (absent !== undefined) return { exitCode: 1, line: `drive ${absent} is not on this host` };
    hosts.world.resign(nodeName, serials);
    const uid = directoryUid(environment);
    const removed = uid !== undefined && hosts.hasDirectory(nodeName, uid) ? 1 : 0;
    if (uid !== undefined) hosts.removeDirectory(nodeName, uid);
    return { exitCode: 0, line: JSON.stringify({ resigned: serials, removed }) };
  } finally {
    hosts.releaseLocks(holder);
  }
}

interface PodSpec {
  volumes?: { name: string; hostPath?: { path: string } }[];
  containers?: { volumeMounts?: { name: string; mountPath: string }[] }[];
}

/** The WekaContainer whose directory is mounted at CLEAN_DIRECTORY: the last part of the volume's path on the host. */
function directoryUid({ pod, env }: PodEnvironment): string | undefined {
  const directory = env.CLEAN_DIRECTORY ?? '';
  if (directory === '') return undefined;
  const spec = pod.spec as PodSpec | undefined;
  const mount = spec?.containers?.[0]?.volumeMounts?.find((candidate) => candidate.mountPath === directory);
  const path = spec?.volumes?.find((volume) => volume.name === mount?.name)?.hostPath?.path;
  return path?.replace(/\/+$/, '').split('/').at(-1);
}
