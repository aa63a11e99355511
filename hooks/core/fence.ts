/**
 * May a pod be created, now that none is seen? Absence is not death: a force delete, a lost label and a lagging cache all
 * look like "no pod". A successor needs proof that the last runtime is dead.
 */

import type { FenceReason } from './reasons.ts';

/** The last pod of its holder that was seen on a node, as recorded in the claims of that node. */
export interface Incarnation {
  podUid: string;
  nodeName: string;
  bootId: string;
}

/** A pod of the name that has no owner. */
export interface ReleasedPod {
  /** Gives it to its container. */
  command: string;
  /** It is the last one that was recorded, and not merely of the same name, as one from a backup. */
  recorded: boolean;
}

export interface FenceInput {
  incarnation: Incarnation | undefined;
  /** The pod that we allowed to stop, as recorded in the claims. */
  stopAllowed: string | undefined;
  /** A live read by name; undefined: not known. `ends`: what lets another's pod end that nobody else lets end. */
  live: { exists: false } | { exists: true; ours: boolean; released?: ReleasedPod; ends?: string } | undefined;
  /** The node that the last pod ran on; `undefined` where nothing is seen of it. */
  node: { bootId: string; outOfService: boolean } | undefined;
  /** The Node was looked up past every cache and is gone. */
  nodeGone: boolean;
  /** The helper on that node has obtained the runtime's lock. */
  lockObtained: boolean;
}

export type FenceDecision =
  { create: true; proof: string } | { create: false; reason: FenceReason; message: string; probe?: true };

/** What is said of it. */
export function podReleased({ command, recorded }: ReleasedPod): { reason: 'PodReleased'; message: string } {
  return {
    reason: 'PodReleased',
    message: recorded
      ? `the pod of this container has lost its label, or has another's, and with it its owner, and nobody may stop it: ${command} gives it back`
      : `a pod of this name has no owner, and no claim says whose it is: if it is that of this container, as after a restore, ${command} gives it back; else delete it`,
  };
}

/** Whether the successor may come, by which proof, or what is waited for. */
export function decideFence(input: FenceInput): FenceDecision {
  const { incarnation, live, node } = input;
  if (live === undefined) return { create: false, reason: 'PodUnknown', message: 'waits for a live read of the pod' };
  if (live.exists) {
    if (live.released !== undefined) return { create: false, ...podReleased(live.released) };
    return live.ours
      ? {
          create: false,
          reason: 'PodStillExists',
          message: 'a pod of this container exists; waits until it is seen or gone',
        }
      : {
          create: false,
          reason: 'NameTaken',
          message: `a pod of this name exists that belongs to something else${live.ends === undefined ? '' : `; ${live.ends}`}`,
        };
  }
  if (incarnation === undefined) return { create: true, proof: 'no pod of this container has run' };
  if (input.stopAllowed === incarnation.podUid)
    return { create: true, proof: 'the last pod stopped with our permission' };
  if (input.nodeGone) return { create: true, proof: `node ${incarnation.nodeName} is gone` };
  // of a claim that was lost the boot is not known, and proves nothing
  if (node !== undefined && incarnation.bootId !== '' && node.bootId !== incarnation.bootId)
    return { create: true, proof: `node ${incarnation.nodeName} was rebooted since` };
  if (node?.outOfService === true)
    return { create: true, proof: `node ${incarnation.nodeName} is tainted out-of-service` };
  if (input.lockObtained) return { create: true, proof: `the runtime's lock on node ${incarnation.nodeName} is free` };
  return {
    create: false,
    probe: true,
    reason: 'WaitingForProofOfDeath',
    message: `pod ${incarnation.podUid} vanished without our permission; waits until a helper on node ${incarnation.nodeName} obtains the lock of its runtime, the node is rebooted, removed or tainted out-of-service`,
  };
}
