/** Whom an object belongs to. */
import type { KubernetesObject, OwnerReference } from '../hooks/core/contract.ts';
import { wekaKinds } from '../hooks/weka/catalogue.ts';

export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** Whether a reference points to a kind of ours, by API group. */
export function isOurs(owner: { apiVersion: string }): boolean {
  return owner.apiVersion.startsWith(`${wekaKinds.ownerGroup}/`);
}
