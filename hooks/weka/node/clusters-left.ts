/**
 * WekaClusters that are gone and still have a range of ports. That nothing of one is left on any node, no node can know, and
 * nobody lists all claims: a person gives them up, by a command that the condition names.
 */
import type { ReadingRequest } from '../../core/facts.ts';
import { skipped, wait } from '../../core/steps.ts';
import { claimsNames, type ClaimHolder } from '../api/index.ts';
import type { PortRange } from '../claims/ports.ts';
import type { Outcome } from '../reasons.ts';
import { ages } from './holder-proof.ts';
import { clusterExists, type ClusterReference } from './live.ts';

export interface ClustersInput {
  request: ReadingRequest;
  /** Who holds a place on the node, by uid. */
  holders: Record<string, ClaimHolder>;
  /** The ranges of ports of all WekaClusters, by uid. */
  ranges: Record<string, Omit<ClusterReference, 'uid'> & PortRange>;
}

/** Named at one time. */
const listed = 3;
/** Seconds until those that are gone are looked for again. */
const againSeconds = 60;

/** A field makes the fresh look another question than the rare one. */
export const freshFields = ['spec.gracefulDestroyDuration'];

/** Gone by a look of some minutes ago, and by a fresh one. */
const isGone = (request: ReadingRequest, cluster: ClusterReference): boolean =>
  clusterExists(request, cluster, ages.rare) === false &&
  clusterExists(request, cluster, ages.fresh, freshFields) === false;

/** Names each of them, but those of which the node has a holder: that one is named for itself, and comes first. */
export function clustersLeft({ request, holders, ranges }: ClustersInput): Outcome {
  if (request.parent.metadata.deletionTimestamp !== undefined) return skipped;
  const held = new Set(Object.values(holders).map(({ clusterUid }) => clusterUid));
  const gone = Object.entries(ranges).filter(
    ([uid, { namespace, name }]) => !held.has(uid) && isGone(request, { namespace, name, uid }),
  );
  if (gone.length === 0) return skipped;
  const messages = gone.slice(0, listed).map(([uid, { namespace, name, basePort, portRange }]) => {
    const claims = claimsNames.ofCluster(uid);
    return (
      `WekaCluster ${namespace}/${name} with uid ${uid} is gone, and its ports ${basePort}-${basePort + portRange - 1} and WekaClaims ${claims} are kept: ` +
      `when \`kubectl get wekaclaims -o yaml | grep ${uid}\` names no clusterUid and \`kubectl get wekacontainers -A -o yaml | grep ${uid}\` nothing at all, ` +
      `kubectl delete wekaclaims ${claims} --ignore-not-found and ` +
      `kubectl patch wekaclaims ${claimsNames.ofPorts} --type=json -p '[{"op":"remove","path":"/spec/ranges/${uid}"}]' give them up`
    );
  });
  const more = gone.length > listed ? `. And ${gone.length - listed} more` : '';
  return wait('ClusterLeft', messages.join('. ') + more, againSeconds);
}
