import type { GenericEntries } from '../../hooks/core/families/index.ts';
import type { Json } from '../../hooks/core/contract.ts';
import { getOrUndefined } from '../cluster-access.ts';
import type { Performer } from '../context.ts';
import { controllerOf } from '../owners.ts';

function at(object: unknown, path: string): Json | undefined {
  let value = object;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value as Json | undefined;
}

/** Reads the identity of an object, for names that are taken by something that no cache shows, and asked-for fields. */
export const objectLive: Performer<GenericEntries['object.live']> = async (access, target, args) => {
  const { apiVersion, kind, namespace, name } = target;
  const object = await getOrUndefined(access, {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
  });
  if (object === undefined) return { exists: false };
  const controller = controllerOf(object);
  const { uid, labels, generation, deletionTimestamp, finalizers = [] } = object.metadata;
  const fields = (args.fields ?? [])
    .map((path) => [path, at(object, path)] as const)
    .filter(([, value]) => value !== undefined);
  return {
    exists: true,
    uid: uid ?? '',
    ...(controller === undefined ? {} : { controllerUid: controller.uid }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(generation === undefined ? {} : { generation }),
    labels: labels ?? {},
    finalizers: [...finalizers],
    fields: Object.fromEntries(fields) as Record<string, Json>,
  };
};
