/** Whom an object belongs to. */
import { groupOf, type ResourceKind, type SystemAccess } from '../hooks/core/access.ts';
import type { KubernetesObject, OwnerReference } from '../hooks/core/contract.ts';

export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** By group and kind: another version of a kind is the same object. */
export const isA = (owner: OwnerReference | undefined, kind: ResourceKind): owner is OwnerReference =>
  owner?.kind === kind.kind && groupOf(owner) === groupOf(kind);

/** What marks a Secret as that owner's, in place of an owner reference, with which a foreground deletion would take it at once. */
export function secretLabels(
  { labels, ownerLabel }: NonNullable<SystemAccess['secrets']>,
  ownerUid: string,
): Record<string, string> {
  return { ...labels, [ownerLabel]: ownerUid };
}

/** Uid of the owner of a Secret: of the reference of an earlier release, which the garbage collector obeys, else of the label. */
export function secretOwner(secret: KubernetesObject, systems: readonly SystemAccess[]): string | undefined {
  const reference = controllerOf(secret) ?? secret.metadata.ownerReferences?.[0];
  const labelled = systems.flatMap(({ secrets }) =>
    secrets === undefined ? [] : (secret.metadata.labels?.[secrets.ownerLabel] ?? []),
  );
  return reference?.uid ?? labelled[0];
}
