/** Pieces that several kinds of weka share: cores, memory, images, network, metrics. */
import { z } from 'zod';
import { withRules } from '../../core/api/rules.ts';
import {
  anyObject,
  integer,
  labelKey,
  labelMap,
  metric,
  object,
  optionalLabelKey,
  port,
  text,
  texts,
  tolerations,
} from '../../core/api/schema.ts';

export const mebibytes = () => integer(0, 16_777_216);
export const gibibytes = (minimum = 0) => integer(minimum, 1_000_000_000);
/** How many containers of one role. */
export const containers = () => integer(0, 10_000);
export const cores = (minimum = 0) => integer(minimum, 1024);
export const coreIds = () => z.array(integer(0, 4095)).max(1024);
/** A list of any objects, or a single one: upstream's schema says no more than that unknown fields are kept. */
export const oneOrMany = () => z.union([anyObject(), z.array(anyObject())]);

export const image = () =>
  text(1024).regex(/^.+:\d+\.\d+\.\d+.*$/, {
    error: 'must be an image with a version as its tag, such as quay.io/weka.io/weka-in-container:5.1.0',
  });

export const cpuPolicies = ['auto', 'shared', 'dedicated', 'dedicated_ht', 'manual'] as const;
export const cpuPolicy = () => z.enum(cpuPolicies).default('auto');

/** core/v1 EnvVarSource; we read the secret reference only. */
export const envVarSource = z.looseObject({
  secretKeyRef: object({
    key: text().describe('carries the name of the secret: upstream keeps it here, not in name'),
    name: text().optional().describe('is not read'),
    optional: z.boolean().optional().describe('is not read'),
  })
    .optional()
    .describe('secretKeyRef points to the secret'),
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
  return (
    (network?.ethDevice ?? '') !== '' ||
    listed(network?.ethDevices) ||
    listed(network?.deviceSubnets) ||
    listed(network?.selectors)
  );
}

export const pvcConfig = object({
  name: text().describe('is the PersistentVolumeClaim in the namespace of the pods'),
  path: text(4096).optional().describe('is the directory inside the volume'),
});

export const tracesConfiguration = object({
  maxCapacityPerIoNode: integer(0, 1_000_000).default(10).describe('is how many GB of traces each process may keep'),
  ensureFreeSpace: integer(0, 1_000_000).default(20).describe('is how many GB stay free on the disk of the traces'),
  dumperConfigMode: z
    .enum(['auto', 'override', 'cluster', 'partial-override'])
    .default('auto')
    .describe('says where the trace dumper takes its configuration from'),
});
export type TracesConfiguration = z.output<typeof tracesConfiguration>;

export const portRange = object({
  basePort: port().optional().describe('is the first port; 0 means that one is chosen'),
  portRange: port().optional().describe('is how many ports follow; 0 means no limit'),
});

export const driveTypesRatio = object({
  tlc: integer(0, 1000).optional().describe('is the share of TLC capacity'),
  qlc: integer(0, 1000).optional().describe('is the share of QLC capacity'),
});

export const failureDomain = object({
  label: optionalLabelKey()
    .optional()
    .describe('is the node label whose value is the failure domain; wins over compositeLabels'),
  skew: integer(0, 1000)
    .optional()
    .describe('is the greatest allowed difference in containers between domains; 1 when absent'),
  compositeLabels: z
    .array(labelKey())
    .max(16)
    .optional()
    .describe('are node labels whose values, joined, are the failure domain'),
});

export const advancedCsiConfig = object({
  enforceTrustedHttps: z.boolean().optional().describe('refuses certificates that no known authority signed'),
  nodeLabels: labelMap().optional().describe('are added to the pods of the CSI node part'),
  nodeTolerations: tolerations().optional().describe('are added to the pods of the CSI node part'),
  controllerLabels: labelMap().optional().describe('are added to the pods of the CSI controller part'),
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
  failures: z
    .array(
      object({
        serialId: text().optional().describe('is the serial of the drive'),
        wekaDriveId: text().optional().describe('is the UUID that weka gave the drive'),
      }),
    )
    .max(1024)
    .optional()
    .describe('lists failed drives'),
});
