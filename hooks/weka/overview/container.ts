/** A WekaContainer on one screen. */
import type { KubernetesObject } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { defineOverview, deletedSince, unreadOf, type Answer, type OverviewLine } from '../../core/overview.ts';
import { nodeKind, podKind, wekaNodeKind } from '../access.ts';
import { claimsNames } from '../api/index.ts';
import { isOutdated, upToDateCondition, type ContainerView } from '../cluster/container-view.ts';
import { nodeOf } from './containers.ts';
import { agesMissing, nodeState, silentNodes } from './nodes.ts';
import { claimsNamed, clusterUidOf, viewOf } from './readings.ts';
import { clusterClaims, turnLine } from './turn.ts';

interface PodStatus {
  phase?: string;
  reason?: string;
  containerStatuses?: { restartCount?: number; state?: { waiting?: { reason?: string } } }[];
}

function podLine(pod: Answer): OverviewLine {
  if (pod.state === 'unknown') return { label: 'pod', cells: [`not known: ${pod.why}`], tone: 'quiet' };
  const [found] = pod.objects;
  if (found === undefined) return { label: 'pod', cells: ['there is none'], tone: 'waiting' };
  const { creationTimestamp } = found.metadata;
  const ending = deletedSince(found.metadata);
  const { phase = 'Pending', reason, containerStatuses = [] } = (found['status'] ?? {}) as PodStatus;
  const restarts = containerStatuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  const why = reason ?? containerStatuses.map(({ state }) => state?.waiting?.reason).find((one) => one !== undefined);
  const text = [
    phase,
    ...(ending === undefined ? [] : ['is being deleted']),
    ...(why === undefined ? [] : [why]),
    ...(restarts === 0 ? [] : [`${restarts} restarts`]),
  ].join(', ');
  return defined({
    label: 'pod',
    cells: [text],
    since: ending ?? creationTimestamp,
    tone: ending !== undefined ? ('leaving' as const) : phase === 'Running' ? ('good' as const) : ('waiting' as const),
  });
}

function nodeLine(view: ContainerView, node: Answer, machine: Answer): OverviewLine {
  const name = nodeOf(view);
  if (name === '') return { label: 'node', cells: ['none yet'], tone: 'waiting' };
  if (node.state === 'unknown') return { label: 'node', cells: [`${name}; how it is is not known: ${node.why}`] };
  const [found] = node.objects;
  if (found === undefined) return { label: 'node', cells: [`${name}, which is not there`], tone: 'bad' };
  const silent = silentNodes(node, machine);
  const state = nodeState(found, silent);
  return defined({
    label: 'node',
    cells: [`${name}, ${state === '' ? 'ready' : state}`],
    since: silent.get(name)?.since,
    tone: state === '' ? ('good' as const) : silent.has(name) ? ('bad' as const) : ('waiting' as const),
  });
}

/** What weka says of it. Of a pod that is not there nothing is said any more. */
function wekaLine({ status, running, operational }: ContainerView): OverviewLine {
  const { containerID, internalStatus, managementIPs = [] } = status;
  const texts = [
    containerID === undefined ? 'no member yet' : `container ${containerID}`,
    ...(internalStatus === undefined ? [] : [running ? internalStatus : `${internalStatus} when it last said so`]),
    ...(managementIPs.length === 0 ? [] : [managementIPs.join(', ')]),
  ];
  return { label: 'weka', cells: [texts.join(', ')], tone: operational ? 'good' : 'waiting' };
}

function driveLines({ status }: ContainerView): OverviewLine[] {
  const claimed = status.allocations?.drives ?? [];
  const added = status.addedDrives ?? [];
  const known = new Set(added.map(({ serial_number: serial }) => serial));
  const texts = [
    ...added.map(({ serial_number: serial = '?', status: word }) => `${serial} ${word ?? ''}`.trim()),
    ...claimed.filter((serial) => !known.has(serial)).map((serial) => `${serial} claimed`),
  ];
  if (texts.length === 0) return [];
  const isWell = added.length === texts.length && added.every(({ status: word }) => word === 'ACTIVE');
  return [{ label: 'drives', cells: [texts.join(', ')], tone: isWell ? 'good' : 'waiting' }];
}

function portsLine({ status: { allocations } }: ContainerView): OverviewLine[] {
  const { wekaPort, agentPort } = allocations ?? {};
  if (wekaPort === undefined && agentPort === undefined) return [];
  return [{ label: 'ports', cells: [`${wekaPort ?? '?'}, agent ${agentPort ?? '?'}`] }];
}

/** Whether its pod is of the wish of now. */
function rollLine(view: ContainerView): OverviewLine[] {
  const condition = upToDateCondition(view);
  if (condition === undefined || !isOutdated(view)) return [];
  return [
    {
      label: 'roll',
      cells: [[condition.reason, condition.message].filter((text) => text !== '').join(': ')],
      since: condition.lastTransitionTime,
      tone: 'waiting',
    },
  ];
}

export const containerOverview = defineOverview({
  kind: 'WekaContainer',
  applied: false,
  summary(object) {
    const view = viewOf(object);
    const word = view.status.status;
    const counts = [
      { label: 'mode', value: view.role },
      { label: 'node', value: nodeOf(view) },
    ].filter(({ value }) => value !== '');
    return word === undefined ? { counts } : { word, counts };
  },
  readings(object) {
    const { namespace = '', name } = object.metadata;
    const uid = clusterUidOf(object);
    const node = nodeOf(viewOf(object));
    return {
      claims: uid === undefined ? undefined : claimsNamed(claimsNames.ofCluster(uid)),
      pod: { kind: podKind, namespace, name },
      node: node === '' ? undefined : { kind: wekaNodeKind, name: node },
      machine: node === '' ? undefined : { kind: nodeKind, name: node },
    };
  },
  sections(object: KubernetesObject, { claims, pod, node, machine }) {
    const view = viewOf(object);
    const uid = clusterUidOf(object);
    return [
      {
        title: 'container',
        lines: [
          ...rollLine(view),
          ...(uid === undefined ? [] : [turnLine(clusterClaims(uid, claims))]),
          podLine(pod),
          nodeLine(view, node, machine),
          wekaLine(view),
          ...driveLines(view),
          ...portsLine(view),
        ],
        unread: unreadOf(...agesMissing(silentNodes(node, machine), machine)),
      },
    ];
  },
});
