/** The end of a cluster, a container or a client. */
import { together, type ReasonTable } from '../../core/reasons.ts';

const stopping = {
  meaning: 'pods are stopped; paused by `overrides.paused`, or in the grace period',
  cure: 'look at the container that the message names',
} as const;

export const deletionReasons = {
  Pausing: stopping,
  Paused: { ...stopping, event: 'Normal' },
  GracePeriod: {
    meaning:
      'the data is kept until the time in the message, which says as well what `overrides.cancelDeletion` would bring back: after a foreground deletion (`--cascade=foreground`) not the containers, with a namespace that is deleted nothing; the data is kept in either case',
    cure: 'wait, or [take the deletion back](deploying.md#a-cluster-was-deleted-by-mistake) as far as that is possible; a shorter `gracefulDestroyDuration` ends it sooner',
  },
  Ordering: { meaning: 'the order to destroy is written into the claims of the cluster', cure: '' },
  CancellingDeletion: {
    meaning: 'the deletion was cancelled: its grace is forgotten, a later one begins anew',
    cure: '',
  },
  DependentWekaClients: {
    meaning:
      'containers of clients are members of this weka cluster, or are told its addresses and may become members, whatever their WekaClient names by now and whether or not it is still there; where no member says which weka cluster this is, those of all count. The message has their WekaClients, or WekaContainers without one, and numbers',
    cure: 'end their mounts, then delete these WekaClients, or of a client that serves another cluster by now only the WekaContainers of this one',
    event: 'Warning',
    throttleSeconds: 30,
  },
  ...together(['Deleting', 'Destroying'], {
    meaning: 'condition `RemovalRequested`: `spec.state` of the container asks its owner to delete it',
    cure: 'delete it yourself, if it has no owner',
  }),
  Announcing: { meaning: 'containers are told that they are to be destroyed', cure: '' },
  EnsureNoContainersError: {
    meaning:
      'containers are left; the message names one, and of one that is done the finalizer of somebody else that holds it',
    cure: 'look at it; the command in the message, where nobody takes that finalizer off',
  },
  Deactivating: { meaning: 'Weka moves the data away, which may take hours', cure: '`weka status` shows the progress' },
  WaitingToLeave: {
    meaning: 'the container may not leave: the message says what would be too little without it',
    cure: 'repair that, or add a container; `skipDeactivate` with `podDeleteForceReplace` loses what only this one holds',
  },
  OwnerGone: {
    meaning:
      'the WekaCluster is gone and has ordered nothing, or may have called back its order; the container is paused and keeps its data',
    cure: '[a cluster that has gone without a word](life-of-a-cluster.md#a-cluster-that-has-gone-without-a-word)',
  },
  WordNeeded: {
    meaning:
      'the same, with the grace over. As a condition of its own: `spec.state: destroying` stands in a backend without the annotation that makes it a word about this very object, as when a backup of an earlier one is put back; it counts as not said',
    cure: '[a word](life-of-a-cluster.md#a-cluster-that-has-gone-without-a-word), or `spec.state: active`',
    event: 'Warning',
  },
  WordLeft: {
    meaning:
      'condition of that name: the annotation that confirms a destruction stood alone; a `spec.state: destroying` that comes later, as by a restore, counts as not said until it was taken off',
    cure: 'the command in the message takes it off; after that the word can be said anew',
    event: 'Warning',
  },
  DeletionCancelled: {
    meaning:
      'the deletion of the cluster was cancelled, which can not bring back a container that is deleted as well; a cluster says so when that is true of all of its containers',
    cure: 'of one container: `spec.state: deleting` has it leave, [a word](life-of-a-cluster.md#a-cluster-that-has-gone-without-a-word) erases its data. Of the whole cluster: take `overrides.cancelDeletion` away, and it ends after a new grace',
  },
  OwnerFinalizerLost: {
    meaning: 'the WekaCluster had lost its finalizer; it is put back',
    cure: 'find out who replaced the object, such as `kubectl replace` with a bare manifest',
    event: 'Warning',
  },
  DeactivationUnknown: {
    meaning: 'no member says in a way that can be believed whether the container is deactivated; the message says why',
    cure: 'repair the member that is named; `skipDeactivate` with `podDeleteForceReplace`, if the redundancy bears it',
  },
  NoOtherMember: {
    meaning: 'nobody is left who could be asked, or could remove the container from Weka',
    cure: '`skipDeactivate` with `podDeleteForceReplace`',
  },
  ...together(['RemovingDrives', 'RemovingContainer'], {
    meaning: 'Weka is told',
    cure: 'the message ends in its last error',
  }),
  CleaningNode: {
    meaning:
      'the helper `NAME-cleanup` resigns the drives and removes the data; the message has its last words, a sentence for [each drive that waits](life-of-a-container.md#the-end)',
    cure: 'give a foreign drive up with `skipDrivesForceResign`; unbind one that a user-space driver holds; `skipCleanupPersistentDir` keeps the data',
  },
  HelperRewritten: {
    meaning:
      'a helper pod came to be something else than was wished, as where a webhook takes variables, mounts, the network of the host or the node affinity off it: what it does then, and what it finds, is not believed. It is replaced, more than three times within an hour after 10 minutes, then 20, 40, at most 6 hours; the message names what differs',
    cure: 'exempt the pods of the operator in that webhook or policy; then the command in the message, or wait',
    event: 'Warning',
    throttleSeconds: 3600,
  },
  LeftBehind: {
    meaning: 'a container has gone and could not clean all that it had; the message says what is left and where',
    cure: 'clean it by hand: `weka-sign-drive` resigns a drive, the directory is `containers/UID` below the path of Weka on the node',
    event: 'Warning',
  },
  NamespaceTerminating: {
    meaning: 'the namespace is being deleted: pods stop, and nothing can be created in it any more',
    cure: '[deleting a namespace](life-of-a-cluster.md#deleting-a-namespace)',
  },
  DeletingSecrets: {
    meaning: 'the Secrets of the cluster are deleted, last of all',
    cure: 'the message ends in the last error; look at the rights of the sidecar, or for a finalizer on a Secret',
  },
  ReleasingClaims: { meaning: 'ports and drives are given back', cure: '' },
} satisfies ReasonTable;
