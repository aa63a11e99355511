/** What a container waits for that stands in claims. */
import type { Lead, Leads } from '../core/leads.ts';
import type { KubernetesObject } from '../core/contract.ts';
import { apiVersion, labels } from './api/group.ts';
import { claimsNames, parseWekaClaims } from './api/index.ts';

/** The one that has the disruption turn of the container's cluster. */
function turnHolder({ metadata }: KubernetesObject): Lead | undefined {
  const uid =
    metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid ?? metadata.labels?.[labels.clusterId];
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

export const wekaLeads: Leads = { WaitingForTurn: turnHolder };
