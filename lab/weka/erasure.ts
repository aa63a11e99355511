/** What removes data for good: a drive that loses its signature, a data directory that is removed. Each is written down with who did it. */
import { failDrive } from './drive-failures.ts';
import { endProcess } from './processes.ts';
import { judgeDataLoss } from './protection.ts';
import type { Actor, Cluster, Drive, LocalContainer, SiteState } from './state.ts';
import { clusterOf, localKey, localOf, recordIncident, tellRecordListeners } from './state.ts';

/** The containers in a data directory, on one node or wherever they are. */
export function localsOf(site: SiteState, dataId: string, nodeName: string | undefined): LocalContainer[] {
  return [...site.locals.values()].filter(
    (local) => local.dataId === dataId && (nodeName === undefined || local.nodeName === nodeName),
  );
}

/** The directory's content is gone, and with it the identity; the last one of a cluster takes the cluster along. */
export function forget(site: SiteState, dataId: string, nodeName: string | undefined, by: Actor): void {
  for (const local of localsOf(site, dataId, nodeName)) {
    const state = clusterOf(site, local)?.members.get(local.membership?.hostId ?? -1)?.state;
    site.removals.push({
      at: site.clock.now(),
      dataId,
      nodeName: local.nodeName,
      guid: local.membership?.guid,
      role: local.role,
      state,
      by,
    });
    tellRecordListeners(site);
    if (local.process !== 'stopped') {
      const message = `the directory of ${local.name} (${dataId}) was removed while it runs on ${local.nodeName}`;
      recordIncident(site, clusterOf(site, local), { kind: 'directory-removed-in-use', by, message });
      endProcess(site, local, by);
    }
    site.locals.delete(localKey(local.nodeName, dataId));
  }
  for (const cluster of site.clusters.values()) dissolveAbandoned(site, cluster);
}

/** A cluster that no data directory knows any more cannot come back. */
function dissolveAbandoned(site: SiteState, cluster: Cluster): void {
  const members = [...cluster.members.values()];
  if (members.some((member) => localOf(site, cluster, member) !== undefined)) return;
  for (const member of members) member.cancelExposure?.();
  for (const drive of cluster.drives.values()) drive.cancelFailure?.();
  site.clusters.delete(cluster.guid);
}

/** The cluster whose GUID the drive carries, and how that cluster lists it. */
export function listedAs(site: SiteState, serial: string): { cluster: Cluster | undefined; drive: Drive | undefined } {
  const cluster = site.clusters.get(site.driveGuids.get(serial) ?? '');
  return { cluster, drive: [...(cluster?.drives.values() ?? [])].find((drive) => drive.serial === serial) };
}

/** The container that has the drive open. */
export function holderOf(site: SiteState, serial: string): LocalContainer | undefined {
  const { cluster, drive } = listedAs(site, serial);
  const member = drive === undefined ? undefined : cluster?.members.get(drive.hostId);
  const local = member === undefined ? undefined : site.locals.get(localKey(member.nodeName, member.dataId));
  return local?.process === 'stopped' ? undefined : local;
}

/** Wipes the signature of drives. */
export function resign(site: SiteState, nodeName: string, serials: string[], by: Actor): void {
  for (const serial of serials) {
    const { cluster, drive } = listedAs(site, serial);
    const holder = holderOf(site, serial);
    if (holder !== undefined) {
      recordIncident(site, cluster, {
        kind: 'drive-resigned-in-use',
        by,
        message: `drive ${serial} of ${nodeName} was resigned while ${holder.name} runs`,
      });
    }
    const guid = site.driveGuids.get(serial);
    const dataId = drive === undefined ? undefined : cluster?.members.get(drive.hostId)?.dataId;
    if (guid !== undefined) {
      site.erasures.push({ at: site.clock.now(), serial, nodeName, guid, by, status: drive?.status, dataId });
      tellRecordListeners(site);
    }
    site.driveGuids.delete(serial);
    if (cluster === undefined || drive === undefined) continue;
    if (drive.status !== 'INACTIVE') failDrive(site, cluster, drive, by);
    judgeDataLoss(site, cluster, by);
  }
}
