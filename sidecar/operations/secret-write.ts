/** Adding keys to a Secret of ours; shared by the operations that complete one. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { getOrUndefined, isConflict, type ClusterAccess } from '../cluster-access.ts';
import { Refusal } from '../context.ts';
import { isOurs } from '../owners.ts';

interface SecretName {
  namespace: string;
  name: string;
}

/** @returns the Secret; rejects with Refusal when there is none or when it does not belong to a kind of ours */
export async function ourSecret(access: ClusterAccess, { namespace, name }: SecretName): Promise<KubernetesObject> {
  const secret = await getOrUndefined(access, { apiVersion: 'v1', kind: 'Secret', namespace, name });
  if (secret === undefined) throw new Refusal(`Secret ${name} does not exist`);
  if (!(secret.metadata.ownerReferences ?? []).some(isOurs)) throw new Refusal(`Secret ${name} does not belong to a weka kind`);
  return secret;
}

/** Sets keys to texts, on condition that nobody has changed the Secret since it was read. */
export async function setSecretData(access: ClusterAccess, secret: KubernetesObject, values: Record<string, string>): Promise<void> {
  const { namespace, name, resourceVersion } = secret.metadata;
  const encoded = Object.entries(values).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')] as const);
  const data = { ...(secret['data'] as Record<string, string> | undefined), ...Object.fromEntries(encoded) };
  try {
    await access.patchJson({ apiVersion: 'v1', kind: 'Secret', ...(namespace === undefined ? {} : { namespace }), name }, [
      { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
      { op: 'add', path: '/data', value: data },
    ]);
  } catch (error) {
    // the API server's own message would quote the patch
    if (isConflict(error)) throw new Refusal(`conflict on Secret ${name}: it was changed by someone else`);
    throw error;
  }
}
