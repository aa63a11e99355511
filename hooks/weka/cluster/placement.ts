/**
 * Choice of nodes: the cluster writes `spec.nodeAffinity` and the scheduler verifies. One container of a role on a node
 * (unless overrides.disregardRedundancy), spread over failure domains, enough drives; the rest is the scheduler's word.
 */
import type { TolerationLike } from '../../core/tolerations.ts';
import type { WekaNode } from '../api/index.ts';
import { untolerated } from './tolerations.ts';

export interface PlacementInput {
  role: string;
  /** Drives that the container needs. */
  drives: number;
  selector: Record<string, string>;
  tolerations: readonly TolerationLike[];
  failureDomainLabel: string | undefined;
  shareNodes: boolean;
  nodes: readonly WekaNode[];
  /** All containers of the cluster that are placed, terminating ones included. */
  placed: readonly { role: string; node: string; drives: number }[];
  /** Nodes that the scheduler has just refused for this container. */
  refused: ReadonlySet<string>;
}

const matches = (node: WekaNode, selector: Record<string, string>): boolean =>
  Object.entries(selector).every(([key, value]) => node.spec.labels[key] === value);

/** Nodes on which the container may be placed at all. */
export function candidateNodes(input: PlacementInput): WekaNode[] {
  return input.nodes.filter((node) => {
    const here = input.placed.filter((one) => one.node === node.metadata.name);
    const drivesHeld = here.reduce((sum, one) => sum + one.drives, 0);
    return node.spec.ready && !node.spec.unschedulable && matches(node, input.selector)
      && untolerated(node.spec.taints, input.tolerations) === undefined
      && (input.shareNodes || here.every((one) => one.role !== input.role))
      && node.spec.drives.length - drivesHeld >= input.drives
      && !input.refused.has(node.metadata.name);
  });
}

/**
 * The node for one container: the failure domain with the fewest containers of its role, in it the node with the fewest
 * containers of the cluster, then the first by name. Undefined: none fits, the scheduler is left to say why.
 */
export function chooseNode(input: PlacementInput): string | undefined {
  const domainOf = (node: WekaNode): string => (input.failureDomainLabel === undefined ? '' : (node.spec.labels[input.failureDomainLabel] ?? ''));
  const domains = new Map(input.nodes.map((node) => [node.metadata.name, domainOf(node)]));
  const inDomain = (domain: string): number => input.placed.filter((one) => one.role === input.role && domains.get(one.node) === domain).length;
  const onNode = (name: string): number => input.placed.filter((one) => one.node === name).length;
  const ranked = candidateNodes(input)
    .map((node) => ({ name: node.metadata.name, rank: [inDomain(domainOf(node)), onNode(node.metadata.name)] as const }))
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || (a.name < b.name ? -1 : 1));
  return ranked[0]?.name;
}
