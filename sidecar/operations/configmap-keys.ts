import type { GenericEntries } from '../../hooks/core/families/index.ts';
import { getOrUndefined } from '../cluster-access.ts';
import type { Performer } from '../context.ts';

/** Lists the keys of a ConfigMap. */
export const configMapKeys: Performer<GenericEntries['configmap.keys']> = async (access, target) => {
  const configMap = await getOrUndefined(access, { apiVersion: 'v1', kind: 'ConfigMap', ...target });
  if (configMap === undefined) return { exists: false };
  const keys = Object.keys({
    ...(configMap['data'] as object | undefined),
    ...(configMap['binaryData'] as object | undefined),
  });
  return { exists: true, keys: keys.sort() };
};
