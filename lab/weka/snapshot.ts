/** What tests and the lab's view see of the weka site. */
import { memberStatus } from './cluster-commands.ts';
import { localEntry } from './local-commands.ts';
import { clusterStatus, exposedDomains } from './protection.ts';
import type { Cluster, SiteState } from './state.ts';
import { hasQuorum } from './state.ts';
import { capacity, ioStatus, isFullyProtected } from './status.ts';

export interface MemberSnapshot {
  id: number;
  name: string;
  dataId: string;
  nodeName: string;
  role: string;
  address: { ip: string; port: number };
  /** UP, DOWN, DEACTIVATING or INACTIVE. */
  status: string;
  /** Empty: weka names none. */
  failureDomain: string;
}

export interface DriveSnapshot {
  uuid: string;
  serial: string;
  containerId: number;
  nodeName: string;
  status: string;
}

export interface ClusterSnapshot {
  guid: string;
  name: string;
  /** Weka's word: UNINITIALIZED, OK, REBUILDING ... */
  status: string;
  ioStatus: string;
  stripe: { data: number; parity: number };
  hotSpare: number;
  failedHosts: string[];
  fullyProtected: boolean;
  capacityBytes: { total: number; unprovisioned: number };
  members: MemberSnapshot[];
  drives: DriveSnapshot[];
  users: string[];
  filesystems: string[];
  overrides: string[];
  events: string[];
}

export interface LocalSnapshot {
  dataId: string;
  nodeName: string;
  name: string;
  role: string;
  basePort: number;
  runStatus: string;
  displayStatus: string;
  version: string;
  clusterGuid: string | undefined;
  containerId: number | undefined;
}

export interface SiteSnapshot {
  clusters: ClusterSnapshot[];
  locals: LocalSnapshot[];
  /** Cluster GUID by serial, for drives that carry one. */
  driveGuids: Record<string, string>;
  damage: string[];
}

/** A copy; nothing in it changes later. */
export function takeSnapshot(site: SiteState): SiteSnapshot {
  const leaders = new Map([...site.clusters.values()].map((cluster) => [cluster, hasQuorum(site, cluster)]));
  return {
    clusters: [...leaders].map(([cluster, quorum]) => clusterSnapshot(site, cluster, quorum)),
    locals: [...site.locals.values()].map((local) => {
      const entry = localEntry(site, local, (cluster) => leaders.get(cluster) === true);
      return {
        dataId: local.dataId,
        nodeName: local.nodeName,
        name: local.name,
        role: local.role,
        basePort: local.basePort,
        runStatus: entry.runStatus,
        displayStatus: entry.internalStatus.display_status,
        version: local.version,
        clusterGuid: local.membership?.guid,
        containerId: local.membership?.hostId,
      };
    }),
    driveGuids: Object.fromEntries(site.driveGuids),
    damage: site.incidents.map((incident) => incident.message),
  };
}

function clusterSnapshot(site: SiteState, cluster: Cluster, quorum: boolean): ClusterSnapshot {
  const { total, unprovisioned } = capacity(cluster);
  return {
    guid: cluster.guid,
    name: cluster.name,
    status: clusterStatus(cluster),
    ioStatus: ioStatus(cluster),
    stripe: { data: cluster.dataDrives, parity: cluster.parityDrives },
    hotSpare: cluster.hotSpare,
    failedHosts: [...exposedDomains(cluster)].sort(),
    fullyProtected: isFullyProtected(cluster),
    capacityBytes: { total, unprovisioned },
    members: [...cluster.members.values()].map((member) => ({
      id: member.hostId,
      name: member.name,
      dataId: member.dataId,
      nodeName: member.nodeName,
      role: member.role,
      address: { ip: member.ip, port: member.port },
      status: memberStatus(site, cluster, member, quorum),
      failureDomain: member.failureDomain ?? '',
    })),
    drives: [...cluster.drives.values()].map((drive) => ({
      uuid: drive.uuid,
      serial: drive.serial,
      containerId: drive.hostId,
      nodeName: cluster.members.get(drive.hostId)?.nodeName ?? '',
      status: drive.status,
    })),
    users: [...cluster.users.keys()],
    filesystems: cluster.filesystems.map((filesystem) => filesystem.name),
    overrides: [...cluster.overrides.keys()],
    events: cluster.events.map((event) => event.message),
  };
}
