/**
 * What becomes of pods whose node is tainted, dead or gone: eviction by NoExecute taints and the pod garbage
 * collector. As in Kubernetes only the second one removes pods by force, and only where no kubelet can confirm.
 */
import type { ApiClient, Clock } from '../contract.ts';
import { createEventRecorder } from './events.ts';
import { isTerminal, nodeResource, podResource } from './core-types.ts';
import type { Condition, NodeObject, Pod, Taint, Toleration } from './core-types.ts';
import { tolerates } from './selectors.ts';
import { watchKind } from './watched.ts';
import type { Change, Watched } from './watched.ts';
import { isNotFound, timestamp, updateLive, withCondition } from './writes.ts';

export interface NodeLifecycleSettings {
  /** How long a pod of a node that does not exist is left alone. */
  quarantineMilliseconds: number;
}

export const defaultNodeLifecycleSettings: NodeLifecycleSettings = { quarantineMilliseconds: 40_000 };

export interface NodeLifecycleOptions {
  client: ApiClient;
  clock: Clock;
  settings?: Partial<NodeLifecycleSettings>;
  onProblem?: (error: unknown) => void;
}

/** Seconds until NoExecute taints end a pod with these tolerations; 0 is at once, undefined is never. */
export function evictionSeconds(taints: readonly Taint[], tolerations: readonly Toleration[]): number | undefined {
  let seconds: number | undefined;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    const matching = tolerations.filter((toleration) => tolerates(toleration, taint));
    if (matching.length === 0) return 0;
    for (const { tolerationSeconds } of matching) {
      if (tolerationSeconds !== undefined)
        seconds = Math.min(seconds ?? Number.POSITIVE_INFINITY, Math.max(0, tolerationSeconds));
    }
  }
  return seconds;
}

/** Why a pod is collected by force although no kubelet confirmed its end; undefined when it is not. */
export function collectionReason(pod: Pod, node: NodeObject | undefined): string | undefined {
  if ((pod.spec.nodeName ?? '') === '') return undefined;
  if (node === undefined) return 'PodGC: node no longer exists';
  const outOfService = node.spec?.taints?.some((taint) => taint.key === 'node.kubernetes.io/out-of-service') === true;
  const ready =
    node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;
  if (pod.metadata.deletionTimestamp !== undefined && outOfService && !ready) return 'PodGC: node is out of service';
  return undefined;
}

/** Follows nodes and pods until it is stopped. Rejects when the first lists fail. */
export async function startNodeLifecycle(options: NodeLifecycleOptions): Promise<{ stop(): void }> {
  const { client, clock } = options;
  const lifecycle = new NodeLifecycle(options);
  const nodes = await watchKind<NodeObject>(client, clock, nodeResource, (change) => lifecycle.nodeChanged(change));
  lifecycle.nodes = nodes;
  const pods = await watchKind<Pod>(client, clock, podResource, (change) => lifecycle.podChanged(change));
  return {
    stop() {
      nodes.stop();
      pods.stop();
      lifecycle.stop();
    },
  };
}

type Plan = { kind: 'evict'; at: number } | { kind: 'collect'; at: number; reason: string };

class NodeLifecycle {
  nodes: Watched<NodeObject> | undefined;
  private readonly options: NodeLifecycleOptions;
  private readonly settings: NodeLifecycleSettings;
  private readonly podsByNode = new Map<string, Map<string, Pod>>();
  /** By pod UID. */
  private readonly plans = new Map<string, Plan & { cancel: () => void }>();
  private readonly events: ReturnType<typeof createEventRecorder>;

  constructor(options: NodeLifecycleOptions) {
    this.options = options;
    this.settings = { ...defaultNodeLifecycleSettings, ...options.settings };
    this.events = createEventRecorder(options.client, options.clock, 'node-controller');
  }

  nodeChanged({ now, before }: Change<NodeObject>): void {
    const name = (now ?? before!).metadata.name;
    for (const pod of this.podsByNode.get(name)?.values() ?? []) this.judge(pod, now);
  }

  podChanged({ now, before }: Change<Pod>): void {
    const pod = now ?? before!;
    const uid = pod.metadata.uid ?? '';
    const nodeName = pod.spec.nodeName ?? '';
    if (nodeName === '') return;
    const pods = this.podsByNode.get(nodeName) ?? new Map<string, Pod>();
    this.podsByNode.set(nodeName, pods);
    if (now === undefined || isTerminal(now)) {
      pods.delete(uid);
      this.plan(uid, undefined);
      return;
    }
    pods.set(uid, now);
    this.judge(now, this.nodes?.get(undefined, nodeName));
  }

  stop(): void {
    for (const { cancel } of this.plans.values()) cancel();
  }

  private judge(pod: Pod, node: NodeObject | undefined): void {
    const uid = pod.metadata.uid ?? '';
    const known = this.plans.get(uid);
    const next = this.wanted(pod, node);
    if (next?.kind === 'collect' && known?.kind === 'collect' && known.reason === next.reason) return;
    // counted from the first sight of the taint; one that leaves less time counts anew
    if (next?.kind === 'evict' && known?.kind === 'evict' && known.at <= next.at) return;
    this.plan(uid, next, pod);
  }

  private wanted(pod: Pod, node: NodeObject | undefined): Plan | undefined {
    const now = this.options.clock.now();
    const reason = collectionReason(pod, node);
    if (reason !== undefined)
      return { kind: 'collect', at: now + (node === undefined ? this.settings.quarantineMilliseconds : 0), reason };
    if (pod.metadata.deletionTimestamp !== undefined) return undefined;
    const seconds = evictionSeconds(node?.spec?.taints ?? [], pod.spec.tolerations ?? []);
    return seconds === undefined ? undefined : { kind: 'evict', at: now + seconds * 1000 };
  }

  private plan(uid: string, plan: Plan | undefined, pod?: Pod): void {
    this.plans.get(uid)?.cancel();
    this.plans.delete(uid);
    if (plan === undefined || pod === undefined) return;
    const { clock } = this.options;
    const cancel = clock.after(plan.at - clock.now(), () => {
      this.carryOut(pod, plan).catch((error: unknown) => {
        if (!isNotFound(error)) this.options.onProblem?.(error);
      });
    });
    this.plans.set(uid, { ...plan, cancel });
  }

  private async carryOut(pod: Pod, plan: Plan): Promise<void> {
    const { client, clock } = this.options;
    const { namespace, name, uid = '' } = pod.metadata;
    const now = timestamp(clock.now());
    const evicted = plan.kind === 'evict';
    const target: Condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: evicted ? 'DeletionByTaintManager' : 'DeletionByPodGC',
      message: evicted ? 'Taint manager: deleting due to NoExecute taint' : plan.reason,
    };
    if (evicted)
      this.events.emit(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
    const change = (live: Pod): Pod => {
      const status = { ...live.status, conditions: withCondition(live.status?.conditions, target, now) };
      return { ...live, status: evicted ? status : { ...status, phase: 'Failed' } };
    };
    const found = await updateLive<Pod>(client, podResource, { namespace, name, uid }, change, 'status');
    if (!found) return;
    await client.delete(podResource, namespace, name, {
      ...(evicted ? {} : { gracePeriodSeconds: 0 }),
      preconditions: { uid },
    });
  }
}
