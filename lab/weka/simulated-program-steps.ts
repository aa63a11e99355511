/**
 * The steps of each mode of weka_runtime.py without a process: same order, same messages, same refusals, on the lab's
 * clock. What they run in weka goes to the weka model.
 */
import { modeTraits } from '../../hooks/weka/api/modes.ts';
import type { RuntimeTraits } from '../../hooks/weka/api/mode-traits.ts';
import { versionOf } from './command.ts';
import { devicePath } from './drive-commands.ts';
import { Failure, LockHeld } from './simulated-program-ends.ts';
import { managementIps, networkDevices } from './simulated-program-network.ts';
import { choosePorts, run } from './simulated-program-ports.ts';
import type { RecordedDrive } from './simulated-program-host.ts';
import type { SimulatedRuntime } from './simulated-program-runtime.ts';

const joinSecretPath = '/var/run/secrets/weka-operator/operator-user/join-secret';
/** How long the runtime waits for a frontend of its name to go, and for its agent to answer. */
const [formerFrontendMilliseconds, agentMilliseconds] = [120_000, 60_000];
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
  if (runtime.directory.resources === undefined)
    throw new Failure('a stop was allowed before the resources were written');
};

const writeGeneration: Step = (runtime) => {
  runtime.claimData((runtime.hosts.clock.now() / 1000).toFixed(6));
};

const recordManagementIps: Step = (runtime) => {
  runtime.directory.managementIps = managementIps(runtime);
};

const waitForFormerFrontend: Step = (runtime) =>
  runtime.poll(
    () => runtime.hosts.hardware.get(runtime.environment.nodeName)?.frontends.has(runtime.name) !== true,
    formerFrontendMilliseconds,
    `another frontend named ${runtime.name} is still there`,
  );

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
  const answers = async (): Promise<boolean> => (await runtime.local()) !== undefined;
  await runtime.poll(answers, agentMilliseconds, `the agent does not answer after ${agentMilliseconds / 1000} s`);
  runtime.agentAnswered = true;
  await mustWeka(runtime, 'version', 'set', versionOf(runtime.environment.env));
};

const ensureWekaContainer: Step = async (runtime, mode) => {
  const { name } = runtime;
  runtime.enter('starting-weka', `configures weka container ${name}`);
  const listed = await runtime.local();
  runtime.check();
  if (listed === undefined) throw new Failure('the agent does not answer to weka local ps');
  const other = listed.find((entry) => entry.name !== name);
  if (other !== undefined) throw new Failure(`the data directory holds weka container ${other.name}, not ${name}`);
  if (listed.length !== 0) {
    const stored = JSON.parse(await mustWeka(runtime, 'local', 'resources', '-C', name, '--json')) as {
      base_port: number;
    };
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
  runtime.directory.featureFlags = Object.fromEntries(
    featureFlagNames.map((flag) => [flag, featureFlags.includes(flag)]),
  );
};

/** A drive as drives.json has it. */
export function recordedDrive(serial: string, guid = ''): RecordedDrive {
  const path = devicePath(serial);
  return { serial_id: serial, block_device: path, partition: path, weka_guid: guid, is_signed: guid !== '' };
}

/** drives.json: the drives of the machine that the kernel sees now, and those seen before weka took them away. */
export function recordDrives(runtime: SimulatedRuntime): void {
  const { hosts, directory, environment } = runtime;
  const known = new Map((directory.drives ?? []).map((drive) => [drive.serial_id, drive]));
  for (const serial of hosts.hardware.get(environment.nodeName)?.drives ?? []) {
    if (hosts.site.driveInUse(serial)) continue;
    known.set(serial, recordedDrive(serial, hosts.site.driveGuid(serial)));
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
  const downloaded = await runtime.weka([
    'driver',
    'download',
    '--from',
    runtime.variable('DIST_SERVICE'),
    '--without-agent',
    '--version',
    version,
  ]);
  if (downloaded.exitCode !== 0) return `download failed: ${lastLine(downloaded.stderr)}`;
  const installed = await runtime.weka(['driver', 'install', '--without-agent', '--version', version]);
  runtime.check();
  return installed.exitCode === 0 ? '' : `installation failed: ${lastLine(installed.stderr)}`;
}

const allBehind: Step = (runtime, mode) => {
  runtime.persistencyConfigured = true;
  runtime.missingDriver = '';
  runtime.agentStarted = true;
  runtime.agentAnswered = true;
  choosePorts(runtime, mode);
  runtime.claimData(runtime.directory.generation ?? (runtime.hosts.clock.now() / 1000).toFixed(6));
};

/** In place of those of the mode, of a runtime that has run all along. */
export const stepsThatGoOn: readonly Step[] = [takeLock, allBehind, serve];

const idle: Step = async (runtime) => {
  runtime.enter('idle', 'the results are written');
  await runtime.waitUntil(() => false);
};

const beforeAgent: Step[] = [
  takeLock,
  configurePersistency,
  waitForResources,
  choosePorts,
  writeGeneration,
  recordManagementIps,
];
const agentAndWeka: Step[] = [waitForDrivers, startAgent, ensureWekaContainer, startWekaContainer, serve];

const stepsOf: Record<RuntimeTraits['steps'], readonly Step[]> = {
  server: [...beforeAgent, ...agentAndWeka],
  client: [...beforeAgent, waitForFormerFrontend, ...agentAndWeka],
  discovery: [discover, idle],
  'driver loading': [loadDrivers, idle],
};

/** By the variable MODE; others are not supported. */
export const modes: Readonly<Record<string, Mode>> = Object.fromEntries(
  Object.entries(modeTraits).flatMap(([mode, { hasDrives, runtime }]) =>
    runtime === undefined ? [] : [[mode, { ...runtime, hasDrives, steps: stepsOf[runtime.steps] }]],
  ),
);
