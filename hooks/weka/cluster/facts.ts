/** Everything that the decisions about one WekaCluster rest on, gathered from the request once. */
import type { HookRequest, KubernetesObject } from '../../core/contract.ts';
import type { PodTarget } from '../../core/catalogue.ts';
import { objectsOf } from '../../core/envelope.ts';
import type { ReadingRequest } from '../../core/facts.ts';
import { isTerminating } from '../../core/families/namespaces.ts';
import { apiVersion, labels } from '../api/group.ts';
import { claimsNames, readWekaNode, type Role, type WekaCluster, type WekaNode } from '../api/index.ts';
import { claimsFact, clusterClaimsFact, type ClaimsFact } from '../claims/claims.ts';
import { clusterRangeSize, type PortRange } from '../claims/ports.ts';
import { configOf, type OperatorConfig } from '../config.ts';
import { orderStands, type DestroyOrder } from '../destroy-order.ts';
import type { WekaStatus } from '../queries.ts';
import { containerViews, viewIs, type ContainerView } from './container-view.ts';
import { dependentsOf } from './dependents.ts';
import { answered, askAhead, isDeleted, lookAge, namespaceAge } from './looks.ts';
import { formationMinimum, rolePlans, type RolePlan } from './roles.ts';

export type Phase = 'active' | 'paused' | 'grace' | 'destroying';

export interface ClusterFacts {
  request: ReadingRequest;
  cluster: WekaCluster;
  uid: string;
  namespace: string;
  name: string;
  now: string;
  config: OperatorConfig;
  phase: Phase;
  /** Its namespace is being deleted: nothing can be created in it any more. Looked at when the cluster ends, or pods stop whom it did not tell to. */
  namespaceEnds: boolean;
  plans: RolePlan[];
  minimum: Record<Role, number>;
  containers: ContainerView[];
  /** Children that were made for another cluster, by their ports: their labels were edited. They are kept exactly as they are. */
  foreign: ContainerView[];
  /** Containers of this cluster that are nobody's children: another operator made them, or their labels were lost. */
  unlabelled: string[];
  /** Containers of an earlier cluster of this name, which has gone without them. */
  leftovers: KubernetesObject[];
  nodes: WekaNode[];
  /** Containers of clients that are, or may be, in this weka cluster, counted by WekaClient. */
  dependents: Map<string, number>;
  claims: ClaimsFact;
  portClaims: ClaimsFact;
  ports?: PortRange;
  /** GUID of the formed weka cluster, as a member says it. */
  guid?: string;
  executor?: PodTarget;
  /** As the executor says it; of a cluster that is paused or ends it is not asked. */
  wekaStatus?: WekaStatus;
}

/**
 * Operational members take turns, so that a dead one is not asked for ever; before formation there is only the former.
 * @param turnMinutes how long one of them is asked
 */
export function chooseExecutor(
  containers: readonly ContainerView[],
  now: string,
  turnMinutes = 1,
): PodTarget | undefined {
  const members = containers.filter((view) => view.operational);
  const staying = members.filter(({ terminating }) => !terminating);
  // who is to go is a member until it has gone
  const candidates = staying.length > 0 ? staying : members;
  const drives = candidates.filter((view) => viewIs(view, 'hasDrives'));
  const pool = drives.length > 0 ? drives : candidates;
  return pool[Math.floor(Date.parse(now) / (turnMinutes * 60_000)) % Math.max(1, pool.length)]?.pod;
}

/** Nothing was built for the cluster yet, or the very last step, with which the claims go, is taken again: there is nothing to be kept through a grace. */
function holdsNothing({
  cluster,
  uid,
  claims,
  portClaims,
  containers,
  unlabelled,
}: Pick<ClusterFacts, 'cluster' | 'uid' | 'claims' | 'portClaims' | 'containers' | 'unlabelled'>): boolean {
  const claimed =
    claims.state === 'unknown' ||
    claims.resourceVersion !== null ||
    portClaims.state === 'unknown' ||
    portClaims.spec.ranges?.[uid] !== undefined;
  const { status, clusterID } = cluster.status ?? {};
  return (
    !claimed && containers.length + unlabelled.length === 0 && (status === 'Destroying' || clusterID === undefined)
  );
}

/** The order to destroy, where it stands for this very deletion. */
export function standingOrder({
  claims,
  cluster: { metadata },
  now,
}: Pick<ClusterFacts, 'cluster' | 'claims' | 'now'>): DestroyOrder | undefined {
  const order = claims.state === 'known' ? claims.spec.destroy : undefined;
  return orderStands(order, metadata.generation, now) ? order : undefined;
}

/** A deletion destroys nothing before its order stands in the claims: until then all is paused. */
function phaseOf(facts: Parameters<typeof holdsNothing>[0] & Pick<ClusterFacts, 'namespaceEnds' | 'now'>): Phase {
  const { cluster, namespaceEnds } = facts;
  // where no pod can come back, a deletion that is cancelled keeps the data and no more
  if (!isDeleted(cluster)) return cluster.spec.overrides?.paused === true || namespaceEnds ? 'paused' : 'active';
  return standingOrder(facts) !== undefined || holdsNothing(facts) ? 'destroying' : 'grace';
}

/** Words of containers whose pods end. */
const stopping = ['Paused', 'PodTerminating', 'Draining'];

/** Whether the namespace of the object is being deleted, as soon as something of it ends; a cluster that lives does not ask. */
export function namespaceEndsOf(
  request: ReadingRequest,
  { namespace = '', deletionTimestamp }: KubernetesObject['metadata'],
  children: readonly ContainerView[],
): boolean {
  const asks =
    deletionTimestamp !== undefined ||
    children.some(({ terminating, status }) => terminating || stopping.includes(status.status ?? ''));
  return asks && isTerminating(request, namespace, namespaceAge);
}

/**
 * Whoever edits a label makes a container a child of any cluster; whose member it is says its claim, as its status repeats it
 * while that cluster is there, and the range of ports with which it was made, which no two clusters share. What a cluster
 * adopts of one that is gone has the ports that it claims for it.
 */
function isForeign(
  { spec: { portRange }, status: { clusterUid } }: ContainerView,
  uid: string,
  ports: PortRange | undefined,
): boolean {
  if (clusterUid !== undefined && clusterUid !== uid) return true;
  const made = portRange?.basePort;
  return ports !== undefined && made !== undefined && made !== 0 && made !== ports.basePort;
}

interface RawContainer {
  spec?: { portRange?: { basePort?: number } };
  status?: { clusterID?: string; clusterUid?: string };
}

/** What tells a container of this cluster, which has lost its owner and its labels, from what an earlier one of the name has left. */
interface Marks {
  uid: string;
  ports: PortRange | undefined;
  guid: string | undefined;
}

/** Its claim says whose it is, as its status repeats it; or it was made with the ports of this cluster. */
function isOwn(object: KubernetesObject, { uid, ports, guid }: Marks): boolean {
  const { spec, status } = object as RawContainer;
  const label = object.metadata.labels?.[labels.clusterId];
  if (label === uid || status?.clusterUid === uid) return true;
  if (ports === undefined || spec?.portRange?.basePort !== ports.basePort) return false;
  return label === undefined || (guid !== undefined && status?.clusterID === guid);
}

/** Containers that are no children of the cluster and concern it. */
function strangers(
  request: HookRequest,
  { metadata: { name, namespace } }: WekaCluster,
  children: readonly ContainerView[],
  marks: Marks,
): Pick<ClusterFacts, 'unlabelled' | 'leftovers'> {
  const known = new Set(children.map(({ uid }) => uid));
  const related = objectsOf(request.related, 'WekaContainer', apiVersion)
    .filter(({ metadata }) => metadata.namespace === namespace && !known.has(metadata.uid ?? ''))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const own = related.filter((object) => isOwn(object, marks));
  return {
    unlabelled: own.map(({ metadata }) => metadata.name),
    leftovers: related.filter(
      (object) => !own.includes(object) && object.metadata.labels?.[labels.clusterName] === name,
    ),
  };
}

/** The range that status remembers: a copy, good enough while the claims are not known, and to claim it again. */
export function rememberedPorts({ status }: WekaCluster): PortRange | undefined {
  const { basePort, portRange } = status?.ports ?? {};
  return basePort === undefined || basePort === 0 ? undefined : { basePort, portRange: portRange ?? clusterRangeSize };
}

/** Gathers the facts. Reads the claims, and of a cluster that lives what weka says of itself. */
export function clusterFacts(request: ReadingRequest, cluster: WekaCluster): ClusterFacts {
  const { namespace = '', name, uid = '' } = cluster.metadata;
  const { now } = request.context;
  const config = configOf(request.context.config);
  const age = lookAge({ cluster, config });
  const plans = rolePlans(cluster.spec);
  const children = containerViews(request);
  const portClaims = claimsFact(request.observed, claimsNames.ofPorts, age);
  const ports = portClaims.state === 'known' ? portClaims.spec.ranges?.[uid] : rememberedPorts(cluster);
  // between the end of its claim and its own a cluster still knows which ports were its
  const range = ports ?? rememberedPorts(cluster);
  const foreign = children.filter((view) => isForeign(view, uid, range));
  const containers = children.filter((view) => !foreign.includes(view));
  // of members only: the cluster's own status may be somebody else's, from a backup
  const guid = containers.map(({ status }) => status.clusterID).find((id) => id !== undefined);
  const claims = clusterClaimsFact(request.observed, uid, age);
  const executor = chooseExecutor(containers, now);
  const { unlabelled, leftovers } = strangers(request, cluster, children, { uid, ports: range, guid });
  const namespaceEnds = namespaceEndsOf(request, request.parent.metadata, children);
  const base = {
    request,
    cluster,
    namespaceEnds,
    uid,
    namespace,
    name,
    now,
    plans,
    containers,
    foreign,
    portClaims,
    config,
    phase: phaseOf({ cluster, uid, now, claims, portClaims, containers: children, unlabelled, namespaceEnds }),
    minimum: formationMinimum(cluster.spec, plans),
    nodes: objectsOf(request.related, 'WekaNode', apiVersion).flatMap((object) => {
      const parsed = readWekaNode(object);
      return parsed.ok ? [parsed.value] : [];
    }),
    dependents: dependentsOf(request.related, { guid, ports: range, containers }),
    unlabelled,
    leftovers,
    claims,
    ...(ports === undefined ? {} : { ports: { basePort: ports.basePort, portRange: ports.portRange } }),
    ...(guid === undefined ? {} : { guid }),
    ...(executor === undefined ? {} : { executor }),
  };
  if (base.phase === 'active') askAhead(base);
  const wekaStatus = base.phase === 'active' ? answered(base, 'status') : undefined;
  return { ...base, ...(wekaStatus === undefined ? {} : { wekaStatus }) };
}
