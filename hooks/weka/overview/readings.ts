/** What is read beside an object, and the same as the rest of an overview sees it. Read shallowly: others may have written it. */
import { conditionsOf, type Condition } from '../../core/conditions.ts';
import type { KubernetesObject } from '../../core/contract.ts';
import { knownObjects, type Answer, type Reading } from '../../core/overview.ts';
import { nodeKind, wekaClaimsKind, wekaContainerKind, wekaNodeKind } from '../access.ts';
import { labels } from '../api/group.ts';
import { containerView, type ContainerView } from '../cluster/container-view.ts';

export const containersIn = (namespace: string | undefined): Reading =>
  namespace === undefined ? { kind: wekaContainerKind, all: true } : { kind: wekaContainerKind, namespace, all: true };
export const allNodes: Reading = { kind: wekaNodeKind, all: true };
/** They know since when a node is silent. */
export const allMachines: Reading = { kind: nodeKind, all: true };
export const allClaims: Reading = { kind: wekaClaimsKind, all: true };

export const claimsNamed = (name: string): Reading => ({ kind: wekaClaimsKind, name });

/** A field of an object, such as its status, with nothing in it where there is none. */
export const part = <Shape extends object>(object: KubernetesObject, field: 'spec' | 'status'): Partial<Shape> =>
  object[field] ?? {};

export function conditionOf(object: KubernetesObject, type: string): Condition | undefined {
  return conditionsOf(object).find((one) => one.type === type);
}

const controllerUid = ({ metadata }: KubernetesObject): string | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;

/** A container as its cluster sees it, with those conditions only that are some. */
export function viewOf(container: KubernetesObject): ContainerView {
  return containerView({
    ...container,
    status: { ...part<object>(container, 'status'), conditions: conditionsOf(container) },
  });
}

/** The uid of the WekaCluster of a container, as far as it says one. */
export function clusterUidOf(container: KubernetesObject): string | undefined {
  const { clusterUid } = viewOf(container).status;
  return clusterUid ?? container.metadata.labels?.[labels.clusterId];
}

/** The containers that an object controls, by role and name. */
export function ownedContainers(owner: KubernetesObject, containers: Answer): ContainerView[] {
  const { uid } = owner.metadata;
  return knownObjects(containers)
    .filter((one) => uid !== undefined && controllerUid(one) === uid)
    .map(viewOf)
    .sort(
      (one, other) => one.role.localeCompare(other.role) || one.name.localeCompare(other.name, 'en', { numeric: true }),
    );
}
