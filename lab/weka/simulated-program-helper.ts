/** Helper pods: a subcommand of the runtime as the pod's command, which does its work and exits. */
import type { PodEnvironment, PodProgram } from '../contract.ts';
import { cleanedContainer } from './cleaned-directory.ts';
import { driveDevice } from './drive-image.ts';
import type { SimulatedHosts } from './simulated-program-host.ts';

/** Undefined when the words are no helper's: then the pod runs the mode of its environment. */
export function startHelper(
  hosts: SimulatedHosts,
  environment: PodEnvironment,
  words: string[],
): PodProgram | undefined {
  const [, , subcommand = ''] = words;
  const work = helpers[subcommand];
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
    environment.onExit(exitCode, exitCode === 0 ? '' : line);
  };
  const flag = flagOf[subcommand];
  let allowed = flag === undefined;
  const begin = (): void => {
    hosts.clock.after(hosts.settings.helper, () => {
      if (ended) return;
      const { exitCode, line } = work(hosts, environment, words.slice(3));
      finish(exitCode, line);
    });
  };
  if (allowed) begin();
  return {
    exec([program, path]) {
      if (program !== 'touch' || path !== flag)
        return Promise.resolve({ exitCode: 127, stdout: '', stderr: `${program ?? ''}: not found\n` });
      if (!allowed) begin();
      allowed = true;
      return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
    },
    logs: () => lines.map((line) => `${line}\n`).join(''),
    signal(signal) {
      if (signal === 'KILL') finish(137);
      else if (allowed) finish(143);
      else finish(1, 'was told to end before it was allowed to begin');
    },
  };
}

type Work = (hosts: SimulatedHosts, environment: PodEnvironment, args: string[]) => { exitCode: number; line?: string };

/** What waits to be allowed to, as a pod waits to stop. */
const flagOf: Record<string, string> = { 'clean-up': '/tmp/.allow-clean-up' };

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

interface Judgement {
  serial: string;
  outcome: 'own' | 'resigned' | 'cleaned' | 'foreign' | 'not visible';
  /** Why the clean-up waits for the drive. */
  waits?: string;
}

/** What the drive says of itself, in the words of the real runtime. One that a running container holds is not visible. */
function judge({ site, hardware }: SimulatedHosts, nodeName: string, serial: string, cluster: string): Judgement {
  if (!(hardware.get(nodeName)?.drives ?? []).includes(serial) || site.driveInUse(serial)) {
    return {
      serial,
      outcome: 'not visible',
      waits: `drive ${serial} is not visible on this host: it is gone, or bound to a user-space driver`,
    };
  }
  const guid = site.driveGuid(serial);
  if (guid === undefined || guid === cluster) return { serial, outcome: guid === undefined ? 'resigned' : 'own' };
  const instead = cluster === '' ? 'and this container never joined one' : `not to ${cluster}`;
  return {
    serial,
    outcome: 'foreign',
    waits: `drive ${serial} (/dev/${driveDevice(serial)}) belongs to weka cluster ${guid}, ${instead}`,
  };
}

/** Erases those of RESIGN_SERIALS that CLUSTER_GUID owns, then empties CLEAN_DIRECTORY, unless a runtime holds the lock of NAME. */
function cleanUp(hosts: SimulatedHosts, environment: PodEnvironment): { exitCode: number; line: string } {
  const { nodeName, env, bootId } = environment;
  const name = env.NAME ?? '';
  if (name === '') return { exitCode: 1, line: 'NAME is not set' };
  const holder = {};
  if (!hosts.takeLock(nodeName, name, holder)) return { exitCode: 1, line: 'lock is held' };
  try {
    if ((env.BOOT_ID ?? '') !== '' && env.BOOT_ID !== bootId)
      return {
        exitCode: 1,
        line: 'the machine was started again since it was ordered to be cleaned; waits for a new order',
      };
    const serials = (env.RESIGN_SERIALS ?? '').split(',').filter((serial) => serial !== '');
    const before = hosts.cleaned(nodeName, env.CLEANED_FOR ?? '');
    const drives = serials.map((serial): Judgement =>
      before.has(serial) ? { serial, outcome: 'cleaned' } : judge(hosts, nodeName, serial, env.CLUSTER_GUID ?? ''),
    );
    const own = drives.filter(({ outcome }) => outcome === 'own').map(({ serial }) => serial);
    hosts.site.resign(nodeName, own);
    const waiting = drives.flatMap(({ waits }) => waits ?? []);
    if (waiting.length > 0) return { exitCode: 1, line: waiting.join('; ') };
    const uid = cleanedContainer(environment);
    const removed = uid !== undefined && hosts.hasDirectory(nodeName, uid) ? 1 : 0;
    if (uid !== undefined) hosts.removeDirectory(nodeName, uid);
    if ((env.CLEANED_FOR ?? '') !== '') for (const serial of serials) before.add(serial);
    return {
      exitCode: 0,
      line: JSON.stringify({
        resigned: own,
        removed,
        drives: Object.fromEntries(drives.map(({ serial, outcome }) => [serial, outcome])),
      }),
    };
  } finally {
    hosts.releaseLocks(holder);
  }
}
