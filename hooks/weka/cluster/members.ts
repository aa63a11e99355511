/** The small object through which the containers of a cluster find each other; it changes rarely. */
import type { Json, KubernetesObject } from '../../core/contract.ts';
import { apiVersion, labels } from '../api/group.ts';
import { membersName } from '../api/index.ts';
import { endpointText } from '../endpoint.ts';
import { viewIs, type ContainerView } from './container-view.ts';
import type { ClusterFacts } from './facts.ts';

/** Executors that are named: enough to survive the loss of some, few enough to keep the object small. */
const executors = 12;
/** Addresses to join at (docs/weka/reference.md#forming-and-joining). */
const joinAddresses = 96;

/** Those that stay first; who is to go is a member, and can be asked and joined at, until it has gone. */
const stayingFirst = (views: readonly ContainerView[]): ContainerView[] => [
  ...views.filter(({ terminating }) => !terminating),
  ...views.filter(({ terminating }) => terminating),
];

/** Addresses of operational members, at which others join. */
export function joinIpPorts(containers: readonly ContainerView[]): string[] {
  return stayingFirst(containers)
    .filter((view) => view.operational && viewIs(view, 'speaks'))
    .slice(0, joinAddresses)
    .map(({ status }) =>
      endpointText({ ip: status.managementIPs?.[0] ?? '', port: status.allocations?.wekaPort ?? 0 }),
    );
}

/** Everything of a member that is known, or what was said of it before while it is away for a moment. */
function members(facts: ClusterFacts): Json[] {
  return stayingFirst(facts.containers)
    .filter(
      (view) => view.status.containerID !== undefined && view.status.podUid !== undefined && viewIs(view, 'speaks'),
    )
    .slice(0, executors)
    .map((view) => ({
      containerUid: view.uid,
      containerName: view.name,
      podUid: view.status.podUid ?? '',
      mode: view.role,
      containerId: view.status.containerID ?? 0,
      address: view.status.managementIPs?.[0] ?? '',
    }));
}

/** Members on nodes that do not report; it changes with nodes, and not with every pod that is replaced. */
function silent({ containers, nodes }: ClusterFacts): Json[] {
  const away = new Set(nodes.filter(({ spec }) => !spec.ready).map(({ metadata }) => metadata.name));
  return containers
    .filter(
      ({ status, terminating }) =>
        !terminating && status.containerID !== undefined && away.has(status.nodeAffinity ?? ''),
    )
    .slice(0, joinAddresses)
    .flatMap(({ spec, status }) =>
      spec.name === undefined ? [] : [{ wekaName: spec.name, nodeName: status.nodeAffinity ?? '' }],
    );
}

export function membersObject(facts: ClusterFacts): KubernetesObject {
  const formed = facts.guid !== undefined;
  const configured = facts.cluster.spec.expandEndpoints ?? [];
  const addresses = joinIpPorts(facts.containers);
  return {
    apiVersion,
    kind: 'WekaMembers',
    metadata: {
      name: membersName(facts.name),
      namespace: facts.namespace,
      labels: { [labels.clusterId]: facts.uid, [labels.clusterName]: facts.name },
    },
    spec: {
      ...(formed ? { clusterGuid: facts.guid ?? '' } : {}),
      ...(facts.ports === undefined ? {} : { basePort: facts.ports.basePort }),
      members: members(facts),
      // also where it is empty: what is not said here, and somebody else has written, would stay
      silent: silent(facts),
      wished: Object.fromEntries(facts.plans.map(({ role, count }) => [role, count])),
      joinIpPorts: addresses.length > 0 ? addresses : configured,
    },
  };
}
