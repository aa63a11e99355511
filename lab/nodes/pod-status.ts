/** The status that the kubelet reports, computed from the state of the containers. Pure. */
import type { ContainerRun } from './container-run.ts';
import type { Condition, Pod, PodPhase, PodStatus } from './core-types.ts';
import { withCondition } from './writes.ts';

/** What the kubelet knows of a pod beside its containers. */
export interface PodOnNode {
  hostIp: string;
  podIp: string | undefined;
  /** RFC 3339. */
  startTime: string;
  /** Set when the pod has ended for good: all programs are gone and none comes again. */
  ended: boolean;
  /** RFC 3339. */
  now: string;
}

/** The kubelet's rule: what waits for its first start makes it Pending, what ended for good Succeeded or Failed. */
export function phaseOf(restartPolicy: string, runs: readonly ContainerRun[], ended: boolean): PodPhase {
  const init = runs.filter((run) => run.kind === 'init');
  const main = runs.filter((run) => run.kind === 'main');
  const succeeded = main.every((run) => run.exitCode === 0);
  if (ended) return succeeded && main.every((run) => run.stopped) ? 'Succeeded' : 'Failed';
  if (init.some((run) => run.exitCode !== 0)) {
    const failed = init.some((run) => run.exitCode !== undefined && run.exitCode !== 0);
    return failed && restartPolicy === 'Never' ? 'Failed' : 'Pending';
  }
  if (main.some((run) => !run.running && !run.stopped)) return 'Pending';
  if (main.some((run) => run.running) || restartPolicy === 'Always') return 'Running';
  if (succeeded) return 'Succeeded';
  return restartPolicy === 'Never' ? 'Failed' : 'Running';
}

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;

const yes: Verdict = { status: 'True' };
const no = (reason: string, message?: string): Verdict => ({
  status: 'False',
  reason,
  ...(message === undefined ? {} : { message }),
});
const quoted = (runs: readonly ContainerRun[]): string => `[${runs.map((run) => run.spec.name).join(' ')}]`;

function initialized(runs: readonly ContainerRun[], phase: PodPhase): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  const undone = runs.filter((run) => run.kind === 'init' && run.exitCode !== 0);
  return undone.length === 0
    ? yes
    : no('ContainersNotInitialized', `containers with incomplete status: ${quoted(undone)}`);
}

function containersReady(runs: readonly ContainerRun[], phase: PodPhase): Verdict {
  if (phase === 'Succeeded') return no('PodCompleted');
  if (phase === 'Failed') return no('PodFailed');
  const unready = runs.filter((run) => run.kind === 'main' && !run.running);
  return unready.length === 0 ? yes : no('ContainersNotReady', `containers with unready status: ${quoted(unready)}`);
}

/** Ready: its containers are, and so is every readiness gate that others set. */
function ready(pod: Pod, containers: Verdict): Verdict {
  if (containers.status !== 'True') return containers;
  const conditions = pod.status?.conditions ?? [];
  const messages = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = conditions.find((condition) => condition.type === conditionType);
    if (gate === undefined) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return gate.status === 'True'
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`];
  });
  return messages.length === 0 ? yes : no('ReadinessGatesNotReady', messages.join(', '));
}

/** The new status of the live `pod`. Conditions that are not the kubelet's stay as they are. */
export function podStatus(pod: Pod, runs: readonly ContainerRun[], onNode: PodOnNode): PodStatus {
  const phase = phaseOf(pod.spec.restartPolicy ?? 'Always', runs, onNode.ended);
  const containers = containersReady(runs, phase);
  const verdicts: Record<string, Verdict> = {
    PodReadyToStartContainers: onNode.podIp !== undefined && !onNode.ended ? yes : { status: 'False' },
    Initialized: initialized(runs, phase),
    Ready: ready(pod, containers),
    ContainersReady: containers,
    PodScheduled: yes,
  };
  let conditions = pod.status?.conditions;
  for (const [type, verdict] of Object.entries(verdicts))
    conditions = withCondition(conditions, { type, ...verdict }, onNode.now);
  const init = runs.filter((run) => run.kind !== 'main');
  const addresses = onNode.podIp === undefined ? {} : { podIP: onNode.podIp, podIPs: [{ ip: onNode.podIp }] };
  return {
    ...pod.status,
    phase,
    conditions: conditions ?? [],
    hostIP: onNode.hostIp,
    hostIPs: [{ ip: onNode.hostIp }],
    ...addresses,
    startTime: onNode.startTime,
    ...(init.length === 0 ? {} : { initContainerStatuses: init.map((run) => run.status()) }),
    // by name, as the kubelet has them, whatever their order in the spec
    containerStatuses: runs
      .filter((run) => run.kind === 'main')
      .map((run) => run.status())
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}
