import { getOrUndefined } from '../cluster-access.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { mainContainerName } from '../../hooks/weka/api/group.ts';
import type { Performer } from '../context.ts';
import { controllerOf } from '../owners.ts';

function isPrivileged(pod: KubernetesObject): boolean {
  const { containers = [] } = (pod['spec'] ?? {}) as { containers?: { name?: string; securityContext?: { privileged?: boolean } }[] };
  return containers.some(({ name, securityContext }) => name === mainContainerName && securityContext?.privileged === true);
}

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
    ...(isPrivileged(pod) ? { privileged: true } : {}),
  };
};
