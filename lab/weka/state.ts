/**
 * The state of the weka model: clusters with members and drives, the containers of hosts, and what befell them.
 * Only types and questions; what changes it stands in processes.ts, protection.ts and the command files.
 */
import type { Clock, ExecResult } from '../contract.ts';
import type { HardwareRegistry } from '../nodes/hardware.ts';
import { isBackend, type Role } from './roles.ts';
import type { WekaSettings } from './settings.ts';

/** The weka container in one data directory of one host; survives its processes. */
export interface LocalContainer {
  dataId: string;
  nodeName: string;
  ip: string;
  name: string;
  role: Role;
  basePort: number;
  cores: number;
  coreIds: string;
  nets: string[];
  restricted: boolean;
  joinSecret: string | undefined;
  joinToken: string | undefined;
  /** `ip:port`, IPv6 bracketed. */
  joinIps: string[];
  /** Set while it runs: they count from its next start on. */
  nextJoinIps?: string[] | undefined;
  failureDomain: string | undefined;
  machineIdentifier: string | undefined;
  version: string;
  process: 'stopped' | 'starting' | 'running' | 'stopping';
  /** The process answers: it is a stem, or it may speak to its cluster. */
  ready: boolean;
  /** A `cluster create` that names it is under way. */
  forming: boolean;
  /** The last start was refused, and nothing was stopped since. */
  startFailed: boolean;
  lastFailure: string;
  lastFailureAt: number | undefined;
  membership: { guid: string; hostId: number } | undefined;
  /** Cancels the transition under way. */
  cancel: (() => void) | undefined;
}

/** Protection of a member's data: see protection.ts. */
export type Exposure = 'full' | 'down' | 'returning' | 'elsewhere' | 'redistributing';

export interface Member {
  hostId: number;
  uid: string;
  name: string;
  nodeName: string;
  dataId: string;
  ip: string;
  port: number;
  role: Role;
  cores: number;
  /** As weka names it; undefined: it names none, and the container fails alone. */
  failureDomain: string | undefined;
  state: 'ACTIVE' | 'DEACTIVATING' | 'INACTIVE';
  addedAt: number;
  exposure: Exposure;
  /** When the present exposure began. */
  exposureSince: number;
  /** Whose act took it away, the last time that it went. */
  exposedBy: Actor;
  cancelExposure: (() => void) | undefined;
}

export interface Drive {
  uuid: string;
  serial: string;
  devicePath: string;
  hostId: number;
  status: 'ACTIVE' | 'PHASING_IN' | 'PHASING_OUT' | 'INACTIVE' | 'FAILED';
  sizeBytes: number;
  addedAt: number;
  /** It FAILED, and its data was made anew on other drives since. */
  rebuilt: boolean;
  /** It is not in its machine any more and will be FAILED; cancels that. */
  cancelFailure: (() => void) | undefined;
}

export interface User {
  role: string;
  password: string;
}

export interface Filesystem {
  id: number;
  name: string;
  group: string;
  totalBytes: number;
  /** SSD bytes set aside for it. */
  reservedBytes: number;
  encrypted: boolean;
}

export interface Cluster {
  guid: string;
  name: string;
  joinSecret: string;
  joinTokens: Set<string>;
  users: Map<string, User>;
  members: Map<number, Member>;
  nextHostId: number;
  drives: Map<string, Drive>;
  dataDrives: number;
  parityDrives: number;
  hotSpare: number;
  bucketRaftSize: number | undefined;
  /** ACTIVE compute containers when IO was started. */
  computesAtStart: number;
  io: 'never' | 'starting' | 'started' | 'interrupted' | 'stopped';
  ioChangedAt: number;
  filesystemGroups: string[];
  filesystems: Filesystem[];
  nextFilesystemId: number;
  overrides: Map<string, string>;
  configOverrides: Map<string, string>;
  kms: Record<string, string> | undefined;
  cloud: { enabled: boolean; url: string; proxy: string };
  upgrade: { prepared: boolean; phase: string; version: string };
  events: { at: number; message: string }[];
}

/** Whose act it was: the operator's (a stop that it allowed, a clean-up pod, a command of weka), a person's, or nobody's. */
export type Actor = 'operator' | 'person' | 'fault';

/** Which of weka's conditions for IO no longer holds. */
export type IoRule = 'parity' | 'compute-quorum';

/** Something that must not befall a cluster unless a person asked for its end. */
export interface Incident {
  at: number;
  kind:
    | 'io-interrupted'
    | 'data-lost'
    | 'drive-resigned-in-use'
    | 'directory-removed-in-use'
    | 'two-processes'
    | 'mounts-cut-off';
  clusterGuid: string | undefined;
  message: string;
  /** Whose act brought it about: of several that added up, the last. */
  by: Actor;
  /** Of `io-interrupted`. */
  rule?: IoRule;
}

/** A drive that lost the GUID of its cluster. */
export interface Erasure {
  at: number;
  serial: string;
  nodeName: string;
  /** What stood on it. */
  guid: string;
  by: Actor;
  /** How weka listed it at that moment; undefined: it did not. */
  status: Drive['status'] | undefined;
  /** Data directory (uid of the WekaContainer) of the member that weka listed it with. */
  dataId: string | undefined;
}

/** A data directory, and with it a container's identity, that was removed. */
export interface Removal {
  at: number;
  dataId: string;
  nodeName: string;
  /** The cluster that it was a member of, and what it was there at that moment; undefined: not a member any more. */
  guid: string | undefined;
  role: Role;
  state: Member['state'] | undefined;
  by: Actor;
}

/** A backend that was stopped in order, for which a runtime needs the operator's flag; deaths are not in here. */
export interface Stop {
  at: number;
  guid: string;
  dataId: string;
  name: string;
  nodeName: string;
  role: Role;
  /** False: it was away already, or held nothing yet, so that its stop took nothing away. */
  served: boolean;
  /** Backends of other failure domains whose data missed a copy at that moment, and since when. */
  alreadyAway: { name: string; dataId: string; since: number; by: Actor }[];
}

export interface SiteState {
  clock: Clock;
  random: () => number;
  settings: WekaSettings;
  hardware: HardwareRegistry | undefined;
  clusters: Map<string, Cluster>;
  /** By `localKey`. */
  locals: Map<string, LocalContainer>;
  /** Cluster GUID on each claimed drive, by serial. */
  driveGuids: Map<string, string>;
  unreachableNodes: Set<string>;
  /** Driver versions in a node's kernel, where no hardware registry was given. */
  drivers: Map<string, Set<string>>;
  incidents: Incident[];
  erasures: Erasure[];
  removals: Removal[];
  stops: Stop[];
  /** Told when something was added to one of the lists above. */
  recordListeners: Set<() => void>;
  distortions: { member: string | undefined; distortion: Distortion }[];
}

/** Makes another answer of a right one; see distortions.ts. */
export type Distortion = (argv: string[], answer: ExecResult) => ExecResult | Promise<ExecResult>;

export function localKey(nodeName: string, dataId: string): string {
  return `${nodeName}/${dataId}`;
}

/** The container of a member, unless its directory was removed or belongs to another incarnation by now. */
export function localOf(site: SiteState, cluster: Cluster, member: Member): LocalContainer | undefined {
  const local = site.locals.get(localKey(member.nodeName, member.dataId));
  const same = local?.membership?.guid === cluster.guid && local.membership.hostId === member.hostId;
  return same ? local : undefined;
}

/** The member's process runs, answers and can be reached. */
export function isPresent(site: SiteState, cluster: Cluster, member: Member): boolean {
  const local = localOf(site, cluster, member);
  return (
    local !== undefined && local.process === 'running' && local.ready && !site.unreachableNodes.has(member.nodeName)
  );
}

/** More than half of the backends that are not INACTIVE are present; without that the cluster has no leader. */
export function hasQuorum(site: SiteState, cluster: Cluster): boolean {
  const backends = [...cluster.members.values()].filter(
    (member) => isBackend(member.role) && member.state !== 'INACTIVE',
  );
  return backends.filter((member) => isPresent(site, cluster, member)).length * 2 > backends.length;
}

/** Present in a cluster that has a leader. Who asks for many members works out `quorum` once. */
export function isUp(site: SiteState, cluster: Cluster, member: Member, quorum = hasQuorum(site, cluster)): boolean {
  return quorum && isPresent(site, cluster, member);
}

/** The cluster that a local container is a member of (removed members are not). */
export function clusterOf(site: SiteState, local: LocalContainer | undefined): Cluster | undefined {
  if (local?.membership === undefined) return undefined;
  const cluster = site.clusters.get(local.membership.guid);
  return cluster?.members.has(local.membership.hostId) === true ? cluster : undefined;
}

/** `10.0.0.1:35000`, `[fd00::1]:35000`. */
export function formatAddress(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** The running container that listens on `ip:port`, if its node can be reached. */
export function listenerAt(site: SiteState, address: string): LocalContainer | undefined {
  return [...site.locals.values()].find(
    (local) =>
      local.process === 'running' &&
      local.ready &&
      !site.unreachableNodes.has(local.nodeName) &&
      formatAddress(local.ip, local.basePort) === address,
  );
}

type Befallen = Pick<Incident, 'kind' | 'message' | 'by' | 'rule'>;

export function recordIncident(site: SiteState, cluster: Cluster | undefined, incident: Befallen): void {
  site.incidents.push({ at: site.clock.now(), clusterGuid: cluster?.guid, ...incident });
  tellRecordListeners(site);
}

/** To be called after each addition to what befell clusters. */
export function tellRecordListeners(site: SiteState): void {
  for (const listener of site.recordListeners) listener();
}

/** What fails as one: the domain that weka names, or the container where it names none. */
export function domainOf(member: Member): string {
  return member.failureDomain ?? member.name;
}

/** The drives that weka lists with the member. */
export function drivesOf(cluster: Cluster, member: Member): Drive[] {
  return [...cluster.drives.values()].filter((drive) => drive.hostId === member.hostId);
}

/** Failure domains that have an ACTIVE drive in an ACTIVE container, without what `leaves` says. */
export function drivenDomains(
  cluster: Cluster,
  leaves: (member: Member, drive: Drive) => boolean = () => false,
): Set<string> {
  const domains = new Set<string>();
  for (const drive of cluster.drives.values()) {
    const member = cluster.members.get(drive.hostId);
    if (drive.status === 'ACTIVE' && member?.state === 'ACTIVE' && !leaves(member, drive))
      domains.add(domainOf(member));
  }
  return domains;
}
