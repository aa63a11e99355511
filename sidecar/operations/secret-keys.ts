import { publicSecretKeys } from '../../hooks/core/catalogue.ts';
import { getOrUndefined } from '../cluster-access.ts';
import type { Performer } from '../context.ts';
import { controllerOf } from '../owners.ts';

/** Text of a key of a Secret's `data`. */
export function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** Lists the keys of a Secret; values only of the public ones. */
export const secretKeys: Performer<'secret.keys'> = async (access, target) => {
  const secret = await getOrUndefined(access, { apiVersion: 'v1', kind: 'Secret', ...target });
  if (secret === undefined) return { exists: false };
  const data = (secret['data'] ?? {}) as Record<string, string>;
  const owner = controllerOf(secret) ?? secret.metadata.ownerReferences?.[0];
  const shown = publicSecretKeys.filter((key) => data[key] !== undefined);
  return {
    exists: true,
    uid: secret.metadata.uid ?? '',
    ...(owner === undefined ? {} : { ownerUid: owner.uid }),
    keys: Object.keys(data).sort(),
    public: Object.fromEntries(shown.map((key) => [key, decode(data[key] ?? '')])),
  };
};
