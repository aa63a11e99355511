/** A WekaClient that does not come up. */
import type { ReasonTable } from '../../core/reasons.ts';

export const clientReasons = {
  NoTarget: {
    meaning: 'neither `spec.targetCluster` nor `spec.joinIpPorts` says where to join',
    cure: 'set one of them',
  },
  WaitForTarget: {
    meaning: 'the WekaCluster is not there or not formed, or none of its members can be joined; the message says which',
    cure: 'look at the cluster; is the namespace in `targetCluster` right?',
  },
  WaitForSecret: {
    meaning: 'the Secret with the credentials is not in the namespace of the client',
    cure: 'copy it: `kubectl get secret weka-client-CLUSTER -n NAMESPACE -o yaml`, without its owner; or set `spec.wekaSecretRef`',
  },
  WaitForJoinToken: {
    meaning: 'the Secret has no `join-secret` yet',
    cure: 'the cluster adds it once IO runs; a copy made before that has to be made again',
  },
  ClientsNotRunning: {
    meaning: 'containers are there and not all run; the message names one and what it waits for',
    cure: 'look at that container',
  },
  OtherCluster: {
    meaning: '`Degraded`: containers are members of another weka cluster than the target',
    cure: 'delete those WekaContainers, so that they come anew',
  },
  SurplusContainers: {
    meaning: '`Degraded`: containers are on nodes that do not match, or not any more',
    cure: 'delete those that the message names, or label the nodes',
  },
} satisfies ReasonTable;
