/** WekaClient: the weka frontend on each matching node. */
import { z } from 'zod';
import { ageColumn, nameAtMost, readyColumns } from '../../core/api/kind.ts';
import { parse } from '../../core/api/parse.ts';
import { withRules } from '../../core/api/rules.ts';
import {
  conditions,
  duration,
  integer,
  labelMap,
  object,
  objectReference,
  observedGeneration,
  podResourcesSpec,
  port,
  text,
  texts,
  tolerations,
} from '../../core/api/schema.ts';
import {
  advancedCsiConfig,
  coreIds,
  cores,
  cpuPolicy,
  entityStatefulNum,
  image,
  mebibytes,
  network,
  portRange,
  pvcConfig,
  tracesConfiguration,
} from './common.ts';
import { wekaGroup } from './group.ts';
import { upgradePolicies } from './weka-container.ts';

export const clientStatuses = ['Init', 'Running', 'Upgrading', 'Destroying', 'Paused'] as const;

const wekaHome = () =>
  object({
    cacertSecret: text().optional().describe('is the secret with the authority that signed the endpoint of Weka Home'),
  });

const specFields = object({
  image: image().describe('is the weka image; its tag up to the first dash is the version'),
  imagePullSecret: text().optional().describe('is the secret with which nodes pull the image'),
  port: port().optional().describe('is the first weka port; 0 means that the pod chooses it'),
  agentPort: port().optional().describe('is the port of the agent; 0 means that the pod chooses it'),
  portRange: portRange.optional().describe('is where the pod looks for free ports; from 45000 upward when absent'),
  nodeSelector: labelMap().optional().describe('are the labels of the nodes that get a client; all nodes when absent'),
  wekaSecretRef: text()
    .optional()
    .describe('is the secret with the credentials; weka-client-<target cluster> when absent'),
  network: network.optional().describe('is how weka reaches the network; UDP when absent'),
  driversDistService: text(2048).optional().describe('is the base URL of the kernel drivers'),
  joinIpPorts: texts(128, 64)
    .optional()
    .describe('are ip:port addresses of the weka cluster, when it has no WekaCluster here'),
  targetCluster: objectReference.optional().describe('is the WekaCluster to join'),
  cpuPolicy: cpuPolicy().describe(
    'is how cores are taken from the node; auto follows hyper-threading, or coreIds when given',
  ),
  cpuRequest: text(64).optional().describe('is accepted and has no effect'),
  coresNum: cores().optional().describe('is the cores of each client; 1 when absent or 0. May grow and never shrink'),
  coreIds: coreIds().optional().describe('are core ids, for cpuPolicy manual'),
  tracesConfiguration: tracesConfiguration.optional().describe('bounds the traces on disk'),
  tolerations: texts(64, 317)
    .optional()
    .describe('are taint keys that pods tolerate with any value and effect NoSchedule or NoExecute'),
  rawTolerations: tolerations().optional().describe('are tolerations added verbatim'),
  serviceAccountName: text().optional().describe('is the service account of the pods'),
  additionalMemory: mebibytes().optional().describe('is MiB of memory added to what is computed'),
  resources: podResourcesSpec.optional().describe('replaces the computed CPU and memory'),
  hugepages: mebibytes().optional().describe('is the MiB of hugepages of each client; 1500 per core when absent or 0'),
  hugepagesOffset: mebibytes()
    .optional()
    .describe('is the part of the hugepages, in MiB, that is not handed to weka; 200 when absent or 0'),
  wekaHomeConfig: wekaHome().optional().describe('is accepted and has no effect; wekaHome replaces it'),
  wekaHome: wekaHome().optional().describe('is how the client reaches Weka Home'),
  upgradePolicy: object({
    type: z.enum(upgradePolicies).default('manual').describe('is how a new image reaches the clients'),
  })
    .optional()
    .describe('is how a new image reaches the clients; manual when absent'),
  allowHotUpgrade: z.boolean().optional().describe('allows a client to be upgraded under mounts'),
  overrides: object({
    driversBuildId: text().optional().describe('is the build of the kernel drivers to load'),
    driversLoaderImage: text(1024)
      .optional()
      .describe('is the image that loads kernel drivers in place of the client image'),
    machineIdentifierNodeRef: text(1024)
      .optional()
      .describe('is a field path in the Node whose value identifies the machine'),
    forceDrain: z.boolean().optional().describe('drains clients by force under their mounts'),
    skipActiveMountsCheck: z.boolean().optional().describe('does not wait for mounts to end'),
    umountOnHost: z.boolean().optional().describe('unmounts on the host; only together with forceDrain'),
    dropAffinityConstraints: z.boolean().optional().describe('lets several clients share a node'),
    wekaContainerName: text()
      .optional()
      .describe('is the name inside weka, to take over a client that was set up by hand'),
  })
    .optional()
    .describe('are switches for exceptional situations'),
  autoRemoveTimeout: duration().default('24h').describe('is how long an absent client is remembered by weka'),
  globalPVC: pvcConfig.optional().describe('keeps the data of weka on a volume in place of the host'),
  csiConfig: object({
    csiGroup: text(63).optional().describe('names the CSI driver; that of the target cluster when absent'),
    disableControllerCreation: z.boolean().optional().describe('leaves the controller part of CSI to others'),
    advanced: advancedCsiConfig.optional().describe('are settings that few need'),
  })
    .optional()
    .describe('configures the CSI driver'),
});

const wekaClientSpec = withRules(specFields, [
  {
    cel: "self.cpuPolicy != 'manual' || (has(self.coreIds) && size(self.coreIds) > 0)",
    message: 'cpuPolicy manual needs coreIds',
    field: 'coreIds',
    holds: (self) => self.cpuPolicy !== 'manual' || (self.coreIds?.length ?? 0) > 0,
  },
]);

const status = object({
  conditions: conditions().optional().describe('say where the clients stand'),
  observedGeneration: observedGeneration(),
  status: z.enum(clientStatuses).optional().describe('is one word for people, derived from the conditions'),
  lastAppliedSpec: text(128).optional().describe('is the hash of the spec that was last given to all containers'),
  stats: object({
    containers: entityStatefulNum.optional().describe('counts the containers'),
  })
    .optional()
    .describe('are numbers'),
  memberships: z
    .record(text(64), integer(0, 1_000_000))
    .optional()
    .describe(
      'is how many containers are members of which weka cluster, by its GUID, terminating ones included and whatever the spec names',
    ),
  printer: object({
    containers: text().optional().describe('is the column Containers, active/created/desired'),
  })
    .optional()
    .describe('is what the printer columns show'),
});

export const wekaClientSchema = withRules(wekaGroup.customResource('WekaClient', wekaClientSpec, status), [
  nameAtMost(63, 'it is the value of a label'),
]);

export type WekaClient = z.output<typeof wekaClientSchema>;
export type WekaClientSpec = WekaClient['spec'];
export type WekaClientStatus = NonNullable<WekaClient['status']>;

/** The WekaClient with defaults, or what is wrong with it. */
export const parseWekaClient = (input: unknown) => parse(wekaClientSchema, input);

export const wekaClientKind = wekaGroup.kind({
  kind: 'WekaClient',
  plural: 'wekaclients',
  singular: 'wekaclient',
  shortNames: ['wcl'],
  scope: 'Namespaced',
  description: 'WekaClient is the weka client on each matching node.',
  schema: wekaClientSchema,
  columns: [
    { name: 'Status', type: 'string', jsonPath: '.status.status' },
    ...readyColumns,
    { name: 'Target Cluster', type: 'string', jsonPath: '.spec.targetCluster.name' },
    { name: 'Cores', type: 'integer', jsonPath: '.spec.coresNum' },
    { name: 'Containers(A/C/D)', type: 'string', jsonPath: '.status.printer.containers' },
    { name: 'Join IPs', type: 'string', jsonPath: '.spec.joinIpPorts', priority: 1 },
    ageColumn,
  ],
});
