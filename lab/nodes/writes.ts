/** Writes that the scheduler, the kubelet and the node operations have in common. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { ApiError } from '../contract.ts';
import type { ApiClient, ResourceInfo } from '../contract.ts';
import type { Condition } from './core-types.ts';

/** RFC 3339 without fractions, as Kubernetes writes times. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Puts `condition` in place of the one of its type; `lastTransitionTime` moves only when the status does. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  condition: Condition,
  now: string,
): Condition[] {
  const before = conditions?.find((one) => one.type === condition.type);
  const since = before?.status === condition.status ? (before.lastTransitionTime ?? now) : now;
  const next = { ...condition, lastTransitionTime: since };
  return before === undefined
    ? [...(conditions ?? []), next]
    : (conditions ?? []).map((one) => (one.type === condition.type ? next : one));
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}

const attempts = 8;

/**
 * Reads the live object, lets `change` make a new one of it and writes that, again on a conflict. Undefined from
 * `change` writes nothing. False when the object (with that UID, if one is given) is gone; other refusals are thrown.
 */
export async function updateLive<Kind extends KubernetesObject>(
  client: ApiClient,
  resource: ResourceInfo,
  target: { namespace?: string | undefined; name: string; uid?: string | undefined },
  change: (object: Kind) => Kind | undefined,
  subresource?: 'status',
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const live = (await client.get(resource, target.namespace, target.name)) as Kind;
      if (target.uid !== undefined && live.metadata.uid !== target.uid) return false;
      const changed = change(live);
      if (changed !== undefined) await client.update(resource, changed, subresource);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      if (!(error instanceof ApiError) || error.code !== 409 || attempt >= attempts) throw error;
    }
  }
}
