/** `weka local ...`, `weka version`: what the agent of a host answers about containers that are there. */
import type { CommandContext, LocalCommand } from './command.ts';
import { answer, answerJson, refuse, splitList, versionOf, withLocal } from './command.ts';
import { endProcess, startContainer, stopContainer } from './processes.ts';
import { roleTraits } from './roles.ts';
import type { Cluster, LocalContainer, SiteState } from './state.ts';
import { clusterOf, hasQuorum, isUp, localKey } from './state.ts';

/** Commands answered on the host, without credentials. */
export const localCommands: LocalCommand[] = [
  { scope: 'local', words: 'local ps', run: listContainers },
  { scope: 'local', words: 'local status', run: listContainers },
  { scope: 'local', words: 'local start', options: { '--name': 'value' }, run: start },
  {
    scope: 'local',
    words: 'local stop',
    options: { '-g': 'flag', '--graceful': 'flag', '--name': 'value' },
    run: stop,
  },
  { scope: 'local', words: 'local restart', options: { '--name': 'value' }, run: restart },
  { scope: 'local', words: 'local rm', options: { '--all': 'flag' }, run: remove },
  { scope: 'local', words: 'local exec', run: execInContainer },
  {
    scope: 'local',
    words: 'local run wapi',
    options: { '-W': 'value', '--container-name': 'value' },
    run: wapi,
  },
  { scope: 'local', words: 'version', run: (context) => answer(`* ${versionOf(context.place.env)}\n`) },
  { scope: 'local', words: 'version current', run: (context) => answer(`${versionOf(context.place.env)}\n`) },
  {
    scope: 'local',
    words: 'version set',
    options: { '--set-dependent': 'flag', '--default-only': 'flag' },
    run: () => answer(''),
  },
];

function listContainers({ site, local, options }: CommandContext) {
  const entries = local === undefined ? [] : [localEntry(site, local)];
  if (options.json) return answerJson(entries);
  return answer(
    entries.map((entry) => `${entry.name}  ${entry.runStatus}  ${entry.internalStatus.display_status}\n`).join(''),
  );
}

/** One entry of `weka local ps --json`. Who asks for many remembers which clusters have a leader. */
export function localEntry(
  site: SiteState,
  local: LocalContainer,
  hasLeader = (cluster: Cluster) => hasQuorum(site, cluster),
) {
  return {
    name: local.name,
    type: roleTraits[local.role].localType,
    runStatus: runStatus(local),
    isRunning: local.process === 'running',
    versionName: local.version,
    lastFailure: local.lastFailure,
    lastFailureTime: local.lastFailureAt === undefined ? '' : new Date(local.lastFailureAt).toISOString(),
    internalStatus: internalStatus(site, local, hasLeader),
  };
}

function runStatus(local: LocalContainer): string {
  if (local.process === 'stopped') return local.startFailed ? 'Error' : 'Stopped';
  return { starting: 'Starting', running: 'Running', stopping: 'Stopping' }[local.process];
}

function internalStatus(site: SiteState, local: LocalContainer, hasLeader: (cluster: Cluster) => boolean) {
  const [display_status, message] = displayStatus(site, local, hasLeader);
  return { action: 'NONE', display_status, message, state: local.process === 'running' ? 'READY' : 'DOWN' };
}

function displayStatus(
  site: SiteState,
  local: LocalContainer,
  hasLeader: (cluster: Cluster) => boolean,
): [string, string] {
  if (local.process !== 'running') return ['DOWN', 'Not running'];
  if (!local.ready) return ['STARTING', 'Starting'];
  if (!roleTraits[local.role].joinsCluster) return ['READY', 'Ready'];
  const cluster = clusterOf(site, local);
  const member = cluster?.members.get(local.membership?.hostId ?? -1);
  if (cluster !== undefined && member !== undefined) {
    return isUp(site, cluster, member, hasLeader(cluster)) ? ['READY', 'Ready'] : ['CLUSTERIZING', 'Joining cluster'];
  }
  if (local.membership !== undefined) return ['CLUSTERIZING', 'Not a member of the cluster any more'];
  return local.joinIps.length > 0 ? ['CLUSTERIZING', 'Joining cluster'] : ['STEM', 'STEM mode'];
}

function start(context: CommandContext) {
  return withLocal(context, async (local) => {
    // a replaced pod brings its image along, and the runtime may have chosen another address
    const { ip, env } = context.place;
    if (local.process === 'stopped') Object.assign(local, { ip, version: versionOf(env) });
    // the runtime writes them into the resources file, which the model does not read
    if (local.process === 'stopped' && env.JOIN_IPS) local.joinIps = splitList(env.JOIN_IPS);
    const failure = await startContainer(context.site, local);
    return failure === undefined ? answer('') : refuse(failure);
  });
}

function stop(context: CommandContext) {
  if (context.local === undefined) return answer('');
  const { local } = context;
  const force = context.options.has('--force') || context.options.has('-f');
  return stopContainer(context.site, local, force).then(() =>
    local.process === 'stopped' ? answer('') : refuse(`container ${local.name} did not stop`),
  );
}

function restart(context: CommandContext) {
  return withLocal(context, async (local) => {
    await stopContainer(context.site, local, true);
    const failure = await startContainer(context.site, local);
    return failure === undefined ? answer('') : refuse(failure);
  });
}

function remove({ site, place, local, options }: CommandContext) {
  if (local === undefined) return answer('');
  const force = options.has('--force') || options.has('-f');
  if (local.process !== 'stopped' && !force) return refuse(`container ${local.name} is running, stop it first`);
  endProcess(site, local, 'operator');
  site.locals.delete(localKey(place.nodeName, place.dataId));
  return answer('');
}

function execInContainer(context: CommandContext) {
  return withLocal(context, (local) => {
    const name = context.options.value('--container') ?? context.options.value('-C') ?? local.name;
    if (name !== local.name) return refuse(`no container named ${name}`);
    return local.process === 'running' ? answer('') : refuse(`container ${name} is not running`);
  });
}

function wapi({ site, local, options }: CommandContext) {
  const method = options.value('-W') ?? '';
  if (method !== 'container-get-identity') return refuse(`unknown method ${method}`);
  const name = options.value('--container-name');
  const none = { value: null, has_value: false };
  if (local === undefined || local.name !== name)
    return answerJson({ ...none, exception: `no container named ${name ?? ''}` });
  if (local.process !== 'running' || !local.ready)
    return answerJson({ ...none, exception: 'the container does not answer' });
  if (local.membership === undefined) {
    return answerJson({
      value: { cluster_guid: '00000000-0000-0000-0000-000000000000', host_id: 65_535 },
      has_value: true,
      exception: null,
    });
  }
  const cluster = clusterOf(site, local);
  if (cluster === undefined)
    return answerJson({ ...none, exception: 'the host is not a member of its cluster any more' });
  return answerJson({
    value: { cluster_guid: local.membership.guid, host_id: local.membership.hostId },
    has_value: true,
    exception: null,
  });
}
