/** Reading and completing a Secret of an owner; shared by the operations that do. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { getOrUndefined, isConflict, type ClusterAccess } from '../cluster-access.ts';
import { Refusal, type OperationContext } from '../context.ts';
import { secretOwner } from '../owners.ts';
import { decode } from './secret-keys.ts';

interface SecretName {
  namespace: string;
  name: string;
}

/** @returns the Secret; rejects with Refusal when there is none or when it is not that owner's */
export async function ourSecret(
  access: ClusterAccess,
  { namespace, name }: SecretName,
  ownerUid: string,
  { systems }: Pick<OperationContext, 'systems'>,
): Promise<KubernetesObject> {
  const secret = await getOrUndefined(access, { apiVersion: 'v1', kind: 'Secret', namespace, name });
  if (secret === undefined) throw new Refusal(`Secret ${name} does not exist`);
  const owner = secretOwner(secret, systems);
  if (owner !== ownerUid) throw new Refusal(`Secret ${name} belongs to ${owner ?? 'nobody'}, not to ${ownerUid}`);
  return secret;
}

/** @returns the text of a key; rejects with Refusal when there is none */
export function secretText(secret: KubernetesObject, key: string, context: OperationContext): string {
  const value = (secret['data'] as Record<string, string> | undefined)?.[key];
  if (value === undefined) throw new Refusal(`Secret ${secret.metadata.name} has no key ${key}`);
  const text = decode(value);
  context.keepSecret(value);
  context.keepSecret(text);
  return text;
}

/** Sets keys to texts, on condition that nobody has changed the Secret since it was read. */
export async function setSecretData(
  access: ClusterAccess,
  secret: KubernetesObject,
  values: Record<string, string>,
): Promise<void> {
  const { namespace, name, resourceVersion } = secret.metadata;
  const encoded = Object.entries(values).map(
    ([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')] as const,
  );
  const data = { ...(secret['data'] as Record<string, string> | undefined), ...Object.fromEntries(encoded) };
  try {
    await access.patchJson(
      { apiVersion: 'v1', kind: 'Secret', ...(namespace === undefined ? {} : { namespace }), name },
      [
        { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
        { op: 'add', path: '/data', value: data },
      ],
    );
  } catch (error) {
    // the API server's own message would quote the patch
    if (isConflict(error)) throw new Refusal(`conflict on Secret ${name}: it was changed by someone else`);
    throw error;
  }
}
