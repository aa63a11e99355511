/** A pod as the hook of its parent needs it; read shallowly, because a pod is the API server's business. */
import type { PodTarget } from './catalogue.ts';
import type { HookRequest, KubernetesObject } from './contract.ts';
import { defined } from './defined.ts';
import { objectsOf } from './envelope.ts';

export interface PodView {
  object: KubernetesObject;
  target: PodTarget;
  nodeName?: string;
  phase: string;
  /** The main container runs now, so that commands can be run in it. */
  running: boolean;
  /** The main container has not been started once, as for want of an image or of a Secret. */
  unstarted: boolean;
  terminating: boolean;
  /** It is Failed or Succeeded and never runs again, whatever its restartPolicy says: why. */
  ended?: string;
  /** RFC 3339. */
  createdAt?: string;
  /** The scheduler found no node: its message, and since when (RFC 3339). */
  unschedulable?: { message: string; since: string };
  /** Kubernetes has said that it is meant to go: evicted, preempted, or driven away by a taint. */
  disrupted: boolean;
  /** Its node does not report any more: what is said of its containers is from before. */
  nodeNotReady: boolean;
  /** Why the main container does not run, as the kubelet says it. */
  waiting?: string;
  /** What the main container said of itself when it last ended. */
  lastWords?: string;
  /** Of the main container as it is now; admission may have rewritten it. */
  image?: string;
}

interface ContainerStatus {
  name?: string;
  state?: {
    running?: object;
    waiting?: { reason?: string; message?: string };
    terminated?: { reason?: string; exitCode?: number; message?: string };
  };
  lastState?: { terminated?: { message?: string } };
  restartCount?: number;
}
interface RawPod {
  spec?: { nodeName?: string; containers?: { name?: string; image?: string }[] };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: { type?: string; status?: string; reason?: string; message?: string; lastTransitionTime?: string }[];
    containerStatuses?: ContainerStatus[];
  };
}

function whyNotRunning(status: ContainerStatus | undefined): string | undefined {
  const waiting = status?.state?.waiting;
  if (waiting !== undefined) return [waiting.reason, waiting.message].filter(Boolean).join(': ');
  const ended = status?.state?.terminated;
  return ended === undefined
    ? undefined
    : `${ended.reason ?? 'Terminated'} with exit code ${ended.exitCode ?? 'unknown'}`;
}

function lastWords(status: ContainerStatus | undefined): string | undefined {
  const ended = status?.state?.terminated ?? status?.lastState?.terminated;
  return ended?.message?.trim() || undefined;
}

function unschedulable(status: RawPod['status']): PodView['unschedulable'] {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined;
  return { message: scheduled.message ?? '', since: scheduled.lastTransitionTime ?? '' };
}

function unstarted(phase: string, status: ContainerStatus | undefined): boolean {
  const { state = {}, lastState, restartCount = 0 } = status ?? {};
  const hasRun = state.running !== undefined || state.terminated !== undefined || lastState?.terminated !== undefined;
  return phase === 'Pending' && !hasRun && restartCount === 0;
}

/** Written by the node controller, in place of the kubelet that is silent. */
const nodeNotReady = (status: RawPod['status']): boolean =>
  (status?.conditions ?? []).some(
    ({ type, status: value, reason }) => type === 'Ready' && value === 'False' && reason === 'NodeNotReady',
  );

const disrupted = (status: RawPod['status']): boolean =>
  (status?.conditions ?? []).some(({ type, status: value }) => type === 'DisruptionTarget' && value === 'True');

const terminalPhases = new Set(['Failed', 'Succeeded']);

/** The words of who ended the pod (eviction, node shutdown, refused admission), else those of the container. */
function whyEnded(status: RawPod['status'], container: ContainerStatus | undefined): string | undefined {
  if (status?.phase === undefined || !terminalPhases.has(status.phase)) return undefined;
  const said = [status.reason, status.message].filter(Boolean).join(': ');
  return said || (whyNotRunning(container) ?? status.phase);
}

/** The entry of that name in a list of containers or of their statuses; admission may have put others before it. */
export const containerNamed = <Entry extends { name?: string }>(
  list: readonly Entry[] | undefined,
  name: string,
): Entry | undefined => list?.find((entry) => entry.name === name);

/** @param main the name of the one container that counts */
export function podView(object: KubernetesObject, main: string): PodView {
  const { spec, status } = object as unknown as RawPod;
  const container = containerNamed(status?.containerStatuses, main);
  const { namespace = '', name, uid = '', deletionTimestamp, creationTimestamp } = object.metadata;
  return defined({
    object,
    target: { namespace, name, uid },
    nodeName: spec?.nodeName,
    phase: status?.phase ?? 'Pending',
    running: container?.state?.running !== undefined,
    unstarted: unstarted(status?.phase ?? 'Pending', container),
    terminating: deletionTimestamp !== undefined,
    ended: whyEnded(status, container),
    createdAt: creationTimestamp,
    unschedulable: unschedulable(status),
    disrupted: disrupted(status),
    nodeNotReady: nodeNotReady(status),
    waiting: whyNotRunning(container),
    lastWords: lastWords(container),
    image: containerNamed(spec?.containers, main)?.image,
  });
}

/** The child pod of that name; `main` as in `podView`. */
export function childPod(request: HookRequest, name: string, main: string): PodView | undefined {
  const object = objectsOf(request.children, 'Pod', 'v1').find((pod) => pod.metadata.name === name);
  return object === undefined ? undefined : podView(object, main);
}
