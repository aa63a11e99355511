/** A WekaCluster on one screen. */
import { findCondition } from '../../core/conditions.ts';
import type { KubernetesObject } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { defineOverview, knownObjects, unreadOf, type Answer, type OverviewLine } from '../../core/overview.ts';
import { wekaMembersKind } from '../access.ts';
import { clusterConditions } from '../api/group.ts';
import {
  membersName,
  roles,
  type WekaCluster,
  type WekaClusterSpec,
  type WekaClusterStatus,
  type WekaMembers,
  type WekaNode,
} from '../api/index.ts';
import { nodeSelector } from '../cluster/containers.ts';
import type { ContainerView } from '../cluster/container-view.ts';
import { rememberedPorts } from '../cluster/facts.ts';
import { containersSection, nodeOf, rollLines } from './containers.ts';
import { agesMissing, holdersIn, nodesSection, silentNodes, type SilentNode } from './nodes.ts';
import { allClaims, allMachines, allNodes, containersIn, ownedContainers, part } from './readings.ts';
import { clusterClaims, endLines, turnLine, turnsIn } from './turn.ts';
import { wekaLines } from './weka-numbers.ts';

const counted = [
  ['drive', 'driveContainers'],
  ['compute', 'computeContainers'],
  ['drives', 'drives'],
] as const;

/** Nodes with a container of the cluster, and those that its containers may be on. */
function nodesOf(cluster: KubernetesObject, views: readonly ContainerView[], nodes: Answer): KubernetesObject[] {
  const used = new Set(views.map(nodeOf));
  const wishes = cluster as unknown as WekaCluster;
  const selectors = wishes.spec === undefined ? [] : roles.map((role) => nodeSelector(wishes, role));
  const matches = ({ labels = {} }: Partial<WekaNode['spec']>): boolean =>
    selectors.some((selector) => Object.entries(selector).every(([key, value]) => labels[key] === value));
  return knownObjects(nodes)
    .filter((node) => used.has(node.metadata.name) || matches(part<WekaNode['spec']>(node, 'spec')))
    .sort((one, other) => one.metadata.name.localeCompare(other.metadata.name, 'en', { numeric: true }));
}

/** Nodes that do not report, as they say themselves and as the cluster has found out. */
function silentIn(nodes: Answer, machines: Answer, members: Answer): Map<string, SilentNode> {
  const silent = silentNodes(nodes, machines);
  for (const object of knownObjects(members))
    for (const { nodeName } of part<WekaMembers['spec']>(object, 'spec').silent ?? [])
      if (!silent.has(nodeName)) silent.set(nodeName, { how: 'does not report' });
  return silent;
}

function identityLines({ clusterID, lastAppliedImage }: Partial<WekaClusterStatus>): OverviewLine[] {
  return [
    { label: 'weka id', cells: [clusterID ?? 'not formed yet'] },
    ...(lastAppliedImage === undefined ? [] : [{ label: 'image', cells: [lastAppliedImage] }]),
  ];
}

export const clusterOverview = defineOverview({
  kind: 'WekaCluster',
  applied: true,
  summary(object) {
    const { status: word, printer = {} } = part<WekaClusterStatus>(object, 'status');
    const counts = counted.flatMap(([label, key]) =>
      printer[key] === undefined ? [] : [{ label, value: printer[key] }],
    );
    const silent = findCondition(object, clusterConditions.clusterReachable);
    return defined({
      word,
      counts,
      silent: silent?.status === 'False' ? { since: silent.lastTransitionTime } : undefined,
    });
  },
  readings: ({ metadata: { namespace, name } }) => ({
    containers: containersIn(namespace),
    claims: allClaims,
    nodes: allNodes,
    machines: allMachines,
    members: { kind: wekaMembersKind, namespace: namespace ?? '', name: membersName(name) },
  }),
  sections(object, { containers, claims, nodes, machines, members }) {
    const views = ownedContainers(object, containers);
    const silent = silentIn(nodes, machines, members);
    const own = clusterClaims(object.metadata.uid, claims);
    const { gracefulDestroyDuration = '24h' } = part<WekaClusterSpec>(object, 'spec');
    return [
      {
        title: 'cluster',
        lines: [
          ...endLines(own, gracefulDestroyDuration),
          ...rollLines(object, views, turnsIn(own, object.metadata.namespace)),
          turnLine(own),
          ...wekaLines(object),
          ...identityLines(part<WekaClusterStatus>(object, 'status')),
        ],
        unread: unreadOf(members),
      },
      containersSection(views, containers, silent),
      nodesSection(
        {
          nodes: nodesOf(object, views, nodes),
          silent,
          holdersOf: holdersIn(claims),
          range: rememberedPorts(object as unknown as WekaCluster),
        },
        nodes,
        claims,
        ...agesMissing(silent, machines),
      ),
    ];
  },
});
