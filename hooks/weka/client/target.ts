/** Where clients join, and with which secret: the WekaCluster that is named, or addresses of a cluster that has none here. */
import type { HookRequest } from '../../core/contract.ts';
import { objectsOf } from '../../core/envelope.ts';
import { contentHash } from '../../core/operations.ts';
import { apiVersion } from '../api/group.ts';
import { membersName, parseWekaMembers, type WekaClient } from '../api/index.ts';

/** Addresses that one client is given: enough to survive the loss of some, few enough to keep thousands of objects small. */
const addressesPerClient = 8;

export interface TargetName {
  namespace: string;
  name: string;
}

/** The WekaCluster to join; its namespace is the client's where none is said. */
export function targetOf({ metadata, spec }: WekaClient): TargetName | undefined {
  const { name = '', namespace = '' } = spec.targetCluster ?? {};
  return name === '' ? undefined : { name, namespace: namespace === '' ? (metadata.namespace ?? '') : namespace };
}

/** The Secret with the credentials, in the namespace of the client; none without a target and a name. */
export function secretName(client: WekaClient): string | undefined {
  const { wekaSecretRef = '', targetCluster } = client.spec;
  if (wekaSecretRef !== '') return wekaSecretRef;
  return (targetCluster?.name ?? '') === '' ? undefined : `weka-client-${targetCluster?.name ?? ''}`;
}

export type Join =
  /** The addresses that the spec gives; all of them go to each client. */
  | { state: 'given'; addresses: string[] }
  /** The addresses of the WekaCluster, each client gets some. */
  | { state: 'known'; addresses: string[]; clusterGuid: string }
  | { state: 'unknown'; reason: 'NoTarget' | 'WaitForTarget'; message: string };

/** Addresses in the spec are meant literally, whether or not a WekaCluster is named as well. */
export function joinOf(request: HookRequest, client: WekaClient): Join {
  const given = client.spec.joinIpPorts ?? [];
  if (given.length > 0) return { state: 'given', addresses: [...given] };
  const target = targetOf(client);
  if (target === undefined)
    return {
      state: 'unknown',
      reason: 'NoTarget',
      message: 'neither spec.targetCluster nor spec.joinIpPorts says which weka cluster to join',
    };
  const object = objectsOf(request.related, 'WekaMembers', apiVersion).find(
    ({ metadata }) => metadata.name === membersName(target.name) && metadata.namespace === target.namespace,
  );
  const parsed = object === undefined ? undefined : parseWekaMembers(object);
  const { clusterGuid, joinIpPorts = [] } = parsed?.ok === true ? parsed.value.spec : {};
  if (clusterGuid !== undefined && joinIpPorts.length > 0)
    return { state: 'known', addresses: [...joinIpPorts], clusterGuid };
  const why =
    object === undefined
      ? 'nothing is known of it yet'
      : clusterGuid === undefined
        ? 'it is not formed yet'
        : 'no member of it can be joined now';
  return {
    state: 'unknown',
    reason: 'WaitForTarget',
    message: `waits for WekaCluster ${target.namespace}/${target.name}: ${why}`,
  };
}

/** A few of the cluster's addresses; which ones depends on the node, so that not all clients come to the same members. */
function some(addresses: readonly string[], node: string): string[] {
  if (addresses.length <= addressesPerClient) return [...addresses];
  const first = Number.parseInt(contentHash(node, 6), 16) % addresses.length;
  return [...addresses, ...addresses].slice(first, first + addressesPerClient);
}

/**
 * The addresses of one client. Those that it has stay while one of them still holds: members that come and go must not
 * rewrite thousands of containers.
 */
export function addressesFor(join: Join, node: string, present: readonly string[]): string[] {
  if (join.state === 'given') return join.addresses;
  if (join.state === 'unknown' || present.some((address) => join.addresses.includes(address))) return [...present];
  return some(join.addresses, node);
}
