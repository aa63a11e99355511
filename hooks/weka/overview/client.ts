/** A WekaClient on one screen. */
import { findCondition } from '../../core/conditions.ts';
import type { KubernetesObject } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { defineOverview, knownObjects, unreadOf, type Answer, type OverviewLine } from '../../core/overview.ts';
import { wekaClusterKind } from '../access.ts';
import type { WekaClientSpec, WekaClientStatus, WekaClusterStatus } from '../api/index.ts';
import { containersSection, nodeOf, rollLines } from './containers.ts';
import { agesMissing, holdersIn, nodesSection, silentNodes } from './nodes.ts';
import { allClaims, allMachines, allNodes, containersIn, ownedContainers, part } from './readings.ts';

/** The cluster that is to be joined, and how it is. */
function targetLine(client: KubernetesObject, target: Answer): OverviewLine {
  const { targetCluster, joinIpPorts = [] } = part<WekaClientSpec>(client, 'spec');
  if (targetCluster === undefined) return { label: 'joins', cells: [joinIpPorts.join(', ') || 'nothing is named'] };
  const name = `WekaCluster ${targetCluster.namespace ?? client.metadata.namespace ?? ''}/${targetCluster.name}`;
  if (target.state === 'unknown')
    return { label: 'joins', cells: [`${name}; how it is is not known: ${target.why}`], tone: 'quiet' };
  const [found] = target.objects;
  if (found === undefined) return { label: 'joins', cells: [`${name}, which is not there`], tone: 'bad' };
  const { deletionTimestamp } = found.metadata;
  const ready = findCondition(found, 'Ready');
  const word = part<WekaClusterStatus>(found, 'status').status ?? 'new';
  return defined({
    label: 'joins',
    cells: [`${name}, ${word}${deletionTimestamp === undefined ? '' : ', which is being deleted'}`],
    since: deletionTimestamp ?? (ready?.status === 'True' ? undefined : ready?.lastTransitionTime),
    tone: deletionTimestamp === undefined && ready?.status === 'True' ? ('good' as const) : ('waiting' as const),
  });
}

function membershipLines({ memberships = {} }: Partial<WekaClientStatus>): OverviewLine[] {
  const texts = Object.entries(memberships).map(([guid, count]) => `${count} of ${guid}`);
  return texts.length === 0 ? [] : [{ label: 'members', cells: [texts.join(', ')] }];
}

export const clientOverview = defineOverview({
  kind: 'WekaClient',
  applied: true,
  summary(object) {
    const { status: word, printer = {} } = part<WekaClientStatus>(object, 'status');
    const counts = printer.containers === undefined ? [] : [{ label: 'containers', value: printer.containers }];
    return word === undefined ? { counts } : { word, counts };
  },
  readings(object) {
    const { namespace = '' } = object.metadata;
    const { targetCluster } = part<WekaClientSpec>(object, 'spec');
    return {
      containers: containersIn(namespace),
      claims: allClaims,
      nodes: allNodes,
      machines: allMachines,
      target:
        targetCluster === undefined
          ? undefined
          : { kind: wekaClusterKind, namespace: targetCluster.namespace ?? namespace, name: targetCluster.name },
    };
  },
  sections(object, { containers, claims, nodes, machines, target }) {
    const views = ownedContainers(object, containers);
    const silent = silentNodes(nodes, machines);
    const used = new Set(views.map(nodeOf));
    const shown = knownObjects(nodes).filter(({ metadata }) => used.has(metadata.name));
    return [
      {
        title: 'client',
        lines: [
          ...rollLines(object, views),
          targetLine(object, target),
          ...membershipLines(part<WekaClientStatus>(object, 'status')),
        ],
        unread: unreadOf(target),
      },
      containersSection(views, containers, silent),
      nodesSection(
        { nodes: shown, silent, holdersOf: holdersIn(claims), range: undefined },
        nodes,
        claims,
        ...agesMissing(silent, machines),
      ),
    ];
  },
});
