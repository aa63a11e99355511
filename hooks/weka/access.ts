/** What the weka system lets the sidecar do: its kinds, its pods, its Secrets. */
import type { ResourceKind, SystemAccess } from '../core/access.ts';
import { apiVersion, bootConfigMapPrefix, clusterFinalizer, group, labels, mainContainerName } from './api/group.ts';
import { claimsNames } from './api/weka-claims.ts';

const wekaKind = (kind: string, namespaced = true): ResourceKind => ({
  apiVersion,
  kind,
  plural: kind.toLowerCase() + (kind.endsWith('s') ? '' : 's'),
  namespaced,
});

const other = (version: string, kind: string, plural: string, namespaced = true): ResourceKind => ({
  apiVersion: version,
  kind,
  plural,
  namespaced,
});

export const wekaContainerKind = wekaKind('WekaContainer');
export const wekaClusterKind = wekaKind('WekaCluster');
export const wekaNodeKind = wekaKind('WekaNode', false);
export const wekaMembersKind = wekaKind('WekaMembers');
export const podKind = other('v1', 'Pod', 'pods');
export const nodeKind = other('v1', 'Node', 'nodes', false);
export const wekaClaimsKind = wekaKind('WekaClaims', false);
const configMapKind = other('v1', 'ConfigMap', 'configmaps');
const bootFilesPrefix = `${bootConfigMapPrefix}-`;

export const wekaAccess: SystemAccess = {
  apiGroups: [group],
  pods: [
    { owners: [wekaContainerKind], container: mainContainerName, uidVariable: 'POD_ID' },
    // its clean-ups in the namespace of the operator
    { owners: [wekaNodeKind], container: mainContainerName, uidVariable: 'POD_ID' },
  ],
  secrets: { namePrefix: 'weka-', labels: { [labels.app]: 'weka' }, ownerLabel: labels.clusterId },
  readable: [
    wekaContainerKind,
    wekaClusterKind,
    wekaKind('WekaClient'),
    { ...wekaKind('WekaPolicy'), plural: 'wekapolicies' },
    wekaKind('WekaManualOperation'),
    wekaNodeKind,
    wekaClaimsKind,
    wekaMembersKind,
    nodeKind,
    podKind,
    other('v1', 'Service', 'services'),
    configMapKind,
    other('apps/v1', 'Deployment', 'deployments'),
    other('batch/v1', 'Job', 'jobs'),
    other('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  ],
  // claims of nodes and ports are for all clusters, other ConfigMaps are not ours
  deletable: [
    { kind: wekaContainerKind },
    { kind: wekaClaimsKind, namePrefix: claimsNames.ofCluster('') },
    { kind: configMapKind, namePrefix: bootFilesPrefix },
  ],
  // what loses it in a `kubectl replace` would vanish at its deletion, and its grace with it
  finalized: [{ kind: wekaClusterKind, finalizer: clusterFinalizer }],
  bootConfigMapPrefix: bootFilesPrefix,
};
