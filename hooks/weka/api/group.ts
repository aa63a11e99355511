/**
 * The names that the API consists of beside its kinds: group, labels, annotations, resources, conditions. One table:
 * nothing here is spelled again elsewhere. What a name's value means stands beside it; behaviour does not belong here.
 */
import { apiGroup } from '../../core/api/kind.ts';

export const wekaGroup = apiGroup({ group: 'weka.weka.io', version: 'v1alpha1', categories: ['weka'] });
export const { group, version, apiVersion } = wekaGroup;
export const finalizer = 'weka.weka.io/finalizer';
/** What Metacontroller puts on each WekaCluster, by the name of our CompositeController. */
export const clusterFinalizer = 'metacontroller.io/compositecontroller-wekacluster';

export const labels = {
  app: 'app',
  /** The role of a container or pod; see modes.ts. */
  mode: 'weka.io/mode',
  /** The uid of the WekaCluster, not the GUID that weka gives itself. */
  clusterId: 'weka.io/cluster-id',
  clusterName: 'weka.io/cluster-name',
  clientName: 'weka.io/client-name',
  targetClusterName: 'weka.io/target-cluster-name',
  policyName: 'weka.io/policy-name',
  targetImageHash: 'weka.io/target-image-hash',
  targetKernel: 'weka.io/target-kernel',
  targetArchitecture: 'weka.io/target-arch',
  managementProxyCluster: 'weka.io/cluster',
  component: 'weka.io/component',
  /** Written on nodes by the driver distribution. */
  nodeKernel: 'weka.io/kernel',
  nodeArchitecture: 'weka.io/architecture',
  csiDriverName: 'weka.io/csi-driver-name',
  applicationName: 'app.kubernetes.io/name',
  applicationPartOf: 'app.kubernetes.io/part-of',
  applicationCreatedBy: 'app.kubernetes.io/created-by',
  hostname: 'kubernetes.io/hostname',
  operatingSystem: 'kubernetes.io/os',
} as const;

/** Values of the application labels on each pod. */
export const applicationLabels = {
  [labels.applicationName]: 'WekaContainer',
  [labels.applicationPartOf]: 'weka-operator',
  [labels.applicationCreatedBy]: 'weka-operator',
} as const;

export const annotations = {
  /** On a WekaContainer, by a person: its own uid. With it, and said together, `spec.state: destroying` is his word. */
  destroyConfirmed: 'weka.io/destroy-confirmed',
  /** On a WekaContainer, by a person: its own uid. Its `podDeleteForceReplace` counts although that of another node does. */
  forceConfirmed: 'weka.io/force-confirmed',
  /** On a pod: comma list of the annotation keys that we put there, so that removed ones can be taken back. */
  appliedAnnotations: 'weka.io/applied-annotations',
  /** On a pod: `configurationHash` of the input that it was built from. */
  configHash: 'weka.io/config-hash',
  /** On a pod: the node facts that it was built for. */
  builtFor: 'weka.io/built-for',
  /** On a pod: JSON of what was wished when it was built, which admission may have changed in the pod (pod-record.ts). */
  wished: 'weka.io/wished',
  /** On a Node: JSON array of signed drive serials. */
  wekaDrives: 'weka.io/weka-drives',
  /** On a Node: JSON array of serials that are not to be used. */
  blockedDrives: 'weka.io/blocked-drives',
  /** On a Node: JSON array of `{physical_uuid, serial, capacity_gib, type}`. */
  wekaSharedDrives: 'weka.io/weka-shared-drives',
  /** On a Node: JSON array of physical UUIDs that are not to be used. */
  blockedDrivesPhysicalUuids: 'weka.io/blocked-drives-physical-uuids',
  /** On a Node: sha256 of the boot id at the last signing. */
  signDrivesHash: 'weka.io/sign-drives-hash',
  /** On a Node: its facts as a discovery container reported them. */
  discovery: 'weka.io/discovery.json',
  /** On a Node: `<image>:<boot id>` of the last driver load. */
  driversLoaded: 'weka.io/drivers-loaded',
  /** On a Node: network cards that ensure-nics found. */
  wekaNics: 'weka.io/weka-nics',
  /** On a Node: `{"<namespace>/<container>": {"nics": ["<mac>"]}}`. */
  allocations: 'weka.io/allocations',
  /** On a Node, by a user: field path inside the Node whose value becomes the machine identifier of a client. */
  machineIdentifierRef: 'weka.io/machine-identifier-ref',
} as const;

/** Extended resources in a Node's status, requested by pods. */
export const extendedResources = {
  drives: 'weka.io/drives',
  sharedDrivesCapacity: 'weka.io/shared-drives-capacity',
  sharedDrivesCapacityQlc: 'weka.io/shared-drives-capacity-qlc',
  nics: 'weka.io/nics',
} as const;

/** Taint that asks all containers to leave a node. Each weka pod tolerates it: the hook decides about its end. */
export const shutdownNodeTaint = 'weka.io/shutdown-node';

export const priorityClasses = {
  /** A node is known. */
  targeted: 'weka-targeted-no-evict',
  /** The scheduler is still to choose. */
  initial: 'weka-initial-no-evict',
} as const;

/** The one main container of each pod. Commands are run there. */
export const mainContainerName = 'weka-container';
/** The entry of the runtime. It stays where it is: commands are run in pods of earlier releases, too. */
export const runtimePath = '/opt/weka_runtime.py';
/** What a subcommand of the runtime, or none for the mode of the pod, is added to. */
export const runtimeCommand: readonly string[] = ['python3', runtimePath];
/** ConfigMap with the runtime; the name of a copy carries a hash of its content after this prefix. */
export const bootConfigMapPrefix = 'weka-boot-scripts';
export const driversLoaderServiceAccount = 'weka-operator-maintenance';

/** kstatus and what goes with it, on each kind. */
export const summaryConditions = {
  ready: 'Ready',
  reconciling: 'Reconciling',
  stalled: 'Stalled',
  /** `Ready` stays True while this says what is wrong. */
  degraded: 'Degraded',
} as const;

/** Upstream's names, which people's scripts wait for, stray prefixes included. */
export const clusterConditions = {
  clusterSecretsCreated: 'ClusterSecretsCreated',
  podsCreated: 'PodsCreated',
  podsReady: 'PodsReady',
  clusterCreated: 'ClusterCreated',
  postClusterFormedScript: 'CondPostClusterFormedScript',
  joinedCluster: 'JoinedCluster',
  drivesAdded: 'DrivesAdded',
  ioStarted: 'IoStarted',
  clusterSecretsApplied: 'ClusterSecretsApplied',
  adminUserDeleted: 'CondAdminUserDeleted',
  clusterClientsSecretsCreated: 'ClusterClientsSecretsCreated',
  clusterClientsSecretsApplied: 'ClusterClientsSecretsApplied',
  clusterCsiSecretsCreated: 'ClusterCsiSecretsCreated',
  clusterCsiSecretsApplied: 'ClusterCsiSecretsApplied',
  kmsConfigured: 'KMSConfigured',
  defaultFilesystemsCreated: 'CondDefaultFsCreated',
  s3ClusterCreated: 'CondS3ClusterCreated',
  nfsConfigured: 'NfsConfigured',
  nfsIpRangesConfigured: 'NfsIpRangesConfigured',
  dataServicesGlobalConfigured: 'DataServicesGlobalConfigured',
  telemetryConfigured: 'TelemetryConfigured',
  wekaHomeConfigured: 'WekaHomeConfigured',
  managementServiceConfigured: 'ManagementServiceConfigured',
  clusterIsReady: 'ClusterIsReady',
  /** Ours: shown only while weka does not answer. */
  clusterReachable: 'ClusterReachable',
} as const;

/** Upstream's names on a WekaContainer, in the order of its life. */
export const containerConditions = {
  containerImageUpdated: 'ContainerImageUpdated',
  migratedOutFromPvc: 'MigratedOutFromPVC',
  containerAffinitySet: 'ContainerAffinitySet',
  containerResourcesAllocated: 'ContainerResourcesAllocated',
  containerResourcesWritten: 'ContainerResourcesWritten',
  resultsReceived: 'CondResultsReceived',
  resultsProcessed: 'CondResultsProcessed',
  joinedCluster: 'JoinedCluster',
  virtualDrivesAdded: 'VirtualDrivesAdded',
  drivesAdded: 'DrivesAdded',
  joinedS3Cluster: 'JoinedS3Cluster',
  containerDeactivated: 'ContainerDeactivated',
  containerDriveRemoved: 'ContainerDriveRemoved',
  removedFromS3Cluster: 'RemovedFromS3Cluster',
  removedFromNfs: 'RemovedFromNFS',
  containerRemoved: 'ContainerRemoved',
  containerDrivesResigned: 'ContainerDrivesResigned',
} as const;
