/** A WekaNode. */
import type { ReasonTable } from '../../core/reasons.ts';

const bootIdUnknown = { meaning: 'the kubelet does not report', cure: 'the node' };

export const nodeReasons = {
  BootIdUnknown: bootIdUnknown,
  NodeNotReady: { ...bootIdUnknown, event: 'Warning', throttleSeconds: 60 },
  Discovering: {
    meaning: 'the discovery helper works',
    cure: '`kubectl get wekacontainers,pods -n weka-operator-system`',
  },
  HelperRefused: {
    meaning: 'a container on the node wants drivers of an image, or from a service, that nobody vouches for',
    cure: 'as for the container that the message names',
  },
  HolderGone: {
    meaning:
      'a WekaContainer does not exist any more and still holds ports or drives of the node, or its pod waits for permission to stop; the message says which proof is missing',
    cure: 'what the message says. The proofs: its pod stopped with permission, or the node was rebooted or tainted out-of-service; a member of its weka cluster answers and does not list the drives, nor a backend without drives. Where nobody can answer, as when WekaCluster and WekaMembers are gone, only you can know: [when nobody can speak for Weka](#when-nobody-can-speak-for-weka)',
  },
  HolderUnreadable: {
    meaning:
      'an entry in the claims of the node is of another release or damaged; the message has its uid and the field. The other holders go on',
    cure: 'correct the field: `kubectl edit wekaclaims node-NODE`. The containers of the node wait as well where their message says so',
  },
  ClusterLeft: {
    meaning:
      'condition `ClustersSettled`: a WekaCluster does not exist any more, as after its finalizer was taken off, and its range of ports and its claims are kept: no node knows whether another one has something of it',
    cure: 'what the message says, once nothing of it is left on any node: [when nobody can speak for Weka](#when-nobody-can-speak-for-weka)',
  },
  LoadingDrivers: {
    meaning: 'drivers are loaded; the message has the error of the last try, which is repeated after a minute',
    cure: '`spec.driversDistService` must have drivers for this kernel and image',
  },
} satisfies ReasonTable;
