/**
 * Weka pods without processes: the runtime's protocol (phases, report, exec commands, helper pods) on the lab's clock,
 * for thousands of pods. The weka that they run is the weka model; a host's hardware is in hardware.ts.
 */
import { runtimeCommand, runtimePath } from '../../hooks/weka/api/group.ts';
import { loginArgv } from '../../hooks/weka/queries.ts';
import type { Clock, ExecResult, PodEnvironment, PodProgram, ProgramFactory } from '../contract.ts';
import type { HardwareRegistry } from '../nodes/hardware.ts';
import { startHelper } from './simulated-program-helper.ts';
import type { HostDirectory, SimulatedProgramSettings } from './simulated-program-host.ts';
import { SimulatedHosts, defaultSimulatedProgramSettings } from './simulated-program-host.ts';
import { SimulatedRuntime } from './simulated-program-runtime.ts';
import { recordDrives } from './simulated-program-steps.ts';
import type { WekaSite } from './site.ts';

export interface SimulatedProgramOptions {
  site: WekaSite;
  clock: Clock;
  hardware: HardwareRegistry;
  /** What is not given is as in `defaultSimulatedProgramSettings`. */
  settings?: Partial<SimulatedProgramSettings>;
}

/** A script of `sh -ec` that was run in a pod. */
export interface RecordedScript {
  at: number;
  podUid: string;
  script: string;
}

export interface SimulatedProgramFactory extends ProgramFactory {
  /** Directories and locks of the hosts. */
  readonly hosts: SimulatedHosts;
  /** Scripts that were run by exec, oldest first; they do nothing else. */
  readonly scripts: readonly RecordedScript[];
}

/** A factory whose pods share hosts and one weka site. */
export function simulatedPrograms(options: SimulatedProgramOptions): SimulatedProgramFactory {
  const settings = { ...defaultSimulatedProgramSettings, ...options.settings };
  const hosts = new SimulatedHosts(options.clock, options.site, options.hardware, settings);
  const scripts: RecordedScript[] = [];
  return {
    hosts,
    scripts,
    start(environment) {
      const words = commandOf(environment);
      const helper = startHelper(hosts, environment, words);
      return helper ?? startRuntime(hosts, environment, scripts);
    },
  };
}

function commandOf({ container: { command = [], args = [] } }: PodEnvironment): string[] {
  return [...command, ...args];
}

/** Whether it is a container of weka: one that runs the runtime. What was injected beside it does not. */
export function runsRuntime(environment: PodEnvironment): boolean {
  return commandOf(environment).includes(runtimePath);
}

type Handler = (runtime: SimulatedRuntime, args: string[], stdin: string) => ExecResult | Promise<ExecResult>;

/** By the words that the exec request begins with. */
const handlers: [string[], Handler][] = [
  [[...runtimeCommand, 'report'], async (runtime) => success(JSON.stringify(await report(runtime)) + '\n')],
  [[...runtimeCommand, 'write-resources'], (runtime, _, stdin) => writeResources(runtime, stdin)],
  [[...runtimeCommand, 'cli'], cli],
  [[...runtimeCommand, 'probe-lock'], (runtime, args) => probeLock(runtime, args)],
  [
    [...runtimeCommand],
    (_, [name = '']) =>
      refusal(2, `unknown subcommand ${name}; known: report, write-resources, cli, probe-lock, clean-up`),
  ],
  [['weka'], (runtime, args, stdin) => runtime.weka(args, stdin)],
  [['wekaauthcli'], (runtime, args, stdin) => runtime.weka(args, stdin)],
  [[...loginArgv], login],
  [['touch'], touch],
  [['printenv'], (runtime, [name = '']) => success(`${runtime.variable(name)}\n`)],
];

function startRuntime(hosts: SimulatedHosts, environment: PodEnvironment, scripts: RecordedScript[]): PodProgram {
  const runtime = new SimulatedRuntime(hosts, environment);
  // a start must return before its program can end
  if (runtime.goesOn) void runtime.run();
  else hosts.clock.after(0, () => void runtime.run());
  return {
    async exec(command, stdin) {
      if (runtime.isEnded) return refusal(126, 'container is not running');
      if (/^(\/bin\/)?sh$/.test(command[0] ?? '') && command[1] === '-ec') {
        scripts.push({ at: hosts.clock.now(), podUid: runtime.variable('POD_ID'), script: command[2] ?? '' });
        return success('');
      }
      const found = handlers.find(([words]) => words.every((word, index) => command[index] === word));
      if (found === undefined) return refusal(127, `${command[0] ?? ''}: not found`);
      const result = await found[1](runtime, command.slice(found[0].length), stdin);
      // the command dies with its container
      return runtime.isEnded ? refusal(137, 'command terminated with exit code 137') : result;
    },
    logs: () => runtime.logs(),
    signal(signal) {
      if (signal === 'TERM') runtime.terminate();
      else runtime.kill();
    },
  };
}

/** As the script does that the operator gives to the shell: name and password are the two lines of stdin. */
function login(runtime: SimulatedRuntime, _args: string[], stdin: string): Promise<ExecResult> {
  const [username = '', password = ''] = stdin.split('\n');
  return runtime.weka(['user', 'whoami'], '', { WEKA_USERNAME: username, WEKA_PASSWORD: password });
}

function success(stdout: string): ExecResult {
  return { exitCode: 0, stdout, stderr: '' };
}

function refusal(exitCode: number, message: string): ExecResult {
  return { exitCode, stdout: '', stderr: `${message}\n` };
}

/** The RuntimeReport, schema version 1. */
async function report(runtime: SimulatedRuntime) {
  const { environment, persistencyConfigured } = runtime;
  if (runtime.phase === 'running' && runtime.mode?.hasDrives === true) recordDrives(runtime);
  const local = await runtime.local();
  return {
    schema: 1,
    mode: runtime.variable('MODE'),
    name: runtime.name,
    podUid: runtime.variable('POD_ID'),
    bootId: environment.bootId,
    persistencyConfigured,
    phase: runtime.phase,
    message: runtime.message,
    exiting: runtime.exiting,
    allowStop: runtime.allowStop,
    allowForceStop: runtime.allowForceStop,
    missingDriver: runtime.missingDriver ?? null,
    local: local ?? null,
    identity: await identity(runtime, local ?? []),
    activeMounts: runtime.hosts.hardware.get(environment.nodeName)?.activeMounts ?? 0,
    results: runtime.results ?? null,
    ...storedOnHost(persistencyConfigured ? runtime.directory : undefined),
  };
}

/** What the report tells from the data directory; nothing of it is seen before it is mounted. */
function storedOnHost(directory: HostDirectory | undefined) {
  return {
    generation: directory?.generation ?? null,
    resources: directory?.resources ?? null,
    managementIps: directory?.managementIps ?? [],
    wekaPort: directory?.wekaPort ?? null,
    agentPort: directory?.agentPort ?? null,
    featureFlags: directory?.featureFlags ?? null,
    drives: directory?.drives ?? null,
  };
}

async function identity(
  runtime: SimulatedRuntime,
  local: { name: string; internalStatus: { display_status: string } }[],
) {
  const ours = local.find((entry) => entry.name === runtime.name);
  if (!['READY', 'STEM'].includes(ours?.internalStatus.display_status ?? '')) return null;
  const argv = ['local', 'run', 'wapi', '-W', 'container-get-identity', '--container-name', runtime.name, '--json'];
  const answer = JSON.parse((await runtime.weka(argv)).stdout) as {
    value: { cluster_guid: string; host_id: number } | null;
    has_value: boolean;
  };
  if (!answer.has_value || answer.value === null || /^[0-]*$/.test(answer.value.cluster_guid)) return null;
  return { clusterGuid: answer.value.cluster_guid, hostId: answer.value.host_id };
}

function writeResources(runtime: SimulatedRuntime, stdin: string): ExecResult {
  const value = parseObject(stdin);
  if (value === undefined) return refusal(2, 'standard input is not a JSON object');
  if (!runtime.persistencyConfigured) return refusal(3, 'persistency is not configured yet');
  runtime.directory.resources = value;
  runtime.wake();
  return success(stdin);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** `weka ARGS` with `@stdin` and `@file:PATH`, also after `--option=`, replaced; one trailing newline is cut. */
function cli(runtime: SimulatedRuntime, args: string[], stdin: string): ExecResult | Promise<ExecResult> {
  const argv: string[] = [];
  for (const argument of args) {
    const [, option = '', reference = ''] = /^(--[^=]*=)?(.*)$/s.exec(argument) ?? [];
    const path = reference.startsWith('@file:') ? reference.slice('@file:'.length) : undefined;
    const text = reference === '@stdin' ? stdin : path === undefined ? undefined : runtime.readFile(path);
    if (path !== undefined && text === undefined) return refusal(2, `cannot read ${path}: No such file or directory`);
    argv.push(text === undefined ? argument : option + text.replace(/\n$/, ''));
  }
  return runtime.weka(argv);
}

function probeLock(runtime: SimulatedRuntime, args: string[]): ExecResult {
  if (args.length !== 1) return refusal(2, 'usage: probe-lock NAME');
  const probe = {};
  const taken = runtime.hosts.takeLock(runtime.environment.nodeName, args[0] ?? '', probe);
  runtime.hosts.releaseLocks(probe);
  return taken ? success('') : refusal(1, 'lock is held');
}

const flags: Record<string, (runtime: SimulatedRuntime) => void> = {
  '/tmp/.allow-stop': (runtime) => {
    runtime.allowStop = true;
  },
  '/tmp/.allow-force-stop': (runtime) => {
    runtime.allowForceStop = true;
  },
  '/tmp/.cancel-debug-sleep': (runtime) => {
    runtime.cancelSleep = true;
  },
};

function touch(runtime: SimulatedRuntime, args: string[]): ExecResult {
  for (const path of args) flags[path]?.(runtime);
  runtime.wake();
  return success('');
}
