/** What the view shows, read from the lab's objects. Pure: objects in, plain values out. */
import { conditionsOf, findCondition } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { mainContainerName } from '../../hooks/weka/api/group.ts';

/** How a thing does; decides colours and order. */
export type Health = 'ready' | 'waiting' | 'stalled' | 'leaving';

/** An object that people apply: a WekaCluster, a WekaClient ... */
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
  /** Counts as `kubectl get` shows them: active/created/desired. */
  counts: { label: string; value: string }[];
  /** Conditions of the steps, in order; without the summarising ones. */
  steps: { type: string; done: boolean }[];
}

/** A WekaContainer of a parent, with its pods. */
export interface ContainerState {
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
}

/** The kinds that people apply, in the order in which they are shown. */
export const parentKinds = ['WekaCluster', 'WekaClient', 'WekaPolicy', 'WekaManualOperation'] as const;

export interface LabObjects {
  nodes: KubernetesObject[];
  parents: KubernetesObject[];
  containers: KubernetesObject[];
  pods: KubernetesObject[];
}

const summaries = new Set(['Ready', 'Reconciling', 'Stalled', 'Degraded']);
const countLabels: Record<string, string> = { driveContainers: 'drive', computeContainers: 'compute', drives: 'drives' };

interface Status {
  status?: string;
  nodeAffinity?: string;
  printer?: Record<string, string>;
}

const statusOf = (object: KubernetesObject): Status => object['status'] ?? {};
const ownerUid = ({ metadata }: KubernetesObject): string => metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid ?? '';

function healthOf(object: KubernetesObject): Health {
  if (object.metadata.deletionTimestamp !== undefined) return 'leaving';
  if (findCondition(object, 'Ready')?.status === 'True') return 'ready';
  return findCondition(object, 'Stalled')?.status === 'True' ? 'stalled' : 'waiting';
}

function parentState(object: KubernetesObject): ParentState {
  const { metadata, kind } = object;
  const { status = 'new', printer = {} } = statusOf(object);
  const ready = findCondition(object, 'Ready');
  return {
    kind, namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '', word: status, health: healthOf(object),
    reason: ready?.reason ?? '', message: ready?.message ?? '',
    counts: Object.entries(countLabels).flatMap(([key, label]) => (printer[key] === undefined ? [] : [{ label, value: printer[key] }])),
    steps: conditionsOf(object).filter(({ type }) => !summaries.has(type)).map(({ type, status: value }) => ({ type, done: value === 'True' })),
  };
}

interface PodStatus {
  phase?: string;
  containerStatuses?: { name?: string; state?: { waiting?: { reason?: string } } }[];
}

function podText(pod: KubernetesObject): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const { phase = 'Pending', containerStatuses = [] } = (pod['status'] ?? {}) as PodStatus;
  const main = containerStatuses.find(({ name }) => name === mainContainerName) ?? containerStatuses[0];
  const reason = main?.state?.waiting?.reason;
  return reason === undefined || reason === 'ContainerCreating' ? phase : reason;
}

/** The container's own pod by its phase, its helpers (`cleanup`, `probe`) by name and phase. */
function podsText(container: KubernetesObject, pods: KubernetesObject[]): string {
  const { name } = container.metadata;
  const texts = pods.map((pod) => (pod.metadata.name === name ? podText(pod) : `${pod.metadata.name.replace(`${name}-`, '')} ${podText(pod)}`));
  return texts.length === 0 ? '-' : texts.join(', ');
}

function containerState(container: KubernetesObject, pods: KubernetesObject[]): ContainerState {
  const { metadata } = container;
  const health = healthOf(container);
  const { status = 'new', nodeAffinity = '-' } = statusOf(container);
  return {
    namespace: metadata.namespace ?? '', name: metadata.name, ownerUid: ownerUid(container), node: nodeAffinity, word: status, health,
    message: health === 'ready' ? '' : (findCondition(container, 'Ready')?.message ?? ''),
    pod: podsText(container, pods),
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

const modeOf = ({ spec }: KubernetesObject): string => (spec as { mode?: string } | undefined)?.mode ?? '';

/** The state at one instant. */
export function labState({ nodes, parents, containers, pods }: LabObjects, elapsedMillis: number): LabState {
  const known = new Set(parents.map(({ metadata }) => metadata.uid));
  const podsOf = grouped(pods, ownerUid);
  const owned = containers.filter((container) => known.has(ownerUid(container)));
  // a person's own WekaContainer has no controller; a helper's is a WekaNode or a policy
  const helpers = grouped(containers.filter((container) => !known.has(ownerUid(container))), modeOf);
  return {
    elapsedMillis,
    nodes: { ready: nodes.filter((node) => findCondition(node, 'Ready')?.status === 'True').length, all: nodes.length },
    parents: parents.map(parentState),
    containers: owned.map((container) => containerState(container, podsOf.get(container.metadata.uid ?? '') ?? [])),
    helpers: [...helpers].map(([mode, group]) => ({ mode, count: group.length })),
  };
}
