import type { GenericEntries } from '../../hooks/core/families/index.ts';
import { getOrUndefined } from '../cluster-access.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { OperationContext, Performer } from '../context.ts';
import { controllerOf, isA } from '../owners.ts';

/** Of the container that commands would be run in, by the system whose pod it is: another one may have given that name a meaning of its own. */
function isPrivileged(pod: KubernetesObject, { systems }: OperationContext): boolean {
  const controller = controllerOf(pod);
  const main = new Set(
    systems.flatMap(({ pods }) =>
      pods.filter(({ owners }) => isA(controller, owners[0])).map(({ container }) => container),
    ),
  );
  const { containers = [] } = (pod['spec'] ?? {}) as {
    containers?: { name?: string; securityContext?: { privileged?: boolean } }[];
  };
  return containers.some(({ name, securityContext }) => main.has(name ?? '') && securityContext?.privileged === true);
}

/** Reads the identity and state of a pod. */
export const podLive: Performer<GenericEntries['pod.live']> = async (access, target, _args, context) => {
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
    ...(isPrivileged(pod, context) ? { privileged: true } : {}),
  };
};
