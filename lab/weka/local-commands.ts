/** `weka local ...`, `weka version`: what the agent of a host answers. */
import type { CommandContext, LocalCommand, OptionKind } from './command.ts';
import { answer, answerJson, refuse } from './command.ts';
import { endProcess, startContainer, stopContainer, tryJoins } from './processes.ts';
import type { LocalContainer, Role, WorldState } from './state.ts';
import { clusterOf, isUp, joinsCluster, localKey } from './state.ts';

const setupOptions: Record<string, OptionKind> = {
  '--name': 'value',
  '--no-start': 'flag',
  '--disable': 'flag',
  '--core-ids': 'value',
  '--cores': 'value',
  '--only-drives-cores': 'flag',
  '--only-compute-cores': 'flag',
  '--only-frontend-cores': 'flag',
  '--only-dataserv-cores': 'flag',
  '--allow-mix-setting': 'flag',
  '--net': 'list',
  '--base-port': 'value',
  '--join-secret': 'value',
  '--join-token': 'value',
  '--join-ips': 'value',
  '--management-ips': 'value',
  '--memory': 'value',
  '--client': 'flag',
  '--restricted': 'flag',
  '--failure-domain': 'value',
  '--resources-path': 'value',
};

/** Commands answered on the host, without credentials. */
export const localCommands: LocalCommand[] = [
  { scope: 'local', words: 'local ps', run: listContainers },
  { scope: 'local', words: 'local status', run: listContainers },
  { scope: 'local', words: 'local setup container', options: setupOptions, run: setUpContainer },
  { scope: 'local', words: 'local setup envoy', options: setupOptions, run: (context) => setUpGateway(context, 'envoy') },
  {
    scope: 'local',
    words: 'local setup telemetry',
    options: { ...setupOptions, '--not-dependent': 'flag' },
    run: (context) => setUpGateway(context, 'telemetry'),
  },
  {
    scope: 'local',
    words: 'local setup ssdproxy',
    options: { ...setupOptions, '--enable-ssdproxy-nginx': 'flag' },
    run: (context) => setUpGateway(context, 'ssdproxy'),
  },
  { scope: 'local', words: 'local start', options: { '--name': 'value' }, run: start },
  { scope: 'local', words: 'local stop', options: { '-g': 'flag', '--graceful': 'flag', '--name': 'value' }, run: stop },
  { scope: 'local', words: 'local restart', options: { '--name': 'value' }, run: restart },
  { scope: 'local', words: 'local rm', options: { '--all': 'flag' }, run: remove },
  { scope: 'local', words: 'local resources', run: showResources },
  { scope: 'local', words: 'local resources join-ips', run: setJoinIps },
  { scope: 'local', words: 'local resources apply', run: (context) => withLocal(context, () => answer('')) },
  {
    scope: 'local',
    words: 'local resources cores',
    options: { '--only-drives-cores': 'value', '--only-compute-cores': 'value', '--only-frontend-cores': 'value', '--core-ids': 'value' },
    run: setCores,
  },
  { scope: 'local', words: 'local resources net', run: changeNet },
  { scope: 'local', words: 'local exec', run: execInContainer },
  {
    scope: 'local',
    words: 'local run wapi',
    options: { '-W': 'value', '--container-name': 'value' },
    run: wapi,
  },
  { scope: 'local', words: 'version', run: (context) => answer(`* ${versionOf(context.place.env)}\n`) },
  { scope: 'local', words: 'version current', run: (context) => answer(`${versionOf(context.place.env)}\n`) },
  { scope: 'local', words: 'version set', options: { '--set-dependent': 'flag', '--default-only': 'flag' }, run: () => answer('') },
];

/** The version of an image: its tag; `4.4.2.157` where nothing says. */
export function versionOf(env: Record<string, string>): string {
  const image = env.CLUSTER_IMAGE_NAME || env.IMAGE_NAME || '';
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return tag ?? '4.4.2.157';
}

function withLocal(context: CommandContext, act: (local: LocalContainer) => ReturnType<LocalCommand['run']>): ReturnType<LocalCommand['run']> {
  return context.local === undefined ? refuse('There are no weka containers on this host') : act(context.local);
}

function listContainers({ world, local, options }: CommandContext) {
  const entries = local === undefined ? [] : [localEntry(world, local)];
  if (options.json) return answerJson(entries);
  return answer(entries.map((entry) => `${entry.name}  ${entry.runStatus}  ${entry.internalStatus.display_status}\n`).join(''));
}

/** One entry of `weka local ps --json`. */
export function localEntry(world: WorldState, local: LocalContainer) {
  return {
    name: local.name,
    type: ['envoy', 'telemetry', 'ssdproxy'].includes(local.role) ? local.role : 'weka',
    runStatus: runStatus(local),
    isRunning: local.process === 'running',
    versionName: local.version,
    lastFailure: local.lastFailure,
    lastFailureTime: local.lastFailureAt === undefined ? '' : new Date(local.lastFailureAt).toISOString(),
    internalStatus: internalStatus(world, local),
  };
}

function runStatus(local: LocalContainer): string {
  if (local.process === 'stopped') return local.startFailed ? 'Error' : 'Stopped';
  return { starting: 'Starting', running: 'Running', stopping: 'Stopping' }[local.process];
}

function internalStatus(world: WorldState, local: LocalContainer) {
  const [display_status, message] = displayStatus(world, local);
  return { action: 'NONE', display_status, message, state: local.process === 'running' ? 'READY' : 'DOWN' };
}

function displayStatus(world: WorldState, local: LocalContainer): [string, string] {
  if (local.process !== 'running') return ['DOWN', 'Not running'];
  if (!local.ready) return ['STARTING', 'Starting'];
  if (!joinsCluster(local.role)) return ['READY', 'Ready'];
  const cluster = clusterOf(world, local);
  const member = cluster?.members.get(local.membership?.hostId ?? -1);
  if (cluster !== undefined && member !== undefined) {
    return isUp(world, cluster, member) ? ['READY', 'Ready'] : ['CLUSTERIZING', 'Joining cluster'];
  }
  if (local.membership !== undefined) return ['CLUSTERIZING', 'Not a member of the cluster any more'];
  return local.joinIps.length > 0 ? ['CLUSTERIZING', 'Joining cluster'] : ['STEM', 'STEM mode'];
}

function roleFrom({ options, place }: CommandContext): Role {
  if (options.has('--only-drives-cores')) return 'drive';
  if (options.has('--only-compute-cores')) return 'compute';
  if (options.has('--only-dataserv-cores')) return 'data-services';
  if (options.has('--client')) return 'client';
  if (!options.has('--only-frontend-cores')) return 'stem';
  return place.env.MODE === 's3' || place.env.MODE === 'nfs' ? place.env.MODE : 'frontend';
}

function setUpContainer(context: CommandContext) {
  const { world, place, options, local } = context;
  const name = options.value('--name') ?? 'default';
  const basePort = Number(options.value('--base-port') ?? '14000');
  if (!Number.isInteger(basePort) || basePort < 1 || basePort > 65_535) return refuse(`invalid base port ${options.value('--base-port')}`);
  if (local !== undefined && local.name !== name) return refuse(`a container of another name exists on this host: ${local.name}`);
  if (local !== undefined && local.process !== 'stopped') return refuse(`container ${name} is running, stop it first`);
  const joinIps = options.value('--join-ips');
  const settings = {
    ip: firstManagementIp(context),
    role: roleFrom(context),
    basePort,
    cores: Number(options.value('--cores') ?? '1'),
    coreIds: options.value('--core-ids') ?? 'auto',
    nets: options.list('--net'),
    restricted: options.has('--restricted'),
    joinSecret: options.value('--join-secret'),
    joinToken: options.value('--join-token'),
    failureDomain: options.value('--failure-domain'),
    machineIdentifier: place.env.MACHINE_IDENTIFIER,
    version: versionOf(place.env),
    startFailed: false,
    lastFailure: '',
  };
  if (local !== undefined) {
    Object.assign(local, settings);
    if (joinIps !== undefined) local.joinIps = splitList(joinIps);
    return answer('');
  }
  world.locals.set(localKey(place.nodeName, place.dataId), {
    ...blankLocal(place.dataId, place.nodeName, name),
    ...settings,
    joinIps: splitList(joinIps ?? ''),
  });
  return answer('');
}

function firstManagementIp({ options, place }: CommandContext): string {
  return splitList(options.value('--management-ips') ?? '')[0] ?? place.ip;
}

function splitList(text: string): string[] {
  return text.split(',').filter((item) => item !== '');
}

function blankLocal(dataId: string, nodeName: string, name: string): LocalContainer {
  return {
    dataId,
    nodeName,
    ip: '',
    name,
    role: 'stem',
    basePort: 0,
    cores: 1,
    coreIds: 'auto',
    nets: [],
    restricted: false,
    joinSecret: undefined,
    joinToken: undefined,
    joinIps: [],
    failureDomain: undefined,
    machineIdentifier: undefined,
    version: '',
    process: 'stopped',
    ready: false,
    forming: false,
    startFailed: false,
    lastFailure: '',
    lastFailureAt: undefined,
    membership: undefined,
    cancel: undefined,
  };
}

/** Envoy, telemetry and ssdproxy: a container named after its kind that belongs to no cluster in the model. */
function setUpGateway({ world, place, options, local }: CommandContext, role: 'envoy' | 'telemetry' | 'ssdproxy') {
  if (local !== undefined) return answer('');
  world.locals.set(localKey(place.nodeName, place.dataId), {
    ...blankLocal(place.dataId, place.nodeName, role),
    ip: place.ip,
    role,
    basePort: Number(options.value('--base-port') ?? place.env.PORT ?? '0'),
    version: versionOf(place.env),
  });
  return answer('');
}

function start(context: CommandContext) {
  return withLocal(context, async (local) => {
    // a replaced pod brings its image along, and the runtime may have chosen another address
    if (local.process === 'stopped') Object.assign(local, { version: versionOf(context.place.env), ip: context.place.ip });
    const failure = await startContainer(context.world, local);
    return failure === undefined ? answer('') : refuse(failure);
  });
}

function stop(context: CommandContext) {
  if (context.local === undefined) return answer('');
  const { local } = context;
  const force = context.options.has('--force') || context.options.has('-f');
  return stopContainer(context.world, local, force).then(() =>
    local.process === 'stopped' ? answer('') : refuse(`container ${local.name} did not stop`),
  );
}

function restart(context: CommandContext) {
  return withLocal(context, async (local) => {
    await stopContainer(context.world, local, true);
    const failure = await startContainer(context.world, local);
    return failure === undefined ? answer('') : refuse(failure);
  });
}

function remove({ world, place, local, options }: CommandContext) {
  if (local === undefined) return answer('');
  const force = options.has('--force') || options.has('-f');
  if (local.process !== 'stopped' && !force) return refuse(`container ${local.name} is running, stop it first`);
  endProcess(world, local);
  world.locals.delete(localKey(place.nodeName, place.dataId));
  return answer('');
}

function showResources(context: CommandContext) {
  return withLocal(context, (local) =>
    answerJson({
      base_port: local.basePort,
      ips: [local.ip],
      cores: local.cores,
      core_ids: local.coreIds,
      net_devices: local.nets.filter((net) => net !== 'udp').map((device) => ({ device })),
      nodes: nodes(local),
      backend_endpoints: local.joinIps,
      failure_domain: local.failureDomain ?? null,
      restricted_client: local.restricted,
      machine_identifier: local.machineIdentifier ?? null,
      mode: local.role,
    }),
  );
}

/** The management process, and one for each core. */
function nodes(local: LocalContainer) {
  const roles: Partial<Record<Role, string>> = { drive: 'DRIVES', compute: 'COMPUTE', 'data-services': 'DATASERV' };
  const ids = local.coreIds === 'auto' ? [] : local.coreIds.split(',').map(Number);
  const data = Array.from({ length: local.cores }, (_, index) => [
    `${index + 1}`,
    { roles: [roles[local.role] ?? 'FRONTEND'], core_id: ids[index] ?? index, dedicate_core: true },
  ]);
  return Object.fromEntries([['0', { roles: ['MANAGEMENT'] }], ...data]) as Record<string, unknown>;
}

function setJoinIps(context: CommandContext) {
  return withLocal(context, (local) => {
    local.joinIps = context.positionals.flatMap(splitList);
    tryJoins(context.world);
    return answer('');
  });
}

function setCores(context: CommandContext) {
  return withLocal(context, (local) => {
    const { options } = context;
    const given = ['--only-drives-cores', '--only-compute-cores', '--only-frontend-cores'].map((name) => options.value(name));
    const cores = Number(given.find((value) => value !== undefined) ?? context.positionals[0] ?? NaN);
    if (!Number.isInteger(cores) || cores < 1) return refuse('invalid number of cores');
    local.cores = cores;
    local.coreIds = options.value('--core-ids') ?? local.coreIds;
    return answer('');
  });
}

/** `net -C NAME add|remove DEVICE...` */
function changeNet(context: CommandContext) {
  return withLocal(context, (local) => {
    const [action, ...devices] = context.positionals;
    if (action !== 'add' && action !== 'remove') return refuse(`unknown action ${action ?? ''}`);
    const others = local.nets.filter((net) => !devices.includes(net));
    local.nets = action === 'add' ? [...others, ...devices] : others;
    return answer('');
  });
}

function execInContainer(context: CommandContext) {
  return withLocal(context, (local) => {
    const name = context.options.value('--container') ?? context.options.value('-C') ?? local.name;
    if (name !== local.name) return refuse(`no container named ${name}`);
    return local.process === 'running' ? answer('') : refuse(`container ${name} is not running`);
  });
}

function wapi({ world, local, options }: CommandContext) {
  const method = options.value('-W') ?? '';
  if (method !== 'container-get-identity') return refuse(`unknown method ${method}`);
  const name = options.value('--container-name');
  const none = { value: null, has_value: false };
  if (local === undefined || local.name !== name) return answerJson({ ...none, exception: `no container named ${name ?? ''}` });
  if (local.process !== 'running' || !local.ready) return answerJson({ ...none, exception: 'the container does not answer' });
  if (local.membership === undefined) {
    return answerJson({ value: { cluster_guid: '00000000-0000-0000-0000-000000000000', host_id: 65_535 }, has_value: true, exception: null });
  }
  const cluster = clusterOf(world, local);
  if (cluster === undefined) return answerJson({ ...none, exception: 'the host is not a member of its cluster any more' });
  return answerJson({ value: { cluster_guid: local.membership.guid, host_id: local.membership.hostId }, has_value: true, exception: null });
}
