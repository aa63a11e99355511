/** `weka local setup ...`: the containers of a host come to be. */
import { is, isMode } from '../../hooks/weka/api/modes.ts';
import type { CommandContext, LocalCommand, OptionKind } from './command.ts';
import { answer, refuse, splitList, versionOf } from './command.ts';
import type { Role } from './roles.ts';
import type { LocalContainer } from './state.ts';
import { localKey } from './state.ts';

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

export const setupCommands: LocalCommand[] = [
  { scope: 'local', words: 'local setup container', options: setupOptions, run: setUpContainer },
  {
    scope: 'local',
    words: 'local setup envoy',
    options: setupOptions,
    run: (context) => setUpGateway(context, 'envoy'),
  },
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
];

function roleFrom({ options, place }: CommandContext): Role {
  if (options.has('--only-drives-cores')) return 'drive';
  if (options.has('--only-compute-cores')) return 'compute';
  if (options.has('--only-dataserv-cores')) return 'data-services';
  if (options.has('--client')) return 'client';
  if (!options.has('--only-frontend-cores')) return 'stem';
  const { MODE: mode = '' } = place.env;
  // weka can not tell one frontend of a protocol from another
  return isMode(mode) && is(mode, 'frontend') && is(mode, 'protocol') ? mode : 'frontend';
}

function setUpContainer(context: CommandContext) {
  const { site, place, options, local } = context;
  const name = options.value('--name') ?? 'default';
  const basePort = Number(options.value('--base-port') ?? '14000');
  if (!Number.isInteger(basePort) || basePort < 1 || basePort > 65_535)
    return refuse(`invalid base port ${options.value('--base-port')}`);
  if (local !== undefined && local.name !== name)
    return refuse(`a container of another name exists on this host: ${local.name}`);
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
  site.locals.set(localKey(place.nodeName, place.dataId), {
    ...blankLocal(place.dataId, place.nodeName, name),
    ...settings,
    joinIps: splitList(joinIps ?? ''),
  });
  return answer('');
}

function firstManagementIp({ options, place }: CommandContext): string {
  return splitList(options.value('--management-ips') ?? '')[0] ?? place.ip;
}

/** One of which nothing is told yet. */
export function blankLocal(dataId: string, nodeName: string, name: string): LocalContainer {
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
function setUpGateway({ site, place, options, local }: CommandContext, role: 'envoy' | 'telemetry' | 'ssdproxy') {
  if (local !== undefined) return answer('');
  site.locals.set(localKey(place.nodeName, place.dataId), {
    ...blankLocal(place.dataId, place.nodeName, role),
    ip: place.ip,
    role,
    basePort: Number(options.value('--base-port') ?? place.env.PORT ?? '0'),
    version: versionOf(place.env),
  });
  return answer('');
}
