/**
 * Every field of upstream's API, object by object, in groups of one type: the reference that our schemas are compared
 * with (fields.test.ts). What we add to it is in extensions.ts. A capitalised type is another object of this table, or
 * one of Kubernetes' own; `any` keeps whatever Kubernetes would accept there; `enum` is a string with named values.
 */
export const upstreamFields: Record<string, Record<string, string>> = {
  WekaCluster: {
    WekaClusterSpec: 'spec',
    WekaClusterStatus: 'status',
  },
  WekaClusterSpec: {
    string: 'template image imagePullSecret driversDistService operatorSecretRef serviceAccountName',
    'map<string>': 'nodeSelector',
    RoleNodeSelector: 'roleNodeSelector',
    RoleAnnotations: 'roleAnnotations',
    RoleNetworkSelector: 'roleNetworkSelector',
    FailureDomain: 'failureDomain',
    PodConfiguration: 'podConfig',
    enum: 'cpuPolicy',
    TracesConfiguration: 'tracesConfiguration',
    'list<string>': 'tolerations expandEndpoints',
    'list<Toleration>': 'rawTolerations',
    WekaHomeConfig: 'wekaHome',
    boolean: 'ipv6',
    AdditionalMemory: 'additionalMemory',
    ClusterPorts: 'ports',
    WekaConfig: 'dynamicTemplate',
    Network: 'network',
    integer: 'hotSpare redundancyLevel stripeWidth leadershipRaftSize bucketRaftSize',
    StartIoConditions: 'startIoConditions',
    duration: 'gracefulDestroyDuration',
    WekaClusterSpecOverrides: 'overrides',
    CsiConfig: 'csiConfig',
    PVCConfig: 'globalPVC',
    RoleCoreIds: 'roleCoreIds',
    EncryptionConfig: 'encryption',
    NfsConfig: 'nfs',
    S3Config: 's3',
    SmbwConfig: 'smbw',
    TelemetryConfig: 'telemetry',
  },
  WekaClusterStatus: {
    enum: 'status',
    'list<Condition>': 'conditions',
    string: 'clusterID traceId spanId lastAppliedImage lastAppliedSpec',
    ClusterPorts: 'ports',
    ClusterMetrics: 'stats',
    ClusterPrinterColumns: 'printer',
    'map<date-time>': 'timestamps',
  },
  RoleNodeSelector: {
    'map<string>': 'compute drive s3 nfs smbw dataServices',
  },
  RoleAnnotations: {
    'map<string>': 'compute drive s3 nfs smbw dataServices',
  },
  RoleNetworkSelector: {
    Network: 'compute drive s3 nfs smbw dataServices',
  },
  FailureDomain: {
    string: 'label',
    integer: 'skew',
    'list<string>': 'compositeLabels',
  },
  PodConfiguration: {
    any: 'topologySpreadConstraints affinity',
    RoleTopologySpreadConstraints: 'roleTopologySpreadConstraints',
    RoleAffinity: 'roleAffinity',
  },
  TracesConfiguration: {
    integer: 'maxCapacityPerIoNode ensureFreeSpace',
    enum: 'dumperConfigMode',
  },
  WekaHomeConfig: {
    string: 'endpoint cacertSecret',
    boolean: 'allowInsecure enableStats',
  },
  AdditionalMemory: {
    integer: 'compute drive s3 nfs envoy smbw dataServices',
  },
  ClusterPorts: {
    integer: 'basePort portRange lbPort lbAdminPort s3Port managementProxyPort',
  },
  WekaConfig: {
    integer:
      'computeContainers driveContainers s3Containers computeCores driveCores s3Cores numDrives computeExtraCores ' +
      'driveExtraCores s3ExtraCores driveHugepages driveHugepagesOffset computeHugepages computeHugepagesOffset ' +
      's3FrontendHugepages s3FrontendHugepagesOffset envoyCores nfsContainers nfsCores nfsExtraCores nfsFrontendHugepages ' +
      'nfsFrontendHugepagesOffset smbwContainers smbwCores smbwExtraCores smbwFrontendHugepages smbwFrontendHugepagesOffset ' +
      'driveCapacity containerCapacity dataServicesContainers dataServicesCores dataServicesExtraCores dataServicesHugepages ' +
      'dataServicesHugepagesOffset',
    DriveTypesRatio: 'driveTypesRatio',
  },
  Network: {
    string: 'ethDevice gateway',
    'list<string>': 'ethDevices deviceSubnets',
    boolean: 'udpMode bindManagementAll nvidiaVfSingleIp',
    'list<NetworkSelector>': 'selectors managementIpsSelectors',
  },
  StartIoConditions: {
    integer: 'minNumDrives',
  },
  WekaClusterSpecOverrides: {
    boolean:
      'allowS3ClusterDestroy allowSmbwClusterDestroy disregardRedundancy forceAio upgradeForceReplace upgradeForceReplaceDrives ' +
      'upgradeAllAtOnce upgradePaused upgradePausePreCompute cancelDeletion',
    string: 'driversBuildId driversLoaderImage postFormClusterScript',
    duration: 'podTerminationDeactivationTimeout',
  },
  CsiConfig: {
    'list<string>': 'endpointsSubnets',
    string: 'csiGroup',
    AdvancedCsiConfig: 'advanced',
  },
  PVCConfig: {
    string: 'name path',
  },
  RoleCoreIds: {
    'list<integer>': 'compute drive s3 nfs smbw dataServices',
  },
  EncryptionConfig: {
    VaultConfig: 'vault',
    InternalEncryptionConfig: 'internal',
  },
  NfsConfig: {
    'list<string>': 'interfaces ipRanges',
  },
  S3Config: {
    'list<string>': 'clusterCreateArgs',
  },
  SmbwConfig: {
    string: 'clusterName domainName domainJoinSecret userName',
    'list<string>': 'ipRanges',
  },
  TelemetryConfig: {
    'list<TelemetryExport>': 'exports',
  },
  ClusterMetrics: {
    ContainersMetrics: 'containers',
    IoStats: 'ioStats',
    DriveMetrics: 'drives',
    integer: 'alertsCount',
    string: 'clusterStatus',
    CapacityMetrics: 'capacity',
    'map<string>': 'numFailures',
    'date-time': 'lastUpdate',
    FilesystemMetrics: 'filesystem',
  },
  ClusterPrinterColumns: {
    string: 'computeContainers driveContainers drives throughput iops filesystemCapacity',
  },
  RoleTopologySpreadConstraints: {
    any: 'compute drive s3 nfs smbw',
  },
  RoleAffinity: {
    any: 'compute drive s3 nfs smbw',
  },
  DriveTypesRatio: {
    integer: 'tlc qlc',
  },
  NetworkSelector: {
    string: 'subnet',
    integer: 'min max',
    'list<string>': 'deviceNames',
  },
  AdvancedCsiConfig: {
    boolean: 'enforceTrustedHttps skipGarbageCollection',
    'map<string>': 'nodeLabels controllerLabels',
    'list<Toleration>': 'nodeTolerations controllerTolerations',
  },
  VaultConfig: {
    string: 'address role authPath transitPath method keyName',
  },
  InternalEncryptionConfig: {
    boolean: 'enabled',
  },
  TelemetryExport: {
    string: 'name',
    'list<string>': 'sources',
    SplunkExportConfig: 'splunk',
  },
  ContainersMetrics: {
    ContainerMetrics: 'drive compute s3 nfs',
  },
  IoStats: {
    StatusThroughput: 'throughput',
    StatusIops: 'iops',
  },
  DriveMetrics: {
    EntityStatefulNum: 'counters',
    'list<DriveFailures>': 'failures',
  },
  CapacityMetrics: {
    integer: 'totalBytes unprovisionedBytes unavailableBytes hotSpareBytes',
  },
  FilesystemMetrics: {
    integer:
      'totalProvisionedCapacity totalUsedCapacity totalAvailableCapacity totalProvisionedSSDCapacity totalUsedSSDCapacity ' +
      'totalAvailableSSDCapacity totalObsCapacity obsBucketCount activeObsBucketCount',
    boolean: 'hasTieredFilesystems',
  },
  SplunkExportConfig: {
    string: 'authTokenSecretRef endpoint caCertSecretRef',
    boolean: 'allowUnverifiedCertificate verifyWithClusterCACert',
  },
  ContainerMetrics: {
    EntityStatefulNum: 'numContainers processes',
    string: 'cpuUtilization',
  },
  StatusThroughput: {
    integer: 'read write',
  },
  StatusIops: {
    integer: 'read write metadata total',
  },
  EntityStatefulNum: {
    integer: 'active created desired',
  },
  DriveFailures: {
    string: 'serialId wekaDriveId',
  },
  WekaContainer: {
    WekaContainerSpec: 'spec',
    WekaContainerStatus: 'status',
  },
  WekaContainerSpec: {
    string:
      'nodeAffinity image imagePullSecret name mode hugepagesSize hugepagesSizeOverride driversDistService driversLoaderImage ' +
      'driversBuildId nodeInfoConfigMap group serviceAccountName uploadResultsTo',
    FailureDomain: 'failureDomain',
    'list<any>': 'topologySpreadConstraints',
    any: 'affinity',
    'map<string>': 'nodeSelector additionalSecrets',
    integer:
      'port agentPort numCores extraCores hugepages hugepagesOffset numDrives additionalMemory driveCapacity containerCapacity',
    'list<integer>': 'exposePorts coreIds',
    'list<ContainerPort>': 'exposedPorts',
    PortRange: 'portRange',
    enum: 'cpuPolicy upgradePolicyType state',
    Network: 'network',
    WekaContainerBuilder: 'builder',
    EnvVarSource: 'wekaSecretRef',
    'list<string>': 'joinIpPorts',
    TracesConfiguration: 'tracesConfiguration',
    'list<Toleration>': 'tolerations',
    boolean: 'ipv6 dropAffinityConstraints allowHotUpgrade hostPID',
    Instructions: 'instructions',
    DriveTypesRatio: 'driveTypesRatio',
    duration: 'autoRemoveTimeout',
    WekaContainerSpecOverrides: 'overrides',
    PodResourcesSpec: 'resources',
    PVCConfig: 'pvc',
  },
  WekaContainerStatus: {
    enum: 'status',
    string: 'internalStatus managementIP clusterID lastAppliedImage lastAppliedSpec nodeAffinity result',
    'list<string>': 'managementIPs',
    integer: 'containerID',
    'list<Condition>': 'conditions',
    ContainerAllocations: 'allocations',
    'list<Drive>': 'addedDrives',
    WekaContainerMetrics: 'stats',
    ContainerPrinterColumns: 'printer',
    'map<date-time>': 'timestamps',
    boolean: 'notToleratedOnReschedule',
  },
  PortRange: {
    integer: 'basePort portRange',
  },
  WekaContainerBuilder: {
    string: 'weka_version',
  },
  Instructions: {
    string: 'type payload',
  },
  WekaContainerSpecOverrides: {
    boolean:
      'skipDeactivate skipDrivesForceResign skipCleanupPersistentDir upgradeForceReplace upgradePreventEviction ' +
      'podDeleteForceReplace forceDrain skipActiveMountsCheck umountOnHost migrateOutFromPvc',
    string: 'machineIdentifierNodeRef preRunScript',
    integer: 'debugSleepOnTerminate',
  },
  PodResourcesSpec: {
    PodResources: 'requests limits',
  },
  ContainerAllocations: {
    'list<string>': 'drives netDevices',
    integer: 'wekaPort agentPort',
    string: 'failureDomain machineIdentifier',
    'list<VirtualDrive>': 'virtualDrives',
  },
  Drive: {
    string: 'uuid added_time device_path serial_number status',
  },
  WekaContainerMetrics: {
    EntityStatefulNum: 'processes',
    string: 'cpuUtilization',
    DriveMetrics: 'drives',
    integer: 'activeMounts',
    'date-time': 'lastUpdate',
  },
  ContainerPrinterColumns: {
    string: 'processes drives activeMounts managementIPs nodeAffinity',
  },
  PodResources: {
    quantity: 'cpu memory',
  },
  VirtualDrive: {
    string: 'virtualUUID physicalUUID serial type',
    integer: 'capacityGiB',
  },
  WekaClient: {
    WekaClientSpec: 'spec',
    WekaClientStatus: 'status',
  },
  WekaClientSpec: {
    string: 'image imagePullSecret wekaSecretRef driversDistService cpuRequest serviceAccountName',
    integer: 'port agentPort coresNum additionalMemory hugepages hugepagesOffset',
    PortRange: 'portRange',
    'map<string>': 'nodeSelector',
    Network: 'network',
    'list<string>': 'joinIpPorts tolerations',
    ObjectReference: 'targetCluster',
    enum: 'cpuPolicy',
    'list<integer>': 'coreIds',
    TracesConfiguration: 'tracesConfiguration',
    'list<Toleration>': 'rawTolerations',
    PodResourcesSpec: 'resources',
    WekahomeClientConfig: 'wekaHomeConfig wekaHome',
    UpgradePolicy: 'upgradePolicy',
    boolean: 'allowHotUpgrade',
    WekaClientSpecOverrides: 'overrides',
    duration: 'autoRemoveTimeout',
    PVCConfig: 'globalPVC',
    ClientCsiConfig: 'csiConfig',
  },
  WekaClientStatus: {
    'list<Condition>': 'conditions',
    string: 'lastAppliedSpec',
    enum: 'status',
    ClientMetrics: 'stats',
    ClientPrinterColumns: 'printer',
  },
  ObjectReference: {
    string: 'name namespace',
  },
  WekahomeClientConfig: {
    string: 'cacertSecret',
  },
  UpgradePolicy: {
    enum: 'type',
  },
  WekaClientSpecOverrides: {
    string: 'driversBuildId driversLoaderImage machineIdentifierNodeRef wekaContainerName',
    boolean: 'forceDrain skipActiveMountsCheck umountOnHost dropAffinityConstraints',
  },
  ClientCsiConfig: {
    string: 'csiGroup',
    boolean: 'disableControllerCreation',
    AdvancedCsiConfig: 'advanced',
  },
  ClientMetrics: {
    EntityStatefulNum: 'containers',
  },
  ClientPrinterColumns: {
    string: 'containers',
  },
  WekaManualOperation: {
    WekaManualOperationSpec: 'spec',
    WekaManualOperationStatus: 'status',
  },
  WekaManualOperationSpec: {
    string: 'action image imagePullSecret serviceAccountName',
    ManualOperatorPayload: 'payload',
    'list<Toleration>': 'tolerations',
    duration: 'deletionDelay',
  },
  WekaManualOperationStatus: {
    string: 'result status',
    'date-time': 'completedAt',
  },
  ManualOperatorPayload: {
    SignDrivesPayload: 'signDrivesPayload',
    BlockDrivesPayload: 'blockDrivesPayload',
    DiscoverDrivesPayload: 'discoverDrivesPayload',
    EnsureNICsPayload: 'ensureNICsPayload',
    ForceResignDrivesPayload: 'forceResignDrivesPayload',
    RemoteTracesSessionConfig: 'remoteTracesSessionPayload',
  },
  SignDrivesPayload: {
    string: 'type',
    'map<string>': 'nodeSelector',
    'list<string>': 'devicePaths',
    PCIDevices: 'pciDevices',
    SignOptions: 'options',
    boolean: 'shared',
  },
  BlockDrivesPayload: {
    'list<string>': 'serialIDs physicalUUIDs',
    string: 'node',
  },
  DiscoverDrivesPayload: {
    'map<string>': 'nodeSelector',
  },
  EnsureNICsPayload: {
    enum: 'type',
    'map<string>': 'nodeSelector',
    integer: 'dataNICsNumber',
  },
  ForceResignDrivesPayload: {
    string: 'nodeName',
    'list<string>': 'deviceSerials devicePaths',
  },
  RemoteTracesSessionConfig: {
    ObjectReference: 'cluster',
    'map<string>': 'nodeSelector',
    boolean: 'hostNetwork allowHttpWekahomeEndpoint allowInsecureWekahomeEndpoint',
    duration: 'duration',
    string: 'wekahomeEndpointOverride wekahomeCaSecret',
  },
  PCIDevices: {
    string: 'vendorId deviceId',
  },
  SignOptions: {
    boolean: 'allowEraseWekaPartitions allowEraseNonWekaPartitions allowNonEmptyDevice skipTrimFormat',
  },
  WekaPolicy: {
    WekaPolicySpec: 'spec',
    WekaPolicyStatus: 'status',
  },
  WekaPolicySpec: {
    string: 'type image imagePullSecret serviceAccountName',
    PolicyPayload: 'payload',
    'list<Toleration>': 'tolerations',
  },
  WekaPolicyStatus: {
    string: 'status result progress',
    'date-time': 'lastRunTime',
    TypedPolicyStatus: 'typedStatus',
  },
  PolicyPayload: {
    SignDrivesPayload: 'signDrivesPayload',
    any: 'schedulingConfigPayload',
    DiscoverDrivesPayload: 'discoverDrivesPayload',
    EnsureNICsPayload: 'ensureNICsPayload',
    DriverDistPayload: 'driverDistPayload',
    RemoteTracesSessionConfig: 'remoteTracesSessionPayload',
    duration: 'interval',
    'list<string>': 'waitForPolicies',
  },
  TypedPolicyStatus: {
    DistServiceStatus: 'distService',
  },
  DriverDistPayload: {
    'list<string>': 'ensureImages',
    'list<map<string>>': 'nodeSelectors',
    string: 'kernelLabelKey architectureLabelKey osLabelKey builderImageOverride builderPreRunScript',
    'map<string>': 'distNodeSelector',
  },
  DistServiceStatus: {
    string: 'serviceUrl',
  },
};
