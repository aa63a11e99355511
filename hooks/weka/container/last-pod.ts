/** The last pod of a container, by the claim and, where that is lost, by the status. That none is known is no proof that none ran. */
import type { Incarnation } from '../../core/fence.ts';
import { containerConditions } from '../api/group.ts';
import { is } from '../api/modes.ts';
import type { ContainerFacts } from './facts.ts';

/** In place of the uid of a pod that must have been and that nobody remembers. */
export const unknownPod = 'unknown';

/** The last pod. Of one that only the status remembers the boot is not known, so its death takes another proof. */
export function lastIncarnation({
  holder,
  container,
  claimedNode,
}: Pick<ContainerFacts, 'holder' | 'container' | 'claimedNode'>): Incarnation | undefined {
  if (holder?.incarnation !== undefined) return holder.incarnation;
  const podUid = container.status?.lastPodUid;
  return podUid === undefined || claimedNode === undefined || !is(container.spec.mode, 'claims')
    ? undefined
    : { podUid, nodeName: claimedNode, bootId: '' };
}

/** What is to be written of it: the uid of the pod on that node, as long as the container is bound to the node. */
export function lastPodUid({ pod, holder, container }: ContainerFacts, node: string | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (pod?.nodeName === node) return pod.target.uid;
  if (holder?.incarnation?.nodeName === node) return holder.incarnation.podUid;
  return node === container.status?.nodeAffinity ? container.status?.lastPodUid : undefined;
}

export const isCleaned = ({ type, status }: { type: string; status: string }): boolean =>
  type === containerConditions.containerDrivesResigned && status === 'True';

/** It was said that nothing is left, before the claim was given back. */
export const saidCleaned = ({ container }: Pick<ContainerFacts, 'container'>): boolean =>
  container.metadata.deletionTimestamp !== undefined && container.status?.conditions?.some(isCleaned) === true;

/** The node on which something of it has run, or may have. Only a claim and a status without any trace of a pod say: none. */
export function ranOn(facts: ContainerFacts): string | undefined {
  const { holder, nodeClaims, claimedNode, nodeName, joined } = facts;
  if (saidCleaned(facts)) return undefined;
  const last = lastIncarnation(facts);
  if (last !== undefined) return last.nodeName;
  const traces = holder?.identity ?? holder?.adopted ?? holder?.stopAllowed ?? holder?.deactivated;
  if (traces === undefined && !joined) return undefined;
  return holder === undefined ? (claimedNode ?? nodeName) : nodeClaims?.name.replace(/^node-/, '');
}
