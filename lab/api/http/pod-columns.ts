/** The columns of pods; STATUS and READY are worked out as `kubectl get pods` has always shown them. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { asObject, asObjects, valueAt } from '../store/json.ts';
import type { JsonObject } from '../store/types.ts';
import type { Column } from './columns.ts';
import { age } from './duration.ts';

interface PodSummary {
  ready: string;
  status: string;
  restarts: string;
}

const isRestartableInit = (container: JsonObject | undefined): boolean => container?.['restartPolicy'] === 'Always';

/** What is to be said of one container that has not simply run. */
function containerReason(status: JsonObject): string | undefined {
  const { waiting, terminated } = asObject(status['state']);
  const waitingReason = asObject(waiting)['reason'];
  if (typeof waitingReason === 'string' && waitingReason !== '') return waitingReason;
  if (terminated === undefined) return undefined;
  const { reason, signal, exitCode } = asObject(terminated);
  if (typeof reason === 'string' && reason !== '') return reason;
  return typeof signal === 'number' && signal !== 0 ? `Signal:${signal}` : `ExitCode:${String(exitCode)}`;
}

/** `Init:1/2`, `Init:Error` and the like; `undefined` when all init containers are through. */
function initReason(pod: KubernetesObject): string | undefined {
  const specified = asObjects(valueAt(pod, 'spec.initContainers'));
  for (const [index, status] of asObjects(valueAt(pod, 'status.initContainerStatuses')).entries()) {
    const state = asObject(status['state']);
    if (asObject(state['terminated'])['exitCode'] === 0) continue;
    if (
      isRestartableInit(specified.find((container) => container['name'] === status['name'])) &&
      status['started'] === true
    )
      continue;
    const reason = containerReason(status);
    return reason === undefined || reason === 'PodInitializing'
      ? `Init:${index}/${specified.length}`
      : `Init:${reason}`;
  }
  return undefined;
}

function podStatus(pod: KubernetesObject, statuses: JsonObject[]): string {
  const { phase = 'Unknown' } = asObject(pod['status']) as { phase?: string };
  const conditions = asObjects(valueAt(pod, 'status.conditions'));
  const gated = conditions.some(
    (condition) => condition['type'] === 'PodScheduled' && condition['reason'] === 'SchedulingGated',
  );
  const podReason = valueAt(pod, 'status.reason');
  let status = gated ? 'SchedulingGated' : typeof podReason === 'string' && podReason !== '' ? podReason : phase;

  const init = initReason(pod);
  if (init !== undefined) status = init;
  else {
    for (const container of [...statuses].reverse()) status = containerReason(container) ?? status;
    const running = statuses.some(
      (container) => container['ready'] === true && asObject(container['state'])['running'] !== undefined,
    );
    const podReady = conditions.some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True');
    if (status === 'Completed' && running) status = podReady ? 'Running' : 'NotReady';
  }
  if (pod.metadata.deletionTimestamp === undefined) return status;
  if (podReason === 'NodeLost') return 'Unknown';
  return phase === 'Failed' || phase === 'Succeeded' ? status : 'Terminating';
}

function podSummary(pod: KubernetesObject, now: number): PodSummary {
  const statuses = asObjects(valueAt(pod, 'status.containerStatuses'));
  const ready = statuses.filter(
    (container) => container['ready'] === true && asObject(container['state'])['running'] !== undefined,
  ).length;
  const restarts = statuses.reduce((sum, container) => sum + Number(container['restartCount'] ?? 0), 0);
  const ends = statuses
    .map((container) => valueAt(container, 'lastState.terminated.finishedAt'))
    .filter((time): time is string => typeof time === 'string');
  const last = ends.sort().at(-1);
  return {
    ready: `${ready}/${asObjects(valueAt(pod, 'spec.containers')).length}`,
    status: podStatus(pod, statuses),
    restarts: restarts > 0 && last !== undefined ? `${restarts} (${age(last, now)} ago)` : String(restarts),
  };
}

function readinessGates(pod: KubernetesObject): string {
  const gates = asObjects(valueAt(pod, 'spec.readinessGates')).map((gate) => gate['conditionType']);
  if (gates.length === 0) return '<none>';
  const conditions = asObjects(valueAt(pod, 'status.conditions'));
  const open = gates.filter((gate) =>
    conditions.some((condition) => condition['type'] === gate && condition['status'] === 'True'),
  );
  return `${open.length}/${gates.length}`;
}

const wide = (name: string, cell: Column['cell']): Column => ({ name, type: 'string', priority: 1, cell });
const orNone =
  (path: string) =>
  (pod: KubernetesObject): unknown =>
    valueAt(pod, path) ?? '<none>';

/** NAME READY STATUS RESTARTS AGE, and with `-o wide` IP, NODE, NOMINATED NODE, READINESS GATES. */
export function podColumns(nameColumn: Column, ageColumn: Column): Column[] {
  return [
    nameColumn,
    { name: 'Ready', type: 'string', cell: (pod, now) => podSummary(pod, now).ready },
    { name: 'Status', type: 'string', cell: (pod, now) => podSummary(pod, now).status },
    { name: 'Restarts', type: 'string', cell: (pod, now) => podSummary(pod, now).restarts },
    ageColumn,
    wide('IP', orNone('status.podIP')),
    wide('Node', orNone('spec.nodeName')),
    wide('Nominated Node', orNone('status.nominatedNodeName')),
    wide('Readiness Gates', readinessGates),
  ];
}
