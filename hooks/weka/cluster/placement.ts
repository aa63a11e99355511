/**
 * Choice of nodes: the cluster writes `spec.nodeAffinity` and the scheduler verifies. One container of a role on a node
 * (unless overrides.disregardRedundancy), spread over failure domains, enough drives; the rest is the scheduler's word.
 */
import type { TolerationLike } from '../../core/tolerations.ts';
import type { WekaNode } from '../api/index.ts';
import { untolerated } from './tolerations.ts';
import { tournament, type Tournament } from './tournament.ts';

/** What the containers of a role ask of a node. */
export interface PlacementRules {
  role: string;
  /** Drives that each container needs. */
  drives: number;
  selector: Record<string, string>;
  tolerations: readonly TolerationLike[];
  failureDomainLabel: string | undefined;
  shareNodes: boolean;
}

/** A container of the cluster that has a node; one that terminates still has it. */
export interface Placed {
  role: string;
  node: string;
  drives: number;
}

export interface Mover {
  /** Node that the scheduler has just refused. */
  refused?: string | undefined;
  /** Node that it comes from: what there is of its role does not count. */
  leaves?: string | undefined;
}

/** A node and what is on it: of all roles, and of the one that is being placed. */
interface Place {
  name: string;
  domain: string;
  /** Among the places of its failure domain. */
  index: number;
  /** It would do if nothing were on it. */
  suits: boolean;
  freeDrives: number;
  containers: number;
  own: { containers: number; drives: number };
}

interface Domain {
  index: number;
  /** Of the role that is being placed. */
  containers: number;
  order: Tournament<Place>;
}

/** Why the node would not do if nothing were on it; undefined: it would. */
function unsuited({ spec }: WekaNode, { selector, tolerations }: PlacementRules): string | undefined {
  if (!spec.ready) return 'it is not ready';
  if (spec.unschedulable) return 'it is cordoned';
  const label = Object.entries(selector).find(([key, value]) => spec.labels[key] !== value);
  if (label !== undefined) return `it has no label ${label.join('=')}`;
  const taint = untolerated(spec.taints, tolerations);
  return taint === undefined ? undefined : `it has the taint ${taint.key}`;
}

/** Why each node does not do for one more container of the role; those that would do are left out. */
export function unfitNodes(
  rules: PlacementRules,
  nodes: readonly WekaNode[],
  placed: readonly Placed[],
): { node: string; why: string }[] {
  return nodes.flatMap((node) => {
    const here = placed.filter((one) => one.node === node.metadata.name);
    const free = here.reduce((left, { drives }) => left - drives, node.spec.drives.length);
    const taken = !rules.shareNodes && here.some(({ role }) => role === rules.role);
    const why =
      unsuited(node, rules) ??
      (taken ? `it has a ${rules.role} container of this cluster already` : undefined) ??
      (free < rules.drives
        ? `${rules.drives} of its drives are asked for, and ${Math.max(0, free)} are free`
        : undefined);
    return why === undefined ? [] : [{ node: node.metadata.name, why }];
  });
}

function placeOf(node: WekaNode, rules: PlacementRules): Place {
  const { labels, drives } = node.spec;
  const domain = rules.failureDomainLabel === undefined ? '' : (labels[rules.failureDomainLabel] ?? '');
  return {
    name: node.metadata.name,
    domain,
    index: 0,
    suits: unsuited(node, rules) === undefined,
    freeDrives: drives.length,
    containers: 0,
    own: { containers: 0, drives: 0 },
  };
}

const emptier = (one: Place, other: Place): boolean =>
  one.containers < other.containers || (one.containers === other.containers && one.name < other.name);

function sparser(one: Domain, other: Domain): boolean {
  const [first, second] = [one.order.first(), other.order.first()];
  return (
    one.containers < other.containers ||
    (one.containers === other.containers && first !== undefined && second !== undefined && emptier(first, second))
  );
}

/** A change of what is on a place, of the role that is being placed or of another one. */
function put(place: Place, { containers, drives }: Place['own'], ofRole: boolean): void {
  place.containers += containers;
  place.freeDrives -= drives;
  if (!ofRole) return;
  place.own.containers += containers;
  place.own.drives += drives;
}

/** All nodes by failure domain, counted once; each container that comes or goes changes the counts of one node and one domain. */
function board(rules: PlacementRules, nodes: readonly WekaNode[], placed: readonly Placed[]) {
  const places = new Map(nodes.map((node) => [node.metadata.name, placeOf(node, rules)]));
  for (const { node, role, drives } of placed) {
    const place = places.get(node);
    if (place !== undefined) put(place, { containers: 1, drives }, role === rules.role);
  }
  let refused: string | undefined;
  const fits = (place: Place): boolean =>
    place.suits &&
    place.name !== refused &&
    (rules.shareNodes || place.own.containers === 0) &&
    place.freeDrives >= rules.drives;
  const grouped = new Map<string, Place[]>();
  for (const place of places.values()) {
    const group = grouped.get(place.domain) ?? [];
    place.index = group.push(place) - 1;
    grouped.set(place.domain, group);
  }
  const domains = new Map(
    [...grouped].map(([name, group], index): [string, Domain] => [
      name,
      {
        index,
        containers: group.reduce((sum, { own }) => sum + own.containers, 0),
        order: tournament(group, fits, emptier),
      },
    ]),
  );
  const order = tournament([...domains.values()], (domain) => domain.order.first() !== undefined, sparser);
  const change = (name: string | undefined, load: Place['own']): void => {
    const place = places.get(name ?? '');
    const domain = domains.get(place?.domain ?? '');
    if (place === undefined || domain === undefined) return;
    put(place, load, true);
    domain.containers += load.containers;
    domain.order.changed(place.index);
    order.changed(domain.index);
  };
  const nothing = { containers: 0, drives: 0 };
  const refuse = (name: string | undefined): void => {
    const before = refused;
    refused = name;
    for (const one of [before, name]) change(one, nothing);
  };
  return {
    take: (name: string) => {
      change(name, { containers: 1, drives: rules.drives });
    },
    // what holds for this one container only is taken back once the first is known
    choose(mover: Mover): string | undefined {
      const { containers, drives } = places.get(mover.leaves ?? '')?.own ?? nothing;
      change(mover.leaves, { containers: -containers, drives: -drives });
      refuse(mover.refused);
      const chosen = order.first()?.order.first()?.name;
      refuse(undefined);
      change(mover.leaves, { containers, drives });
      return chosen;
    },
  };
}

export interface Placement {
  /**
   * The node for one more container: in the failure domain with the fewest containers of its role the node with the fewest
   * containers of the cluster, then the first by name. Undefined: none fits, the scheduler is left to say why.
   */
  choose(mover?: Mover): string | undefined;
  /** A container of the role has come to that node. */
  take(node: string): void;
}

/**
 * Places the containers of one role. A choice costs the logarithm of the number of nodes, the first one their number.
 * @param placed is added to
 */
export function placement(rules: PlacementRules, nodes: readonly WekaNode[], placed: Placed[]): Placement {
  let counted: ReturnType<typeof board> | undefined;
  return {
    choose: (mover = {}) => (counted ??= board(rules, nodes, placed)).choose(mover),
    take(node) {
      placed.push({ role: rules.role, node, drives: rules.drives });
      counted?.take(node);
    },
  };
}
