import type { GenericEntries } from '../../hooks/core/families/index.ts';
import { getOrUndefined, type PatchStep } from '../cluster-access.ts';
import { Refusal, type Performer } from '../context.ts';

/**
 * Puts the finalizer back on an object that lost it, as `kubectl replace` with a bare manifest does. Of an object that is
 * being deleted none can be added any more.
 */
export const finalizerEnsure: Performer<GenericEntries['finalizer.ensure']> = async (
  access,
  target,
  _args,
  { systems },
) => {
  const { apiVersion, kind, namespace, name, uid } = target;
  const finalizer = systems
    .flatMap(({ finalized }) => finalized)
    .find((one) => one.kind.apiVersion === apiVersion && one.kind.kind === kind)?.finalizer;
  if (finalizer === undefined) throw new Refusal(`${kind} has no finalizer`);
  const address = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
  const object = await getOrUndefined(access, address);
  if (object?.metadata.uid !== uid || object.metadata.deletionTimestamp !== undefined) return { changed: false };
  const { finalizers, resourceVersion } = object.metadata;
  if (finalizers?.includes(finalizer) === true) return { changed: false };
  const change: PatchStep =
    finalizers === undefined
      ? { op: 'add', path: '/metadata/finalizers', value: [finalizer] }
      : { op: 'add', path: '/metadata/finalizers/-', value: finalizer };
  await access.patchJson(address, [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }, change]);
  return { changed: true };
};
