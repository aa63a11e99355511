/** Looks past every cache at a cluster, its members and its containers: what a node may believe of objects that others can write. */
import type { Json } from '../../core/contract.ts';
import { objectLive } from '../../core/families/objects.ts';
import { podLive } from '../../core/families/pods.ts';
import type { PodTarget } from '../../core/catalogue.ts';
import { factValue, type ReadingRequest } from '../../core/facts.ts';
import { apiVersion, labels } from '../api/group.ts';
import { membersName, type ClaimHolder } from '../api/index.ts';
import { wekaClusterKind, wekaContainerKind } from '../access.ts';
import { once } from '../once.ts';

/** A WekaCluster as claims name it. */
export interface ClusterReference {
  namespace: string;
  name: string;
  uid: string;
}

export const clusterByUid = once(
  (clusters: readonly ClusterReference[]) => new Map(clusters.map((cluster) => [cluster.uid, cluster])),
);

type Asker = Pick<ReadingRequest, 'observed'>;

export const clusterLook = ({ namespace, name }: Omit<ClusterReference, 'uid'>, age: number, fields: string[] = []) =>
  objectLive({ apiVersion, kind: wekaClusterKind.kind, namespace, name }, age, fields);

/** Whether the WekaCluster of that uid exists; undefined: not known. `age`, here and below, is how old the look may be, in seconds. */
export function clusterExists(
  request: Asker,
  cluster: ClusterReference,
  age: number,
  fields: string[] = [],
): boolean | undefined {
  const fact = factValue(request.observed, clusterLook(cluster, age, fields));
  return fact.state === 'unknown' ? undefined : fact.value.exists && fact.value.uid === cluster.uid;
}

export const membersLook = ({ namespace, name }: Omit<ClusterReference, 'uid'>, age: number) =>
  objectLive({ apiVersion, kind: 'WekaMembers', namespace, name: membersName(name) }, age, [
    'spec.clusterGuid',
    'spec.members',
  ]);

export interface LiveMember {
  containerUid: string;
  containerId?: number;
  pod: PodTarget;
}
export type LiveMembers =
  { state: 'unknown' } | { state: 'absent' } | { state: 'present'; guid?: string; members: LiveMember[] };

function memberOf(value: Json, namespace: string): LiveMember[] {
  const { containerUid, containerId, containerName: name, podUid } = (value ?? {}) as Record<string, Json>;
  if (typeof containerUid !== 'string' || typeof name !== 'string' || typeof podUid !== 'string') return [];
  return [
    {
      containerUid,
      pod: { namespace, name, uid: podUid },
      ...(typeof containerId === 'number' ? { containerId } : {}),
    },
  ];
}

/** Who can speak for the cluster of that uid; an object of that name which belongs to another cluster is none. */
export function liveMembers(request: Asker, cluster: ClusterReference, age: number): LiveMembers {
  const fact = factValue(request.observed, membersLook(cluster, age));
  if (fact.state === 'unknown') return { state: 'unknown' };
  if (!fact.value.exists || fact.value.labels[labels.clusterId] !== cluster.uid) return { state: 'absent' };
  const { 'spec.members': list, 'spec.clusterGuid': guid } = fact.value.fields;
  const members = Array.isArray(list) ? list.flatMap((entry) => memberOf(entry, cluster.namespace)) : [];
  return { state: 'present', members, ...(typeof guid === 'string' ? { guid } : {}) };
}

/** Members take turns, so that a dead one is not asked for ever. */
export function inTurn(members: readonly LiveMember[], now: string, count: number): LiveMember[] {
  const first = Math.floor(Date.parse(now) / 20_000) % Math.max(1, members.length);
  return [...members.slice(first), ...members.slice(0, first)].slice(0, count);
}

export const containerLook = (
  { namespace, name }: { namespace: string; name: string },
  age: number,
  fields: string[] = [],
) => objectLive({ apiVersion, kind: wekaContainerKind.kind, namespace, name }, age, fields);

/** Whether a privileged pod of the container of that uid was admitted; undefined: not known. */
export function admitted(
  request: Asker,
  uid: string,
  { namespace, name }: Pick<ClaimHolder, 'namespace' | 'name'>,
  age: number,
): 'admitted' | 'absent' | 'unprivileged' | undefined {
  const fact = factValue(request.observed, podLive({ namespace, name }, age));
  if (fact.state === 'unknown') return undefined;
  if (!fact.value.exists || fact.value.controllerUid !== uid) return 'absent';
  return fact.value.privileged === true ? 'admitted' : 'unprivileged';
}
