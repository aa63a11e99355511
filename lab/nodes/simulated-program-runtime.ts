/**
 * The phases of weka_runtime.py without a process: same order, same messages, same refusals, on the lab's clock.
 * What it runs in weka goes to the weka model. Exec is simulated-program.ts.
 */
import type { ExecResult, PodEnvironment } from '../contract.ts';
import { versionOf } from '../weka/local-commands.ts';
import { devicePath } from '../weka/drive-commands.ts';
import type { HostDirectory, SimulatedHosts } from './simulated-program-host.ts';

const credentials = '/var/run/secrets/weka-operator/operator-user';
const clientPorts = 100;
const featureFlagNames = [
  'traces_override_partial_support',
  'traces_override_in_slash_traces',
  'supports_binding_to_not_all_interfaces',
  'agent_validate_60_ports_per_container',
  'allow_per_container_driver_interfaces',
  'weka_get_copy_local_driver_files',
  'driver_supports_auto_drain',
  'ssd_proxy_iommu_support',
];

/** A step must be left: TERM came. */
class StopRequested extends Error {}
/** The process is gone: nothing of it may act any more. */
class Killed extends Error {}
/** Becomes phase `error` with this text. */
class Failure extends Error {}
/** Ends the process at once: its state file may be that of the process that holds the lock. */
class LockHeld extends Failure {}

type Step = (runtime: SimulatedRuntime) => Promise<void> | void;

interface Mode {
  steps: Step[];
  /** False: TERM ends it at once. */
  stopsWeka: boolean;
  coresOption: string;
  joinOption: string;
  setupOptions: string[];
  hasDrives: boolean;
  picksPorts: boolean;
  /** Weka's container holds no identity: it is stopped by force, and set up anew when its port changed. */
  disposable: boolean;
}

/** One running container of a weka pod. */
export class SimulatedRuntime {
  readonly hosts: SimulatedHosts;
  readonly environment: PodEnvironment;
  readonly mode: Mode | undefined;
  phase = 'starting';
  message = '';
  exiting = false;
  allowStop = false;
  allowForceStop = false;
  cancelSleep = false;
  persistencyConfigured = false;
  agentStarted = false;
  missingDriver: string | undefined;
  results: unknown;
  private ended = false;
  private readonly lines: string[] = [];
  private readonly sleepers = new Set<() => void>();

  constructor(hosts: SimulatedHosts, environment: PodEnvironment) {
    this.hosts = hosts;
    this.environment = environment;
    this.mode = modes[this.variable('MODE')];
  }

  /** A variable of the pod, trimmed; empty when unset. */
  variable(name: string): string {
    return (this.environment.env[name] ?? '').trim();
  }

  get name(): string {
    return this.variable('NAME');
  }

  /** The container's directory on the host; what is in it is visible only once persistency is configured. */
  get directory(): HostDirectory {
    return this.hosts.directory(this.environment.nodeName, this.variable('WEKA_CONTAINER_ID'));
  }

  get isEnded(): boolean {
    return this.ended;
  }

  logs(): string {
    return this.lines.map((line) => `${line}\n`).join('');
  }

  /** Runs `weka ARGUMENTS` as the wrapper on PATH does: with the credentials of the mounted secret. */
  weka(argv: string[], stdin = ''): Promise<ExecResult> {
    const { env, nodeName, podIp } = this.environment;
    const secret = (key: string): string => (this.environment.readFile(`${credentials}/${key}`) ?? '').trim();
    const place = {
      dataId: this.variable('WEKA_CONTAINER_ID'),
      nodeName,
      ip: this.variable('MANAGEMENT_IP') || podIp,
      env: { ...env, WEKA_USERNAME: secret('username'), WEKA_PASSWORD: secret('password'), WEKA_ORG: secret('org') },
    };
    return this.hosts.world.run(place, argv, stdin);
  }

  /** Weka's own word about the container; undefined: no agent. */
  async local(): Promise<{ name: string; runStatus: string; internalStatus: { display_status: string } }[] | undefined> {
    if (!this.agentStarted) return undefined;
    const { stdout } = await this.weka(['local', 'ps', '--json']);
    return JSON.parse(stdout) as { name: string; runStatus: string; internalStatus: { display_status: string } }[];
  }

  /** Runs the mode to the end of the container. */
  async run(): Promise<void> {
    if (this.ended) return;
    try {
      await this.attempt();
    } catch (error) {
      if (error instanceof Killed) return;
      if (!(error instanceof Failure)) throw error;
      await this.fail(error).catch(ignoreKill);
    }
  }

  /** TERM: only marks, and cuts waits short. */
  terminate(): void {
    this.exiting = true;
    this.wake();
  }

  /** KILL, and the end of the host: everything of it is gone at once. */
  kill(): void {
    this.finish(137);
  }

  /** Looks again at what is waited for: a flag, resources. */
  wake(): void {
    for (const sleeper of [...this.sleepers]) sleeper();
  }

  /** The content of a Secret's file that `cli` refers to. */
  readFile(path: string): string | undefined {
    return this.environment.readFile(path);
  }

  private async attempt(): Promise<void> {
    if (this.mode === undefined) throw new Failure(`mode ${this.variable('MODE') || '(empty)'} is not supported by this release`);
    try {
      for (const step of this.mode.steps) {
        this.check();
        await step(this);
        this.checkAlive();
      }
    } catch (error) {
      if (!(error instanceof StopRequested)) throw error;
      await this.end(this.mode);
    }
  }

  private async fail(failure: Failure): Promise<void> {
    this.log('error', failure.message);
    if (failure instanceof LockHeld) {
      this.finish(1);
      return;
    }
    this.enter('error', failure.message);
    await this.sleepUntil(() => this.exiting, this.hosts.settings.errorHold);
    if (this.exiting && this.agentStarted && this.mode !== undefined) await this.end(this.mode);
    else this.finish(1);
  }

  private async end(mode: Mode): Promise<void> {
    if (!mode.stopsWeka) {
      this.enter('stopped', 'there is nothing to stop');
      this.finish(0);
      return;
    }
    this.enter('waiting-to-stop', 'termination was asked for; waits for allow-stop or allow-force-stop');
    await this.sleepUntil(() => this.allowStop || this.allowForceStop);
    if (this.agentStarted) {
      const forced = this.allowForceStop || mode.disposable;
      this.enter('stopping', `stops weka ${forced ? 'by force' : 'gracefully'}`);
      await this.stopWeka(mode);
    }
    this.enter('stopped', this.agentStarted ? 'weka is stopped' : 'weka was never started');
    const seconds = Number(this.variable('WEKA_OPERATOR_DEBUG_SLEEP') || '3');
    await this.sleepUntil(() => this.cancelSleep, seconds * 1000);
    this.finish(0);
  }

  private async stopWeka(mode: Mode): Promise<void> {
    for (;;) {
      const ours = (await this.local())?.find((entry) => entry.name === this.name);
      this.checkAlive();
      if (ours === undefined || ours.runStatus === 'Stopped') return;
      await this.stopOnce(this.allowForceStop || mode.disposable);
      await this.sleep(this.hosts.settings.poll);
    }
  }

  /** One stop; when force is allowed while a graceful one runs, a forced one joins it. */
  private async stopOnce(force: boolean): Promise<void> {
    let settled = false;
    void this.weka(['local', 'stop', force ? '--force' : '-g']).then(() => {
      settled = true;
      this.wake();
    });
    await this.sleepUntil(() => settled || (!force && this.allowForceStop));
    if (!settled) await this.weka(['local', 'stop', '--force']);
    this.checkAlive();
  }

  /** Raises when the present step must be left. */
  check(): void {
    this.checkAlive();
    if (this.exiting) throw new StopRequested();
  }

  private checkAlive(): void {
    if (this.ended) throw new Killed();
  }

  /** Waits until `ready` holds, looking whenever something happens; raises as `check` does. */
  async waitUntil(ready: () => boolean): Promise<void> {
    this.check();
    while (!ready()) {
      await this.sleep();
      this.check();
    }
  }

  /** Time passes within a step; raises as `check` does. */
  async pause(milliseconds: number): Promise<void> {
    await this.sleepUntil(() => this.exiting, milliseconds);
    this.check();
  }

  private async sleepUntil(ready: () => boolean, milliseconds = Number.POSITIVE_INFINITY): Promise<void> {
    const deadline = this.hosts.clock.now() + milliseconds;
    while (!ready() && this.hosts.clock.now() < deadline) {
      await this.sleep(deadline - this.hosts.clock.now());
      this.checkAlive();
    }
  }

  private sleep(milliseconds = Number.POSITIVE_INFINITY): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.sleepers.delete(wake);
        cancel?.();
        resolve();
      };
      const cancel = Number.isFinite(milliseconds) ? this.hosts.clock.after(milliseconds, wake) : undefined;
      this.sleepers.add(wake);
    });
  }

  enter(phase: string, message: string): void {
    if (this.phase !== phase || this.message !== message) this.log(phase, message);
    this.phase = phase;
    this.message = message;
  }

  log(phase: string, message: string): void {
    const line = `${new Date(this.hosts.clock.now()).toISOString()} ${phase} ${message}`;
    this.lines.push(line);
    this.environment.onLog?.(line);
  }

  /** The process ends, and with it everything it started. */
  private finish(exitCode: number): void {
    if (this.ended) return;
    this.ended = true;
    this.hosts.releaseLocks(this);
    // a helper with the container's id never started an agent: it must not take a live weka down
    if (this.agentStarted) this.hosts.world.processesDied(this.variable('WEKA_CONTAINER_ID'), this.environment.nodeName);
    this.wake();
    this.environment.onExit(exitCode);
  }
}

function ignoreKill(error: unknown): void {
  if (!(error instanceof Killed)) throw error;
}

async function mustWeka(runtime: SimulatedRuntime, ...argv: string[]): Promise<string> {
  const shown = argv.map((word, index) => (/^--join-(secret|token)$/.test(argv[index - 1] ?? '') ? '***' : word));
  runtime.log(runtime.phase, `runs: weka ${shown.join(' ')}`);
  const { exitCode, stdout, stderr } = await runtime.weka(argv);
  runtime.check();
  if (exitCode !== 0) throw new Failure(`weka ${shown.join(' ')} failed: ${lastLine(stderr)}`);
  return stdout;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

const takeLock: Step = (runtime) => {
  if (!runtime.hosts.takeLock(runtime.environment.nodeName, runtime.name, runtime)) {
    throw new LockHeld(`another runtime holds the lock of ${runtime.name}`);
  }
  runtime.enter('starting', `holds the lock of ${runtime.name}`);
};

const configurePersistency: Step = async (runtime) => {
  runtime.enter('starting', 'configures persistency');
  await runtime.pause(runtime.hosts.settings.persistency);
  runtime.persistencyConfigured = true;
};

const waitForResources: Step = async (runtime) => {
  runtime.enter('waiting-for-resources', 'waits for /opt/weka/k8s-runtime/resources.json');
  await runtime.waitUntil(() => runtime.directory.resources !== undefined || runtime.allowStop);
  if (runtime.directory.resources === undefined) throw new Failure('a stop was allowed before the resources were written');
};

const choosePorts: Step = (runtime) => {
  const { directory, environment, hosts } = runtime;
  const resources = directory.resources ?? {};
  const port = (name: string): number => Number(runtime.variable(name)) || 0;
  let agentPort = port('AGENT_PORT') || Number(resources.agentPort ?? 0);
  let wekaPort = port('PORT') || port('WEKA_PORT') || Number(resources.wekaPort ?? 0);
  if (!(agentPort && wekaPort) && runtime.mode?.picksPorts === true) {
    [agentPort, wekaPort] = pickClientPorts(runtime);
  }
  if (!(agentPort && wekaPort)) throw new Failure('resources.json names no wekaPort and agentPort, nor does the environment');
  hosts.usePorts(environment.nodeName, runtime, [agentPort, ...run(wekaPort, clientPorts)]);
  directory.agentPort = agentPort;
  directory.wekaPort = wekaPort;
};

function pickClientPorts(runtime: SimulatedRuntime): [number, number] {
  const { directory, environment, hosts } = runtime;
  const used = hosts.usedPorts(environment.nodeName);
  const free = (ports: number[]): boolean => ports.every((port) => !used.has(port));
  const { agentPort, wekaPort } = directory;
  if (agentPort !== undefined && wekaPort !== undefined && free([agentPort, ...run(wekaPort, clientPorts)])) return [agentPort, wekaPort];
  const first = Number(runtime.variable('BASE_PORT')) || 45_000;
  const range = Number(runtime.variable('PORT_RANGE')) || 65_536 - first;
  const ports = run(first, range);
  const agent = ports.find((port) => !used.has(port)) ?? 0;
  used.add(agent);
  const start = ports.find((port) => port + clientPorts <= first + range && free(run(port, clientPorts)));
  if (start === undefined) throw new Failure(`no ${clientPorts} free ports in a row between ${first} and ${first + range - 1}`);
  return [agent, start];
}

function run(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

const writeGeneration: Step = (runtime) => {
  runtime.directory.generation = (runtime.hosts.clock.now() / 1000).toFixed(6);
};

const recordManagementIps: Step = (runtime) => {
  const ip = runtime.variable('MANAGEMENT_IP') || runtime.environment.podIp;
  if (ip === '') throw new Failure('no management address: MANAGEMENT_IP is empty and nothing selects one');
  runtime.directory.managementIps = [ip];
};

function missingDriver(runtime: SimulatedRuntime): string {
  const loaded = runtime.hosts.hardware.get(runtime.environment.nodeName)?.driversLoaded ?? new Set();
  if (runtime.mode?.picksPorts === true) return loaded.has(versionOf(runtime.environment.env)) ? '' : 'weka-drivers-loading';
  return loaded.size > 0 ? '' : 'wekafsio';
}

const waitForDrivers: Step = async (runtime) => {
  for (;;) {
    const missing = missingDriver(runtime);
    runtime.missingDriver = missing;
    if (missing === '') return;
    runtime.enter('waiting-for-drivers', `waits for kernel driver ${missing}`);
    await runtime.pause(runtime.hosts.settings.poll);
  }
};

const startAgent: Step = async (runtime) => {
  runtime.enter('starting-weka', `starts the agent on port ${runtime.directory.agentPort ?? 0}`);
  runtime.agentStarted = true;
  await runtime.pause(runtime.hosts.settings.agentStart);
  await mustWeka(runtime, 'version', 'set', versionOf(runtime.environment.env));
};

const ensureWekaContainer: Step = async (runtime) => {
  const { name, mode } = runtime;
  runtime.enter('starting-weka', `configures weka container ${name}`);
  const listed = await runtime.local();
  runtime.check();
  const other = listed?.find((entry) => entry.name !== name);
  if (other !== undefined) throw new Failure(`the data directory holds weka container ${other.name}, not ${name}`);
  if (listed?.length !== 0) {
    const stored = JSON.parse(await mustWeka(runtime, 'local', 'resources', '-C', name, '--json')) as { base_port: number };
    if (mode?.disposable !== true || stored.base_port === runtime.directory.wekaPort) return;
    await mustWeka(runtime, 'local', 'stop', '--force');
    await mustWeka(runtime, 'local', 'rm', '--all', '--force');
  }
  await mustWeka(runtime, ...setupCommand(runtime));
};

function setupCommand(runtime: SimulatedRuntime): string[] {
  const { name, mode, directory } = runtime;
  const cores = Number(runtime.variable('CORES') || '1');
  const given = runtime.variable('CORE_IDS');
  const coreIds = given === '' || given === 'auto' ? run(0, cores).join(',') : given;
  const devices = runtime.variable('UDP_MODE') === 'true' ? 'udp' : runtime.variable('NETWORK_DEVICE') || 'eth0';
  const secret = (runtime.readFile(`${credentials}/join-secret`) ?? '').trim();
  const joinIps = runtime.variable('JOIN_IPS');
  const failureDomain = directory.resources?.failureDomain;
  return [
    ...['local', 'setup', 'container', '--name', name, '--no-start', '--disable'],
    ...['--core-ids', coreIds, '--cores', `${cores}`, mode?.coresOption ?? ''],
    ...devices.split(',').flatMap((device) => ['--net', device]),
    ...['--base-port', `${directory.wekaPort ?? 0}`],
    ...(secret === '' ? [] : [mode?.joinOption ?? '', secret]),
    ...(joinIps === '' ? [] : ['--join-ips', joinIps]),
    ...(mode?.setupOptions ?? []),
    ...(typeof failureDomain === 'string' && failureDomain !== '' ? ['--failure-domain', failureDomain] : []),
  ];
}

const startWekaContainer: Step = async (runtime) => {
  if (runtime.mode?.hasDrives === true) recordDrives(runtime);
  runtime.enter('starting-weka', `starts weka container ${runtime.name}`);
  await mustWeka(runtime, 'local', 'start');
  await mustWeka(runtime, 'local', 'exec', '--container', runtime.name, '--', 'ls');
  const { featureFlags } = runtime.hosts.settings;
  runtime.directory.featureFlags = Object.fromEntries(featureFlagNames.map((flag) => [flag, featureFlags.includes(flag)]));
};

/** drives.json: the drives of the machine that the kernel sees now, and those seen before weka took them away. */
export function recordDrives(runtime: SimulatedRuntime): void {
  const { hosts, directory, environment } = runtime;
  const known = new Map((directory.drives ?? []).map((drive) => [drive.serial_id, drive]));
  for (const serial of hosts.hardware.get(environment.nodeName)?.drives ?? []) {
    if (hosts.world.driveInUse(serial)) continue;
    const guid = hosts.world.driveGuid(serial) ?? '';
    const path = devicePath(serial);
    known.set(serial, { serial_id: serial, block_device: path, partition: path, weka_guid: guid, is_signed: guid !== '' });
  }
  directory.drives = [...known.values()];
}

const serve: Step = async (runtime) => {
  runtime.enter('running', `weka container ${runtime.name} runs`);
  await runtime.waitUntil(() => false);
};

const discover: Step = async (runtime) => {
  await runtime.pause(runtime.hosts.settings.discovery);
  const { nodeName, bootId } = runtime.environment;
  const machine = runtime.hosts.hardware.get(nodeName);
  if (machine === undefined) throw new Failure(`no machine ${nodeName}`);
  runtime.results = {
    is_ht: machine.isHt,
    kubernetes_distro: machine.kubernetesDistro,
    os: machine.os,
    os_build_id: machine.osBuildId,
    schema: 3,
    num_cpus: machine.numCpus,
    boot_id: bootId,
  };
};

const loadDrivers: Step = async (runtime) => {
  const { settings, clock } = runtime.hosts;
  runtime.enter('starting', 'loads kernel drivers');
  const deadline = clock.now() + settings.driverLoadTimeout;
  let error = runtime.variable('DIST_SERVICE') === '' ? 'DIST_SERVICE is not set' : '';
  while (error === '') {
    error = await loadDriversOnce(runtime);
    if (error === '' || clock.now() >= deadline) break;
    runtime.log('starting', `drivers not loaded: ${error}`);
    error = '';
    await runtime.pause(settings.poll);
  }
  runtime.results = { err: error === '' ? null : error, drivers_loaded: error === '' };
};

async function loadDriversOnce(runtime: SimulatedRuntime): Promise<string> {
  await runtime.pause(runtime.hosts.settings.driverLoad);
  const version = versionOf(runtime.environment.env);
  const downloaded = await runtime.weka(['driver', 'download', '--from', runtime.variable('DIST_SERVICE'), '--without-agent', '--version', version]);
  if (downloaded.exitCode !== 0) return `download failed: ${lastLine(downloaded.stderr)}`;
  const installed = await runtime.weka(['driver', 'install', '--without-agent', '--version', version]);
  runtime.check();
  return installed.exitCode === 0 ? '' : `installation failed: ${lastLine(installed.stderr)}`;
}

const idle: Step = async (runtime) => {
  runtime.enter('idle', 'the results are written');
  await runtime.waitUntil(() => false);
};

const wekaSteps: Step[] = [
  takeLock,
  configurePersistency,
  waitForResources,
  choosePorts,
  writeGeneration,
  recordManagementIps,
  waitForDrivers,
  startAgent,
  ensureWekaContainer,
  startWekaContainer,
  serve,
];

const backend: Mode = {
  steps: wekaSteps,
  stopsWeka: true,
  coresOption: '',
  joinOption: '--join-secret',
  setupOptions: [],
  hasDrives: false,
  picksPorts: false,
  disposable: false,
};

const modes: Record<string, Mode> = {
  drive: { ...backend, coresOption: '--only-drives-cores', hasDrives: true },
  compute: { ...backend, coresOption: '--only-compute-cores' },
  client: {
    ...backend,
    coresOption: '--only-frontend-cores',
    joinOption: '--join-token',
    setupOptions: ['--client', '--restricted'],
    picksPorts: true,
    disposable: true,
  },
  discovery: { ...backend, steps: [discover, idle], stopsWeka: false },
  'drivers-loader': { ...backend, steps: [loadDrivers, idle], stopsWeka: false },
};
