import type { GenericEntries } from '../../hooks/core/families/index.ts';
import { getOrUndefined, isConflict, isNotFound } from '../cluster-access.ts';
import type { Performer } from '../context.ts';
import { ourSecret } from './secret-write.ts';

/** Deletes a Secret of an owner that ends. */
export const secretDelete: Performer<GenericEntries['secret.delete']> = async (
  access,
  { namespace, name, uid },
  { ownerUid },
  context,
) => {
  const address = { apiVersion: 'v1', kind: 'Secret', namespace, name };
  const found = await getOrUndefined(access, address);
  if (found === undefined || found.metadata.uid !== uid || found.metadata.deletionTimestamp !== undefined)
    return { changed: false };
  await ourSecret(access, { namespace, name }, ownerUid, context);
  try {
    await access.delete(address, uid);
  } catch (error) {
    // gone or replaced meanwhile: the one that was meant does not exist any more
    if (isNotFound(error, address) || isConflict(error)) return { changed: false };
    throw error;
  }
  return { changed: true };
};
