/** Builders for tests of the weka model: hosts with weka containers, and a command line that waits on the virtual clock. */
import { isMode, modeTraits } from '../../hooks/weka/api/modes.ts';
import { VirtualClock } from '../clock.ts';
import type { ExecResult } from '../contract.ts';
import { createRandom } from '../random.ts';
import type { WekaPlace } from './place.ts';
import type { WekaSettings } from './settings.ts';
import type { WekaSite, WekaSiteOptions } from './site.ts';
import { createWekaSite } from './site.ts';

export interface TestSite {
  clock: VirtualClock;
  site: WekaSite;
  /** Runs `weka ...` at a place and lets time pass until it answers. A string is split at blanks. */
  weka(place: WekaPlace, command: string | string[]): Promise<ExecResult>;
  /** The same, parsed; throws what stands on stderr. */
  json(place: WekaPlace, command: string | string[]): Promise<unknown>;
}

/** An empty site with a virtual clock and a seed. */
export function testSite(settings: Partial<WekaSettings> = {}, options: Partial<WekaSiteOptions> = {}): TestSite {
  const clock = new VirtualClock();
  const chance = createRandom(7);
  const site = createWekaSite({ clock, random: () => chance.next(), settings, ...options });
  const weka = async (place: WekaPlace, command: string | string[]): Promise<ExecResult> => {
    let result: ExecResult | undefined;
    void site.run(place, typeof command === 'string' ? command.split(' ') : command, '').then((value) => {
      result = value;
    });
    await clock.runUntil(() => result !== undefined);
    if (result === undefined) throw new Error(`no answer to ${String(command)}`);
    return result;
  };
  const json = async (place: WekaPlace, command: string | string[]): Promise<unknown> => {
    const result = await weka(place, command);
    if (result.exitCode !== 0) throw new Error(result.stderr);
    return JSON.parse(result.stdout) as unknown;
  };
  return { clock, site, weka, json };
}

/** A container's place: host `n` is `node-n` with address `10.0.0.n`; drive containers listen on 35000, others on 35100. */
export function place(mode: string, n: number, env: Record<string, string> = {}): WekaPlace {
  return {
    dataId: `${mode}-${n}`,
    nodeName: `node-${n}`,
    ip: `10.0.0.${n}`,
    env: { NAME: `${mode}x${n}`, MODE: mode, WEKA_USERNAME: 'admin', WEKA_PASSWORD: 'operator-password', ...env },
  };
}

const traitsOf = ({ env: { MODE: mode = '' } }: WekaPlace) => (isMode(mode) ? modeTraits[mode] : undefined);
const portOf = (at: WekaPlace): number => (traitsOf(at)?.hasDrives === true ? 35_000 : 35_100);

/** Sets a container up and starts it; it is a stem, or has joined, when this returns. */
export async function bringUp(test: TestSite, at: WekaPlace, extra = ''): Promise<void> {
  const cores = traitsOf(at)?.runtime?.coresOption ?? '--only-frontend-cores';
  const setup = `local setup container --name ${at.env.NAME} --no-start --disable --cores 1 --core-ids auto ${cores} --net udp --base-port ${portOf(at)} --join-secret sesame ${extra}`;
  for (const command of [setup.trim(), 'local start']) {
    const { exitCode, stderr } = await test.weka(at, command);
    if (exitCode !== 0) throw new Error(stderr);
  }
  await test.clock.advance(1000);
}

/** The `cluster create` of these places. */
export function createCommand(places: WekaPlace[], secret = 'sesame'): string {
  const ips = places.map((at) => at.ip).join(' ');
  const addresses = places.map((at) => `${at.ip}:${portOf(at)}`).join(',');
  return `cluster create ${ips} --host-ips ${addresses} --join-secret=${secret} --admin-password operator-password`;
}

/** A formed cluster of drive and compute containers on `hosts` hosts with a drive `disk-n` each, IO started. */
export async function formedCluster(
  test: TestSite,
  hosts: number,
): Promise<{ drives: WekaPlace[]; computes: WekaPlace[] }> {
  const numbers = Array.from({ length: hosts }, (_, index) => index + 1);
  const drives = numbers.map((n) => place('drive', n));
  const computes = numbers.map((n) => place('compute', n));
  for (const at of [...drives, ...computes]) await bringUp(test, at);
  const commands = [
    createCommand([...drives, ...computes]),
    'cluster update --cluster-name demo',
    ...numbers.map((n) => `cluster drive add ${n - 1} /dev/disk/by-id/weka-disk-${n}`),
    'cluster start-io',
  ];
  for (const command of commands) {
    const { exitCode, stderr } = await test.weka(drives[0]!, command);
    if (exitCode !== 0) throw new Error(`${command}: ${stderr}`);
  }
  return { drives, computes };
}
