/**
 * Who uses the data of a cluster and is none of its containers: clients. Their containers are counted themselves, since a
 * WekaClient may have gone without them, and names by now whatever it likes.
 */
import type { HookRequest, KubernetesObject, RelatedRule } from '../../core/contract.ts';
import { objectsOf } from '../../core/envelope.ts';
import { apiVersion, labels } from '../api/group.ts';
import { is, modes } from '../api/index.ts';
import type { PortRange } from '../claims/ports.ts';
import { readEndpoint } from '../endpoint.ts';
import { containerView, viewIs, type ContainerView } from './container-view.ts';

/** Containers of clients in all namespaces, and those that have lost the label. There may be thousands: a cluster that lives does not ask. */
export const dependentRules: RelatedRule[] = [
  { operator: 'In', values: modes.filter((mode) => is(mode, 'joinsCluster') && !is(mode, 'backend')) },
  { operator: 'DoesNotExist' },
].map((expression) => ({
  apiVersion,
  resource: 'wekacontainers',
  labelSelector: { matchExpressions: [{ key: labels.mode, ...expression }] },
}));

const isClient = (view: ContainerView): boolean => viewIs(view, 'joinsCluster') && !viewIs(view, 'backend');

/** What tells this weka cluster from others. */
export interface Identity {
  /** As its members say; absent: none does. */
  guid: string | undefined;
  ports: PortRange | undefined;
  containers: readonly ContainerView[];
}

/** It is told addresses of this cluster, so it may be a member at any moment. */
function joins({ spec }: ContainerView, { ports, containers }: Identity): boolean {
  const ips = new Set(containers.flatMap(({ status }) => status.managementIPs ?? []));
  return (spec.joinIpPorts ?? []).map(readEndpoint).some(({ ip, port }) => {
    const inRange = ports === undefined || (port >= ports.basePort && port < ports.basePort + ports.portRange);
    return inRange && (ips.size === 0 || ips.has(ip));
  });
}

const isMember = (view: ContainerView, identity: Identity): boolean =>
  view.status.clusterID === undefined
    ? joins(view, identity)
    : identity.guid === undefined || view.status.clusterID === identity.guid;

/** The WekaClient by which it is to be deleted, or itself where it has none or is being deleted, perhaps after its WekaClient. */
function handle({ metadata }: KubernetesObject): string {
  if (metadata.deletionTimestamp !== undefined)
    return `WekaContainer ${metadata.namespace ?? ''}/${metadata.name}, which is being deleted`;
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return `${owner?.kind ?? 'WekaContainer'} ${metadata.namespace ?? ''}/${owner?.name ?? metadata.name}`;
}

/** The containers of clients that are, or may be, in the weka cluster, by how a person reaches them, with their number. */
export function dependentsOf(related: HookRequest['related'], identity: Identity): Map<string, number> {
  const counts = new Map<string, number>();
  for (const object of objectsOf(related, 'WekaContainer', apiVersion)) {
    const view = containerView(object);
    if (!isClient(view) || !isMember(view, identity)) continue;
    const name = handle(object);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
