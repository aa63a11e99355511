/** `weka cluster create`. */
import { randomUuid } from '../nodes/hardware.ts';
import type { CommandContext, LocalCommand } from './command.ts';
import { answer, refuse } from './command.ts';
import { driveDomains } from './protection.ts';
import { addMember, tryJoins } from './processes.ts';
import type { Cluster, LocalContainer, SiteState } from './state.ts';
import { clusterOf, formatAddress, listenerAt } from './state.ts';

const minimumHosts = 3;

export const formationCommands: LocalCommand[] = [
  {
    scope: 'local',
    words: 'cluster create',
    options: {
      '--host-ips': 'value',
      '--join-secret': 'value',
      '--admin-password': 'value',
      '--leadership-size': 'value',
      '-T': 'value',
    },
    run: create,
  },
];

/**
 * Forms a cluster of the named hosts, all of them or none. Refused when one of them cannot be reached, belongs to a
 * cluster or to another formation under way, was set up with another join secret, or when there are fewer than three.
 * The stripe starts at 3+2 and is cut to the failure domains that have drive containers, data before parity, to no
 * less than 2+1.
 */
async function create(context: CommandContext) {
  const { site, local, options } = context;
  const found = findHosts(context);
  if (typeof found === 'string') return refuse(found);
  const { hosts } = found;
  if (local === undefined || local.process !== 'running') return refuse(connectFailure(context));
  const secret = options.value('--join-secret') ?? '';
  const refusal = formationRefusal(site, hosts, secret);
  if (refusal !== undefined) return refuse(refusal);
  for (const host of hosts) host.forming = true;
  await new Promise<void>((resolve) => {
    site.clock.after(site.settings.clusterCreate, resolve);
  });
  for (const host of hosts) host.forming = false;
  const lost = hosts.find((host) => host.process !== 'running' || site.unreachableNodes.has(host.nodeName));
  if (lost !== undefined)
    return refuse(`Lost connection to ${formatAddress(lost.ip, lost.basePort)} while creating the cluster`);
  const cluster = newCluster(site, secret, options.value('--admin-password') ?? 'admin');
  for (const host of hosts) addMember(site, cluster, host);
  const { data, parity } = stripeFor(driveDomains(cluster).size);
  Object.assign(cluster, { dataDrives: data, parityDrives: parity });
  site.clusters.set(cluster.guid, cluster);
  tryJoins(site);
  return answer('');
}

/** What a cluster begins with on so many failure domains: 3+2, cut to them. */
export function stripeFor(domains: number): { data: number; parity: number } {
  let [data, parity] = [3, 2];
  while (data > 2 && data + parity > domains) data--;
  while (parity > 1 && data + parity > domains) parity--;
  // two drive containers: a mirror, the smallest cluster that a laptop can show
  while (data > 1 && data + parity > domains) data--;
  return { data, parity };
}

/** Why nothing answers at the local container's port. */
export function connectFailure({ place, local }: Pick<CommandContext, 'place' | 'local'>): string {
  const port = local?.basePort ?? place.env.PORT ?? '14000';
  return `Failed connecting to http://127.0.0.1:${port}/api/v1. Make sure weka is running on this host by running \`weka local status | start\``;
}

function findHosts({ site, positionals, options }: CommandContext): { hosts: LocalContainer[] } | string {
  const addresses = (options.value('--host-ips') ?? positionals.join(','))
    .split(',')
    .filter((address) => address !== '');
  if (positionals.length !== addresses.length) {
    return `${positionals.length} hosts were given, but ${addresses.length} addresses in --host-ips`;
  }
  if (new Set(addresses).size !== addresses.length) return 'a host was given twice';
  if (addresses.length < minimumHosts)
    return `at least ${minimumHosts} hosts are needed to create a cluster, ${addresses.length} were given`;
  const hosts: LocalContainer[] = [];
  for (const address of addresses) {
    const host = listenerAt(site, address);
    if (host === undefined) return `Could not connect to ${address}`;
    hosts.push(host);
  }
  return { hosts };
}

function formationRefusal(site: SiteState, hosts: LocalContainer[], secret: string): string | undefined {
  for (const host of hosts) {
    const address = formatAddress(host.ip, host.basePort);
    if (clusterOf(site, host) !== undefined || host.membership !== undefined)
      return `Host ${address} is already part of a cluster`;
    if (host.forming) return `Host ${address} is already part of a cluster that is being created`;
    if ((host.joinSecret ?? '') !== secret) return `Host ${address} rejected the join secret`;
  }
  return undefined;
}

function newCluster(site: SiteState, joinSecret: string, adminPassword: string): Cluster {
  const cluster = emptyCluster(site, randomUuid(site.random));
  cluster.joinSecret = joinSecret;
  cluster.users.set('admin', { role: 'clusteradmin', password: adminPassword });
  return cluster;
}

/** One in which there is nothing but the user admin. */
export function emptyCluster(site: SiteState, guid: string): Cluster {
  return {
    guid,
    name: '',
    joinSecret: '',
    joinTokens: new Set(),
    users: new Map([['admin', { role: 'clusteradmin', password: 'admin' }]]),
    members: new Map(),
    nextHostId: 0,
    drives: new Map(),
    dataDrives: 3,
    parityDrives: 2,
    hotSpare: 0,
    bucketRaftSize: undefined,
    computesAtStart: 0,
    io: 'never',
    ioChangedAt: site.clock.now(),
    filesystemGroups: [],
    filesystems: [],
    nextFilesystemId: 0,
    overrides: new Map(),
    configOverrides: new Map(),
    kms: undefined,
    cloud: { enabled: false, url: '', proxy: '' },
    upgrade: { prepared: false, phase: '', version: '' },
    events: [],
  };
}
