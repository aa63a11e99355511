/** Drives that fail or are pulled from their machine. */
import { exposeByDrive, judgeDataLoss } from './protection.ts';
import type { Actor, Cluster, Drive, SiteState } from './state.ts';
import { isPresent } from './state.ts';

/** Weka gives the drive up. */
export function failDrive(site: SiteState, cluster: Cluster, drive: Drive, by: Actor): void {
  drive.cancelFailure?.();
  drive.cancelFailure = undefined;
  if (drive.status === 'FAILED') return;
  drive.status = 'FAILED';
  const member = cluster.members.get(drive.hostId);
  if (member !== undefined && member.state !== 'INACTIVE') exposeByDrive(site, cluster, member, by);
  judgeDataLoss(site, cluster, by);
}

/**
 * Looks for drives that are not in their machine any more. Called where somebody looks at drives: the list of a machine's
 * drives tells nobody that it changed, so that `driveFailure` counts from the first look.
 */
export function noticePulledDrives(site: SiteState, cluster: Cluster): void {
  for (const drive of cluster.drives.values()) {
    const pulled = isPulled(site, cluster, drive);
    if (pulled && drive.cancelFailure === undefined) {
      drive.cancelFailure = site.clock.after(site.settings.driveFailure, () => {
        drive.cancelFailure = undefined;
        if (cluster.drives.has(drive.uuid) && isPulled(site, cluster, drive)) failDrive(site, cluster, drive, 'fault');
      });
    } else if (!pulled) {
      drive.cancelFailure?.();
      drive.cancelFailure = undefined;
    }
  }
}

/** A container that does not run sees nothing of its drives. */
function isPulled(site: SiteState, cluster: Cluster, drive: Drive): boolean {
  const member = cluster.members.get(drive.hostId);
  if (
    member === undefined ||
    drive.status === 'FAILED' ||
    drive.status === 'INACTIVE' ||
    !isPresent(site, cluster, member)
  )
    return false;
  return site.hardware?.get(member.nodeName)?.drives.includes(drive.serial) === false;
}
