/** `weka status`. */
import type { ClusterCommand } from './command.ts';
import { answer, answerJson } from './command.ts';
import { noticePulledDrives } from './drive-failures.ts';
import { clusterStatus, exposedDomains, rebuildProgress } from './protection.ts';
import { hasDrives, isClient, isCompute } from './roles.ts';
import type { Cluster, Member, SiteState } from './state.ts';
import { hasQuorum, isPresent, isUp } from './state.ts';

export const statusCommands: ClusterCommand[] = [
  {
    scope: 'cluster',
    words: 'status',
    role: 'any',
    run: ({ site, cluster, options }) => {
      noticePulledDrives(site, cluster);
      return options.json ? answerJson(statusJson(site, cluster)) : answer(statusText(site, cluster));
    },
  },
];

function statusText(site: SiteState, cluster: Cluster): string {
  const { backends } = containerCounts(site, cluster);
  const failed = exposedDomains(cluster).size;
  const protection = failed === 0 ? 'Fully protected' : `${failed} failed hosts`;
  return [
    `WekaIO cluster: ${cluster.name} (${cluster.guid})`,
    `        status: ${clusterStatus(cluster)} (${backends.active}/${backends.total} backend containers UP, ${driveCounts(site, cluster).active} drives UP)`,
    `    protection: ${cluster.dataDrives}+${cluster.parityDrives} (${protection})`,
    `     hot spare: ${cluster.hotSpare} failure domains`,
    `     io status: ${ioStatus(cluster)}`,
    '',
  ].join('\n');
}

/** The value of `io_status`. */
export function ioStatus(cluster: Cluster): string {
  return { never: 'STOPPED', starting: 'STARTING', started: 'STARTED', interrupted: 'STOPPED', stopped: 'STOPPED' }[
    cluster.io
  ];
}

/** The document of `weka status --json`, in the fields that someone reads. */
export function statusJson(site: SiteState, cluster: Cluster) {
  const containers = containerCounts(site, cluster);
  const { total, hotSpare, unprovisioned } = capacity(cluster);
  return {
    active_alerts_count: exposedDomains(cluster).size,
    activity: {
      num_ops: 0,
      num_reads: 0,
      num_writes: 0,
      sum_bytes_read: 0,
      sum_bytes_written: 0,
      obs_download_bytes_per_second: 0,
      obs_upload_bytes_per_second: 0,
    },
    capacity: {
      total_bytes: total,
      hot_spare_bytes: hotSpare,
      unavailable_bytes: 0,
      unprovisioned_bytes: unprovisioned,
    },
    cloud: { ...cluster.cloud, healthy: cluster.cloud.enabled },
    containers,
    drives: driveCounts(site, cluster),
    guid: cluster.guid,
    hosts: { ...containers, active_count: containers.active, total_count: containers.total },
    hot_spare: cluster.hotSpare,
    init_stage: 'INITIALIZED',
    io_status: ioStatus(cluster),
    io_status_changed_time: new Date(cluster.ioChangedAt).toISOString(),
    is_cluster: true,
    name: cluster.name,
    rebuild: rebuild(site, cluster),
    release: release(cluster, site),
    status: clusterStatus(cluster),
    stripe_data_drives: cluster.dataDrives,
    stripe_protection_drives: cluster.parityDrives,
    upgrade_info: { upgrade_paused: false, upgrade_phase: cluster.upgrade.phase, upgrade_type: 'agent-driven' },
  };
}

function release(cluster: Cluster, site: SiteState): string {
  const member = [...cluster.members.values()][0];
  const local = member === undefined ? undefined : site.locals.get(`${member.nodeName}/${member.dataId}`);
  return local?.version ?? '';
}

interface Count {
  active: number;
  total: number;
}

function containerCounts(site: SiteState, cluster: Cluster) {
  const members = [...cluster.members.values()];
  const quorum = hasQuorum(site, cluster);
  const up = new Set(members.filter((member) => isUp(site, cluster, member, quorum)));
  const count = (wanted: (member: Member) => boolean): Count => {
    const matching = members.filter(wanted);
    return { active: matching.filter((member) => up.has(member)).length, total: matching.length };
  };
  return {
    ...count(() => true),
    backends: count((member) => !isClient(member)),
    clients: count(isClient),
    computes: count(isCompute),
    drives: count(hasDrives),
  };
}

function driveCounts(site: SiteState, cluster: Cluster): Count {
  const drives = [...cluster.drives.values()];
  const reachable = new Set(
    [...cluster.members.values()].filter((member) => isPresent(site, cluster, member)).map((member) => member.hostId),
  );
  return {
    active: drives.filter((drive) => drive.status === 'ACTIVE' && reachable.has(drive.hostId)).length,
    total: drives.length,
  };
}

/** Bytes that a cluster can store, holds back, and has not given to filesystems. */
export function capacity(cluster: Cluster): { total: number; hotSpare: number; unprovisioned: number } {
  const drives = [...cluster.drives.values()].filter(
    (drive) => drive.status === 'ACTIVE' || drive.status === 'PHASING_IN',
  );
  const raw = drives.reduce((sum, drive) => sum + drive.sizeBytes, 0);
  const usable = Math.floor((raw * cluster.dataDrives) / (cluster.dataDrives + cluster.parityDrives));
  const hosts = new Set(drives.map((drive) => drive.hostId)).size;
  const hotSpare = hosts === 0 ? 0 : Math.floor((usable * Math.min(cluster.hotSpare, hosts)) / hosts);
  const reserved = cluster.filesystems.reduce((sum, filesystem) => sum + filesystem.reservedBytes, 0);
  return { total: usable - hotSpare, hotSpare, unprovisioned: Math.max(0, usable - hotSpare - reserved) };
}

function rebuild(site: SiteState, cluster: Cluster) {
  const failures = Math.min(exposedDomains(cluster).size, cluster.parityDrives);
  const progressPercent = rebuildProgress(site, cluster);
  const exposedPercent = failures === 0 ? 0 : Math.max(1, 40 - Math.floor((40 * progressPercent) / 100));
  const protectionState = Array.from({ length: cluster.parityDrives + 1 }, (_, numFailures) => {
    const share = numFailures === failures ? exposedPercent : 0;
    const percent = numFailures === 0 ? 100 - exposedPercent : share;
    return { MiB: percent * 1024, numFailures, percent };
  });
  const status = clusterStatus(cluster);
  return {
    movingData: status === 'REBUILDING' || status === 'REDISTRIBUTING',
    progressPercent,
    protectionState,
    numProtectionDisks: cluster.parityDrives,
    stripeDisks: cluster.dataDrives + cluster.parityDrives,
    unavailablePercent: exposedDomains(cluster).size > cluster.parityDrives ? 1 : 0,
  };
}

/** Whether every stripe has all its parity; what a careful operator waits for between two disruptions. */
export function isFullyProtected(cluster: Cluster): boolean {
  return cluster.io === 'started' && exposedDomains(cluster).size === 0;
}
