import { describe, expect, it } from 'vitest';
import { decideFence, type FenceInput } from './fence.ts';

const incarnation = { podUid: 'pod-1', nodeName: 'node-1', bootId: 'boot-1' };
/** A pod that ran on node-1 and vanished without a word. */
const vanished: FenceInput = {
  incarnation,
  stopAllowed: undefined,
  live: { exists: false },
  node: { bootId: 'boot-1', outOfService: false },
  nodeGone: false,
  lockObtained: false,
};

describe('a successor of a pod', () => {
  it.each<[string, Partial<FenceInput>, string]>([
    ['comes when no pod has run', { incarnation: undefined }, 'no pod of this container has run'],
    [
      'comes when we allowed the last one to stop',
      { stopAllowed: 'pod-1' },
      'the last pod stopped with our permission',
    ],
    ['comes when the node is gone', { node: undefined, nodeGone: true }, 'node node-1 is gone'],
    [
      'comes when the node was rebooted',
      { node: { bootId: 'boot-2', outOfService: false } },
      'node node-1 was rebooted since',
    ],
    [
      'comes when the node is out of service',
      { node: { bootId: 'boot-1', outOfService: true } },
      'node node-1 is tainted out-of-service',
    ],
    ['comes when a helper obtained the lock', { lockObtained: true }, "the runtime's lock on node node-1 is free"],
  ])('%s', (_name, change, proof) => {
    expect(decideFence({ ...vanished, ...change })).toEqual({ create: true, proof });
  });

  it.each<[string, Partial<FenceInput>, string]>([
    ['waits for proof, and asks for a helper', {}, 'WaitingForProofOfDeath'],
    ['does not take the permission of an older pod for proof', { stopAllowed: 'pod-0' }, 'WaitingForProofOfDeath'],
    ['does not take an unseen node for a dead one', { node: undefined }, 'WaitingForProofOfDeath'],
    ['waits while a live read is missing', { live: undefined }, 'PodUnknown'],
    ['waits while the last pod is there and only unseen', { live: { exists: true, ours: true } }, 'PodStillExists'],
    [
      'does not come while the name is taken',
      { live: { exists: true, ours: false }, incarnation: undefined },
      'NameTaken',
    ],
  ])('%s', (_name, change, reason) => {
    expect(decideFence({ ...vanished, ...change })).toMatchObject({ create: false, reason });
  });
});
