/** Situations of a pod that ends, with what the hook decides in each: the decision is computed, only the situation is told. */
import { decideFence, type FenceInput } from '../../hooks/core/fence.ts';
import { decideStop, type StopInput } from '../../hooks/weka/container/stop.ts';
import { markdownTable } from '../markdown-table.ts';

/** A joined drive container whose pod a person deleted, in a healthy cluster in which nothing else is disturbed. */
const base: StopInput = {
  family: 'backend',
  state: 'active',
  reason: 'user',
  nodeExists: true,
  evictOnDeletion: false,
  overrides: {},
  joined: true,
  deactivated: false,
  activeMounts: 0,
  turn: { state: 'free' },
  protection: { state: 'full' },
  absence: { state: 'borne' },
  itselfMissing: false,
};
const taken = { state: 'taken' as const, holder: 'another container' };
const reduced = { state: 'lacking' as const, message: 'what is missing' };
const unsaid = { state: 'unknown' as const, message: 'what weka has not said' };

const stopRows: readonly [string, Partial<StopInput>][] = [
  ['a helper', { family: 'other' }],
  ['`overrides.podDeleteForceReplace` of the container counts', { overrides: { podDeleteForceReplace: true } }],
  ['the node does not exist any more', { nodeExists: false }],
  ['**active**, not a member of a weka cluster yet', { joined: false }],
  ['active, nobody has the turn, protection is full', {}],
  ['active, the container has the turn', { turn: { state: 'ours' } }],
  ['active, another container has the turn', { turn: taken }],
  ['active, it is not known who has the turn', { turn: { state: 'unknown' } }],
  ['active, the container has the turn, others are away', { turn: { state: 'ours' }, protection: reduced }],
  [
    'active, the container has the turn and is itself what is missing',
    { turn: { state: 'ours' }, protection: reduced, itselfMissing: true },
  ],
  [
    'active, its node is emptied and another container of it has the turn, the other nodes bear it',
    { reason: 'node', turn: taken, nodeTurn: { against: undefined } },
  ],
  [
    'active, its node is emptied and it shares the turn, the other nodes bear it',
    { reason: 'node', turn: { state: 'ours' }, protection: reduced, nodeTurn: { against: undefined } },
  ],
  [
    'active, its node is emptied and another container of it has the turn, the others do not bear it',
    { reason: 'node', turn: taken, nodeTurn: { against: 'what speaks against it' } },
  ],
  ['active, nobody has the turn, protection is not full', { protection: reduced }],
  ['active, nobody has the turn, protection is not known', { protection: unsaid }],
  ['active, a person deleted the pod, `EVICT_CONTAINER_ON_DELETION` is set', { evictOnDeletion: true }],
  [
    'active, the image changes, `overrides.upgradeForceReplace` of the container is set, nobody has the turn',
    { reason: 'upgrade', overrides: { upgradeForceReplace: true } },
  ],
  [
    'the same, the container has the turn and the cluster can be without it, whatever is away',
    { reason: 'upgrade', overrides: { upgradeForceReplace: true }, turn: { state: 'ours' }, protection: reduced },
  ],
  [
    'the same, and the cluster can not be without it',
    {
      reason: 'upgrade',
      overrides: { upgradeForceReplace: true },
      protection: reduced,
      absence: { state: 'last', because: 'what it is the last to have' },
    },
  ],
  ['active, it is not known whether it is a member of a weka cluster', { joined: undefined }],
  ['**paused** with its cluster', { state: 'paused' }],
  ['**deleting**, weka has not moved the data away yet', { state: 'deleting' }],
  ['deleting, weka has deactivated the container', { state: 'deleting', deactivated: true }],
  ['deleting, it is not known whether weka has', { state: 'deleting', deactivated: undefined }],
  [
    'deleting, `overrides.skipDeactivate` of the container is set, it has the turn and the others bear its loss',
    { state: 'deleting', overrides: { skipDeactivate: true } },
  ],
  ['deleting, not a member of a weka cluster', { state: 'deleting', joined: false }],
  ['**destroying**', { state: 'destroying' }],
  ['a **client**, no mount depends on it', { family: 'frontend' }],
  ['a client, mounts depend on it, whatever ends it', { family: 'frontend', activeMounts: 2 }],
  ['a client, the number of mounts is not known', { family: 'frontend', activeMounts: undefined }],
  [
    'a client, `overrides.skipActiveMountsCheck` is set',
    { family: 'frontend', activeMounts: undefined, overrides: { skipActiveMountsCheck: true } },
  ],
  ['a client that is deleted or destroyed, no mount depends on it', { family: 'frontend', state: 'deleting' }],
];

/** One row for each situation. */
export function stopTable(): string {
  return markdownTable(
    ['situation', 'decision', 'reason', 'message'],
    stopRows.map(([situation, change]) => {
      const { stop, reason, message } = decideStop({ ...base, ...change });
      return [situation, `**${stop}**`, `\`${reason}\``, message];
    }),
  );
}

/** A pod that vanished without our permission, from a node that lives on. */
const vanished: FenceInput = {
  incarnation: { podUid: 'UID', nodeName: 'NODE', bootId: 'one' },
  stopAllowed: undefined,
  live: { exists: false },
  node: { bootId: 'one', outOfService: false },
  nodeGone: false,
  lockObtained: false,
};

const fenceRows: readonly [string, Partial<FenceInput>][] = [
  ['the name has not been read live yet', { live: undefined }],
  ['a pod of this container exists after all', { live: { exists: true, ours: true } }],
  ['a pod of this name exists and belongs to something else', { live: { exists: true, ours: false } }],
  ['no pod of this container was ever recorded', { incarnation: undefined }],
  ['the recorded pod was allowed to stop', { stopAllowed: 'UID' }],
  ['the node of the recorded pod is gone', { node: undefined, nodeGone: true }],
  ['the node was rebooted since', { node: { bootId: 'two', outOfService: false } }],
  ['the node has the taint `node.kubernetes.io/out-of-service`', { node: { bootId: 'one', outOfService: true } }],
  ['the probe pod on the node has obtained the lock of the runtime', { lockObtained: true }],
  ['none of these', {}],
];

/** One row for each situation. */
export function fenceTable(): string {
  return markdownTable(
    ['situation', 'next pod', 'why'],
    fenceRows.map(([situation, change]) => {
      const decision = decideFence({ ...vanished, ...change });
      return [
        situation,
        decision.create ? 'comes' : 'waits',
        decision.create ? decision.proof : `\`${decision.reason}\`: ${decision.message}`,
      ];
    }),
  );
}
