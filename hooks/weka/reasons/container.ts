/** A WekaContainer that does not come up, from its claim to its drives. */
import { fenceReasons, together, type ReasonTable } from '../../core/reasons.ts';

const allocating = { meaning: 'ports and drives are claimed', cure: '' };
const nodeCordoned = { meaning: 'the node is cordoned and has no pod yet', cure: '`kubectl uncordon NODE`' };
const unschedulable = {
  meaning:
    "the scheduler finds no node; the message is the scheduler's, of a pinned container what it says of that node",
  cure: 'hugepages, CPU, memory, taints. A container that is no member yet gets another node after a minute',
};
const runtimeError = { meaning: 'the runtime gave up; the message is its own', cure: 'log of the pod' };
const drivesAdding = {
  meaning: 'Weka is given the drives; the message ends in its last error',
  cure: "what the message says of the drive. One that carries the GUID of a weka cluster is that one's: it is resigned only when that cluster is given up, whatever Weka asks for; until then block its serial in `weka.io/blocked-drives` to have another one claimed",
};

export const containerReasons = {
  Allocating: allocating,
  ResourcesAllocated: { ...allocating, event: 'Normal' },
  InsufficientDrives: {
    meaning: 'the node has too few signed drives that are free',
    cure: 'the commands in the message, where weka has a drive of the node in a container that is no more; else sign drives, or look at `weka.io/weka-drives` and `weka.io/blocked-drives` of the Node; `kubectl get wekaclaims node-NODE -o yaml` shows who holds which',
    event: 'Warning',
  },
  ClaimLost: {
    meaning: 'the claims of the node were lost, and what the container holds is not known yet, or not at all',
    cure: 'wait for its pod to report; otherwise put its entry back into the WekaClaims object that the message names; of a status that says nothing of its owner the message has the two commands',
    event: 'Warning',
  },
  ClaimContradiction: {
    meaning:
      'the claim was lost, and what runs, what the status says or what another container holds do not agree; the message names both',
    cure: 'the command in the message; where there is none, write the right entry into the WekaClaims object, or delete the container that is not to have it',
    event: 'Warning',
  },
  FormerContainer: {
    meaning:
      'a container of this name with another uid has left its claim and its data, as before a restore; or weka has a member of its name inside weka, and no claim is left of it',
    cure: '[a container that was restored](life-of-a-container.md#a-container-that-was-restored)',
    event: 'Warning',
  },
  FormerUnknown: {
    meaning:
      '`overrides.adoptFormer` names a container that has no entry in the claims of this node, or the container has a claim of its own by now; nothing is adopted',
    cure: 'correct the word or take it out; `kubectl get wekaclaims node-NODE -o yaml` has the entries',
  },
  ...together(['AdoptingFormer', 'GivingUpFormer'], { meaning: 'that word is carried out', cure: '' }),
  IdentityLost: {
    meaning:
      'the runtime runs without an identity where its status remembers a member: the directory of the container on its host is gone, as after a reinstallation',
    cure: 'the command in the message: the former member is removed when the others bear it, and a new container takes its place',
    event: 'Warning',
  },
  PodReleased: fenceReasons.PodReleased,
  RecordingDeactivation: {
    meaning: 'weka has deactivated the container, which is written into its claim before its entry goes',
    cure: '',
  },
  WekaNameHeld: {
    meaning:
      'another WekaContainer, such as the one of which this is a copy in another namespace, has the same name inside weka and runs on this node',
    cure: 'delete the one that is not to be, or give this one another `spec.name` or node',
    event: 'Warning',
  },
  ClaimsRenewed: {
    meaning: 'the claims of the node were deleted; those who run there claim again what they have',
    cure: 'nothing, for some two minutes',
    event: 'Warning',
  },
  NeighbourUnclaimed: {
    meaning:
      'the claims of the node were lost, and a member of the same cluster that runs there has not made its own again yet',
    cure: 'nothing, for a minute; otherwise see why the container that the message names does not',
    event: 'Warning',
  },
  PortAllocationFailed: {
    meaning:
      'no ports are left in the range on this node, or the spec fixes a port that the container which the message names holds',
    cure: 'widen `spec.ports.portRange` of a new cluster; fix another port',
    event: 'Warning',
  },
  NodeUnknown: {
    meaning: 'there is no WekaNode of that name yet',
    cure: 'is there a Node? Is the `node` controller up? `kubectl get wekanodes`',
  },
  NodeCordoned: nodeCordoned,
  NodeUnschedulable: { ...nodeCordoned, event: 'Warning', throttleSeconds: 60 },
  NodeFactsDiffer: { meaning: 'no node is chosen and the candidates differ', cure: 'narrow the node selector' },
  WaitForDiscovery: { meaning: 'a discovery helper reads the node', cure: '`kubectl describe wekanode NODE`' },
  WaitForDrivers: {
    meaning: 'kernel drivers are not loaded',
    cure: '`kubectl describe wekanode NODE`; see `LoadingDrivers`',
  },
  HelperRefused: {
    meaning:
      'nothing loads the drivers of this image: the message says whether the image, the driver service or the pod is why',
    cure: 'an administrator of the operator sets what the message names, `HELPER_IMAGES` or `DRIVERS_DIST_SERVICES`; or use the image of a WekaCluster that runs ([whom may what be given](deploying.md#who-may-be-given-which-rights))',
    event: 'Warning',
  },
  DriversFailed: {
    meaning:
      'the kernel drivers of the image could not be loaded on the node, or their helper did not report within 5 minutes, such as for an image that cannot be pulled; it is tried again, after those of other images',
    cure: 'what the message, the last words of the helper, names: `spec.image`, `driversDistService`, pull secret',
    event: 'Warning',
  },
  CopyingBootScripts: {
    meaning: 'the ConfigMap with the runtime is made in the namespace',
    cure: 'the rights of the sidecar',
  },
  PodNotCreated: {
    meaning:
      'Metacontroller is about to create the pod; where the API server refuses it, by a quota, a webhook, a missing ServiceAccount, the message has its words',
    cure: 'what the words say: raise the quota, change the pod security level of the namespace; it is tried again every few seconds',
    event: 'Warning',
  },
  Unschedulable: unschedulable,
  UnschedulablePod: { ...unschedulable, event: 'Warning' },
  PodNotRunning: {
    meaning: 'the kubelet starts it; the message has its reason',
    cure: '`kubectl describe pod NAME`; pull secret, image; the ConfigMap that the message names, or the command in it',
  },
  PodEnded: {
    meaning:
      'the phase of the pod is Failed or Succeeded (evicted, refused by its kubelet, ended with its node): it never runs again. It is deleted, and the next one comes when nothing of it runs any more',
    cure: 'nothing; where it ends again and again it is left alone for longer and longer: end what the message names, then `kubectl delete pod NAME`',
    event: 'Warning',
  },
  ...together(['RecordingPod', 'WritingResources', 'AligningPod'], {
    meaning: 'seconds: the pod is recorded, gets its resources, its labels, annotations and tolerations',
    cure: '',
  }),
  PersistencyNotConfigured: { meaning: 'the runtime sets up its directories', cure: 'log of the pod' },
  RuntimeError: runtimeError,
  WekaLocalStatus: { ...runtimeError, event: 'Warning', throttleSeconds: 60 },
  WekaNotRunning: { meaning: 'Weka does not run in the pod yet', cure: 'log of the pod, `weka local ps` in it' },
  WekaNotReady: {
    meaning: 'Weka runs in the pod and does not serve yet: it starts, or the others have not taken it up',
    cure: 'wait; `weka status` in a member, where that lasts',
  },
  WaitForResults: { meaning: 'a helper has not reported', cure: 'log of the helper' },
  WaitForFormation: { meaning: 'the cluster is not formed', cure: 'look at the cluster' },
  DrivesAdding: drivesAdding,
  DrivesAddingError: { ...drivesAdding, event: 'Warning', throttleSeconds: 60 },
  SerialTwice: {
    meaning:
      'a drive of the node has the serial of another device that weka uses on another node, as virtual machines made of one template have; the message names both nodes, and no other drive of the node is free',
    cure: 'sign another drive of the node, which is taken in its place',
    event: 'Warning',
  },
  DriveNotFound: {
    meaning: 'the runtime does not see the device of a claimed serial',
    cure: 'the drive is gone or another driver has it, or two devices carry the serial, which the message names; block its serial in `weka.io/blocked-drives` to have another one claimed',
  },
  ...together(['ReplacingDrive', 'DriveDeactivating', 'RemovingDrive'], {
    meaning:
      'condition `DrivesReplaced`: a blocked drive is replaced: first its successor, then its data is moved, then it is removed',
    cure: '',
  }),
  WaitingForDrive: {
    meaning:
      'condition `DrivesReplaced`: weka moves data off or onto a drive of another container, which the message names; the drives of one container leave at a time',
    cure: 'it ends by itself; look at that container where it lasts',
  },
  DriveFailed: {
    meaning: 'weka calls a drive of the container FAILED',
    cure: 'look at the drive; the command in the message gives it up, and another one of the node is taken where there is one',
    event: 'Warning',
  },
  DriveEmptied: {
    meaning:
      'condition `DrivesReplaced`: weka has emptied a drive of the container that nobody blocks any more; it is counted and serves nobody',
    cure: 'one of the two commands in the message: the drive serves again, or it is given up and another one of the node is taken where there is one',
    event: 'Warning',
  },
  NoReplacementDrive: {
    meaning: 'condition `DrivesReplaced`: a blocked drive stays, because the node has no other',
    cure: 'sign a drive of the node, or delete the container',
  },
  DrivesUnknown: {
    meaning: 'condition `DrivesReplaced`: what Weka says of its drives is not whole; the message says what is missing',
    cure: 'as `FactUnknown`',
  },
} satisfies ReasonTable;
