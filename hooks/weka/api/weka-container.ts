/** WekaContainer: one weka container, or one helper, and its pod of the same name. */
import { z } from 'zod';
import { ageColumn, readyColumns } from '../../core/api/kind.ts';
import { parse } from '../../core/api/parse.ts';
import { withRules, type Rule } from '../../core/api/rules.ts';
import {
  anyObject,
  conditions,
  containerPort,
  dateTime,
  duration,
  integer,
  labelMap,
  metric,
  object,
  observedGeneration,
  podResourcesSpec,
  port,
  text,
  texts,
  tolerations,
} from '../../core/api/schema.ts';
import {
  coreIds,
  cores,
  cpuPolicy,
  driveMetrics,
  driveTypesRatio,
  entityStatefulNum,
  envVarSource,
  failureDomain,
  gibibytes,
  mebibytes,
  network,
  portRange,
  pvcConfig,
  tracesConfiguration,
} from './common.ts';
import { wekaGroup } from './group.ts';
import { modes } from './modes.ts';
import { capacityRules } from './weka-cluster.ts';

export const containerStatuses = [
  'Init',
  'PodNotRunning',
  'PodRunning',
  'PodTerminating',
  'WaitForDrivers',
  'Running',
  'Stopped',
  'Starting',
  'Deleting',
  'Destroying',
  'Draining',
  'Paused',
  'Degraded',
  'Unhealthy',
  'Error',
  'DrivesAdding',
  'Building',
  'Completed',
] as const;
export const containerStates = ['active', 'paused', 'destroying', 'deleting'] as const;
export const upgradePolicies = ['manual', 'rolling', 'all-at-once', 'all-at-once-force'] as const;

export const wekaContainerOverrides = object({
  skipDeactivate: z
    .boolean()
    .optional()
    .describe('deletes the container without telling weka, once the others bear its loss'),
  skipDrivesForceResign: z.boolean().optional().describe('leaves the drives signed'),
  skipCleanupPersistentDir: z.boolean().optional().describe('keeps the data on the host'),
  upgradeForceReplace: z.boolean().optional().describe('stops the container by force in an upgrade'),
  upgradePreventEviction: z.boolean().optional().describe('exempts a compute container from eviction'),
  podDeleteForceReplace: z.boolean().optional().describe('stops the container by force when its pod is deleted'),
  machineIdentifierNodeRef: text(1024)
    .optional()
    .describe('is a field path in the Node whose value identifies the machine; clients only'),
  preRunScript: text(65536).optional().describe('is a shell script that a driver builder runs first'),
  forceDrain: z.boolean().optional().describe('drains a client by force under its mounts'),
  skipActiveMountsCheck: z.boolean().optional().describe('does not wait for mounts to end'),
  umountOnHost: z.boolean().optional().describe('unmounts on the host; only together with forceDrain'),
  debugSleepOnTerminate: integer(0, 86_400)
    .optional()
    .describe('is the seconds that the runtime sleeps before it exits'),
  migrateOutFromPvc: z.boolean().optional().describe('moves the data from the volume to the host'),
  podTerminationDeactivationTimeout: duration()
    .optional()
    .describe('is how long the container may take to stop before it is drained; never when absent'),
  adoptFormer: text(64)
    .optional()
    .describe(
      'is the uid of a WekaContainer of this name that is gone: its claims and its data become those of this one',
    ),
  giveUpFormer: text(64)
    .optional()
    .describe(
      'is the uid of a WekaContainer of this name that is gone: its claims are given back, its data stays where it is',
    ),
});

export const instructions = object({
  type: text(63).describe('is what to do'),
  payload: text(65536).describe('is the JSON that it is done with'),
});

const specFields = object({
  nodeAffinity: text().optional().describe('is the node to run on; the scheduler chooses when absent'),
  failureDomain: failureDomain.optional().describe('says which nodes fail together'),
  topologySpreadConstraints: z
    .array(anyObject())
    .max(32)
    .optional()
    .describe('are core/v1 TopologySpreadConstraints added to ours'),
  affinity: anyObject().optional().describe('is a core/v1 Affinity that ours is added to'),
  nodeSelector: labelMap().optional().describe('are node labels that the container needs'),
  port: port().optional().describe('is the first weka port; 0 means that it is allocated'),
  exposePorts: z
    .array(integer(1, 65535))
    .max(64)
    .optional()
    .describe('are TCP ports that the pod declares; exposedPorts replaces it'),
  exposedPorts: z.array(containerPort).max(64).optional().describe('are ports that the pod declares'),
  agentPort: port().optional().describe('is the port of the agent; 0 means that it is allocated'),
  portRange: portRange.optional().describe('is where a client looks for free ports'),
  image: text(1024).describe('is the image of the pod'),
  imagePullSecret: text().optional().describe('is the secret with which the node pulls the image'),
  name: text(253).describe('is the name inside weka; never changes'),
  mode: z.enum(modes).describe('is the role of the container'),
  numCores: cores().optional().describe('is the cores that weka uses; 1 when absent'),
  extraCores: cores().optional().describe('is cores that weka does not use'),
  coreIds: coreIds().optional().describe('are core ids, for cpuPolicy manual'),
  cpuPolicy: cpuPolicy().describe(
    'is how cores are taken from the node; auto follows hyper-threading, or coreIds when given',
  ),
  network: network.optional().describe('is how weka reaches the network; UDP when absent'),
  hugepages: mebibytes().optional().describe('is the MiB of hugepages'),
  hugepagesOffset: mebibytes()
    .optional()
    .describe('is the part of the hugepages, in MiB, that is not handed to weka; computed when 0'),
  hugepagesSize: z.enum(['2Mi', '1Gi']).default('2Mi').describe('is the size of a page'),
  hugepagesSizeOverride: text(64).optional().describe('replaces the amount of memory that is handed to weka, verbatim'),
  numDrives: integer(0, 1024).optional().describe('is the drives of a drive container'),
  driversDistService: text(2048).optional().describe('is the base URL of the kernel drivers'),
  driversLoaderImage: text(1024).optional().describe('is the image that loads kernel drivers'),
  driversBuildId: text().optional().describe('is the build of the kernel drivers to load'),
  builder: object({
    weka_version: text().optional().describe('is the version to build drivers for'),
  })
    .optional()
    .describe('is read by no mode'),
  wekaSecretRef: envVarSource.optional().describe('is the secret with the credentials of the weka cluster'),
  joinIpPorts: texts(128, 64).optional().describe('are ip:port addresses of members to join'),
  tracesConfiguration: tracesConfiguration.optional().describe('bounds the traces on disk'),
  tolerations: tolerations().optional().describe('are added to the tolerations of the pod'),
  nodeInfoConfigMap: text().optional().describe('is a ConfigMap that is mounted at /etc/wekaio/node-info'),
  ipv6: z.boolean().optional().describe('makes weka use IPv6'),
  additionalMemory: mebibytes().optional().describe('is MiB of memory added to what is computed'),
  group: text(63).optional().describe('is the role whose containers are counted together'),
  serviceAccountName: text().optional().describe('is the service account of the pod'),
  additionalSecrets: z
    .record(text(63), text())
    .optional()
    .describe('are secrets to mount, by the name of their directory'),
  instructions: instructions.optional().describe('is what a helper is to do'),
  dropAffinityConstraints: z.boolean().optional().describe('lets containers of one role share a node'),
  uploadResultsTo: text().optional().describe('is the container that receives what a builder built'),
  upgradePolicyType: z.enum(upgradePolicies).default('manual').describe('is how a new image reaches a client'),
  state: z.enum(containerStates).default('active').describe('is what is to become of the container'),
  allowHotUpgrade: z.boolean().optional().describe('allows a frontend to be upgraded under mounts'),
  driveCapacity: gibibytes().optional().describe('is the GiB of each virtual drive (drive sharing)'),
  containerCapacity: gibibytes().optional().describe('is the GiB of all virtual drives together (drive sharing)'),
  driveTypesRatio: driveTypesRatio.optional().describe('divides containerCapacity over drive types'),
  autoRemoveTimeout: duration()
    .default('0s')
    .describe('is how long an absent client is remembered by weka; 0s means for ever'),
  overrides: wekaContainerOverrides.optional().describe('are switches for exceptional situations'),
  hostPID: z.boolean().optional().describe('shows the processes of the node to the pod'),
  resources: podResourcesSpec
    .optional()
    .describe('replaces the computed CPU and memory where the cpuPolicy or the mode says so'),
  pvc: pvcConfig.optional().describe('keeps the data of weka on a volume'),
  gracefulDestroyDuration: duration()
    .optional()
    .describe('is how long the container stays paused when its cluster has gone without a word; 24h when absent'),
});

export const wekaContainerSpec = withRules(specFields, [
  ...capacityRules<z.output<typeof specFields>>('numCores', 0),
  {
    cel: "self.cpuPolicy != 'manual' || (has(self.coreIds) && size(self.coreIds) > 0)",
    message: 'cpuPolicy manual needs coreIds',
    field: 'coreIds',
    holds: (self) => self.cpuPolicy !== 'manual' || (self.coreIds?.length ?? 0) > 0,
  },
]);

export const containerAllocations = object({
  drives: texts(1024).optional().describe('are the serials of the drives'),
  wekaPort: port().optional().describe('is the first weka port'),
  agentPort: port().optional().describe('is the port of the agent'),
  adoptedUid: text(64).optional().describe('is the uid of the former WekaContainer whose claim it took over'),
  dataUid: text(64)
    .optional()
    .describe('is the uid that the directory of its data on the node is named after, where it took one over'),
  failureDomain: text(63).optional().describe('is the failure domain handed to weka'),
  machineIdentifier: text().optional().describe('identifies the machine to weka'),
  netDevices: texts(64).optional().describe('are the network cards, on clouds that attach them'),
  virtualDrives: z
    .array(
      object({
        virtualUUID: text(64).optional().describe('is the UUID of the virtual drive'),
        physicalUUID: text(64).optional().describe('is the UUID of the drive below it'),
        capacityGiB: gibibytes().optional().describe('is its size'),
        serial: text().optional().describe('is the serial of the drive below it'),
        type: text(16).optional().describe('is TLC or QLC'),
      }),
    )
    .max(1024)
    .optional()
    .describe('are the virtual drives (drive sharing)'),
});
export type ContainerAllocations = z.output<typeof containerAllocations>;

const status = object({
  conditions: conditions().optional().describe('say where the container stands'),
  observedGeneration: observedGeneration(),
  uid: text(64)
    .optional()
    .describe('is the uid of the object that the status is about; that of a restored status is not believed'),
  status: z.enum(containerStatuses).optional().describe('is one word for people, derived from the conditions'),
  internalStatus: text(64).optional().describe("is weka's own word, such as READY"),
  managementIP: text(64).optional().describe('is the first management address'),
  managementIPs: texts(64, 64).optional().describe('are the management addresses'),
  containerID: z.int().optional().describe('is the number of the container in the weka cluster'),
  clusterID: text(64).optional().describe('is the GUID of the weka cluster'),
  clusterUid: text(64).optional().describe('is the uid of its WekaCluster'),
  clusterName: text().optional().describe('is the name of its WekaCluster'),
  lastAppliedImage: text(1024).optional().describe('is the image that last ran'),
  lastAppliedSpec: text(128).optional().describe('is the hash of the configuration that last ran'),
  nodeAffinity: text().optional().describe('is the node that the container is bound to'),
  podUid: text(64).optional().describe('is the uid of the pod, in which commands can be run'),
  lastPodUid: text(64)
    .optional()
    .describe('is the uid of the last pod that was seen on its node; that pod may be gone'),
  forceWord: dateTime()
    .optional()
    .describe('is when overrides.podDeleteForceReplace was first seen, as long as it stands'),
  result: text(262_144).optional().describe('is the result file of a helper'),
  allocations: containerAllocations.optional().describe('is a copy of what the container holds'),
  addedDrives: z
    .array(
      object({
        uuid: text(64).optional().describe('is the UUID that weka gave the drive'),
        added_time: text(64).optional().describe('is when the drive was added'),
        device_path: text(4096).optional().describe('is the device'),
        serial_number: text().optional().describe('is the serial'),
        status: text(64).optional().describe("is weka's own word, such as ACTIVE"),
      }),
    )
    .max(1024)
    .optional()
    .describe('are the drives that weka has'),
  stats: object({
    processes: entityStatefulNum.optional().describe('counts the processes'),
    cpuUtilization: text(64).optional().describe('is the average utilisation in percent'),
    drives: driveMetrics.optional().describe('is about drives'),
    activeMounts: metric().optional().describe('counts the mounts'),
    lastUpdate: dateTime().optional().describe('is when these numbers were read'),
  })
    .optional()
    .describe('are numbers that weka reports'),
  printer: object({
    processes: text().optional().describe('is the column Processes'),
    drives: text().optional().describe('is the column Drives'),
    activeMounts: text().optional().describe('is the column Mounts'),
    managementIPs: text().optional().describe('is the column Management IPs, such as 10.0.0.1 (+2)'),
    nodeAffinity: text().optional().describe('is the column Node'),
  })
    .optional()
    .describe('is what the printer columns show'),
  timestamps: z.record(text(64), dateTime()).optional().describe('are when things happened that a later step waits on'),
  notToleratedOnReschedule: z
    .boolean()
    .optional()
    .describe('says that the node has a taint that the container does not tolerate'),
});

/** What weka is told of a container once and for ever. */
const fixedForLife = (['mode', 'name'] as const).map((field): Rule<unknown> => ({
  cel: `self.spec.${field} == oldSelf.spec.${field}`,
  message: `${field} cannot be changed`,
  field: `spec.${field}`,
}));

/** Weka uses the drives; a smaller number would be carried out by taking them away. */
const drivesNeverFewer: Rule<unknown> = {
  cel: '!has(oldSelf.spec.numDrives) || (has(self.spec.numDrives) && self.spec.numDrives >= oldSelf.spec.numDrives) || !has(oldSelf.status) || !has(oldSelf.status.allocations)',
  message: 'numDrives cannot be lowered once drives are allocated: replace the container by one with fewer',
  field: 'spec.numDrives',
};

/** Weka knows a member by its ports. */
const portsFixed = (
  [
    ['port', 'wekaPort'],
    ['agentPort', 'agentPort'],
  ] as const
).map(([field, allocated]): Rule<unknown> => {
  const [now, before] = ['self', 'oldSelf'].map(
    (object) => `(has(${object}.spec.${field}) ? ${object}.spec.${field} : 0)`,
  );
  const given = `(has(oldSelf.status) && has(oldSelf.status.allocations) && has(oldSelf.status.allocations.${allocated}) ? oldSelf.status.allocations.${allocated} : 0)`;
  return {
    cel: `${now} == ${before} || ${given} == 0 || ${now} == ${given} || ${now} == 0`,
    message: `${field} cannot be changed once the container has its ports`,
    field: `spec.${field}`,
  };
});

export const wekaContainerSchema = withRules(wekaGroup.customResource('WekaContainer', wekaContainerSpec, status), [
  ...fixedForLife,
  drivesNeverFewer,
  ...portsFixed,
]);

export type WekaContainer = z.output<typeof wekaContainerSchema>;
export type WekaContainerSpec = WekaContainer['spec'];
export type WekaContainerStatus = NonNullable<WekaContainer['status']>;

/** The WekaContainer with defaults, or what is wrong with it. */
export const parseWekaContainer = (input: unknown) => parse(wekaContainerSchema, input);

export const wekaContainerKind = wekaGroup.kind({
  kind: 'WekaContainer',
  plural: 'wekacontainers',
  singular: 'wekacontainer',
  shortNames: ['wct'],
  scope: 'Namespaced',
  description: 'WekaContainer is one weka container or helper; its pod has the same name.',
  schema: wekaContainerSchema,
  columns: [
    { name: 'Status', type: 'string', jsonPath: '.status.status' },
    ...readyColumns,
    { name: 'Mode', type: 'string', jsonPath: '.spec.mode' },
    { name: 'Management IPs', type: 'string', jsonPath: '.status.printer.managementIPs' },
    { name: 'Node', type: 'string', jsonPath: '.status.printer.nodeAffinity' },
    ageColumn,
    { name: 'Processes', type: 'string', jsonPath: '.status.printer.processes', priority: 1 },
    { name: 'Drives', type: 'string', jsonPath: '.status.printer.drives', priority: 1 },
    { name: 'Mounts', type: 'string', jsonPath: '.status.printer.activeMounts', priority: 1 },
    { name: 'CPU', type: 'string', jsonPath: '.status.stats.cpuUtilization', priority: 1 },
    { name: 'Weka cID', type: 'integer', jsonPath: '.status.containerID', priority: 1 },
  ],
});
