/** A WekaCluster that does not come up, or is less than whole. */
import { together, type ReasonTable } from '../../core/reasons.ts';

export const clusterReasons = {
  CreatingSecrets: { meaning: 'secrets are made', cure: 'look at the rights of the sidecar if it stays' },
  SecretMissing: {
    meaning:
      'the Secret of the operator, or that of the people, of a formed cluster is gone, or the Secret of the operator of one whose containers were set up with its join secret',
    cure: 'put it back from a backup; it cannot be made anew; before formation the command in the message has new containers made in place of that. `weka-operator-UID` is recognised by its name, `weka-cluster-NAME` needs its label: `kubectl label secret weka-cluster-NAME weka.io/cluster-id=UID`',
  },
  NameTaken: {
    meaning:
      'a Secret of the name that this cluster needs belongs to another owner, whose uid the message names, or to nobody',
    cure: 'the Secret of an older cluster of this name goes with that cluster. If there is no WekaCluster of that uid any more, delete the Secret. One that names no owner: delete it, or give it to this cluster with the label in the message; weka is then given its password',
  },
  OwningSecrets: {
    meaning:
      "Secrets of an earlier release, or the operator's from a backup, get the label of the cluster and lose their owner reference",
    cure: 'look at the rights of the sidecar if it stays',
  },
  AllocatingPorts: { meaning: 'the port range is claimed', cure: '' },
  AllocateClusterRangeError: {
    meaning: "the wished port range overlaps with another cluster's, or no gap is left",
    cure: 'change `spec.ports`; `kubectl get wekaclaims ports -o yaml` shows who has which',
    event: 'Warning',
    throttleSeconds: 60,
  },
  PortRangeLost: {
    meaning: 'the WekaClaims object `ports` was deleted, and `status.ports` with it',
    cure: "restore the claim from a backup: `spec.ranges.<uid of the cluster>` with `basePort` and `portRange` as in the pods' ports",
  },
  NoNode: {
    meaning: 'no node matches the node selector',
    cure: 'label nodes, or change `spec.nodeSelector`; `kubectl get wekanodes --show-labels`',
  },
  CreatingContainers: {
    meaning: 'WekaContainers are being created; where the API server refuses them the message has its words',
    cure: 'what the words say',
  },
  UnlabelledContainers: {
    meaning:
      'containers are of this cluster, by their label, their claims or their ports, and are not its children: another operator made them, or their labels or their owner were lost',
    cure: 'the command in the message puts both labels back; of a cluster that ends it gives them up, data and all, unless `overrides.cancelDeletion` is set first',
  },
  LeftoverContainers: {
    meaning: 'containers of an earlier cluster of this name are there, with its data; nothing is created beside them',
    cure: 'give them up or adopt them: [life of a cluster](life-of-a-cluster.md#what-an-earlier-cluster-has-left)',
  },
  ClaimsMisplaced: {
    meaning:
      'the claims of the cluster say that they are of another WekaCluster, as where the content of two objects was exchanged or put back under a wrong name: no order, no grace and no turn in them counts',
    cure: 'the command in the message: what is to be in it is written again, and a grace begins anew',
    event: 'Warning',
    throttleSeconds: 600,
  },
  ForeignContainers: {
    meaning:
      'containers that another WekaCluster made are children of this one, because somebody edited their labels: they are neither changed nor deleted, whatever becomes of this cluster, and it makes no further ones',
    cure: 'the command in the message, for each of them: it takes off the owner reference and puts back both labels',
    event: 'Warning',
  },
  NothingOperational: {
    meaning: 'the cluster was Ready, and none of its containers is operational now',
    cure: 'look at its containers and their nodes',
  },
  CancelledTooLate: {
    meaning:
      'the deletion was cancelled when no container was left; as an event: when the destruction was ordered already',
    cure: 'take `overrides.cancelDeletion` back, so that the object ends, and apply the cluster anew',
    event: 'Warning',
  },
  FormedBefore: {
    meaning:
      'the WekaCluster has formed a weka cluster before, and none of its containers belongs to it now, as after a restore: no second one is formed beside its data',
    cure: 'bring the containers back and adopt them; or give that weka cluster up with the command in the message',
    event: 'Warning',
  },
  AnotherWekaCluster: {
    meaning: 'the members belong to another weka cluster than the one that was formed',
    cure: 'look at the containers; the command in the message if that one is given up',
  },
  RecordingFormation: {
    meaning: 'the GUID of the weka cluster is written into the claims of the WekaCluster',
    cure: '',
  },
  MinContainersNotReady: {
    meaning: 'fewer containers run than one stripe needs; the message has the numbers and names two that do not',
    cure: 'look at those containers',
    event: 'Normal',
  },
  ContainersNotReady: {
    meaning: 'enough for a stripe, the rest is waited for, two minutes at most',
    cure: '',
    event: 'Normal',
  },
  ...together(['PinningFormer', 'ReleasingFormer', 'WaitingForFormer'], {
    meaning: 'one container is chosen to form the cluster',
    cure: 'if it stays at `WaitingForFormer`, look at that container: `kubectl get wekaclaims cluster-UID -o yaml`',
  }),
  Forming: {
    meaning: '`cluster create` is run, or the members take up their new identity',
    cure: 'after minutes: `weka local ps` in the pods; the command in the message where a container rejects the join secret',
  },
  Joining: { meaning: 'members join', cure: 'look at the container that the message names' },
  SplitCluster: {
    meaning: 'the containers belong to several weka clusters',
    cure: 'nothing is done any more. Find out which cluster has the data, and delete the containers of the other one',
  },
  NoExecutor: { meaning: 'no container is operational', cure: 'look at the containers' },
  Configuring: { meaning: 'settings are written', cure: 'the message ends in the last error of Weka' },
  WaitingForDrives: {
    meaning: 'drives are added by the containers',
    cure: 'look at the drive containers; `startIoConditions.minNumDrives` starts with fewer',
    event: 'Normal',
  },
  StartingIO: { meaning: '`weka cluster start-io`', cure: 'the message ends in the last error of Weka' },
  ...together(['AddingUsers', 'SwitchingUser', 'CreatingJoinToken', 'UpdatingEndpoints'], {
    meaning: 'users and secrets are made',
    cure: 'the message ends in the last error',
  }),
  SettingPassword: {
    meaning: 'weka refuses the password of a Secret, which a person changed or which was made anew, and is given it',
    cure: 'the message ends in the last error of Weka, such as a password that is too short: write another one into the Secret',
  },
  PasswordRefused: {
    meaning: 'weka was given the password and refuses it all the same',
    cure: 'is the user locked in Weka after too many attempts? It is given the password again after a minute',
  },
  RestoringSecret: {
    meaning: 'user name, organization or scheme of a Secret were changed and are written as they were',
    cure: '',
  },
  SecretIncomplete: {
    meaning: 'a Secret has lost its password',
    cure: 'put it back, or delete the Secret, which is then made anew',
  },
  RoleChanged: {
    meaning: "a person gave the cluster's user in Weka another role",
    cure: 'the command is in the message',
  },
  CreatingFilesystems: {
    meaning: '`.config_fs` and `default` are created',
    cure: 'the message ends in the last error, such as too little capacity',
  },
  ...together(['UsersNotApplied', 'AdminStillNeeded', 'DeletingAdmin'], {
    meaning: 'the initial user `admin` is deleted five minutes after the pods have their own',
    cure: '',
  }),
  CredentialsRefused: {
    meaning:
      '`ClusterReachable`, after two minutes `Degraded` and `Ready` as well: weka refuses user name and password of the Secret that the message names. Nothing can be looked at or changed; mounts go on',
    cure: 'put the former content of the Secret back; or set that password for that user in Weka, as another admin: `weka user passwd PASSWORD --username USER`, or add the user again',
  },
  NoAnswer: {
    meaning: 'the same, and the message has the error of the last `weka status`',
    cure: 'look at the containers, and whether pods can be executed in',
  },
  LessThanWhole: {
    meaning: '`Degraded`: something is away or rebuilt',
    cure: 'the message says what, and how a member is given up of which there is no WekaContainer',
  },
  SurplusContainers: {
    meaning: 'more containers than wished',
    cure: 'delete those that the message names, or raise the number',
  },
  PassedOver: {
    meaning:
      'condition `RollPassedOver`: the pods that the message names were to be replaced, were next for 10 minutes while nothing else was in the way, and did not stop; the roll goes on without them',
    cure: 'look at those containers: the message says what each waits for. They come again when the others are done',
    event: 'Warning',
    throttleSeconds: 3600,
  },
} satisfies ReasonTable;
