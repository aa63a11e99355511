import { getOrUndefined } from '../cluster-access.ts';
import type { Performer } from '../context.ts';
import { controllerOf } from '../owners.ts';

/** Reads the identity and state of a pod. */
export const podLive: Performer<'pod.live'> = async (access, target) => {
  const pod = await getOrUndefined(access, { apiVersion: 'v1', kind: 'Pod', ...target });
  if (pod === undefined) return { exists: false };
  const { nodeName } = (pod['spec'] ?? {}) as { nodeName?: string };
  const { phase } = (pod['status'] ?? {}) as { phase?: string };
  const { uid, deletionTimestamp } = pod.metadata;
  const controller = controllerOf(pod);
  return {
    exists: true,
    uid: uid ?? '',
    phase: phase ?? 'Unknown',
    ...(controller === undefined ? {} : { controllerUid: controller.uid }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
};
