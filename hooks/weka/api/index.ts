/**
 * The API of the operator: one zod schema per kind, which its types, its CRD, its field docs and its validation in a
 * hook all come from. What a hook does with an object does not belong here.
 */
import type { KindDefinition } from '../../core/api/kind.ts';
import { wekaClaimsKind } from './weka-claims.ts';
import { wekaClientKind } from './weka-client.ts';
import { wekaClusterKind } from './weka-cluster.ts';
import { wekaContainerKind } from './weka-container.ts';
import { wekaManualOperationKind } from './weka-manual-operation.ts';
import { wekaMembersKind } from './weka-members.ts';
import { wekaNodeKind } from './weka-node.ts';
import { wekaPolicyKind } from './weka-policy.ts';

export * from './group.ts';
export {
  modes,
  is,
  isMode,
  isRole,
  roles,
  modeTraits,
  countedModes,
  type CountedMode,
  type Mode,
  type Role,
} from './modes.ts';
export { network, tracesConfiguration, type Network, type TracesConfiguration } from './common.ts';
export {
  parseWekaCluster,
  clusterNameLength,
  selectableRoles,
  type WekaCluster,
  type WekaClusterSpec,
  type WekaClusterStatus,
  type WekaConfig,
} from './weka-cluster.ts';
export {
  parseWekaContainer,
  containerStates,
  containerStatuses,
  upgradePolicies,
  type ContainerAllocations,
  type WekaContainer,
  type WekaContainerSpec,
  type WekaContainerStatus,
} from './weka-container.ts';
export { parseWekaClient, type WekaClient, type WekaClientSpec, type WekaClientStatus } from './weka-client.ts';
export { parseWekaManualOperation, manualActions, type WekaManualOperation } from './weka-manual-operation.ts';
export { parseWekaPolicy, policyTypes, type WekaPolicy } from './weka-policy.ts';
export { parseWekaNode, readWekaNode, type WekaNode } from './weka-node.ts';
export {
  parseWekaClaims,
  claimsNames,
  wekaClaimsSpecSchema,
  type ClaimHolder,
  type WekaClaims,
  type WekaClaimsSpec,
} from './weka-claims.ts';
export { parseWekaMembers, membersName, type SilentMember, type WekaMembers } from './weka-members.ts';

/** All kinds, upstream's five first. */
export const kinds: KindDefinition[] = [
  wekaClusterKind,
  wekaContainerKind,
  wekaClientKind,
  wekaManualOperationKind,
  wekaPolicyKind,
  wekaNodeKind,
  wekaClaimsKind,
  wekaMembersKind,
];
