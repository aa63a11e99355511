/** A pod that terminates and is not let stop. */
import { together, type ReasonTable } from '../../core/reasons.ts';

export const stoppingReasons = {
  GraceCapped: {
    meaning:
      'a webhook or policy has lowered `terminationGracePeriodSeconds` of the pod, so that the kubelet kills it whether or not it may stop',
    cure: 'exempt the namespace in that webhook; then delete the pods one after the other, so that their successors get the whole time',
    event: 'Warning',
  },
  ForceReplaceLeft: {
    meaning:
      'condition of that name: `podDeleteForceReplace` is in the spec, and no pod is to stop; or it was said more than ten minutes before this pod was deleted, or within ten minutes of that of a container on another node, and does not count for it',
    cure: 'the command in the message',
    event: 'Warning',
  },
  NodeSilent: {
    meaning:
      'the pod may stop, and its node does not report, so that it can not be told; the turn of the cluster stays with it',
    cure: 'bring the node back; if it is off for good, the taint in the message, or delete the Node',
  },
  ...together(['TakingTurn', 'AllowingStop', 'PodStopping', 'PodEnding'], {
    meaning: 'seconds to minutes: the turn is taken, permission is given, Weka stops',
    cure: 'log of the pod if it stays at `PodStopping`',
  }),
  WaitingForTurn: {
    meaning:
      'another container of the cluster, or another node, is disturbed; the message names it, and of containers of the same node why they can not share the turn',
    cure: 'look at that container. It gives the turn back when its own pod is READY; when its node is emptied (cordon, taint, a label that is lost) that is after `kubectl uncordon NODE`, or when the taint is off or the label back. If it can not come back, set `spec.state: paused` on that WekaContainer: that gives the turn back at once, and `active` brings it back later. If it is given up, delete it: it gives the turn back when it has left, or at once where the others do not bear that (`WaitingToLeave`). Where the node of the holder is off for good (`NodeSilent`), delete the Node or taint it as that message says',
  },
  ...together(['TurnUnknown', 'ProtectionUnknown'], {
    meaning: 'claims or `weka status` cannot be read, or Weka has not said what the message names',
    cure: 'as `FactUnknown`',
  }),
  IdentityUnknown: {
    meaning:
      'neither the runtime, the status nor the claim says whether the container is a member, such as of one that was adopted and never came up; of a new container, or one that is deleted, whether weka has one of its name',
    cure: 'log of the pod; `podDeleteForceReplace` stops it anyway. Of one that is deleted and has no pod: what the message names, such as its entry from a backup of the WekaClaims; `skipDeactivate` with `podDeleteForceReplace`, once weka is known not to have the container',
    event: 'Warning',
  },
  WaitingForProtection: {
    meaning: 'Weka is not whole; the message says what is missing',
    cure: 'repair that first; `podDeleteForceReplace` stops the pod regardless',
  },
  ...together(['TurnHeld', 'ReturningTurn'], {
    meaning: 'the next pod is there, the turn is kept until Weka is READY and fully protected',
    cure: '',
  }),
  ...together(['RemovalRequested', 'PodDeleted'], {
    meaning: 'the operator is set to give up containers whose pod is deleted',
    cure: 'the cluster deletes the container',
  }),
  ...together(['ActiveMounts', 'ActiveMountsUnknown'], {
    meaning: 'mounts hang on a frontend',
    cure: 'end them; `skipActiveMountsCheck` on the container does not ask',
  }),
  NodeGone: {
    meaning: 'the Node does not exist any more',
    cure: 'Kubernetes collects the pod; of a client, the container goes too. A member of a cluster waits for a Node of that name, until it is deleted: `kubectl delete wekacontainer NAME`',
  },
} satisfies ReasonTable;
