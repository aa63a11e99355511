/** Giving children back exactly as they were, for when the hook must not change or delete anything. */
import { kstatusTrio, conditionsOf, withTransitionTimes } from './conditions.ts';
import type { Decision, HookRequest, Json, KubernetesObject } from './contract.ts';
import type { CoreEvent, CoreReason } from './reasons.ts';

const lastApplied = 'metacontroller.k8s.io/last-applied-configuration';

/**
 * The child as Metacontroller applied it last, so that nothing differs; for a child without that annotation only its
 * identity, which is enough to keep it.
 */
export function echoChild(child: KubernetesObject): KubernetesObject {
  const text = child.metadata.annotations?.[lastApplied];
  if (text !== undefined) {
    try {
      return JSON.parse(text) as KubernetesObject;
    } catch {
      // a damaged annotation is somebody's edit; the identity is still known
    }
  }
  const { name, namespace } = child.metadata;
  return {
    apiVersion: child.apiVersion,
    kind: child.kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  };
}

/** All children as they are; terminating ones need not be listed. */
export function echoChildren(request: HookRequest): KubernetesObject[] {
  return Object.values(request.children).flatMap((byName) =>
    Object.values(byName)
      .filter((child) => child.metadata.deletionTimestamp === undefined)
      .map(echoChild),
  );
}

/** A parent whose spec is invalid: nothing changes, and one condition says what is wrong. */
export function invalidSpec(request: HookRequest, message: string): Decision {
  const previous = (request.parent['status'] ?? {}) as Record<string, Json>;
  const event: CoreEvent = { type: 'Warning', reason: 'InvalidSpec', message };
  const trio = kstatusTrio<CoreReason>({ state: 'stalled', reason: event.reason, message });
  const kept = conditionsOf(request.parent).filter(({ type }) => trio.every((wish) => wish.type !== type));
  const conditions = withTransitionTimes(
    [...trio, ...kept],
    conditionsOf(request.parent),
    request.context.now,
    request.parent.metadata.generation ?? 0,
  );
  return {
    status: { ...previous, conditions: conditions as unknown as Json },
    children: echoChildren(request),
    operations: [],
    events: [event],
  };
}
