/** A pod whose successor does not come, or which is to be replaced. */
import { fenceReasons, type ReasonTable } from '../../core/reasons.ts';

export const replacingReasons = {
  PodUnknown: fenceReasons.PodUnknown,
  PodStillExists: fenceReasons.PodStillExists,
  NameTaken: {
    meaning: 'a pod of this name, or on a WekaClient a WekaContainer of this name, belongs to something else',
    cure: 'delete that, or name the WekaClient otherwise',
    event: 'Warning',
  },
  WaitingForProofOfDeath: fenceReasons.WaitingForProofOfDeath,
  Rolling: { meaning: 'the pod is replaced now', cure: '' },
  RollPending: {
    meaning: 'the pod is to be replaced and has to wait; the message says for what, and what differs',
    cure: 'as for the reason in the message. `the next pod could not come`: the operator does not stop what could not come back; uncordon the node, remove the taint, put the label back. It takes no turn meanwhile, others are replaced. `its place in the order`: [which pod is next](stopping-a-pod.md#the-order-of-a-roll). `until its cluster says who is next`, for more than a minute: the WekaCluster is Stalled, or the definitions are of an earlier release; apply those of this one',
  },
  RollBackedOff: {
    meaning:
      'the operator has replaced this pod more than three times within an hour, and waits for 10 minutes, then 20, 40, at most 6 hours; the message names the field and both values',
    cure: 'find what writes the field back and forth, such as two GitOps tools. `kubectl delete pod NAME` replaces the pod at once; that does not count. A time without replacements, an hour or twice the last wait, ends it',
    event: 'Warning',
    throttleSeconds: 3600,
  },
  PodUnrecorded: {
    meaning:
      'the pod carries no record of what it was built from (annotations `weka.io/config-hash` and `weka.io/wished`): another operator made it, or something took them away',
    cure: '`kubectl delete pod NAME`, if it is to be built anew',
  },
} satisfies ReasonTable;
