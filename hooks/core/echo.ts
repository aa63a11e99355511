/** Giving children back exactly as they were, for when the hook must not change or delete anything. */
import { kstatusTrio, conditionsOf, withTransitionTimes } from './conditions.ts';
import type { Decision, HookRequest, Json, KubernetesObject } from './contract.ts';
import type { CoreEvent, CoreReason } from './reasons.ts';

const lastApplied = 'metacontroller.k8s.io/last-applied-configuration';

type Texts = Record<string, string>;

/** What Metacontroller says to have applied; undefined where it says nothing, or somebody has damaged it. */
function appliedTo(child: KubernetesObject): Partial<KubernetesObject> | undefined {
  try {
    const applied: unknown = JSON.parse(child.metadata.annotations?.[lastApplied] ?? '');
    return isObject(applied) ? applied : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * The child as Metacontroller applied it last, so that nothing differs; for a child without that annotation only its
 * identity, which is enough to keep it. Who it is says the child itself, for the annotation may be a copy of another one's, in
 * another namespace: another name would delete it. Labels that somebody has changed since stay so: by one it is a child at all.
 */
export function echoChild(child: KubernetesObject): KubernetesObject {
  const { name, namespace, labels: live = {} } = child.metadata;
  const applied = appliedTo(child);
  const metadata = isObject(applied?.metadata) ? applied.metadata : undefined;
  const labels = isObject(metadata?.labels) ? (metadata.labels as Texts) : undefined;
  return {
    ...applied,
    apiVersion: child.apiVersion,
    kind: child.kind,
    metadata: {
      ...metadata,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined
        ? {}
        : { labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, live[key] ?? value])) }),
    },
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
