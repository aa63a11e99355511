import { getOrUndefined } from '../cluster-access.ts';
import type { Performer } from '../context.ts';
import { controllerOf } from '../owners.ts';

/** Reads the identity of an object, for names that are taken by something that no cache shows. */
export const objectLive: Performer<'object.live'> = async (access, target) => {
  const { apiVersion, kind, namespace, name } = target;
  const object = await getOrUndefined(access, { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name });
  if (object === undefined) return { exists: false };
  const controller = controllerOf(object);
  return {
    exists: true,
    uid: object.metadata.uid ?? '',
    ...(controller === undefined ? {} : { controllerUid: controller.uid }),
    labels: object.metadata.labels ?? {},
  };
};
