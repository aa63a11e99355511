import type { Json } from '../../hooks/core/contract.ts';
import { getOrUndefined } from '../cluster-access.ts';
import type { Performer } from '../context.ts';
import { claimsAddress } from './claims-write.ts';

/** Reads a claims object. */
export const claimsRead: Performer<'claims.read'> = async (access, target) => {
  const object = await getOrUndefined(access, claimsAddress(target.name));
  if (object === undefined) return { exists: false };
  return {
    exists: true,
    ...(object.metadata.uid === undefined ? {} : { uid: object.metadata.uid }),
    resourceVersion: object.metadata.resourceVersion ?? '',
    spec: (object['spec'] ?? {}) as Record<string, Json>,
  };
};
