/** A composite's status: replaced whole, with the generation that the hook has seen. */
import type { ResourceInfo } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { isReason } from './client.ts';
import type { DriverClient } from './client.ts';
import { differingPaths } from './difference.ts';
import type { DifferenceDetector } from './difference.ts';
import { describe, describeParent } from './objects.ts';
import { wrap } from './errors.ts';
import { deepEqual, goJson } from './json.ts';

export interface StatusContext {
  client: DriverClient;
  controller: string;
  differences: DifferenceDetector;
}

/**
 * Writes the status if the live one differs. False when the parent is gone or conflicts outlasted the retries: the
 * sync then counts as a success, whatever became of the children.
 */
export async function updateStatus(
  context: StatusContext,
  resource: ResourceInfo,
  parent: KubernetesObject,
  answer: Record<string, unknown> | null | undefined,
): Promise<boolean> {
  const status = { ...answer, observedGeneration: parent.metadata.generation ?? 0 };
  const key = `status ${parent.metadata.uid}`;
  let before: KubernetesObject | undefined;
  try {
    await context.client.atomicUpdate(
      resource,
      parent,
      (live) => {
        if (deepEqual(live['status'], status)) return undefined;
        before = live;
        return { ...live, status };
      },
      resource.hasStatus ? 'status' : undefined,
    );
  } catch (error) {
    if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return false;
    throw wrap(`can't update status for ${describeParent(parent, resource.kind)}`, error);
  }
  if (before === undefined) {
    context.differences.equal(key);
    return true;
  }
  const old = before;
  context.differences.wrote(key, goJson(status), old.metadata.resourceVersion!, () => ({
    controller: context.controller,
    parent: describe(parent),
    of: 'status',
    action: 'status',
    paths: differingPaths(old['status'], status, 'status'),
  }));
  return true;
}
