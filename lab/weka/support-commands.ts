/** What support and operators use beside daily life: overrides, upgrade phases, events, Weka Home. */
import type { ClusterCommand, ClusterCommandContext } from './command.ts';
import { answer, answerJson, refuse } from './command.ts';

/** Overrides that weka accepts only with --force. */
const guardedOverrides = new Set(['authenticate_client_join', 'auto_start_telemetry_container']);

export const supportCommands: ClusterCommand[] = [
  { scope: 'cluster', words: 'debug override list', role: 'clusteradmin', run: listOverrides },
  {
    scope: 'cluster',
    words: 'debug override add',
    role: 'clusteradmin',
    options: { '--key': 'value', '--value': 'value' },
    run: addOverride,
  },
  { scope: 'cluster', words: 'debug config override', role: 'clusteradmin', run: overrideConfig },
  { scope: 'cluster', words: 'debug jrpc', role: 'clusteradmin', run: jrpc },
  { scope: 'cluster', words: 'events trigger-event', role: 'any', run: triggerEvent },
  { scope: 'cluster', words: 'events', role: 'any', run: ({ cluster }) => answerJson(cluster.events) },
  {
    scope: 'cluster',
    words: 'cloud enable',
    role: 'clusteradmin',
    options: { '--cloud-url': 'value', '--cloud-stats': 'value' },
    run: enableCloud,
  },
  { scope: 'cluster', words: 'cloud proxy', role: 'clusteradmin', options: { '--set': 'value' }, run: setCloudProxy },
  { scope: 'cluster', words: 'cloud status', role: 'any', run: ({ cluster }) => answerJson(cluster.cloud) },
];

function listOverrides({ cluster, options }: ClusterCommandContext) {
  const overrides = [...cluster.overrides].map(([key, value]) => ({ key, value }));
  return options.json
    ? answerJson(overrides)
    : answer(overrides.map(({ key, value }) => `${key}  ${value}\n`).join(''));
}

function addOverride({ cluster, options }: ClusterCommandContext) {
  const key = options.value('--key');
  if (key === undefined) return refuse('option --key is required');
  const forced = options.has('--force') || options.has('-f');
  if (guardedOverrides.has(key) && !forced) return refuse(`The override ${key} needs --force`);
  if (cluster.overrides.has(key) && !forced) return refuse(`The override ${key} already exists`);
  cluster.overrides.set(key, options.value('--value') ?? 'true');
  return answer('');
}

function overrideConfig({ cluster, positionals }: ClusterCommandContext) {
  const [key, value] = positionals;
  if (key === undefined || value === undefined) return refuse('key and value are required');
  cluster.configOverrides.set(key, value);
  return answer('');
}

/** The upgrade calls; parameters stand as `name=value`. */
function jrpc({ cluster, positionals }: ClusterCommandContext) {
  const [method, ...rest] = positionals;
  const parameters = new Map(rest.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  const { upgrade } = cluster;
  switch (method) {
    case 'prepare_leader_for_upgrade':
      upgrade.prepared = true;
      return answer('null\n');
    case 'upgrade_phase_start':
      if (!upgrade.prepared) return refuse('The leader is not prepared for an upgrade');
      if (upgrade.phase !== '') return refuse(`The upgrade phase ${upgrade.phase} is under way`);
      upgrade.phase = parameters.get('target_phase_type') ?? '';
      upgrade.version = parameters.get('target_version_name') ?? '';
      return answer('null\n');
    case 'upgrade_phase_finish':
      upgrade.phase = '';
      return answer('null\n');
    case 'unprepare_leader_for_upgrade':
      upgrade.prepared = false;
      return answer('null\n');
    default:
      return refuse(`unknown method ${method ?? ''}`);
  }
}

function triggerEvent({ site, cluster, positionals }: ClusterCommandContext) {
  const message = positionals.join(' ');
  if (message === '') return refuse('a message is required');
  cluster.events.push({ at: site.clock.now(), message });
  return answer('');
}

function enableCloud({ cluster, options }: ClusterCommandContext) {
  cluster.cloud = { ...cluster.cloud, enabled: true, url: options.value('--cloud-url') ?? 'https://api.home.weka.io' };
  return answer('');
}

function setCloudProxy({ cluster, options }: ClusterCommandContext) {
  cluster.cloud.proxy = options.value('--set') ?? '';
  return answer('');
}
