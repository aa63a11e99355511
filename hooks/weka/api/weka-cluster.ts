/** WekaCluster: what a user writes to get a weka cluster. The status' metrics are in weka-cluster-status.ts. */
import { z } from 'zod';
import { ageColumn, nameAtMost, readyColumns } from '../../core/api/kind.ts';
import { parse } from '../../core/api/parse.ts';
import { withRules, type Rule } from '../../core/api/rules.ts';
import {
  annotationMap,
  anyObject,
  duration,
  integer,
  labelMap,
  object,
  port,
  text,
  texts,
  tolerations,
} from '../../core/api/schema.ts';
import {
  advancedCsiConfig,
  containers,
  coreIds,
  cores,
  cpuPolicy,
  driveTypesRatio,
  failureDomain,
  gibibytes,
  image,
  mebibytes,
  namesDevices,
  network,
  oneOrMany,
  pvcConfig,
  tracesConfiguration,
} from './common.ts';
import { wekaGroup } from './group.ts';
import { roles } from './modes.ts';
import { wekaClusterStatus } from './weka-cluster-status.ts';

/** The roles that a WekaCluster's fields can tell apart. */
export const selectableRoles = ['compute', 'drive', 's3', 'nfs', 'smbw', 'dataServices'] as const;

/** Rules on drives and capacity, shared with WekaContainer; zero counts as not given, as it does upstream. */
interface Capacities {
  numDrives?: number | undefined;
  driveCapacity?: number | undefined;
  containerCapacity?: number | undefined;
  driveTypesRatio?: { tlc?: number | undefined } | undefined;
}
const given = (value: number | undefined): boolean => (value ?? 0) > 0;
const celGiven = (field: string): string => `(has(self.${field}) && self.${field} > 0)`;
const celValue = (field: string, otherwise: number): string => `(has(self.${field}) ? self.${field} : ${otherwise})`;

/** @param coresField the field with the cores of one drive container */
export function capacityRules<Self extends Capacities>(coresField: string, drivesByDefault: number): Rule<Self>[] {
  const coresOf = (self: Self): number => ((self as Record<string, unknown>)[coresField] as number | undefined) ?? 1;
  return [
    {
      cel: `!(${celGiven('driveCapacity')} && has(self.driveTypesRatio))`,
      message: 'driveTypesRatio needs containerCapacity and excludes driveCapacity',
      field: 'driveTypesRatio',
      holds: (self) => !(given(self.driveCapacity) && self.driveTypesRatio !== undefined),
    },
    {
      cel: `!(${celGiven('numDrives')} && ${celGiven('containerCapacity')})`,
      message: 'numDrives and containerCapacity exclude each other',
      field: 'containerCapacity',
      holds: (self) => !(given(self.numDrives) && given(self.containerCapacity)),
    },
    {
      cel: `!${celGiven('driveCapacity')} || ${celValue('numDrives', drivesByDefault)} >= ${celValue(coresField, 1)}`,
      message: `with driveCapacity, numDrives must be at least ${coresField}`,
      field: 'numDrives',
      holds: (self) => !given(self.driveCapacity) || (self.numDrives ?? drivesByDefault) >= coresOf(self),
    },
    {
      cel: '!has(self.driveTypesRatio) || (has(self.driveTypesRatio.tlc) && self.driveTypesRatio.tlc > 0)',
      message: 'driveTypesRatio.tlc must be greater than 0',
      field: 'driveTypesRatio.tlc',
      holds: (self) => self.driveTypesRatio === undefined || given(self.driveTypesRatio.tlc),
    },
  ];
}

const hugepages = (of: string) =>
  mebibytes().optional().describe(`is the MiB of hugepages of each ${of} container; computed when absent`);
const offset = (of: string) =>
  mebibytes().optional().describe(`is the part of the hugepages, in MiB, that a ${of} container does not hand to weka`);
const amount = (of: string, otherwise: number) =>
  containers().optional().describe(`is how many ${of} containers there are; ${otherwise} when absent`);
const coresOf = (of: string) => cores(1).optional().describe(`is the cores of each ${of} container; 1 when absent`);
const extra = (of: string, otherwise: number) =>
  cores().optional().describe(`is cores of a ${of} container that weka does not use; ${otherwise} when absent`);

export const wekaConfig = withRules(
  object({
    computeContainers: amount('compute', 6),
    driveContainers: amount('drive', 6),
    s3Containers: amount('s3', 0),
    computeCores: coresOf('compute'),
    driveCores: coresOf('drive'),
    s3Cores: coresOf('s3'),
    numDrives: integer(1, 1024)
      .optional()
      .describe('is the drives of each drive container; 1 when absent and containerCapacity is absent too'),
    computeExtraCores: extra('compute', 0),
    driveExtraCores: extra('drive', 0),
    s3ExtraCores: extra('s3', 1),
    driveHugepages: hugepages('drive'),
    driveHugepagesOffset: offset('drive'),
    computeHugepages: hugepages('compute'),
    computeHugepagesOffset: offset('compute'),
    s3FrontendHugepages: hugepages('s3'),
    s3FrontendHugepagesOffset: offset('s3'),
    envoyCores: coresOf('envoy'),
    nfsContainers: amount('nfs', 0),
    nfsCores: coresOf('nfs'),
    nfsExtraCores: extra('nfs', 1),
    nfsFrontendHugepages: hugepages('nfs'),
    nfsFrontendHugepagesOffset: offset('nfs'),
    smbwContainers: amount('smbw', 0),
    smbwCores: coresOf('smbw'),
    smbwExtraCores: extra('smbw', 0),
    smbwFrontendHugepages: hugepages('smbw'),
    smbwFrontendHugepagesOffset: offset('smbw'),
    driveCapacity: gibibytes(1)
      .optional()
      .describe('is the GiB of each of the numDrives virtual drives of a drive container (drive sharing)'),
    containerCapacity: gibibytes(1)
      .optional()
      .describe('is the GiB of each drive container, on as many virtual drives as it takes (drive sharing)'),
    clusterCapacity: gibibytes(1)
      .optional()
      .describe('is the GiB of the whole cluster, divided over its drive containers (drive sharing)'),
    driveTypesRatio: driveTypesRatio.optional().describe('divides containerCapacity over drive types'),
    dataServicesContainers: amount('data-services', 0),
    dataServicesCores: coresOf('data-services'),
    dataServicesExtraCores: extra('data-services', 0),
    dataServicesHugepages: hugepages('data-services'),
    dataServicesHugepagesOffset: offset('data-services'),
  }),
  [
    ...capacityRules<Capacities>('driveCores', 1),
    {
      cel: `!(has(self.clusterCapacity) && (has(self.containerCapacity) || has(self.driveCapacity)))`,
      message: 'clusterCapacity excludes containerCapacity and driveCapacity',
      field: 'clusterCapacity',
      holds: (self) =>
        self.clusterCapacity === undefined ||
        (self.containerCapacity === undefined && self.driveCapacity === undefined),
    },
  ],
);
export type WekaConfig = z.output<typeof wekaConfig>;

/** One optional field per role. */
function perRole<Schema extends z.ZodType>(schema: () => Schema, what: string) {
  const field = (role: string) => schema().optional().describe(`${what} ${role} containers`);
  return {
    compute: field('compute'),
    drive: field('drive'),
    s3: field('s3'),
    nfs: field('nfs'),
    smbw: field('smbw'),
  };
}
function perRoleAndDataServices<Schema extends z.ZodType>(schema: () => Schema, what: string) {
  return { ...perRole(schema, what), dataServices: schema().optional().describe(`${what} data-services containers`) };
}

const clusterPortFields = {
  basePort: port()
    .optional()
    .describe('is the first port of the cluster; 0 means that it is chosen. Cannot be changed once allocated'),
  portRange: port()
    .optional()
    .describe('is how many ports the cluster has; 0 means that it is chosen. Cannot be changed once allocated'),
  lbPort: port().optional().describe('is the port of the S3 load balancer; 0 means that it is chosen'),
  lbAdminPort: port()
    .optional()
    .describe('is the administration port of the S3 load balancer; 0 means that it is chosen'),
  s3Port: port().optional().describe('is the port of the S3 gateway; 0 means that it is chosen'),
  managementProxyPort: port().optional().describe('is the port of the management proxy; 0 means that it is chosen'),
};
export const clusterPorts = object(clusterPortFields);

export const wekaClusterOverrides = object({
  allowS3ClusterDestroy: z.boolean().optional().describe('destroys the S3 cluster once s3Containers is 0'),
  allowSmbwClusterDestroy: z.boolean().optional().describe('is accepted and has no effect'),
  disregardRedundancy: z.boolean().optional().describe('lets containers of one role share a node; for tests only'),
  driversBuildId: text().optional().describe('is the build of the kernel drivers to load'),
  driversLoaderImage: text(1024)
    .optional()
    .describe('is the image that loads kernel drivers in place of the cluster image'),
  forceAio: z.boolean().optional().describe('makes weka use AIO in place of direct NVMe; read at formation only'),
  postFormClusterScript: text(65536)
    .optional()
    .describe('is a shell script run once after formation, before IO starts'),
  upgradeForceReplace: z.boolean().optional().describe('stops containers by force in an upgrade'),
  upgradeForceReplaceDrives: z.boolean().optional().describe('stops drive containers by force in an upgrade'),
  upgradeAllAtOnce: z.boolean().optional().describe('gives all containers the new image at once'),
  upgradePaused: z.boolean().optional().describe('holds an upgrade where it is'),
  upgradePausePreCompute: z.boolean().optional().describe('holds an upgrade before the compute containers'),
  podTerminationDeactivationTimeout: duration()
    .optional()
    .describe('is how long a drive or compute container may take to stop before it is drained; never when absent'),
  cancelDeletion: z.boolean().optional().describe('keeps a cluster whose deletion was asked for'),
  paused: z
    .boolean()
    .optional()
    .describe('stops all containers of the cluster and of its clients, and keeps their data'),
});

const encryption = object({
  vault: object({
    address: text(2048).optional().describe('is the URL of the Vault server'),
    role: text().optional().describe('is the Kubernetes role in Vault'),
    authPath: text(1024).default('kubernetes').describe('is where the Kubernetes method is mounted'),
    transitPath: text(1024).default('transit').describe('is where the transit engine is mounted'),
    method: text(64).optional().describe('is how weka authenticates; only kubernetes is configured'),
    keyName: text().default('weka-key').describe('is the key in the transit engine'),
  })
    .optional()
    .describe('makes weka keep its keys in HashiCorp Vault'),
  internal: object({
    enabled: z.boolean().optional().describe('makes weka encrypt with keys that it keeps itself'),
  })
    .optional()
    .describe('makes weka keep its keys itself'),
});

const telemetryExport = object({
  name: text(63).describe('names the export'),
  sources: texts(16, 63).optional().describe('are the streams to export, such as audit'),
  splunk: object({
    authTokenSecretRef: text(507).optional().describe('is the token, as <secret>.<key>'),
    endpoint: text(2048).optional().describe('is the URL of the collector'),
    caCertSecretRef: text(507).optional().describe('is the authority that signed the endpoint, as <secret>.<key>'),
    allowUnverifiedCertificate: z.boolean().optional().describe('accepts any certificate'),
    verifyWithClusterCACert: z.boolean().optional().describe('verifies with the authority of the weka cluster'),
  })
    .optional()
    .describe('exports to Splunk'),
});

const specFields = object({
  template: z
    .enum(['dynamic', 'small', 'large', 'small_s3', 'small_nfs'])
    .default('dynamic')
    .describe('is the shape of the cluster; dynamic takes it from dynamicTemplate'),
  image: image().describe('is the weka image; its tag up to the first dash is the version'),
  imagePullSecret: text().optional().describe('is the secret with which nodes pull the image'),
  driversDistService: text(2048).optional().describe('is the base URL of the kernel drivers'),
  nodeSelector: labelMap().optional().describe('are node labels that all containers need; any linux node when absent'),
  roleNodeSelector: object(perRoleAndDataServices(labelMap, 'replaces nodeSelector for'))
    .optional()
    .describe('replaces nodeSelector per role'),
  roleAnnotations: object(perRoleAndDataServices(annotationMap, 'are the annotations of'))
    .optional()
    .describe('replaces the annotations that containers inherit, per role'),
  roleNetworkSelector: object(perRoleAndDataServices(() => network, 'replaces network for'))
    .optional()
    .describe('replaces network per role'),
  failureDomain: failureDomain.optional().describe('says which nodes fail together'),
  podConfig: object({
    topologySpreadConstraints: oneOrMany()
      .optional()
      .describe('are core/v1 TopologySpreadConstraints for all roles, a list or a single one'),
    roleTopologySpreadConstraints: object(perRole(oneOrMany, 'are the topology spread constraints of'))
      .optional()
      .describe('replaces topologySpreadConstraints per role'),
    affinity: anyObject().optional().describe('is a core/v1 Affinity that ours is added to'),
    roleAffinity: object(perRole(anyObject, 'is the affinity of')).optional().describe('replaces affinity per role'),
  })
    .optional()
    .describe('shapes the placement of pods'),
  cpuPolicy: cpuPolicy().describe('is how cores are taken from the node; auto follows hyper-threading'),
  tracesConfiguration: tracesConfiguration.optional().describe('bounds the traces on disk'),
  tolerations: texts(64, 317)
    .optional()
    .describe('are taint keys that pods tolerate with any value and effect NoSchedule or NoExecute'),
  rawTolerations: tolerations().optional().describe('are tolerations added verbatim'),
  wekaHome: object({
    endpoint: text(2048).optional().describe('is the URL of Weka Home; the operator setting when absent'),
    allowInsecure: z.boolean().optional().describe('accepts any certificate'),
    cacertSecret: text().optional().describe('is the secret with the authority that signed the endpoint'),
    enableStats: z.boolean().optional().describe('also sends statistics; the operator setting when absent'),
  })
    .optional()
    .describe('connects the cluster to Weka Home'),
  ipv6: z.boolean().optional().describe('makes weka use IPv6; needs UDP'),
  additionalMemory: object({
    ...perRoleAndDataServices(mebibytes, 'is MiB of memory added to'),
    envoy: mebibytes().optional().describe('is MiB of memory added to envoy containers'),
  })
    .optional()
    .describe('adds memory to what is computed'),
  ports: clusterPorts.optional().describe('fixes ports that would otherwise be chosen'),
  operatorSecretRef: text().optional().describe('is a secret with credentials of an existing weka cluster to expand'),
  expandEndpoints: texts(128, 64).optional().describe('are ip:port addresses of an existing weka cluster to expand'),
  dynamicTemplate: wekaConfig
    .optional()
    .describe('is the shape of the cluster under template dynamic; absent means all defaults'),
  network: network.optional().describe('is how weka reaches the network; UDP when absent'),
  hotSpare: integer(0, 1024)
    .optional()
    .describe('is how many failure domains of capacity are kept as spare; 0 when absent'),
  redundancyLevel: z
    .literal([2, 4])
    .optional()
    .describe('is the parity drives of a stripe, 2 or 4; weka decides when absent'),
  stripeWidth: integer(3, 16).optional().describe('is the data drives of a stripe, 3 to 16; weka decides when absent'),
  leadershipRaftSize: z
    .literal([5, 9])
    .optional()
    .describe('is the members that lead the cluster, 5 or 9; weka takes 5 when absent'),
  bucketRaftSize: z
    .literal([5, 9])
    .optional()
    .describe('is the members that lead a bucket, 5 or 9; weka takes 5 when absent'),
  startIoConditions: object({
    minNumDrives: integer(0, 1_000_000)
      .optional()
      .describe('is how many drives must be added before IO starts; all when absent'),
  })
    .optional()
    .describe('says when IO starts'),
  gracefulDestroyDuration: duration()
    .default('24h')
    .describe('is how long a deleted cluster stays paused before its data is destroyed'),
  overrides: wekaClusterOverrides.optional().describe('are switches for exceptional situations'),
  csiConfig: object({
    endpointsSubnets: texts(64, 64)
      .optional()
      .describe('are CIDRs; only management addresses inside them are given to CSI'),
    csiGroup: text(63).optional().describe('names the CSI driver; <name>.<namespace> when absent'),
    advanced: advancedCsiConfig.optional().describe('are settings that few need'),
  })
    .optional()
    .describe('configures the CSI driver of this cluster'),
  globalPVC: pvcConfig.optional().describe('keeps the data of weka on a volume in place of the host'),
  serviceAccountName: text().optional().describe('is the service account of the pods'),
  roleCoreIds: object(perRoleAndDataServices(coreIds, 'are the core ids of'))
    .optional()
    .describe('are core ids per role, for cpuPolicy manual'),
  encryption: encryption.optional().describe('says where weka keeps its keys'),
  nfs: object({
    interfaces: z.array(text(64)).max(1).optional().describe('is the network device of the NFS addresses, at most one'),
    ipRanges: texts(64, 128).optional().describe('are the floating addresses of NFS'),
  })
    .optional()
    .describe('configures NFS'),
  s3: object({
    clusterCreateArgs: texts(64, 1024).optional().describe('are further arguments of weka s3 cluster create'),
  })
    .optional()
    .describe('configures S3'),
  smbw: object({
    clusterName: text(63).optional().describe('is the NetBIOS name of the SMB cluster'),
    domainName: text().optional().describe('is the Active Directory domain'),
    domainJoinSecret: text().optional().describe('is the secret with the password for joining the domain'),
    userName: text().optional().describe('is the user who joins the domain'),
    ipRanges: texts(64, 128).optional().describe('are the floating addresses of SMB'),
  })
    .optional()
    .describe('configures SMB'),
  telemetry: object({
    exports: z.array(telemetryExport).max(16).optional().describe('are where audit and other streams go'),
  })
    .optional()
    .describe('exports streams of the cluster'),
});

type SpecFields = z.output<typeof specFields>;
const celNamesDevices = (path: string): string =>
  [
    `${path}.ethDevice != ''`,
    `size(${path}.ethDevices) > 0`,
    `size(${path}.deviceSubnets) > 0`,
    `size(${path}.selectors) > 0`,
  ]
    .map((test) => `(has(${/[a-zA-Z.0-9]+\.[a-zA-Z]+/.exec(test.replace('size(', ''))?.[0]}) && ${test})`)
    .join(' || ');

/** IPv6 works over UDP only: the network must name no device or say udpMode. */
function ipv6Rule(
  field: string,
  parents: string[],
  read: (self: SpecFields) => SpecFields['network'],
): Rule<SpecFields> {
  const path = `self.${field}`;
  const present = [...parents, field].map((name) => `has(self.${name})`).join(' && ');
  return {
    cel: `!(has(self.ipv6) && self.ipv6 && ${present} && !(has(${path}.udpMode) && ${path}.udpMode) && (${celNamesDevices(path)}))`,
    message: 'ipv6 needs UDP: set udpMode or name no device',
    field,
    holds: (self) => !(self.ipv6 === true && read(self)?.udpMode !== true && namesDevices(read(self))),
  };
}

export const wekaClusterSpec = withRules(specFields, [
  ipv6Rule('network', [], (self) => self.network),
  ...selectableRoles.map((role) =>
    ipv6Rule(`roleNetworkSelector.${role}`, ['roleNetworkSelector'], (self) => self.roleNetworkSelector?.[role]),
  ),
  ...[...roles].sort().map((role): Rule<SpecFields> => ({
    cel: `self.cpuPolicy != 'manual' || (has(self.roleCoreIds) && has(self.roleCoreIds.${role}) && size(self.roleCoreIds.${role}) > 0)`,
    message: `cpuPolicy manual needs the core ids of ${role} containers`,
    field: 'roleCoreIds',
    holds: (self) => self.cpuPolicy !== 'manual' || (self.roleCoreIds?.[role]?.length ?? 0) > 0,
  })),
]);

/** A port may be fixed or changed until it was allocated, and later set to what was allocated. */
function fixedOnceAllocated(field: 'basePort' | 'portRange'): Rule<unknown> {
  const wished = (of: string): string =>
    `(has(${of}.spec.ports) && has(${of}.spec.ports.${field}) ? ${of}.spec.ports.${field} : 0)`;
  const allocated = `(has(oldSelf.status) && has(oldSelf.status.ports) && has(oldSelf.status.ports.${field}) ? oldSelf.status.ports.${field} : 0)`;
  return {
    cel: `${wished('self')} == ${wished('oldSelf')} || ${allocated} == 0 || ${wished('self')} == ${allocated}`,
    message: `${field} cannot be changed once it is allocated`,
    field: `spec.ports.${field}`,
  };
}

const unlessFormed = `!has(oldSelf.status) || !has(oldSelf.status.clusterID) || oldSelf.status.clusterID == ''`;

/** What weka takes when it is formed and never again. */
const fixedAtFormation = (['redundancyLevel', 'stripeWidth', 'leadershipRaftSize', 'bucketRaftSize'] as const).map(
  (field): Rule<unknown> => {
    const wished = (of: string): string => `(has(${of}.spec.${field}) ? ${of}.spec.${field} : 0)`;
    return {
      cel: `${wished('self')} == ${wished('oldSelf')} || ${unlessFormed}`,
      message: `${field} is fixed since the cluster was formed`,
      field: `spec.${field}`,
    };
  },
);

/** Read at formation, and never again. */
const readAtFormation: Rule<unknown>[] = [
  {
    field: 'spec.overrides.forceAio',
    wished: (of: string) =>
      `(has(${of}.spec.overrides) && has(${of}.spec.overrides.forceAio) ? ${of}.spec.overrides.forceAio : false)`,
  },
  {
    field: 'spec.startIoConditions.minNumDrives',
    wished: (of: string) =>
      `(has(${of}.spec.startIoConditions) && has(${of}.spec.startIoConditions.minNumDrives) ? ${of}.spec.startIoConditions.minNumDrives : 0)`,
  },
].map(({ field, wished }) => ({
  cel: `${wished('self')} == ${wished('oldSelf')} || ${unlessFormed}`,
  message: `${field.split('.').at(-1)} is fixed since the cluster was formed`,
  field,
}));

/** Weka uses the drives, and pods and hugepages are sized by their number. */
const drivesFixedOnceFormed: Rule<unknown> = (() => {
  const wished = (of: string): string =>
    `(has(${of}.spec.dynamicTemplate) && has(${of}.spec.dynamicTemplate.numDrives) ? ${of}.spec.dynamicTemplate.numDrives : 1)`;
  return {
    cel: `${wished('self')} == ${wished('oldSelf')} || ${unlessFormed}`,
    message: 'numDrives cannot be changed once the cluster is formed: add drive containers in place of drives',
    field: 'spec.dynamicTemplate.numDrives',
  };
})();

/** `<cluster>-<role>-<ordinal>` is a pod name and a label: 63, less `-data-services-` (15) and four digits. */
export const clusterNameLength = 44;

export const wekaClusterSchema = withRules(
  wekaGroup.customResource('WekaCluster', wekaClusterSpec, wekaClusterStatus(clusterPorts)),
  [
    nameAtMost(clusterNameLength, 'the names of its containers begin with it'),
    fixedOnceAllocated('basePort'),
    fixedOnceAllocated('portRange'),
    drivesFixedOnceFormed,
    ...fixedAtFormation,
    ...readAtFormation,
  ],
);

export type WekaCluster = z.output<typeof wekaClusterSchema>;
export type WekaClusterSpec = WekaCluster['spec'];
export type WekaClusterStatus = NonNullable<WekaCluster['status']>;

/** The WekaCluster with defaults, or what is wrong with it. */
export const parseWekaCluster = (input: unknown) => parse(wekaClusterSchema, input);

export const wekaClusterKind = wekaGroup.kind({
  kind: 'WekaCluster',
  plural: 'wekaclusters',
  singular: 'wekacluster',
  shortNames: ['wc'],
  scope: 'Namespaced',
  description: 'WekaCluster is a weka storage cluster whose servers run as pods.',
  schema: wekaClusterSchema,
  columns: [
    { name: 'Status', type: 'string', jsonPath: '.status.status' },
    ...readyColumns,
    { name: 'Cluster ID', type: 'string', jsonPath: '.status.clusterID' },
    { name: 'CCT(A/C/D)', type: 'string', jsonPath: '.status.printer.computeContainers' },
    { name: 'DCT(A/C/D)', type: 'string', jsonPath: '.status.printer.driveContainers' },
    { name: 'DRVS(A/C/D)', type: 'string', jsonPath: '.status.printer.drives' },
    { name: 'IOPS(R/W/M)', type: 'string', jsonPath: '.status.printer.iops', priority: 1 },
    { name: 'THRPT(R/W)', type: 'string', jsonPath: '.status.printer.throughput', priority: 1 },
    { name: 'FS(Capacity)', type: 'string', jsonPath: '.status.printer.filesystemCapacity', priority: 1 },
    ageColumn,
  ],
});
