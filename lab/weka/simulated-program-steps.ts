/**
 * The steps of each mode of weka_runtime.py without a process: same order, same messages, same refusals, on the lab's
 * clock. What they run in weka goes to the weka model.
 */
import { modeTraits } from '../../hooks/weka/api/modes.ts';
import type { RuntimeTraits } from '../../hooks/weka/api/mode-traits.ts';
import { versionOf } from './command.ts';
import { devicePath } from './drive-commands.ts';
import { Failure, LockHeld } from './simulated-program-ends.ts';
import type { SimulatedRuntime } from './simulated-program-runtime.ts';

const joinSecretPath = '/var/run/secrets/weka-operator/operator-user/join-secret';
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

type Step = (runtime: SimulatedRuntime, mode: Mode) => Promise<void> | void;

/** What the table of modes says of the runtime, with the steps themselves. */
export interface Mode extends Omit<RuntimeTraits, 'steps'> {
  steps: readonly Step[];
  hasDrives: boolean;
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

const choosePorts: Step = (runtime, mode) => {
  const { directory, environment, hosts } = runtime;
  const resources = directory.resources ?? {};
  const port = (name: string): number => Number(runtime.variable(name)) || 0;
  let agentPort = port('AGENT_PORT') || Number(resources.agentPort ?? 0);
  let wekaPort = port('PORT') || port('WEKA_PORT') || Number(resources.wekaPort ?? 0);
  if (!(agentPort && wekaPort) && mode.picksPorts) {
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

function missingDriver(runtime: SimulatedRuntime, mode: Mode): string {
  const loaded = runtime.hosts.hardware.get(runtime.environment.nodeName)?.driversLoaded ?? new Set();
  if (mode.needsOwnDrivers) return loaded.has(versionOf(runtime.environment.env)) ? '' : 'weka-drivers-loading';
  return loaded.size > 0 ? '' : 'wekafsio';
}

const waitForDrivers: Step = async (runtime, mode) => {
  for (;;) {
    const missing = missingDriver(runtime, mode);
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

const ensureWekaContainer: Step = async (runtime, mode) => {
  const { name } = runtime;
  runtime.enter('starting-weka', `configures weka container ${name}`);
  const listed = await runtime.local();
  runtime.check();
  const other = listed?.find((entry) => entry.name !== name);
  if (other !== undefined) throw new Failure(`the data directory holds weka container ${other.name}, not ${name}`);
  if (listed?.length !== 0) {
    const stored = JSON.parse(await mustWeka(runtime, 'local', 'resources', '-C', name, '--json')) as { base_port: number };
    if (!mode.disposable || stored.base_port === runtime.directory.wekaPort) return;
    await mustWeka(runtime, 'local', 'stop', '--force');
    await mustWeka(runtime, 'local', 'rm', '--all', '--force');
  }
  await mustWeka(runtime, ...setupCommand(runtime, mode));
};

function setupCommand(runtime: SimulatedRuntime, mode: Mode): string[] {
  const { name, directory } = runtime;
  const cores = Number(runtime.variable('CORES') || '1');
  const wanted = runtime.variable('CORE_IDS') || 'auto';
  const coreIds = wanted === 'auto' ? run(0, cores).join(',') : wanted;
  const secret = (runtime.readFile(joinSecretPath) ?? '').trim();
  const failureDomain = directory.resources?.failureDomain;
  return [
    ...['local', 'setup', 'container', '--name', name, '--no-start', '--disable'],
    ...['--core-ids', coreIds, '--cores', `${cores}`, mode.coresOption],
    ...networkDevices(runtime).flatMap((device) => ['--net', device]),
    ...['--base-port', `${directory.wekaPort ?? 0}`],
    ...given(mode.joinOption, secret),
    ...given('--join-ips', runtime.variable('JOIN_IPS')),
    ...mode.setupOptions,
    ...given('--failure-domain', typeof failureDomain === 'string' ? failureDomain : ''),
  ];
}

/** Selectors and subnets choose eth0: a simulated host has no other device. */
function networkDevices(runtime: SimulatedRuntime): string[] {
  const allocated = runtime.directory.resources?.netDevices;
  if (Array.isArray(allocated) && allocated.length > 0) return allocated.map(String);
  if (runtime.variable('UDP_MODE') === 'true') return ['udp'];
  return (runtime.variable('NETWORK_DEVICE') || 'eth0').split(',');
}

/** The option with its value, where there is one. */
function given(option: string, value: string): string[] {
  return value === '' ? [] : [option, value];
}

const startWekaContainer: Step = async (runtime, mode) => {
  if (mode.hasDrives) recordDrives(runtime);
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

const stepsOf: Record<RuntimeTraits['steps'], readonly Step[]> = {
  server: wekaSteps, client: wekaSteps, discovery: [discover, idle], 'driver loading': [loadDrivers, idle],
};

/** By the variable MODE; others are not supported. */
export const modes: Readonly<Record<string, Mode>> = Object.fromEntries(Object.entries(modeTraits).flatMap(([mode, { hasDrives, runtime }]) =>
  (runtime === undefined ? [] : [[mode, { ...runtime, hasDrives, steps: stepsOf[runtime.steps] }]])));
