/** Fields that the API accepts and this release does not act on. Each one that is set is named in a condition. */
import { asksForSomething, fieldsNotSupported, type FieldNotSupported } from '../../core/not-supported.ts';
import type { WekaCluster } from '../api/index.ts';
import { shapeOf } from './roles.ts';

type Unsupported = FieldNotSupported<WekaCluster>;

const positive = (value: number | undefined): boolean => (value ?? 0) > 0;

const protocols = ['s3', 'nfs', 'smbw'] as const;
const roleNames = [...protocols, 'dataServices'] as const;
const frontendShape = ['Cores', 'ExtraCores', 'FrontendHugepages', 'FrontendHugepagesOffset'];

/** What is said of the containers of roles of which none is made yet. */
const ofUnbuiltRoles: readonly string[][] = [
  ...['roleNodeSelector', 'roleAnnotations', 'roleNetworkSelector', 'roleCoreIds'].flatMap((field) =>
    roleNames.map((role) => [field, role]),
  ),
  ...['roleTopologySpreadConstraints', 'roleAffinity'].flatMap((field) =>
    protocols.map((role) => ['podConfig', field, role]),
  ),
  ...[...roleNames, 'envoy'].map((role) => ['additionalMemory', role]),
  ...protocols.flatMap((role) => frontendShape.map((suffix) => ['dynamicTemplate', `${role}${suffix}`])),
  ...['Cores', 'ExtraCores', 'Hugepages', 'HugepagesOffset'].map((suffix) => [
    'dynamicTemplate',
    `dataServices${suffix}`,
  ]),
  ['dynamicTemplate', 'envoyCores'],
];

/** Zero means the default there, as upstream's Go types have it. */
const asks = (value: unknown): boolean => asksForSomething(value) && value !== 0;

const at = (spec: unknown, keys: readonly string[]): unknown =>
  keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], spec);

const table: readonly Unsupported[] = [
  ...ofUnbuiltRoles.map((keys): Unsupported => ({
    path: ['spec', ...keys].join('.'),
    effect: 'ignored',
    isSet: ({ spec }) => asks(at(spec, keys)),
  })),
  ...(['driveCapacity', 'containerCapacity', 'clusterCapacity'] as const).map((field): Unsupported => ({
    path: `spec.dynamicTemplate.${field}`,
    effect: 'refused',
    isSet: ({ spec }) => positive(shapeOf(spec)[field]),
  })),
  {
    path: 'spec.dynamicTemplate.driveTypesRatio',
    effect: 'refused',
    isSet: ({ spec }) => shapeOf(spec).driveTypesRatio !== undefined,
  },
  { path: 'spec.operatorSecretRef', effect: 'refused', isSet: ({ spec }) => spec.operatorSecretRef !== undefined },
  { path: 'spec.expandEndpoints', effect: 'refused', isSet: ({ spec }) => (spec.expandEndpoints ?? []).length > 0 },
  // a vault asks for encryption whatever of it is left to a default
  {
    path: 'spec.encryption',
    effect: 'refused',
    isSet: ({ spec }) => spec.encryption?.internal?.enabled === true || spec.encryption?.vault !== undefined,
  },
  ...(['s3Containers', 'nfsContainers', 'smbwContainers', 'dataServicesContainers'] as const).map(
    (field): Unsupported => ({
      path: `spec.dynamicTemplate.${field}`,
      effect: 'ignored',
      isSet: ({ spec }) => positive(shapeOf(spec)[field]),
    }),
  ),
  {
    path: 'spec.telemetry.exports',
    effect: 'ignored',
    isSet: ({ spec }) => (spec.telemetry?.exports ?? []).length > 0,
  },
  { path: 'spec.nfs', effect: 'ignored', isSet: ({ spec }) => spec.nfs !== undefined },
  { path: 'spec.s3', effect: 'ignored', isSet: ({ spec }) => spec.s3 !== undefined },
  { path: 'spec.smbw', effect: 'ignored', isSet: ({ spec }) => spec.smbw !== undefined },
  { path: 'spec.wekaHome', effect: 'ignored', isSet: ({ spec }) => spec.wekaHome !== undefined },
  { path: 'spec.csiConfig', effect: 'ignored', isSet: ({ spec }) => spec.csiConfig !== undefined },
  {
    path: 'spec.ports.managementProxyPort',
    effect: 'ignored',
    isSet: ({ spec }) => positive(spec.ports?.managementProxyPort),
  },
  ...(['lbPort', 'lbAdminPort', 's3Port'] as const).map((field): Unsupported => ({
    path: `spec.ports.${field}`,
    effect: 'ignored',
    isSet: ({ spec }) => positive(spec.ports?.[field]),
  })),
  ...(
    [
      'allowS3ClusterDestroy',
      'allowSmbwClusterDestroy',
      'postFormClusterScript',
      'upgradeForceReplace',
      'upgradeForceReplaceDrives',
      'upgradeAllAtOnce',
      'upgradePaused',
      'upgradePausePreCompute',
      'podTerminationDeactivationTimeout',
      'driversLoaderImage',
    ] as const
  ).map((field): Unsupported => ({
    path: `spec.overrides.${field}`,
    effect: 'ignored',
    isSet: ({ spec }) => asksForSomething(spec.overrides?.[field]),
  })),
  // a weka upgrade has phases of its own; without them the image of a formed cluster is not touched
  {
    path: 'spec.image (change of a formed cluster)',
    effect: 'ignored',
    isSet: ({ spec, status }) => status?.lastAppliedImage !== undefined && status.lastAppliedImage !== spec.image,
  },
];

/** What is set and not supported. */
export const unsupportedFields = (cluster: WekaCluster): { refused: string[]; ignored: string[] } =>
  fieldsNotSupported(table, cluster);
