/** The command by which containers that a cluster has lost become its children again. */
import { apiVersion, labels } from '../api/group.ts';
import type { ClusterFacts } from './facts.ts';

/**
 * Metacontroller adopts by two labels, of which it reads the first; but nothing for an object that is being deleted, even where
 * the deletion is cancelled: then the owner is written as well, one container at a time.
 */
export function giveBack({
  cluster: { metadata },
  unlabelled,
  uid,
  name,
  namespace,
}: Pick<ClusterFacts, 'cluster' | 'unlabelled' | 'uid' | 'name' | 'namespace'>): string {
  if (metadata.deletionTimestamp === undefined)
    return `give them back with kubectl label --overwrite -n ${namespace} wekacontainers ${unlabelled.join(' ')} controller-uid=${uid} ${labels.clusterId}=${uid}`;
  const owner = { apiVersion, kind: 'WekaCluster', name, uid, controller: true, blockOwnerDeletion: true };
  const wish = { metadata: { labels: { 'controller-uid': uid, [labels.clusterId]: uid }, ownerReferences: [owner] } };
  return `give each of them back with kubectl patch wekacontainer NAME -n ${namespace} --type=merge -p '${JSON.stringify(wish)}'`;
}
