/** A cluster whose namespace is being deleted: nothing can be created in it any more, so what is there stops, and is kept until it is the cluster's own turn. */
import type { KubernetesObject } from '../../core/contract.ts';
import { apiVersion } from '../api/group.ts';
import type { Summary } from '../reasons.ts';
import type { ClusterFacts } from './facts.ts';

/**
 * What such a cluster waits for that is not deleted yet, or whose deletion is cancelled.
 * @param open containers that are not paused yet
 */
export function namespaceEnding({ cluster, namespace }: ClusterFacts, open: number): Summary {
  const ends = `namespace ${namespace} is being deleted, and nothing can be created in it any more: ${open === 0 ? 'all pods of the cluster are stopped' : `its pods stop, of ${open} containers they have not yet`}`;
  const { deletionTimestamp } = cluster.metadata;
  const next =
    deletionTimestamp === undefined
      ? 'the data is kept until the WekaCluster is deleted as well, which Kubernetes may do only when all pods of the namespace are gone, and for its gracefulDestroyDuration from then on; the Secrets go at once then: what is to outlive the namespace is to be copied before'
      : 'overrides.cancelDeletion can not bring the cluster back; the data and its claims are kept as long as it stands, and so long the namespace stays; the Secrets are gone with it; taken back, the data is destroyed after a new grace, but for what overrides.skipDrivesForceResign and overrides.skipCleanupPersistentDir of each WekaContainer keep';
  return { state: 'stalled', reason: 'NamespaceTerminating', message: `${ends}; ${next}` };
}

/** What is not there can not be created; listing what is keeps it. */
export function presentOnly(
  { namespaceEnds, request }: ClusterFacts,
  wished: readonly KubernetesObject[],
): KubernetesObject[] {
  if (!namespaceEnds) return [...wished];
  return wished.filter(({ kind, metadata: { name } }) =>
    Object.values(request.children[`${kind}.${apiVersion}`] ?? {}).some(({ metadata }) => metadata.name === name),
  );
}
