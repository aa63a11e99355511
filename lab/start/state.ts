/** What the view shows, read from the lab's objects. Pure: objects in, plain values out. */
import { conditionsOf, findCondition } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { System } from '../../hooks/core/system.ts';
import { awaitedKinds, labTitle, type LabSystem, type SystemView } from '../system.ts';

/** How a thing does; decides colours and order. */
export type Health = 'ready' | 'waiting' | 'stalled' | 'leaving';

/** An object that people apply. */
export interface ParentState {
  kind: string;
  namespace: string;
  name: string;
  uid: string;
  /** The one-word status. */
  word: string;
  health: Health;
  reason: string;
  message: string;
  /** What it asks for and does not get, as it says itself; empty: nothing. */
  notSupported: string;
  /** Counts as `kubectl get` shows them: active/created/desired. */
  counts: { label: string; value: string }[];
  /** Conditions of the steps, in order; without the summarising ones. */
  steps: { type: string; done: boolean }[];
  /** It is of a kind that `--until` waits for. */
  awaited: boolean;
}

/** What a parent consists of, with its pods. */
export interface ContainerState {
  kind: string;
  namespace: string;
  name: string;
  ownerUid: string;
  node: string;
  word: string;
  health: Health;
  message: string;
  pod: string;
}

export interface LabState {
  /** Milliseconds since the lab was started. */
  elapsedMillis: number;
  nodes: { ready: number; all: number };
  parents: ParentState[];
  containers: ContainerState[];
  /** Helper containers of the operator that are at work, by mode. */
  helpers: { mode: string; count: number }[];
  /** What the lab is called. */
  title: string;
  /** What `--until` waits for, whether or not it is there. */
  awaitedKinds: string[];
}

/** What of a system is needed to show it. */
export interface ShownSystem extends Pick<LabSystem, 'view'> {
  system: Pick<System, 'name'>;
}

export interface LabObjects {
  nodes: KubernetesObject[];
  parents: KubernetesObject[];
  containers: KubernetesObject[];
  pods: KubernetesObject[];
}

const summaries = new Set(['Ready', 'Reconciling', 'Stalled', 'Degraded', 'NotSupported']);
const ownerUid = ({ metadata }: KubernetesObject): string =>
  metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid ?? '';

function healthOf(object: KubernetesObject): Health {
  if (object.metadata.deletionTimestamp !== undefined) return 'leaving';
  if (findCondition(object, 'Ready')?.status === 'True') return 'ready';
  return findCondition(object, 'Stalled')?.status === 'True' ? 'stalled' : 'waiting';
}

/** The words of the condition. */
function notSupportedOf(object: KubernetesObject): string {
  const condition = findCondition(object, 'NotSupported');
  return condition?.status === 'True' ? condition.message : '';
}

function parentState(object: KubernetesObject, view: SystemView): ParentState {
  const { metadata, kind } = object;
  const { word, counts } = view.parent(object);
  const ready = findCondition(object, 'Ready');
  return {
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    word,
    health: healthOf(object),
    counts,
    reason: ready?.reason ?? '',
    message: ready?.message ?? '',
    notSupported: notSupportedOf(object),
    steps: conditionsOf(object)
      .filter(({ type }) => !summaries.has(type))
      .map(({ type, status: value }) => ({ type, done: value === 'True' })),
    awaited: kind === view.awaited,
  };
}

interface PodStatus {
  phase?: string;
  containerStatuses?: { name?: string; state?: { waiting?: { reason?: string } } }[];
}

function podText(pod: KubernetesObject, { mainContainer }: SystemView): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const { phase = 'Pending', containerStatuses = [] } = (pod['status'] ?? {}) as PodStatus;
  const main = containerStatuses.find(({ name }) => name === mainContainer) ?? containerStatuses[0];
  const reason = main?.state?.waiting?.reason;
  return reason === undefined || reason === 'ContainerCreating' ? phase : reason;
}

/** The container's own pod by its phase, its helpers (`cleanup`, `probe`) by name and phase. */
function podsText(container: KubernetesObject, pods: KubernetesObject[], view: SystemView): string {
  const { name } = container.metadata;
  const texts = pods.map((pod) =>
    pod.metadata.name === name
      ? podText(pod, view)
      : `${pod.metadata.name.replace(`${name}-`, '')} ${podText(pod, view)}`,
  );
  return texts.length === 0 ? '-' : texts.join(', ');
}

function containerState(container: KubernetesObject, pods: KubernetesObject[], view: SystemView): ContainerState {
  const { metadata, kind } = container;
  const { word, node, ready = false } = view.child(container);
  const health = ready && metadata.deletionTimestamp === undefined ? 'ready' : healthOf(container);
  return {
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    ownerUid: ownerUid(container),
    node,
    word,
    health,
    // one that waits says what for; what it does not get it says as long as it is well
    message: health === 'ready' ? notSupportedOf(container) : (findCondition(container, 'Ready')?.message ?? ''),
    pod: podsText(container, pods, view),
  };
}

function grouped<Value>(values: Value[], keyOf: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** The state at one instant. A system is asked for its own objects only: others may have objects of the same kind as its children. */
export function labState(
  systems: readonly ShownSystem[],
  { nodes, parents, containers, pods }: LabObjects,
  elapsedMillis: number,
): LabState {
  const views = systems.map(({ view }) => view);
  const viewOf = (parent: KubernetesObject): SystemView => views.find((view) => view.parents.includes(parent.kind))!;
  const viewOfOwner = new Map(parents.map((parent) => [parent.metadata.uid, viewOf(parent)]));
  const podsOf = grouped(pods, ownerUid);
  const owned = containers.flatMap((container) => {
    const view = viewOfOwner.get(ownerUid(container));
    return view?.children === container.kind
      ? [containerState(container, podsOf.get(container.metadata.uid ?? '') ?? [], view)]
      : [];
  });
  // one that a person made has no controller; a helper's is something else than a parent
  const helping = containers
    .filter((container) => !viewOfOwner.has(ownerUid(container)))
    .flatMap((container) =>
      views.flatMap((view) => (view.children === container.kind ? (view.helper(container) ?? []) : [])),
    );
  return {
    elapsedMillis,
    nodes: { ready: nodes.filter((node) => findCondition(node, 'Ready')?.status === 'True').length, all: nodes.length },
    parents: parents.map((parent) => parentState(parent, viewOf(parent))),
    containers: owned,
    helpers: [...grouped(helping, (mode) => mode)].map(([mode, group]) => ({ mode, count: group.length })),
    title: labTitle(systems),
    awaitedKinds: awaitedKinds(systems),
  };
}
