import { claimsNames } from '../../hooks/weka/api/index.ts';
import { bootConfigMapPrefix, wekaClaimsKind } from '../../hooks/weka/catalogue.ts';
import { getOrUndefined, isConflict, isNotFound } from '../cluster-access.ts';
import { Refusal, type Performer } from '../context.ts';

/** Deletes an object that nobody owns. What has an owner is ended by its owner, which omits it. */
export const objectDelete: Performer<'object.delete'> = async (access, target) => {
  const { apiVersion, kind, namespace, name, uid } = target;
  const address = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
  const object = await getOrUndefined(access, address);
  if (object === undefined || object.metadata.uid !== uid) return { changed: false };
  if (object.metadata.deletionTimestamp !== undefined) return { changed: false };
  if ((object.metadata.ownerReferences ?? []).length > 0) throw new Refusal(`${kind} ${name} has an owner`);
  if (kind === 'ConfigMap' && !name.startsWith(bootConfigMapPrefix)) throw new Refusal(`ConfigMap ${name} is not a copy of the boot scripts`);
  if (kind === wekaClaimsKind.kind && !name.startsWith(claimsNames.ofCluster(''))) throw new Refusal(`WekaClaims ${name} are not those of a cluster`);
  try {
    await access.delete(address, uid);
  } catch (error) {
    // gone or replaced meanwhile: the one that was meant does not exist any more
    if (isNotFound(error) || isConflict(error)) return { changed: false };
    throw error;
  }
  return { changed: true };
};
