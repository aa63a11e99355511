/** The WekaContainers that a cluster wants. What exists is kept, whatever its name; what is missing gets the lowest free ordinal. */
import type { Json, KubernetesObject } from '../../core/contract.ts';
import { hasPassed } from '../../core/deadlines.ts';
import { echoChild } from '../../core/echo.ts';
import { contentHash } from '../../core/operations.ts';
import { apiVersion, labels } from '../api/group.ts';
import { is, type Role, type WekaCluster, type WekaNode } from '../api/index.ts';
import type { PortRange } from '../claims/ports.ts';
import type { ContainerView } from './container-view.ts';
import { unschedulableSince, viewIs } from './container-view.ts';
import { placement, unfitNodes, type Placed, type Placement, type PlacementRules } from './placement.ts';
import { rolePlans, type RolePlan } from './roles.ts';
import { expandedTolerations } from './tolerations.ts';

export interface ContainersInput {
  cluster: WekaCluster;
  uid: string;
  plans: readonly RolePlan[];
  existing: readonly ContainerView[];
  nodes: readonly WekaNode[];
  /** Names of containers that are no children of the cluster; creating one of them again is swallowed without a word. */
  takenNames: readonly string[];
  ports: PortRange;
  /** To be given to new members of a formed cluster. */
  joinIpPorts: readonly string[];
  /** The image for all containers; of existing ones the present image while an upgrade is not started. */
  imageOf(view: ContainerView | undefined): string;
  /** The weka cluster is formed or may be forming: what has run may hold data. */
  forming: boolean;
  /** After this time without a node, a node that the cluster has chosen is given up (docs/weka/reference.md#unschedulable). */
  unschedulableSeconds: number;
  /** Long enough has been waited for facts of nodes: a container that fits nowhere is left to the scheduler. */
  leaveToScheduler: boolean;
  entropy: string;
  /** RFC 3339. */
  now: string;
}

export const operatorSecretName = (clusterUid: string): string => `weka-operator-${clusterUid}`;

/** Drops `undefined`, which has no place in JSON, and `{}`/`[]`/`false`, which mean the same as absence here. */
export function compact(fields: Record<string, Json | undefined>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => {
      const [, value] = entry;
      if (value === undefined || value === false) return false;
      return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
    }),
  );
}

const asList = (value: unknown): Json[] | undefined =>
  value === undefined ? undefined : ((Array.isArray(value) ? value : [value]) as Json[]);

/** Everything in a container's spec that follows from the cluster's spec and the role. */
export function containerSpec(input: ContainersInput, plan: RolePlan): Record<string, Json> {
  const { spec } = input.cluster;
  const { role } = plan;
  const overrides = spec.overrides ?? {};
  return compact({
    mode: role,
    imagePullSecret: spec.imagePullSecret,
    numCores: plan.cores,
    extraCores: plan.extraCores,
    network: (spec.roleNetworkSelector?.[role] ?? spec.network) as Json | undefined,
    hugepages: plan.hugepages,
    hugepagesOffset: plan.hugepagesOffset,
    hugepagesSize: '2Mi',
    ...(is(role, 'hasDrives') ? { numDrives: plan.numDrives } : { group: role }),
    portRange: { ...input.ports },
    wekaSecretRef: { secretKeyRef: { key: operatorSecretName(input.uid) } },
    driversDistService: spec.driversDistService,
    driversLoaderImage: overrides.driversLoaderImage,
    driversBuildId: overrides.driversBuildId,
    cpuPolicy: spec.cpuPolicy,
    coreIds: spec.roleCoreIds?.[role],
    tracesConfiguration: spec.tracesConfiguration,
    tolerations: expandedTolerations(spec) as unknown as Json,
    ipv6: spec.ipv6,
    additionalMemory: spec.additionalMemory?.[role],
    additionalSecrets:
      spec.wekaHome?.cacertSecret === undefined ? undefined : { 'wekahome-cacert': spec.wekaHome.cacertSecret },
    dropAffinityConstraints: overrides.disregardRedundancy,
    nodeSelector: nodeSelector(input.cluster, role),
    failureDomain: spec.failureDomain as Json | undefined,
    topologySpreadConstraints: asList(
      spec.podConfig?.roleTopologySpreadConstraints?.[role] ?? spec.podConfig?.topologySpreadConstraints,
    ),
    affinity: (spec.podConfig?.roleAffinity?.[role] ?? spec.podConfig?.affinity) as Json | undefined,
    serviceAccountName: spec.serviceAccountName,
    pvc: spec.globalPVC as Json | undefined,
    gracefulDestroyDuration: spec.gracefulDestroyDuration,
  });
}

export const nodeSelector = (cluster: WekaCluster, role: Role): Record<string, string> => ({
  ...(cluster.spec.roleNodeSelector?.[role] ?? cluster.spec.nodeSelector),
});

/** Labels and annotations inherited by a container; what belongs to the cluster object itself is left behind. */
export function inheritedMetadata(
  cluster: WekaCluster,
  uid: string,
  role: Role,
): { labels: Record<string, string>; annotations?: Record<string, string> } {
  const metadata = cluster.metadata;
  const own = (key: string): boolean => key === 'controller-uid' || key.includes('last-applied-configuration');
  const pick = (map: Record<string, string> | undefined): Record<string, string> =>
    Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !own(key)));
  const annotations = pick(cluster.spec.roleAnnotations?.[role] ?? metadata.annotations);
  return {
    labels: {
      ...pick(metadata.labels),
      [labels.app]: 'weka',
      [labels.mode]: role,
      [labels.clusterId]: uid,
      [labels.clusterName]: metadata.name,
    },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

const drivesOf = (view: ContainerView): number => (viewIs(view, 'hasDrives') ? (view.spec.numDrives ?? 0) : 0);
const nodeOf = (view: ContainerView): string | undefined => view.status.nodeAffinity ?? view.spec.nodeAffinity;

const rulesOf = (cluster: WekaCluster, { role, numDrives }: RolePlan): PlacementRules => ({
  role,
  drives: numDrives,
  selector: nodeSelector(cluster, role),
  tolerations: expandedTolerations(cluster.spec),
  failureDomainLabel: cluster.spec.failureDomain?.label,
  shareNodes: cluster.spec.overrides?.disregardRedundancy === true,
});

const placedOf = (views: readonly ContainerView[]): Placed[] =>
  views.flatMap((view) => {
    const node = nodeOf(view);
    return node === undefined ? [] : [{ role: view.role, node, drives: drivesOf(view) }];
  });

/** Roles of which fewer containers exist than are wished, with why each node does not take one more. */
export function unplacedRoles({
  cluster,
  plans,
  existing,
  nodes,
}: Pick<ContainersInput, 'cluster' | 'plans' | 'existing' | 'nodes'>): {
  role: Role;
  missing: number;
  nodes: { node: string; why: string }[];
}[] {
  const placed = placedOf(existing);
  return plans.flatMap((plan) => {
    const missing = plan.count - existing.filter(({ role, terminating }) => role === plan.role && !terminating).length;
    if (missing <= 0 || leftToScheduler(cluster, plan.role)) return [];
    return [{ role: plan.role, missing, nodes: unfitNodes(rulesOf(cluster, plan), nodes, placed) }];
  });
}

/** A user's own affinity or spread decides about nodes; then the choice is left to the scheduler. */
function leftToScheduler(cluster: WekaCluster, role: Role): boolean {
  const { podConfig } = cluster.spec;
  return [
    podConfig?.roleAffinity?.[role],
    podConfig?.affinity,
    podConfig?.roleTopologySpreadConstraints?.[role],
    podConfig?.topologySpreadConstraints,
  ].some((value) => value !== undefined);
}

/** Its data and its drives are on its node: it waits for that node, however long the scheduler refuses it. */
const hasData = (input: ContainersInput, { spec, status }: ContainerView): boolean =>
  status.containerID !== undefined ||
  spec.overrides?.adoptFormer !== undefined ||
  status.allocations?.dataUid !== undefined ||
  (input.forming && (status.managementIPs ?? []).length > 0);

/**
 * Where a member runs at this moment, by its own status of now: there it stays, whatever somebody has written into its spec, as
 * where two were exchanged. The node that its spec names would count as taken beside it, and no successor would come there.
 */
const runsOn = ({ running, status }: ContainerView): string | undefined =>
  running && status.containerID !== undefined ? status.nodeAffinity : undefined;

/** The node that a container is to have: what it is bound to stays; a node that the scheduler refuses for a minute is given up. */
function nodeFor(
  input: ContainersInput,
  plan: RolePlan,
  view: ContainerView | undefined,
  places: Placement,
): string | undefined {
  const now = view?.spec.nodeAffinity;
  const there = view === undefined || now === undefined ? undefined : runsOn(view);
  if (there !== undefined) return there;
  const since = view === undefined || hasData(input, view) ? undefined : unschedulableSince(view);
  const expired = since !== undefined && hasPassed(since, input.unschedulableSeconds, input.now);
  if (now !== undefined && !expired) return now;
  // what has data stays where the scheduler has put it: a status may be lost
  if (view !== undefined && now === undefined && hasData(input, view) && view.status.nodeAffinity !== undefined)
    return view.status.nodeAffinity;
  // what was left to the scheduler stays with it, until it finds nothing for a minute
  if (view !== undefined && now === undefined && !expired) return undefined;
  if (leftToScheduler(input.cluster, plan.role)) return undefined;
  return places.choose(view === undefined ? {} : { refused: now, leaves: nodeOf(view) });
}

/** What all containers of a role have in common; there may be hundreds of them. */
interface Common {
  spec: Record<string, Json>;
  metadata: ReturnType<typeof inheritedMetadata>;
}

function build(
  input: ContainersInput,
  common: Common,
  name: string,
  wekaName: string,
  node: string | undefined,
  view: ContainerView | undefined,
): KubernetesObject {
  const joinIpPorts = view === undefined ? [...input.joinIpPorts] : (view.spec.joinIpPorts ?? []);
  const spec: Record<string, Json> = { ...common.spec, name: wekaName, image: input.imageOf(view) };
  if (view !== undefined) carryOver(view, spec);
  if (joinIpPorts.length > 0) spec['joinIpPorts'] = joinIpPorts;
  if (node !== undefined) spec['nodeAffinity'] = node;
  return {
    apiVersion,
    kind: 'WekaContainer',
    metadata: { name, namespace: input.cluster.metadata.namespace ?? '', ...common.metadata },
    spec,
  };
}

/**
 * Sizes that weka fixed when the container joined, carried over: a later template does not reach existing containers
 * (docs/weka/reference.md#what-reaches-existing-containers).
 */
const fixedFields = ['numDrives', 'failureDomain'] as const;

function carryOver({ spec }: ContainerView, wanted: Record<string, Json>): void {
  for (const field of fixedFields) if (spec[field] !== undefined) wanted[field] = spec[field] as Json;
}

export const containerNameOf = (cluster: string, role: string, ordinal: number): string =>
  `${cluster}-${role}-${ordinal}`;

/** Unique for ever: role, cluster, ordinal and the entropy of the moment. */
const wekaNameOf = (input: ContainersInput, role: Role, ordinal: number): string =>
  `${role}x${contentHash([input.uid, role, ordinal, input.entropy], 12)}`;

export interface WantedContainers {
  objects: KubernetesObject[];
  /** Existing ones beyond the wished count; kept, for a smaller number is no order to destroy data. */
  surplus: string[];
  missing: number;
}

/** All containers of the cluster as they ought to be, those that exist and those to come. Terminating ones are not listed. */
export function wantedContainers(input: ContainersInput): WantedContainers {
  const wanted: WantedContainers = { objects: [], surplus: [], missing: 0 };
  const placed = placedOf(input.existing);
  // of any role: who is not recognised for a moment is not overwritten
  const taken = new Set([...input.existing.map(({ name }) => name), ...input.takenNames]);
  for (const plan of input.plans) {
    const all = input.existing.filter(({ role }) => role === plan.role);
    const living = all.filter(({ terminating }) => !terminating);
    const common: Common = {
      spec: containerSpec(input, plan),
      metadata: inheritedMetadata(input.cluster, input.uid, plan.role),
    };
    // a container is sized by the drives that it was made with
    const sized = (drives: number | undefined): Common => {
      const own =
        drives === undefined || drives === plan.numDrives
          ? undefined
          : rolePlans(input.cluster.spec, drives).find(({ role }) => role === plan.role);
      return own === undefined ? common : { ...common, spec: containerSpec(input, own) };
    };
    const places = placement(rulesOf(input.cluster, plan), input.nodes, placed);
    for (const view of living) {
      const node = nodeFor(input, plan, view, places);
      wanted.objects.push(build(input, sized(view.spec.numDrives), view.name, view.spec.name ?? '', node, view));
      if (node !== undefined && node !== nodeOf(view)) places.take(node);
    }
    wanted.surplus.push(...living.slice(plan.count).map(({ name }) => name));
    for (let ordinal = 0, created = living.length; created < plan.count; ordinal += 1) {
      const name = containerNameOf(input.cluster.metadata.name, plan.role, ordinal);
      if (taken.has(name)) continue;
      const node = nodeFor(input, plan, undefined, places);
      if (node === undefined && !input.leaveToScheduler && !leftToScheduler(input.cluster, plan.role)) break;
      if (node !== undefined) places.take(node);
      wanted.objects.push(build(input, common, name, wekaNameOf(input, plan.role, ordinal), node, undefined));
      wanted.missing += 1;
      created += 1;
    }
  }
  // of a role that is not planned, such as one of a later release: omitted, it would be deleted
  const planned = new Set<string>(input.plans.map(({ role }) => role));
  for (const { object, terminating } of input.existing.filter(({ role }) => !planned.has(role)))
    if (!terminating) wanted.objects.push(echoChild(object));
  return wanted;
}
