/** Whom an object belongs to. */
import type { KubernetesObject, OwnerReference } from '../hooks/core/contract.ts';
import { labels } from '../hooks/weka/api/group.ts';
import { wekaKinds } from '../hooks/weka/catalogue.ts';

export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** Whether a reference points to a kind of ours, by API group. */
export function isOurs(owner: { apiVersion: string }): boolean {
  return owner.apiVersion.startsWith(`${wekaKinds.ownerGroup}/`);
}

/** What marks a Secret as that cluster's, in place of an owner reference, with which a foreground deletion would take it at once. */
export function secretLabels(ownerUid: string): Record<string, string> {
  return { [labels.app]: 'weka', [labels.clusterId]: ownerUid };
}

/** Uid of the owner of a Secret: of the reference of an earlier release, which the garbage collector obeys, else of the label. */
export function secretOwner(secret: KubernetesObject): string | undefined {
  const reference = controllerOf(secret) ?? secret.metadata.ownerReferences?.[0];
  return reference?.uid ?? secret.metadata.labels?.[labels.clusterId];
}
