import type { GenericEntries } from '../../hooks/core/families/index.ts';
import { publicSecretKeys } from '../../hooks/core/families/secrets.ts';
import { getOrUndefined } from '../cluster-access.ts';
import type { Performer } from '../context.ts';
import { secretOwner } from '../owners.ts';

/** Text of a key of a Secret's `data`. */
export function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** Whose a Secret is, and its keys; values only of the public ones. */
export const secretKeys: Performer<GenericEntries['secret.keys']> = async (access, target, _args, { systems }) => {
  const secret = await getOrUndefined(access, { apiVersion: 'v1', kind: 'Secret', ...target });
  if (secret === undefined) return { exists: false };
  const data = (secret['data'] ?? {}) as Record<string, string>;
  const owner = secretOwner(secret, systems);
  const { uid = '', resourceVersion, ownerReferences = [], deletionTimestamp, finalizers = [] } = secret.metadata;
  const shown = publicSecretKeys.filter((key) => data[key] !== undefined);
  return {
    exists: true,
    uid,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(owner === undefined ? {} : { ownerUid: owner }),
    ...(ownerReferences.length === 0 ? {} : { referenced: true as const }),
    ...(deletionTimestamp === undefined ? {} : { deletion: { deletionTimestamp, finalizers: [...finalizers] } }),
    keys: Object.keys(data).sort(),
    public: Object.fromEntries(shown.map((key) => [key, decode(data[key] ?? '')])),
  };
};
