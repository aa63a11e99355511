/** Fields that the API accepts and this release does not act on. Each one that is set is named in a condition, and in a warning at apply. */
import { hasText, isFilled, isOn, isOneOf, isPositive, isSet, type Ask } from '../../core/asked.ts';
import { fieldsNotSupported, type FieldNotSupported } from '../../core/not-supported.ts';
import type { WekaCluster, WekaConfig } from '../api/index.ts';
import { once } from '../once.ts';
import { templatesWith } from './roles.ts';

const row =
  (effect: FieldNotSupported['effect']) =>
  (path: string, when: (at: string) => Ask): FieldNotSupported => ({ path, effect, when: when(path) });
const ignored = row('ignored');
const refused = row('refused');

const protocols = ['s3', 'nfs', 'smbw'] as const;
const roleNames = [...protocols, 'dataServices'] as const;
const frontendShape = ['Cores', 'ExtraCores', 'FrontendHugepages', 'FrontendHugepagesOffset'];

/** What is said of the containers of roles of which none is made yet. Zero means the default there, as upstream's Go types have it. */
const ofUnbuiltRoles: readonly FieldNotSupported[] = [
  ...['roleNodeSelector', 'roleAnnotations', 'roleNetworkSelector', 'roleCoreIds'].flatMap((field) =>
    roleNames.map((role) => ignored(`spec.${field}.${role}`, isSet)),
  ),
  ...['roleTopologySpreadConstraints', 'roleAffinity'].flatMap((field) =>
    protocols.map((role) => ignored(`spec.podConfig.${field}.${role}`, isSet)),
  ),
  ...[...roleNames, 'envoy'].map((role) => ignored(`spec.additionalMemory.${role}`, isPositive)),
  ...protocols.flatMap((role) =>
    frontendShape.map((suffix) => ignored(`spec.dynamicTemplate.${role}${suffix}`, isPositive)),
  ),
  ...['Cores', 'ExtraCores', 'Hugepages', 'HugepagesOffset'].map((suffix) =>
    ignored(`spec.dynamicTemplate.dataServices${suffix}`, isPositive),
  ),
  ignored('spec.dynamicTemplate.envoyCores', isPositive),
];

/** A field of the shape of the cluster: of dynamicTemplate where that is the template, else of the fixed one that has it. */
const ofShape = (field: keyof WekaConfig, when: (at: string) => Ask): Ask => {
  const dynamic: Ask = { all: [isOneOf('spec.template', 'dynamic'), when(`spec.dynamicTemplate.${field}`)] };
  const fixed = templatesWith(field);
  return fixed.length === 0 ? dynamic : { any: [dynamic, isOneOf('spec.template', ...fixed)] };
};

export const unsupportedClusterTable: readonly FieldNotSupported[] = [
  ...ofUnbuiltRoles,
  ...(['driveCapacity', 'containerCapacity', 'clusterCapacity'] as const).map((field) =>
    refused(`spec.dynamicTemplate.${field}`, () => ofShape(field, isPositive)),
  ),
  refused('spec.dynamicTemplate.driveTypesRatio', () => ofShape('driveTypesRatio', isSet)),
  refused('spec.operatorSecretRef', isSet),
  refused('spec.expandEndpoints', isFilled),
  // a vault asks for encryption whatever of it is left to a default
  refused('spec.encryption', (at) => ({ any: [isOn(`${at}.internal.enabled`), isSet(`${at}.vault`)] })),
  ...(['s3Containers', 'nfsContainers', 'smbwContainers', 'dataServicesContainers'] as const).map((field) =>
    ignored(`spec.dynamicTemplate.${field}`, () => ofShape(field, isPositive)),
  ),
  ignored('spec.telemetry.exports', isFilled),
  ...['nfs', 's3', 'smbw', 'wekaHome', 'csiConfig'].map((field) => ignored(`spec.${field}`, isSet)),
  ...['managementProxyPort', 'lbPort', 'lbAdminPort', 's3Port'].map((field) =>
    ignored(`spec.ports.${field}`, isPositive),
  ),
  ignored('spec.overrides.allowS3ClusterDestroy', isOn),
  ignored('spec.overrides.allowSmbwClusterDestroy', isOn),
  ignored('spec.overrides.postFormClusterScript', hasText),
  ignored('spec.overrides.upgradeForceReplace', isOn),
  ignored('spec.overrides.upgradeForceReplaceDrives', isOn),
  ignored('spec.overrides.upgradeAllAtOnce', isOn),
  ignored('spec.overrides.upgradePaused', isOn),
  ignored('spec.overrides.upgradePausePreCompute', isOn),
  ignored('spec.overrides.podTerminationDeactivationTimeout', hasText),
  ignored('spec.overrides.driversLoaderImage', hasText),
  // a weka upgrade has phases of its own; without them the image of a formed cluster is not touched
  {
    // before it has formed a weka cluster it takes any
    ...ignored('spec.image', (at) => ({
      all: [hasText('status.clusterID'), { at, unlike: 'status.lastAppliedImage' }],
    })),
    only: 'change of a formed cluster',
    instead: 'set it back',
  },
];

/** What is set and not supported. */
export const unsupportedFields = once((cluster: WekaCluster) => fieldsNotSupported(unsupportedClusterTable, cluster));
