/** Nodes as who asks for a cluster, its clients or a node sees them: how they are, and what is free on them. */
import type { KubernetesObject } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { knownObjects, unreadOf, type Answer, type OverviewLine, type OverviewSection } from '../../core/overview.ts';
import { claimsNames, type ClaimHolder, type WekaNode } from '../api/index.ts';
import { readableEntries } from '../claims/claims.ts';
import { chooseContainerPorts, type PortRange } from '../claims/ports.ts';
import { nodeView } from '../client/nodes.ts';
import { conditionOf, part } from './readings.ts';

/** A node that does not report. */
export interface SilentNode {
  /** As it goes on after its name. */
  how: string;
  /** RFC 3339; absent: it is not known. */
  since?: string;
}

/** Nodes that do not report, or are gone, by name: what stands on them is as old as that. */
export function silentNodes(nodes: Answer, machines: Answer): Map<string, SilentNode> {
  const ready = new Map(
    knownObjects(machines).map((one) => [one.metadata.name, conditionOf(one, 'Ready')?.lastTransitionTime]),
  );
  return new Map(
    knownObjects(nodes).flatMap((object): [string, SilentNode][] => {
      const { name, deletionTimestamp } = object.metadata;
      if (deletionTimestamp !== undefined) return [[name, { how: 'is being deleted', since: deletionTimestamp }]];
      return nodeView(object)?.ready === false
        ? [[name, defined({ how: 'does not report', since: ready.get(name) })]]
        : [];
    }),
  );
}

/** What would have said since when nodes are silent, where that is missing. */
export const agesMissing = (silent: ReadonlyMap<string, SilentNode>, machines: Answer): Answer[] =>
  [...silent.values()].some(({ since }) => since === undefined) ? [machines] : [];

/** Who has claims on a node; undefined where that is not known. */
export type HoldersOf = (node: string) => { holders: ClaimHolder[]; unreadable: string[] } | undefined;

/** @param claims all of the cluster: a node that has none has nothing claimed */
export function holdersIn(claims: Answer): HoldersOf {
  if (claims.state === 'unknown') return () => undefined;
  const byName = new Map(claims.objects.map((one) => [one.metadata.name, one]));
  return (node) => {
    const name = claimsNames.ofNode(node);
    const { entries, unreadable } = readableEntries('holders', byName.get(name)?.['spec']);
    return {
      holders: Object.values(entries),
      unreadable: unreadable.map(({ key, reason }) => `WekaClaims ${name}, holder ${key}: ${reason}`),
    };
  };
}

const taken = (holders: readonly ClaimHolder[]): Set<string> => new Set(holders.flatMap(({ drives }) => drives));

/** `2 of 6`, and drives that are not to be used. */
export function freeDrives(node: KubernetesObject, held: ReturnType<HoldersOf>): string {
  const { drives = [], blockedDrives = [] } = part<WekaNode['spec']>(node, 'spec');
  const busy = held === undefined || held.unreadable.length > 0 ? undefined : taken(held.holders);
  const free = busy === undefined ? '?' : drives.filter((serial) => !busy.has(serial)).length;
  return `${free} of ${drives.length}${blockedDrives.length === 0 ? '' : `, ${blockedDrives.length} blocked`}`;
}

/** More than that nobody puts on one node. */
const mostContainers = 9;

/** For how many more containers of the cluster there are ports on a node. */
function freePorts(range: PortRange | undefined, held: ReturnType<HoldersOf>): string {
  if (range === undefined) return '';
  if (held === undefined || held.unreadable.length > 0) return '?';
  const used: { wekaPort?: number | undefined; agentPort?: number | undefined }[] = [...held.holders];
  for (let count = 0; count < mostContainers; count += 1) {
    const ports = chooseContainerPorts(range, used);
    if (typeof ports === 'string') return `${count} containers`;
    used.push(ports);
  }
  return `${mostContainers} containers or more`;
}

/** Such taints say again that the node is cordoned or silent. */
const ownTaint = /^node\.kubernetes\.io\/(not-ready|unreachable|unschedulable)$/;

/** How a node is, in a few words; empty: ready. */
export function nodeState(node: KubernetesObject, silent: ReadonlyMap<string, SilentNode>): string {
  const away = silent.get(node.metadata.name);
  const view = nodeView(node);
  if (view === undefined) return 'nothing is known of it';
  const keys = view.taints.filter(({ key, effect }) => effect !== 'PreferNoSchedule' && !ownTaint.test(key));
  const taints = [...new Set(keys.map(({ key }) => `taint ${key}`))];
  return [...(away === undefined ? [] : [away.how]), ...(view.cordoned ? ['cordoned'] : []), ...taints].join(', ');
}

export interface NodesInput {
  /** Those that are shown. */
  nodes: readonly KubernetesObject[];
  silent: ReadonlyMap<string, SilentNode>;
  holdersOf: HoldersOf;
  /** Of the cluster whose containers may be put there. */
  range: PortRange | undefined;
}

function nodeLine(node: KubernetesObject, { silent, holdersOf, range }: NodesInput): OverviewLine {
  const { name } = node.metadata;
  const state = nodeState(node, silent);
  const held = holdersOf(name);
  return defined({
    label: name,
    cells: [freeDrives(node, held), freePorts(range, held), state === '' ? 'ready' : state],
    since: silent.get(name)?.since,
    tone: state === '' ? ('good' as const) : silent.has(name) ? ('bad' as const) : ('waiting' as const),
  });
}

/** A line for each node, with what is free on it. */
export function nodesSection(input: NodesInput, ...answers: readonly Answer[]): OverviewSection {
  const unreadable = input.nodes.flatMap(({ metadata }) => input.holdersOf(metadata.name)?.unreadable ?? []);
  return {
    title: 'nodes',
    heads: ['NODE', 'DRIVES FREE', 'PORTS FREE FOR', 'STATE'],
    lines: input.nodes.map((node) => nodeLine(node, input)),
    unread: [...unreadOf(...answers), ...unreadable],
  };
}
