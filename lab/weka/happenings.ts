/** What happens in weka, told in sentences: drives, members, protection, IO, and what befalls data. */
import type { WekaSite } from './site.ts';
import type { ClusterSnapshot, SiteSnapshot } from './snapshot.ts';

type Tell = (what: string) => void;

const nameOf = ({ name, guid }: ClusterSnapshot): string => `weka cluster ${name === '' ? guid : name}`;

function ofDrives(before: ClusterSnapshot, after: ClusterSnapshot, tell: Tell): void {
  const known = new Map(before.drives.map((drive) => [drive.uuid, drive]));
  for (const { uuid, serial, status, nodeName } of after.drives) {
    const was = known.get(uuid);
    known.delete(uuid);
    if (was === undefined) tell(`drive ${serial} on node ${nodeName} is added: ${status}`);
    else if (was.status !== status) tell(`drive ${serial} on node ${nodeName} is ${status}`);
  }
  for (const { serial, nodeName } of known.values()) tell(`drive ${serial} on node ${nodeName} is taken out of weka`);
}

/** What is told of a member: that it is up or down is told by protection, and by its object. */
const toldStatuses = ['DEACTIVATING', 'INACTIVE'];

function ofMembers(before: ClusterSnapshot, after: ClusterSnapshot, tell: Tell): void {
  const known = new Map(before.members.map((member) => [member.id, member]));
  for (const { id, name, status, nodeName } of after.members) {
    const was = known.get(id);
    known.delete(id);
    if (was === undefined) tell(`weka container ${name} on node ${nodeName} joins as number ${id}`);
    else if (was.status !== status && toldStatuses.includes(status))
      tell(`weka container ${name} on node ${nodeName} is ${status}`);
  }
  for (const { name, nodeName } of known.values()) tell(`weka container ${name} on node ${nodeName} has left`);
}

function ofProtection(before: ClusterSnapshot, after: ClusterSnapshot, tell: Tell): void {
  if (before.ioStatus !== after.ioStatus) tell(`${nameOf(after)}: IO is ${after.ioStatus}`);
  if (before.fullyProtected === after.fullyProtected && before.failedHosts.join() === after.failedHosts.join()) return;
  if (after.fullyProtected) tell(`${nameOf(after)} is fully protected`);
  else if (after.failedHosts.length > 0)
    tell(
      `${nameOf(after)} misses a copy in ${after.failedHosts.length} failure domains (bears ${after.stripe.parity}): ${after.failedHosts.join(', ')}`,
    );
}

function differences(before: SiteSnapshot, after: SiteSnapshot, tell: Tell): void {
  const known = new Map(before.clusters.map((cluster) => [cluster.guid, cluster]));
  for (const cluster of after.clusters) {
    const was = known.get(cluster.guid);
    known.delete(cluster.guid);
    if (was === undefined) tell(`${nameOf(cluster)} is formed`);
    else for (const part of [ofMembers, ofDrives, ofProtection]) part(was, cluster, tell);
  }
  for (const gone of known.values()) tell(`${nameOf(gone)} is gone`);
  for (const serial of Object.keys(before.driveGuids))
    if (after.driveGuids[serial] === undefined) tell(`drive ${serial} is erased`);
  for (const damage of after.damage.slice(before.damage.length)) tell(damage);
}

/** Tells what happens from now on; the returned function ends that. */
export function watchSite(site: WekaSite, tell: Tell): () => void {
  let before = site.snapshot();
  return site.onChange(() => {
    const after = site.snapshot();
    differences(before, after, tell);
    before = after;
  });
}

/** How each cluster stands: whether IO goes on, and what its data bears. */
export const standing = (site: WekaSite): string[] =>
  site.snapshot().clusters.map((cluster) => {
    const { status, ioStatus, fullyProtected, failedHosts, stripe } = cluster;
    const missing = fullyProtected
      ? 'fully protected'
      : `${failedHosts.length} of ${stripe.parity} failures that it bears`;
    return `${nameOf(cluster)} is ${status}: IO is ${ioStatus}, ${missing}`;
  });
