/** pods/eviction: a deletion that asks the PodDisruptionBudgets first, as `kubectl drain` does. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { ApiError } from '../../contract.ts';
import type { DeleteOptions, ResourceInfo } from '../../contract.ts';
import type { Store } from '../store/types.ts';
import { asList, asObject, asObjects, valueAt } from '../store/json.ts';
import type { JsonObject } from '../store/types.ts';
import { jsonAnswer } from './answer.ts';
import type { Handled } from './answer.ts';
import { objectBody } from './body.ts';
import { podCall } from './pods.ts';
import type { PodCall } from './pods.ts';
import { deleteOptions } from './stored-kinds.ts';
import type { ResourceCall } from './stored-kinds.ts';

const operators: Record<string, (key: string, values: string) => string> = {
  In: (key, values) => `${key} in (${values})`,
  NotIn: (key, values) => `${key} notin (${values})`,
  Exists: (key) => key,
  DoesNotExist: (key) => `!${key}`,
};

/** A label selector object in the form of a query parameter. */
function selectorText(selector: JsonObject): string {
  const labels = Object.entries(asObject(selector['matchLabels'])).map(([key, value]) => `${key}=${String(value)}`);
  const expressions = asObjects(selector['matchExpressions']).map(
    ({ key, operator, values }) => operators[String(operator)]?.(String(key), asList(values).join(',')) ?? '',
  );
  return [...labels, ...expressions].join(',');
}

function isHealthy(pod: KubernetesObject): boolean {
  const ready = asObjects(valueAt(pod, 'status.conditions')).some(
    (condition) => condition['type'] === 'Ready' && condition['status'] === 'True',
  );
  return ready && pod.metadata.deletionTimestamp === undefined;
}

/** A number, or a percentage of `total` rounded up. */
function amount(value: unknown, total: number): number {
  return typeof value === 'string' && value.endsWith('%')
    ? Math.ceil((Number.parseInt(value, 10) * total) / 100)
    : Number(value);
}

/** How many healthy pods the budget wants, and has. */
function budgetState(budget: KubernetesObject, pods: KubernetesObject[]): { desired: number; healthy: number } {
  const { minAvailable, maxUnavailable } = asObject(budget['spec']);
  const desired =
    minAvailable !== undefined
      ? amount(minAvailable, pods.length)
      : pods.length - amount(maxUnavailable ?? 0, pods.length);
  return { desired: Math.max(0, desired), healthy: pods.filter(isHealthy).length };
}

/** Throws 429 when a budget does not let the pod go. A pod that is not healthy may go while its budget is met. */
function checkBudgets({ context, pod, definition, path }: PodCall): void {
  const budgets = context.store.resources().find((resource) => resource.storage === 'poddisruptionbudgets.policy');
  const namespace = path.namespace!;
  for (const budget of budgets ? context.store.list(budgets, { namespace }).items : []) {
    const labelSelector = selectorText(asObject(valueAt(budget, 'spec.selector')));
    const pods = context.store.list(definition, { namespace, labelSelector }).items;
    if (!pods.some((candidate) => candidate.metadata.uid === pod.metadata.uid)) continue;
    const { desired, healthy } = budgetState(budget, pods);
    if (isHealthy(pod) ? healthy > desired : healthy >= desired) continue;
    throw new ApiError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: `The disruption budget ${budget.metadata.name} needs ${desired} healthy pods and has ${healthy} currently`,
        },
      ],
    });
  }
}

/** Deletes a pod that no budget holds, and says on it that it is meant to go, which outlives what asked for it. */
export function evict(
  store: Store,
  pods: ResourceInfo,
  namespace: string,
  name: string,
  options: DeleteOptions = {},
): void {
  const before = asObjects(valueAt(store.get(pods, namespace, name), 'status.conditions'));
  const target = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  const conditions = [...before.filter(({ type }) => type !== target.type), target];
  store.patch(pods, namespace, name, 'application/merge-patch+json', { status: { conditions } }, 'status');
  store.delete(pods, namespace, name, options);
}

export function evictPod(resourceCall: ResourceCall): Handled {
  const call = podCall(resourceCall);
  const { context, definition, path, request } = call;
  const options = deleteOptions(request, asObject(objectBody(request)['deleteOptions']));
  // a pod that is over, or goes already, disrupts nothing any more
  const over =
    ['Succeeded', 'Failed', 'Pending'].includes(String(valueAt(call.pod, 'status.phase'))) ||
    call.pod.metadata.deletionTimestamp !== undefined;
  if (!over) checkBudgets(call);
  evict(context.store, definition, path.namespace!, path.name!, options);
  return jsonAnswer(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}
