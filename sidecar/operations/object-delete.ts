import type { GenericEntries } from '../../hooks/core/families/index.ts';
import { getOrUndefined, isConflict, isNotFound } from '../cluster-access.ts';
import { Refusal, type Performer } from '../context.ts';

/** Deletes an object that nobody owns. What has an owner is ended by its owner, which omits it. */
export const objectDelete: Performer<GenericEntries['object.delete']> = async (access, target, _args, { systems }) => {
  const { apiVersion, kind, namespace, name, uid } = target;
  const address = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
  const object = await getOrUndefined(access, address);
  if (object === undefined || object.metadata.uid !== uid) return { changed: false };
  if (object.metadata.deletionTimestamp !== undefined) return { changed: false };
  if ((object.metadata.ownerReferences ?? []).length > 0) throw new Refusal(`${kind} ${name} has an owner`);
  const allowed = systems
    .flatMap(({ deletable }) => deletable)
    .filter((one) => one.kind.apiVersion === apiVersion && one.kind.kind === kind);
  if (!allowed.some(({ namePrefix = '' }) => name.startsWith(namePrefix)))
    throw new Refusal(`${kind} ${name} is not one of those that may be deleted, by its name`);
  try {
    await access.delete(address, uid);
  } catch (error) {
    // gone or replaced meanwhile: the one that was meant does not exist any more
    if (isNotFound(error, address) || isConflict(error)) return { changed: false };
    throw error;
  }
  return { changed: true };
};
