import type { GenericEntries } from '../../hooks/core/families/index.ts';
import { getOrUndefined } from '../cluster-access.ts';
import type { Performer } from '../context.ts';

/** Reads whether a namespace is there, and whether it goes. */
export const namespaceLive: Performer<GenericEntries['namespace.live']> = async (access, { name }) => {
  const found = await getOrUndefined(access, { apiVersion: 'v1', kind: 'Namespace', name });
  if (found === undefined) return { exists: false };
  const { uid, deletionTimestamp } = found.metadata;
  return { exists: true, uid: uid ?? '', ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) };
};
