/** `weka fs ...` and the key management that encrypted filesystems need. */
import type { ClusterCommand, ClusterCommandContext, Options } from './command.ts';
import { answer, answerJson, refuse } from './command.ts';
import type { Cluster, Filesystem } from './state.ts';
import { capacity } from './status.ts';

export const filesystemCommands: ClusterCommand[] = [
  { scope: 'cluster', words: 'fs', role: 'any', options: { '--name': 'value' }, run: list },
  { scope: 'cluster', words: 'fs group', role: 'any', run: listGroups },
  { scope: 'cluster', words: 'fs group create', role: 'clusteradmin', run: createGroup },
  {
    scope: 'cluster',
    words: 'fs create',
    role: 'clusteradmin',
    options: {
      '--thin-provision-max-ssd': 'value',
      '--thin-provision-min-ssd': 'value',
      '--encrypted': 'flag',
      '--allow-no-kms': 'flag',
    },
    run: create,
  },
  {
    scope: 'cluster',
    words: 'security kms set vault',
    role: 'clusteradmin',
    options: {
      '--kubernetes-role': 'value',
      '--auth-path': 'value',
      '--transit-path': 'value',
      '--namespace': 'value',
      '--token': 'value',
    },
    run: setVault,
  },
  { scope: 'cluster', words: 'security kms', role: 'any', run: ({ cluster }) => answerJson(cluster.kms ?? {}) },
];

function list({ cluster, options }: ClusterCommandContext) {
  const name = options.value('--name');
  const filesystems = cluster.filesystems.filter((filesystem) => name === undefined || filesystem.name === name);
  if (options.json) return answerJson(filesystems.map((filesystem) => filesystemJson(filesystem)));
  return answer(
    filesystems.map((filesystem) => `${filesystem.name}  ${filesystem.group}  ${filesystem.totalBytes}\n`).join(''),
  );
}

function filesystemJson(filesystem: Filesystem) {
  return {
    available_ssd: filesystem.totalBytes,
    available_total: filesystem.totalBytes,
    fs_id: `FSId<${filesystem.id}>`,
    group_name: filesystem.group,
    is_encrypted: filesystem.encrypted,
    is_ready: true,
    name: filesystem.name,
    obs_buckets: [],
    ssd_budget: filesystem.totalBytes,
    status: 'READY',
    total_budget: filesystem.totalBytes,
    used_ssd: 0,
    used_total: 0,
  };
}

function listGroups({ cluster, options }: ClusterCommandContext) {
  const groups = cluster.filesystemGroups.map((name, index) => ({ group_id: `FSGroupId<${index}>`, name }));
  return options.json ? answerJson(groups) : answer(groups.map((group) => `${group.name}\n`).join(''));
}

function createGroup({ cluster, positionals }: ClusterCommandContext) {
  const name = positionals[0];
  if (name === undefined) return refuse('a name is required');
  if (cluster.filesystemGroups.includes(name)) return refuse(`Filesystem group "${name}" already exists`);
  cluster.filesystemGroups.push(name);
  return answer('');
}

function create({ cluster, positionals, options }: ClusterCommandContext) {
  const [name, group, size] = positionals;
  const totalBytes = Number(size ?? NaN);
  const reservedBytes = Number(options.value('--thin-provision-min-ssd') ?? totalBytes);
  const maximum = Number(options.value('--thin-provision-max-ssd') ?? totalBytes);
  if (name === undefined || group === undefined) return refuse('name, group and capacity are required');
  if (!isCapacity(totalBytes, reservedBytes, maximum)) return refuse(`invalid capacity ${size ?? ''}`);
  if (cluster.filesystems.some((filesystem) => filesystem.name === name))
    return refuse(`Filesystem "${name}" already exists`);
  if (!cluster.filesystemGroups.includes(group)) return refuse(`Filesystem group "${group}" does not exist`);
  if (cluster.io !== 'started') return refuse('IO is not started');
  const { unprovisioned } = capacity(cluster);
  if (reservedBytes > unprovisioned)
    return refuse(`Not enough available drive capacity: ${unprovisioned} bytes are left`);
  const encrypted = options.has('--encrypted');
  if (encrypted && !mayEncrypt(cluster, options))
    return refuse('No KMS is configured, use --allow-no-kms to encrypt without one');
  cluster.filesystems.push({ id: cluster.nextFilesystemId++, name, group, totalBytes, reservedBytes, encrypted });
  return answer('');
}

/** False for what is not a number too. */
function isCapacity(total: number, minimum: number, maximum: number): boolean {
  return total > 0 && minimum >= 0 && maximum >= minimum;
}

function mayEncrypt(cluster: Cluster, options: Options): boolean {
  return cluster.kms !== undefined || options.has('--allow-no-kms');
}

function setVault({ cluster, positionals, options }: ClusterCommandContext) {
  const [address, key] = positionals;
  if (address === undefined || key === undefined) return refuse('address and key identifier are required');
  const details = {
    role: options.value('--kubernetes-role') ?? '',
    authPath: options.value('--auth-path') ?? '',
    transitPath: options.value('--transit-path') ?? '',
  };
  cluster.kms = { type: 'vault', address, key, ...details };
  return answer('');
}
