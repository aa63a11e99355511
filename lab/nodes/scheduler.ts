/**
 * Binds pods without a node. In here: the watches, the queue and the writes. Not in here: which node a pod may go to
 * (filters.ts, topology-filters.ts) and which it gets (placement.ts).
 */
import type { ApiClient, Clock } from '../contract.ts';
import { createEventRecorder } from './events.ts';
import { namespaceResource, nodeResource, podResource } from './core-types.ts';
import type { NodeObject, Pod } from './core-types.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { placePod } from './placement.ts';
import { SchedulerSnapshot } from './scheduler-snapshot.ts';
import { holdsResources, podInfo } from './scheduling-info.ts';
import type { PodInfo } from './scheduling-info.ts';
import { keyOf, watchKind } from './watched.ts';
import type { Change } from './watched.ts';
import { timestamp, updateLive, withCondition } from './writes.ts';

export interface SchedulerSettings {
  /** From the arrival of a pod to its placement. */
  placeMilliseconds: number;
  /** From a change of nodes or pods to the next try of those that fit nowhere; changes in between share one try. */
  retryMilliseconds: number;
  /** Whether a placement writes the event `Scheduled`. Failures always write one when their message changes. */
  normalEvents: boolean;
}

export const defaultSchedulerSettings: SchedulerSettings = {
  placeMilliseconds: 10,
  retryMilliseconds: 500,
  normalEvents: true,
};

export interface SchedulerOptions {
  client: ApiClient;
  clock: Clock;
  /** The pods/binding subresource. Rejects when the pod is gone, terminating or bound. */
  bind(namespace: string, pod: string, nodeName: string): Promise<void>;
  settings?: Partial<SchedulerSettings>;
  /** Told of writes that failed for another reason than that the pod is gone. */
  onProblem?: (error: unknown) => void;
}

export interface Scheduler {
  /** Pods that wait for a node. */
  pending(): { namespace: string; name: string; message: string | undefined }[];
  stop(): void;
}

interface Waiting {
  pod: Pod;
  info: PodInfo;
  message?: string;
  /** Its binding is on the way. */
  binding: boolean;
}

const schedulerName = 'default-scheduler';

/** Lists and follows nodes, pods and namespaces, and places pods until it is stopped. Rejects when the first lists fail. */
export async function startScheduler(options: SchedulerOptions): Promise<Scheduler> {
  const queue = new SchedulingQueue(options);
  const { client, clock } = options;
  const namespaces = await watchKind<KubernetesObject>(client, clock, namespaceResource, ({ now }) => {
    if (now !== undefined) queue.namespaceLabels.set(now.metadata.name, now.metadata.labels ?? {});
  });
  const nodes = await watchKind<NodeObject>(client, clock, nodeResource, (change) => queue.nodeChanged(change));
  const pods = await watchKind<Pod>(client, clock, podResource, (change) => queue.podChanged(change));
  return {
    pending: () => queue.pending(),
    stop() {
      for (const watched of [namespaces, nodes, pods]) watched.stop();
      queue.stop();
    },
  };
}

class SchedulingQueue {
  readonly namespaceLabels = new Map<string, Record<string, string>>();
  private readonly cluster = new SchedulerSnapshot((namespace) => this.namespaceLabels.get(namespace) ?? {});
  private readonly waiting = new Map<string, Waiting>();
  /** Keys to try in the next round. */
  private readonly due = new Set<string>();
  private readonly options: SchedulerOptions;
  private readonly settings: SchedulerSettings;
  private readonly events: ReturnType<typeof createEventRecorder>;
  private round: { at: number; cancel: () => void } | undefined;

  constructor(options: SchedulerOptions) {
    this.options = options;
    this.settings = { ...defaultSchedulerSettings, ...options.settings };
    this.events = createEventRecorder(options.client, options.clock, schedulerName);
  }

  pending(): { namespace: string; name: string; message: string | undefined }[] {
    return [...this.waiting.values()].map(({ info, message }) => ({
      namespace: info.namespace,
      name: info.name,
      message,
    }));
  }

  stop(): void {
    this.round?.cancel();
  }

  nodeChanged({ now, before }: Change<NodeObject>): void {
    if (now === undefined) this.cluster.removeNode(before!.metadata.name);
    else if (before !== undefined && placementInfo(before) === placementInfo(now)) return;
    else this.cluster.setNode(now);
    this.retry();
  }

  podChanged({ now, before }: Change<Pod>): void {
    const pod = now ?? before!;
    const uid = pod.metadata.uid ?? '';
    const key = keyOf(pod.metadata.namespace, pod.metadata.name);
    if (now !== undefined && holdsResources(now)) {
      this.waiting.delete(key);
      if (before !== undefined && holdsResources(before) && sameInfo(before, now)) return;
      this.cluster.place(podInfo(now), now.spec.nodeName!);
      this.retry();
    } else if (now !== undefined && isSchedulable(now)) this.enqueue(key, now);
    else {
      if (this.waiting.get(key)?.info.uid === uid) this.waiting.delete(key);
      if (this.cluster.remove(uid)) this.retry();
    }
  }

  private enqueue(key: string, pod: Pod): void {
    const known = this.waiting.get(key);
    if (known !== undefined && known.info.uid === pod.metadata.uid && (known.binding || sameInfo(known.pod, pod))) {
      known.pod = pod;
      return;
    }
    this.waiting.set(key, { pod, info: podInfo(pod), binding: false });
    this.due.add(key);
    this.plan(this.settings.placeMilliseconds);
  }

  /** Something changed that may help a pod that fits nowhere. */
  private retry(): void {
    if (this.waiting.size === 0) return;
    for (const key of this.waiting.keys()) this.due.add(key);
    this.plan(this.settings.retryMilliseconds);
  }

  private plan(milliseconds: number): void {
    const { clock } = this.options;
    const at = clock.now() + milliseconds;
    if (this.round !== undefined && this.round.at <= at) return;
    this.round?.cancel();
    this.round = { at, cancel: clock.after(milliseconds, () => this.runRound()) };
  }

  private runRound(): void {
    this.round = undefined;
    const turn = [...this.due].flatMap((key) => {
      const entry = this.waiting.get(key);
      return entry === undefined || entry.binding ? [] : [{ key, entry }];
    });
    this.due.clear();
    // higher priority first; equal ones in the order of their arrival
    turn.sort((left, right) => right.entry.info.priority - left.entry.info.priority);
    for (const { key, entry } of turn) this.tryPlace(key, entry);
  }

  private tryPlace(key: string, entry: Waiting): void {
    const placement = placePod(entry.info, this.cluster);
    if ('message' in placement) this.refuse(entry, placement.message);
    else this.bind(key, entry, placement.nodeName).catch((error: unknown) => this.options.onProblem?.(error));
  }

  private async bind(key: string, entry: Waiting, nodeName: string): Promise<void> {
    const { namespace, name, uid } = entry.info;
    entry.binding = true;
    // counted at once: the watch tells of it later than the next pod is placed
    this.cluster.place(entry.info, nodeName);
    try {
      await this.options.bind(namespace, name, nodeName);
    } catch (error) {
      entry.binding = false;
      if (this.waiting.get(key) === entry) this.due.add(key);
      if (this.cluster.remove(uid)) this.retry();
      throw error;
    }
    if (this.settings.normalEvents) {
      this.events.emit(entry.pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${nodeName}`);
    }
  }

  private refuse(entry: Waiting, message: string): void {
    if (entry.message === message) return;
    entry.message = message;
    this.events.emit(entry.pod, 'Warning', 'FailedScheduling', message);
    const { namespace, name, uid } = entry.info;
    const now = timestamp(this.options.clock.now());
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message } as const;
    updateLive<Pod>(
      this.options.client,
      podResource,
      { namespace, name, uid },
      (pod) => {
        if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== '') return undefined;
        const status = { ...pod.status, phase: pod.status?.phase ?? 'Pending' };
        return { ...pod, status: { ...status, conditions: withCondition(status.conditions, condition, now) } };
      },
      'status',
    ).catch((error: unknown) => this.options.onProblem?.(error));
  }
}

function isSchedulable(pod: Pod): boolean {
  return (
    (pod.spec.nodeName ?? '') === '' &&
    pod.metadata.deletionTimestamp === undefined &&
    (pod.spec.schedulerName ?? schedulerName) === schedulerName &&
    (pod.spec.schedulingGates ?? []).length === 0
  );
}

/** What placements read of a pod: not its status. */
function sameInfo(left: Pod, right: Pod): boolean {
  if (left.metadata.deletionTimestamp !== right.metadata.deletionTimestamp) return false;
  if (left.metadata.generation !== undefined && left.metadata.generation !== right.metadata.generation) return false;
  return (
    JSON.stringify(left.metadata.labels) === JSON.stringify(right.metadata.labels) &&
    (left.spec === right.spec || JSON.stringify(left.spec) === JSON.stringify(right.spec))
  );
}

/** What placements read of a node: heartbeats and conditions are not in it. */
function placementInfo(node: NodeObject): string {
  const { taints, unschedulable } = node.spec ?? {};
  return JSON.stringify([node.metadata.labels, taints, unschedulable, node.status?.allocatable]);
}
