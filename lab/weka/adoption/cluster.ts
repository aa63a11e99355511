/** A formed cluster of weka as the objects of a live cluster tell of it. */
import { findCondition, isTrue } from '../../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { parseWekaCluster } from '../../../hooks/weka/api/index.ts';
import { clusterConditions } from '../../../hooks/weka/api/group.ts';
import { defaultFilesystem } from '../../../hooks/weka/cluster/filesystems.ts';
import { asObject, asText } from '../../api/store/json.ts';
import { randomUuid } from '../../nodes/hardware.ts';
import { devicePath } from '../drive-commands.ts';
import { emptyCluster, stripeFor } from '../formation.ts';
import { hasDrives, isBackend, isCompute } from '../roles.ts';
import { domainOf, drivenDomains, type Cluster, type Drive, type Member, type SiteState } from '../state.ts';
import type { SaidContainer } from './said.ts';
import { secretValue, usersOf } from './secrets.ts';

type Parsed = Extract<ReturnType<typeof parseWekaCluster>, { ok: true }>['value'];

/** Words of weka for drives that hold still; what moves is taken for where it came from. */
const still: Partial<Record<string, Drive['status']>> = { ACTIVE: 'ACTIVE', INACTIVE: 'INACTIVE', FAILED: 'FAILED' };

function memberOf(site: SiteState, said: SaidContainer, hostId: number): Member {
  const { container, env, nodeName, dataId, ip, failureDomain } = said;
  const { spec } = container;
  const named = site.settings.namesDomains ? (env['MACHINE_IDENTIFIER'] ?? nodeName) : undefined;
  return {
    hostId,
    uid: randomUuid(site.random),
    name: spec.name,
    nodeName,
    dataId,
    ip,
    port: said.wekaPort,
    role: spec.mode,
    cores: spec.numCores ?? 1,
    failureDomain: failureDomain ?? named,
    state: 'ACTIVE',
    addedAt: site.clock.now(),
    exposure: 'full',
    exposureSince: site.clock.now(),
    exposedBy: 'fault',
    cancelExposure: undefined,
  };
}

/** @param isWhole weka says that all data has its copies */
function drivesOf(site: SiteState, { container }: SaidContainer, hostId: number, isWhole: boolean): Drive[] {
  return (container.status?.addedDrives ?? []).flatMap(({ uuid, serial_number: serial, status = '', added_time }) =>
    uuid === undefined || serial === undefined
      ? []
      : [
          {
            uuid,
            serial,
            hostId,
            devicePath: devicePath(serial),
            status: still[status] ?? 'ACTIVE',
            sizeBytes: site.settings.driveBytes,
            addedAt: Date.parse(added_time ?? '') || site.clock.now(),
            rebuilt: status === 'FAILED' && isWhole,
            cancelFailure: undefined,
          },
        ],
  );
}

/** When it was formed, by its claims; the end of time where nobody wrote that down. */
function formedAt(objects: readonly KubernetesObject[], guid: string): number {
  const formed = objects
    .filter(({ kind }) => kind === 'WekaClaims')
    .map(({ spec }) => asObject(asObject(spec)['formed']));
  const at = Date.parse(asText(formed.find((one) => one['guid'] === guid)?.['at']));
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}

/** As it is by the spec, or as weka chose it for the failure domains that it had when it was formed. */
function setStripe(cluster: Cluster, spec: Parsed['spec'] | undefined, founders: ReadonlySet<number>): void {
  const domains = new Set(
    [...cluster.members.values()].filter((one) => hasDrives(one) && founders.has(one.hostId)).map(domainOf),
  );
  const { data, parity } = stripeFor(domains.size);
  Object.assign(cluster, { dataDrives: spec?.stripeWidth ?? data, parityDrives: spec?.redundancyLevel ?? parity });
}

/** Of one that is paused its conditions do not tell: then weka's last word does, which it has once IO was started. */
function hasBecome(object: KubernetesObject, condition: string): boolean {
  const began = !['', 'UNINITIALIZED'].includes(saidStatus(object));
  return findCondition(object, condition) === undefined ? began : isTrue(object, condition);
}

/** Weka's last word on the cluster that its object has; empty: none. */
export const saidStatus = (object: KubernetesObject | undefined): string =>
  asText(asObject(asObject(object?.['status'])['stats'])['clusterStatus']);

function addFilesystems(cluster: Cluster, object: KubernetesObject, parsed: Parsed): void {
  if (!hasBecome(object, clusterConditions.defaultFilesystemsCreated)) return;
  const { status } = parsed;
  const { totalBytes = 0, unprovisionedBytes = 0 } = Object.fromEntries(
    Object.entries(status?.stats?.capacity ?? {}).map(([field, value]) => [field, Number(value)]),
  );
  const names = ['.config_fs', defaultFilesystem(totalBytes).name];
  const reserved = Math.max(0, totalBytes - unprovisionedBytes);
  cluster.filesystemGroups = ['default'];
  cluster.filesystems = names.map((name, id) => ({
    id,
    name,
    group: 'default',
    totalBytes: defaultFilesystem(totalBytes).size,
    reservedBytes: reserved / names.length,
    encrypted: false,
  }));
  cluster.nextFilesystemId = names.length;
  // all drives are alike, and together they hold what weka says
  const raw = (totalBytes * (cluster.dataDrives + cluster.parityDrives)) / cluster.dataDrives;
  if (raw > 0) for (const drive of cluster.drives.values()) drive.sizeBytes = raw / cluster.drives.size;
}

function addSettings(site: SiteState, cluster: Cluster, object: KubernetesObject, parsed: Parsed): void {
  cluster.name = object.metadata.name;
  cluster.hotSpare = parsed.spec.hotSpare ?? 0;
  cluster.bucketRaftSize = parsed.spec.bucketRaftSize;
  // weka is told so before IO starts
  cluster.overrides.set('authenticate_client_join', 'true');
  if (!hasBecome(object, clusterConditions.ioStarted)) return;
  cluster.io = 'started';
  cluster.ioChangedAt = site.clock.now();
  cluster.computesAtStart = [...cluster.members.values()].filter(isCompute).length;
  addFilesystems(cluster, object, parsed);
}

function addUsers(cluster: Cluster, object: KubernetesObject, objects: readonly KubernetesObject[]): void {
  if (hasBecome(object, clusterConditions.adminUserDeleted)) cluster.users.delete('admin');
  for (const [name, user] of usersOf(objects, object)) cluster.users.set(name, user);
  cluster.joinSecret = secretValue(objects, object, 'operator', 'join-secret') ?? '';
  const token = secretValue(objects, object, 'client', 'join-secret');
  if (token !== undefined) cluster.joinTokens.add(token);
}

/** Whose data weka has on other drives by now: those that are away, where it says that all is well, and can be. */
function settleAbsent(cluster: Cluster, said: string, isAway: (member: Member) => boolean): void {
  const left = drivenDomains(cluster, isAway).size;
  if (said !== 'OK' || left < cluster.dataDrives + cluster.parityDrives) return;
  for (const member of cluster.members.values())
    if (isBackend(member.role) && isAway(member)) member.exposure = 'elsewhere';
}

/** @param object the WekaCluster; undefined: nobody has it any more */
export function adoptedCluster(
  site: SiteState,
  guid: string,
  object: KubernetesObject | undefined,
  said: readonly SaidContainer[],
  objects: readonly KubernetesObject[],
): Cluster {
  const cluster = emptyCluster(site, guid);
  const away = new Set<number>();
  const founders = new Set<number>();
  const begun = formedAt(objects, guid);
  for (const one of said) {
    const hostId = one.membership!.hostId;
    cluster.members.set(hostId, memberOf(site, one, hostId));
    if (!one.runs) away.add(hostId);
    if (Date.parse(one.object.metadata.creationTimestamp ?? '') <= begun) founders.add(hostId);
    for (const drive of drivesOf(site, one, hostId, saidStatus(object) === 'OK')) {
      cluster.drives.set(drive.uuid, drive);
      site.driveGuids.set(drive.serial, guid);
    }
  }
  cluster.nextHostId = Math.max(-1, ...cluster.members.keys()) + 1;
  const parsed = object === undefined ? undefined : parseWekaCluster(object);
  setStripe(cluster, parsed?.ok === true ? parsed.value.spec : undefined, founders);
  if (object === undefined || parsed?.ok !== true) return cluster;
  addSettings(site, cluster, object, parsed.value);
  addUsers(cluster, object, objects);
  settleAbsent(cluster, saidStatus(object), ({ hostId }) => away.has(hostId));
  return cluster;
}
