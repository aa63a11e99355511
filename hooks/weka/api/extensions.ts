/** The fields that our schemas have beyond upstream-fields.ts, each with the reason. No other field may be added. */

export interface Extension {
  /** A type of upstream-fields.ts. */
  object: string;
  field: string;
  type: string;
  reason: string;
}

const statuses = [
  'WekaClusterStatus',
  'WekaContainerStatus',
  'WekaClientStatus',
  'WekaManualOperationStatus',
  'WekaPolicyStatus',
];

export const extensions: Extension[] = [
  ...statuses.map((object) => ({
    object,
    field: 'observedGeneration',
    type: 'integer',
    reason: 'Metacontroller writes it; pruned, each sync would write again',
  })),
  ...['WekaManualOperationStatus', 'WekaPolicyStatus'].map((object) => ({
    object,
    field: 'conditions',
    type: 'list<Condition>',
    reason: 'kubectl wait, Flux and Argo CD read Ready, Reconciling and Stalled',
  })),
  {
    object: 'WekaContainerStatus',
    field: 'podUid',
    type: 'string',
    reason: 'a cluster runs commands in pods of its containers, and pins each to the pod that it saw',
  },
  {
    object: 'WekaContainerStatus',
    field: 'lastPodUid',
    type: 'string',
    reason: 'with the pod gone and the claim lost, it alone says that something ran on the node and is to be cleaned',
  },
  {
    object: 'WekaContainerStatus',
    field: 'uid',
    type: 'string',
    reason: 'a status that came back from a backup is about another object, and must not be believed',
  },
  ...['clusterUid', 'clusterName'].map((field) => ({
    object: 'WekaContainerStatus',
    field,
    type: 'string',
    reason: 'a tool may write another owner reference while the claim is lost, and it is a member all the same',
  })),
  {
    object: 'WekaContainerSpec',
    field: 'gracefulDestroyDuration',
    type: 'duration',
    reason: 'a container carries the grace itself: its cluster may be gone without a word',
  },
  ...['adoptFormer', 'giveUpFormer'].map((field) => ({
    object: 'WekaContainerSpecOverrides',
    field,
    type: 'string',
    reason: 'a restored container waits for a word about what the one before it has left',
  })),
  {
    object: 'WekaContainerStatus',
    field: 'forceWord',
    type: 'date-time',
    reason: 'a word of force ages, also where the claim that notes it is lost',
  },
  ...['adoptedUid', 'dataUid'].map((field) => ({
    object: 'ContainerAllocations',
    field,
    type: 'string',
    reason: 'a claim that is lost is made again from the status, and whose data the container has is a part of it',
  })),
  {
    object: 'WekaClientStatus',
    field: 'memberships',
    type: 'map<integer>',
    reason: 'where containers are members can not be told from a spec that names another cluster by now',
  },
  {
    object: 'WekaClusterSpecOverrides',
    field: 'paused',
    type: 'boolean',
    reason: "in weka's newer documentation: pause and resume of a cluster",
  },
  {
    object: 'WekaClusterStatus',
    field: 'rollOrder',
    type: 'list<string>',
    reason: 'in which order pods are replaced is said before it is done',
  },
  {
    object: 'WekaConfig',
    field: 'clusterCapacity',
    type: 'integer',
    reason: "in weka's newer documentation: drive sharing sized by the whole cluster",
  },
  {
    object: 'WekaContainerSpecOverrides',
    field: 'podTerminationDeactivationTimeout',
    type: 'duration',
    reason: 'the hook of a container does not read its cluster, so the cluster hands its override down',
  },
];
