/** What the subresources of pods have in common: which pod, which container. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { ApiError } from '../../contract.ts';
import { asObjects, valueAt } from '../store/json.ts';
import type { ResourceCall } from './stored-kinds.ts';

export interface PodCall extends ResourceCall {
  pod: KubernetesObject;
}

/** Looks the pod of the path up; 404 when there is none, or the path is of another kind. */
export function podCall(call: ResourceCall): PodCall {
  if (call.definition.storage !== 'pods')
    throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
  return { ...call, pod: call.context.store.get(call.definition, call.path.namespace, call.path.name!) };
}

/** The container asked for, or the only one. 400 for a wrong name or none where there are several. */
export function containerOf({ pod, request }: PodCall): string {
  const names = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
    asObjects(valueAt(pod, `spec.${list}`)).map((container) => String(container['name'])),
  );
  const asked = request.query.get('container') ?? '';
  if (asked !== '') {
    if (names.includes(asked)) return asked;
    throw new ApiError(400, 'BadRequest', `container ${asked} is not valid for pod ${pod.metadata.name}`);
  }
  const main = asObjects(valueAt(pod, 'spec.containers')).map((container) => String(container['name']));
  const preferred = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (preferred !== undefined && main.includes(preferred)) return preferred;
  if (main.length === 1) return main[0]!;
  throw new ApiError(
    400,
    'BadRequest',
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
  );
}

/** 400 for a pod that no node runs. */
export function requireScheduled({ pod }: PodCall): void {
  if (valueAt(pod, 'spec.nodeName') === undefined)
    throw new ApiError(400, 'BadRequest', `pod ${pod.metadata.name} does not have a host assigned`);
}
