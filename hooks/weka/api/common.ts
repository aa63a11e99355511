/** Pieces that several kinds share: bounded scalars, Kubernetes' own types, network, PVC, metrics. */
import { z } from 'zod';
import type { ObjectMeta } from '../../core/contract.ts';
import { durationPattern } from './durations.ts';
import { withRules } from './rules.ts';

// Bounds serve two ends: a typing error is refused early, and the API server can bound the cost of CEL rules.

export const text = (maximum = 253) => z.string().max(maximum);
export const texts = (items = 64, maximum = 253) => z.array(text(maximum)).max(items);
export const integer = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);
export const port = () => integer(0, 65535);
export const mebibytes = () => integer(0, 16_777_216);
export const gibibytes = (minimum = 0) => integer(minimum, 1_000_000_000);
/** How many containers of one role. */
export const containers = () => integer(0, 10_000);
export const cores = (minimum = 0) => integer(minimum, 1024);
export const coreIds = () => z.array(integer(0, 4095)).max(1024);
export const stringMap = () => z.record(text(317), text(4096));
export const duration = () =>
  z.string().max(64).regex(durationPattern, { error: 'must be a duration such as 24h, 5m0s or 0s' });
export const dateTime = () => z.iso.datetime({ offset: true });
/** A number that is observed, never wished. */
export const metric = () => z.int();
/** Anything that Kubernetes accepts there; it checks when the pod is created. */
export const anyObject = () => z.looseObject({});
/** A list of such, or a single one: upstream's schema says no more than that unknown fields are kept. */
export const oneOrMany = () => z.union([anyObject(), z.array(anyObject())]);
/** `500m`, `1Gi`, 2. */
export const quantity = () =>
  z.union([
    z.string().max(64).regex(/^[+-]?([0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$/, {
      error: 'must be a quantity such as 500m or 1Gi',
    }),
    z.int(),
  ]);

/**
 * An object whose field docs each begin with the field's JSON name, as `kubectl explain` readers expect: the shape's
 * descriptions are written without it.
 */
export function object<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const documented = Object.entries(shape).map(([name, schema]) => [name, schema.describe(`${name} ${schema.description ?? ''}`)]);
  return z.object(Object.fromEntries(documented) as Shape);
}

export const objectMeta = z.looseObject({
  name: z.string(),
  namespace: z.string().exactOptional(),
  uid: z.string().exactOptional(),
  generation: z.number().exactOptional(),
  labels: z.record(z.string(), z.string()).exactOptional(),
  annotations: z.record(z.string(), z.string()).exactOptional(),
}) as unknown as z.ZodType<ObjectMeta>;

export const image = () =>
  text(1024).regex(/^.+:\d+\.\d+\.\d+.*$/, {
    error: 'must be an image with a version as its tag, such as quay.io/weka.io/weka-in-container:5.1.0',
  });

export const cpuPolicies = ['auto', 'shared', 'dedicated', 'dedicated_ht', 'manual'] as const;
export const cpuPolicy = () => z.enum(cpuPolicies).default('auto');

/** core/v1 Toleration. */
export const toleration = object({
  key: text(317).optional().describe('is the taint key; empty matches all keys and needs operator Exists'),
  operator: z.enum(['Exists', 'Equal']).optional().describe('relates the key to the value; Equal when absent'),
  value: text(63).optional().describe('is the taint value that the toleration matches'),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional().describe('is the taint effect; all when absent'),
  tolerationSeconds: z.int().optional().describe('is how long a NoExecute taint is tolerated; for ever when absent'),
});
export const tolerations = () => z.array(toleration).max(64);
export type Toleration = z.output<typeof toleration>;

/** meta/v1 Condition. */
const condition = object({
  type: text(316).describe('names the condition'),
  status: z.enum(['True', 'False', 'Unknown']).describe('says whether the condition holds'),
  observedGeneration: z.int().min(0).optional().describe('is the generation of the spec that the condition is about'),
  lastTransitionTime: dateTime().describe('is when the status last changed'),
  reason: text(1024).describe('is a CamelCase word for programs; it differs between outcomes'),
  message: text(32768).describe('is a sentence for people'),
});
export const conditions = () =>
  z.array(condition).max(128).meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });
export const observedGeneration = () =>
  z.int().min(0).optional().describe('is the generation of the spec that the status is about');

/** core/v1 ContainerPort. */
export const containerPort = object({
  name: text(15).optional().describe('is the name by which Services refer to the port'),
  containerPort: integer(1, 65535).describe('is the port in the pod'),
  hostPort: port().optional().describe('is the port on the node'),
  hostIP: text(64).optional().describe('is the address of the node to bind to'),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP').describe('is the transport protocol'),
});

/** core/v1 EnvVarSource; we read the secret reference only. */
export const envVarSource = z.looseObject({
  secretKeyRef: object({
    key: text().describe('carries the name of the secret: upstream keeps it here, not in name'),
    name: text().optional().describe('is not read'),
    optional: z.boolean().optional().describe('is not read'),
  }).optional().describe('secretKeyRef points to the secret'),
});

export const networkSelector = object({
  subnet: text(64).optional().describe('is a CIDR; devices with an address inside it are chosen'),
  min: integer(0, 1024).optional().describe('is how many devices must be found'),
  max: integer(0, 1024).optional().describe('is how many devices are used at most'),
  deviceNames: texts(64, 64).optional().describe('are the devices to choose from'),
});

const listed = (values: unknown[] | undefined): boolean => values !== undefined && values.length > 0;

export const network = withRules(
  object({
    ethDevice: text(64).optional().describe('is the one network device; excludes ethDevices'),
    ethDevices: texts(64, 64).optional().describe('are the network devices; excludes ethDevice'),
    gateway: text(64).optional().describe('is the gateway address handed to weka'),
    udpMode: z.boolean().optional().describe('makes weka use UDP over the kernel in place of DPDK'),
    deviceSubnets: texts(64, 64).optional().describe('are CIDRs; devices with an address inside them are used'),
    selectors: z.array(networkSelector).max(64).optional().describe('choose the data devices'),
    managementIpsSelectors: z.array(networkSelector).max(64).optional().describe('choose the management addresses'),
    bindManagementAll: z.boolean().optional().describe('makes the management port listen on all addresses'),
    nvidiaVfSingleIp: z.boolean().optional().describe('marks NVIDIA virtual functions that share one address'),
  }),
  [
    {
      cel: "!(has(self.ethDevice) && self.ethDevice != '' && has(self.ethDevices) && size(self.ethDevices) > 0)",
      message: 'ethDevice and ethDevices exclude each other',
      field: 'ethDevices',
      holds: (self) => !((self.ethDevice ?? '') !== '' && listed(self.ethDevices)),
    },
  ],
);
export type Network = z.output<typeof network>;

/** Whether the network names devices in any way; without, weka talks UDP. */
export function namesDevices(network: Network | undefined): boolean {
  return (network?.ethDevice ?? '') !== '' || listed(network?.ethDevices) || listed(network?.deviceSubnets) || listed(network?.selectors);
}

export const pvcConfig = object({
  name: text().describe('is the PersistentVolumeClaim in the namespace of the pods'),
  path: text(4096).optional().describe('is the directory inside the volume'),
});

export const tracesConfiguration = object({
  maxCapacityPerIoNode: integer(0, 1_000_000).default(10).describe('is how many GB of traces each process may keep'),
  ensureFreeSpace: integer(0, 1_000_000).default(20).describe('is how many GB stay free on the disk of the traces'),
  dumperConfigMode: z.enum(['auto', 'override', 'cluster', 'partial-override']).default('auto').describe('says where the trace dumper takes its configuration from'),
});
export type TracesConfiguration = z.output<typeof tracesConfiguration>;

export const portRange = object({
  basePort: port().optional().describe('is the first port; 0 means that one is chosen'),
  portRange: port().optional().describe('is how many ports follow; 0 means no limit'),
});

const podResources = object({
  cpu: quantity().optional().describe('is an amount of CPU'),
  memory: quantity().optional().describe('is an amount of memory'),
});
export const podResourcesSpec = object({
  requests: podResources.optional().describe('are what the scheduler reserves'),
  limits: podResources.optional().describe('are what the pod may use at most'),
});

export const driveTypesRatio = object({
  tlc: integer(0, 1000).optional().describe('is the share of TLC capacity'),
  qlc: integer(0, 1000).optional().describe('is the share of QLC capacity'),
});

export const failureDomain = object({
  label: text(317).optional().describe('is the node label whose value is the failure domain; wins over compositeLabels'),
  skew: integer(0, 1000).optional().describe('is the greatest allowed difference in containers between domains; 1 when absent'),
  compositeLabels: texts(16, 317).optional().describe('are node labels whose values, joined, are the failure domain'),
});

export const objectReference = object({
  name: text().describe('is the name of the object'),
  namespace: text(63).optional().describe('is the namespace of the object'),
});

export const advancedCsiConfig = object({
  enforceTrustedHttps: z.boolean().optional().describe('refuses certificates that no known authority signed'),
  nodeLabels: stringMap().optional().describe('are added to the pods of the CSI node part'),
  nodeTolerations: tolerations().optional().describe('are added to the pods of the CSI node part'),
  controllerLabels: stringMap().optional().describe('are added to the pods of the CSI controller part'),
  controllerTolerations: tolerations().optional().describe('are added to the pods of the CSI controller part'),
  skipGarbageCollection: z.boolean().optional().describe('leaves deleted directories to be removed by hand'),
});

/** Active, created and desired of one kind of thing. */
export const entityStatefulNum = object({
  active: metric().optional().describe('counts those that work'),
  created: metric().optional().describe('counts those that exist'),
  desired: metric().optional().describe('counts those that are wanted'),
});

export const driveMetrics = object({
  counters: entityStatefulNum.optional().describe('count the drives'),
  failures: z.array(object({
    serialId: text().optional().describe('is the serial of the drive'),
    wekaDriveId: text().optional().describe('is the UUID that weka gave the drive'),
  })).max(1024).optional().describe('lists failed drives'),
});
