/** Whom a wait leads to, where conditions alone do not say it: who has the turn, the node, the cluster. */
import type { Destination, Lead, Leads } from '../core/leads.ts';
import type { KubernetesObject } from '../core/contract.ts';
import { apiVersion, labels } from './api/group.ts';
import { claimsNames, parseWekaClaims } from './api/index.ts';

const ownerOf = ({ metadata }: KubernetesObject) =>
  metadata.ownerReferences?.find(({ controller, kind }) => controller === true && kind === 'WekaCluster');

/** The one that has the disruption turn of the container's cluster. */
function turnHolder(container: KubernetesObject): Lead | undefined {
  const uid = ownerOf(container)?.uid ?? container.metadata.labels?.[labels.clusterId];
  if (uid === undefined) return undefined;
  return {
    read: { apiVersion, kind: 'WekaClaims', name: claimsNames.ofCluster(uid) },
    next(found) {
      const claims = parseWekaClaims(found);
      const turn = claims.ok ? claims.value.spec.turn : undefined;
      return turn === undefined
        ? undefined
        : {
            object: { apiVersion, kind: 'WekaContainer', namespace: turn.namespace, name: turn.name },
            field: 'spec.turn',
          };
    },
  };
}

/** The node that a container is on, or is meant for. */
function node(container: KubernetesObject): Destination | undefined {
  const { spec, status } = container as { spec?: { nodeAffinity?: string }; status?: { nodeAffinity?: string } };
  const [name, field] =
    status?.nodeAffinity === undefined
      ? [spec?.nodeAffinity, 'spec.nodeAffinity']
      : [status.nodeAffinity, 'status.nodeAffinity'];
  return name === undefined ? undefined : { object: { apiVersion, kind: 'WekaNode', name }, field };
}

/** The cluster of a container, as long as it has an owner. */
function cluster(container: KubernetesObject): Destination | undefined {
  const name = ownerOf(container)?.name;
  const { namespace = '' } = container.metadata;
  return name === undefined
    ? undefined
    : { object: { apiVersion, kind: 'WekaCluster', namespace, name }, field: 'metadata.ownerReferences' };
}

/** The cluster that a client names. */
function target(client: KubernetesObject): Destination | undefined {
  const { targetCluster } = (client['spec'] ?? {}) as { targetCluster?: { name?: string; namespace?: string } };
  const { name = '', namespace = '' } = targetCluster ?? {};
  return name === '' || namespace === ''
    ? undefined
    : { object: { apiVersion, kind: 'WekaCluster', namespace, name }, field: 'spec.targetCluster' };
}

export const wekaLeads: Leads = {
  WaitingForTurn: turnHolder,
  NodeUnknown: node,
  NodeSilent: node,
  NodeGone: node,
  WaitForDiscovery: node,
  WaitForDrivers: node,
  HelperRefused: node,
  DriversFailed: node,
  TurnUnknown: cluster,
  WaitForFormation: cluster,
  DeletionCancelled: cluster,
  OwnerGone: cluster,
  WaitForTarget: target,
  WaitForJoinToken: target,
  OtherCluster: target,
};
