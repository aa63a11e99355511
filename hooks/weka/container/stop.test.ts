import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideStop, type StopInput } from './stop.ts';

/** A joined drive container whose pod a person deleted, in a healthy cluster that is quiet. */
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
const backend = (change: Partial<StopInput> = {}): StopInput => ({ ...base, ...change });
const frontend = (change: Partial<StopInput> = {}): StopInput => ({ ...base, family: 'frontend', ...change });
const taken = { state: 'taken' as const, holder: 'default/demo-drive-1' };
const reduced = { state: 'lacking' as const, message: 'REBUILDING, 1 of 6 drive containers is away' };
const unsaid = { state: 'unknown' as const, message: 'the answer of weka status has no containers.drives.active' };
const last = { state: 'last' as const, because: 'some of the data has 2 failures, as many as it bears' };
const borne = { against: undefined };
const notBorne = { against: 'HostId<3> is DOWN' };

const upgrading = {
  overrides: { upgradeForceReplace: true },
  reason: 'upgrade' as const,
  protection: reduced,
};

describe('a terminating pod', () => {
  it.each<[string, StopInput, string, string]>([
    // upstream rows, in their order
    ['on a node that is gone is left to Kubernetes', backend({ nodeExists: false }), 'wait', 'NodeGone'],
    [
      'is forced by overrides.podDeleteForceReplace',
      backend({ overrides: { podDeleteForceReplace: true }, turn: taken }),
      'force',
      'PodDeleteForceReplace',
    ],
    [
      'takes the turn first by overrides.upgradeForceReplace while an upgrade runs',
      backend({ overrides: { upgradeForceReplace: true }, reason: 'upgrade', protection: reduced }),
      'wait',
      'TakingTurn',
    ],
    [
      'is forced by it then, whatever is away',
      backend({
        overrides: { upgradeForceReplace: true },
        reason: 'upgrade',
        protection: reduced,
        turn: { state: 'ours' },
      }),
      'force',
      'UpgradeForceReplace',
    ],
    [
      'is not forced by it where the cluster can not be without it, and lets others have the turn',
      backend({ ...upgrading, turn: { state: 'ours' }, absence: last }),
      'wait',
      'WaitingForProtection',
    ],
    [
      'does not take the turn for that either, nor where it is not known',
      backend({ ...upgrading, absence: { ...last, state: 'unknown' } }),
      'wait',
      'WaitingForProtection',
    ],
    [
      'is forced by it though it is the last, if it is itself what is missing',
      backend({ ...upgrading, turn: { state: 'ours' }, absence: last, itselfMissing: true }),
      'force',
      'UpgradeForceReplace',
    ],
    [
      'waits for its turn all the same: the word on all containers is not meant for all at once',
      backend({ overrides: { upgradeForceReplace: true }, reason: 'upgrade', turn: taken }),
      'wait',
      'WaitingForTurn',
    ],
    [
      'waits while nobody knows who has it',
      backend({ overrides: { upgradeForceReplace: true }, reason: 'upgrade', turn: { state: 'unknown' } }),
      'wait',
      'TurnUnknown',
    ],
    [
      'is forced by it without a turn before it was a member',
      backend({ overrides: { upgradeForceReplace: true }, reason: 'upgrade', turn: taken, joined: false }),
      'force',
      'UpgradeForceReplace',
    ],
    [
      'is not forced by overrides.upgradeForceReplace otherwise',
      backend({ overrides: { upgradeForceReplace: true } }),
      'wait',
      'TakingTurn',
    ],
    ['waits for its removal where the operator evicts', backend({ evictOnDeletion: true }), 'wait', 'RemovalRequested'],
    [
      'is not evicted with overrides.upgradePreventEviction',
      backend({ evictOnDeletion: true, overrides: { upgradePreventEviction: true } }),
      'wait',
      'TakingTurn',
    ],
    ['is not evicted by a roll of ours', backend({ evictOnDeletion: true, reason: 'roll' }), 'wait', 'TakingTurn'],
    ['of a frontend waits for its mounts', frontend({ activeMounts: 2 }), 'wait', 'ActiveMounts'],
    [
      'of a frontend waits while its mounts are unknown',
      frontend({ activeMounts: undefined }),
      'wait',
      'ActiveMountsUnknown',
    ],
    [
      'of a frontend does not ask for mounts with overrides.skipActiveMountsCheck',
      frontend({ activeMounts: undefined, overrides: { skipActiveMountsCheck: true } }),
      'allow',
      'NoActiveMounts',
    ],
    [
      'of a frontend that never joined has no mounts to wait for',
      frontend({ activeMounts: undefined, joined: false }),
      'allow',
      'NoActiveMounts',
    ],
    ['of a frontend without mounts may stop', frontend(), 'allow', 'NoActiveMounts'],
    ['of a helper may stop', backend({ family: 'other' }), 'allow', 'NothingToProtect'],
    // the disruption turn
    ['of a backend takes the turn first', backend(), 'wait', 'TakingTurn'],
    ['of a backend with the turn may stop', backend({ turn: { state: 'ours' } }), 'allow', 'TurnHeld'],
    [
      'of a backend with the turn waits for what others lack',
      backend({ turn: { state: 'ours' }, protection: reduced }),
      'wait',
      'WaitingForProtection',
    ],
    [
      'of a backend with the turn waits while the protection is unknown',
      backend({ turn: { state: 'ours' }, protection: unsaid }),
      'wait',
      'ProtectionUnknown',
    ],
    [
      'of a backend that is itself what is missing takes the turn',
      backend({ protection: reduced, itselfMissing: true }),
      'wait',
      'TakingTurn',
    ],
    [
      'of a backend that is itself what is missing may stop under the turn',
      backend({ turn: { state: 'ours' }, protection: reduced, itselfMissing: true }),
      'allow',
      'ItselfMissing',
    ],
    [
      'of a backend that is itself what is missing waits while another one holds the turn',
      backend({ turn: taken, protection: reduced, itselfMissing: true }),
      'wait',
      'WaitingForTurn',
    ],
    [
      'of an emptied node shares the turn of its node',
      backend({ reason: 'node', turn: taken, protection: reduced, nodeTurn: borne }),
      'wait',
      'TakingTurn',
    ],
    [
      'of an emptied node may stop under the turn of its node',
      backend({ reason: 'node', turn: { state: 'ours' }, protection: reduced, nodeTurn: borne }),
      'allow',
      'NodeTurnHeld',
    ],
    [
      'of an emptied node waits where the others do not bear it',
      backend({ reason: 'node', turn: taken, protection: reduced, nodeTurn: notBorne }),
      'wait',
      'WaitingForTurn',
    ],
    [
      'of an emptied node waits under its turn when the others do not bear it any more',
      backend({ reason: 'node', turn: { state: 'ours' }, protection: reduced, nodeTurn: notBorne }),
      'wait',
      'WaitingForProtection',
    ],
    [
      'of a backend waits while it is not known whether it is a member',
      backend({ joined: undefined }),
      'wait',
      'IdentityUnknown',
    ],
    [
      'of a leaving backend waits while it is not known whether it is a member',
      backend({ state: 'deleting', joined: undefined }),
      'wait',
      'IdentityUnknown',
    ],
    ['of a backend waits while another one holds the turn', backend({ turn: taken }), 'wait', 'WaitingForTurn'],
    ['of a backend waits while the turn is unknown', backend({ turn: { state: 'unknown' } }), 'wait', 'TurnUnknown'],
    ['of a backend waits for full protection', backend({ protection: reduced }), 'wait', 'WaitingForProtection'],
    [
      'of a backend waits while the protection is unknown',
      backend({ protection: unsaid }),
      'wait',
      'ProtectionUnknown',
    ],
    [
      'of a backend before formation needs no turn',
      backend({ joined: false, turn: { state: 'unknown' } }),
      'allow',
      'NotJoined',
    ],
    ['rolled by us needs the turn as well', backend({ reason: 'roll', turn: taken }), 'wait', 'WaitingForTurn'],
    ['of a drained node needs the turn as well', backend({ reason: 'node', turn: taken }), 'wait', 'WaitingForTurn'],
    // paused
    [
      'of a paused backend is forced without the turn',
      backend({ state: 'paused', turn: taken, protection: unsaid }),
      'force',
      'Paused',
    ],
    ['of a paused frontend keeps its mounts', frontend({ state: 'paused', activeMounts: 1 }), 'wait', 'ActiveMounts'],
    // deleting
    ['of a leaving backend waits for its deactivation', backend({ state: 'deleting' }), 'wait', 'Deactivating'],
    [
      'of a leaving backend waits while its deactivation is unknown',
      backend({ state: 'deleting', deactivated: undefined }),
      'wait',
      'DeactivationUnknown',
    ],
    [
      'of a leaving backend is forced once deactivated',
      backend({ state: 'deleting', deactivated: true, turn: taken }),
      'force',
      'Deactivated',
    ],
    [
      'of a leaving backend is forced by overrides.skipDeactivate',
      backend({ state: 'deleting', deactivated: undefined, overrides: { skipDeactivate: true } }),
      'force',
      'SkipDeactivate',
    ],
    [
      'of a leaving backend that never joined is forced',
      backend({ state: 'deleting', joined: false }),
      'force',
      'ContainerDeleting',
    ],
    [
      'of a leaving frontend waits for its mounts',
      frontend({ state: 'deleting', activeMounts: 1 }),
      'wait',
      'ActiveMounts',
    ],
    ['of a leaving frontend without mounts is forced', frontend({ state: 'deleting' }), 'force', 'ContainerDeleting'],
    // destroying
    [
      'of a destroyed backend is forced',
      backend({ state: 'destroying', turn: taken, protection: unsaid }),
      'force',
      'Destroying',
    ],
    [
      'of a destroyed frontend waits for its mounts',
      frontend({ state: 'destroying', activeMounts: 3 }),
      'wait',
      'ActiveMounts',
    ],
    ['of a destroyed frontend without mounts is forced', frontend({ state: 'destroying' }), 'force', 'Destroying'],
  ])('%s', (_name, input, stop, reason) => {
    expect(decideStop(input)).toMatchObject({ stop, reason });
  });

  it('names the holder of the turn, the missing protection and the mounts that it waits for', () => {
    expect(decideStop(backend({ turn: taken })).message).toBe(
      'waits for the disruption turn, held by default/demo-drive-1',
    );
    expect(decideStop(backend({ protection: reduced })).message).toBe(
      'waits for full protection: REBUILDING, 1 of 6 drive containers is away; overrides.podDeleteForceReplace of this container does not wait',
    );
    expect(decideStop(backend({ protection: unsaid })).message).toBe(
      'waits until the protection of the weka cluster can be read: the answer of weka status has no containers.drives.active',
    );
    expect(decideStop(backend({ reason: 'node', turn: taken, nodeTurn: notBorne })).message).toBe(
      'waits for the disruption turn, held by default/demo-drive-1; it can not be shared: HostId<3> is DOWN',
    );
    expect(decideStop(frontend({ activeMounts: 2 })).message).toBe('waits until 2 active mounts are gone');
  });

  const inputs = fc.record<StopInput>({
    family: fc.constantFrom('backend', 'frontend', 'other'),
    state: fc.constantFrom('active', 'paused', 'deleting', 'destroying'),
    reason: fc.constantFrom('user', 'roll', 'upgrade', 'node', 'owner'),
    nodeExists: fc.boolean(),
    evictOnDeletion: fc.boolean(),
    overrides: fc.constant({}),
    joined: fc.constantFrom(true, false, undefined),
    deactivated: fc.constantFrom(true, false, undefined),
    activeMounts: fc.constantFrom(0, 3, undefined),
    turn: fc.constantFrom({ state: 'ours' as const }, { state: 'free' as const }, taken, { state: 'unknown' as const }),
    protection: fc.constantFrom({ state: 'full' as const }, reduced, unsaid),
    absence: fc.constantFrom({ state: 'borne' as const }, last, { ...last, state: 'unknown' as const }),
    itselfMissing: fc.boolean(),
  });

  it('of an active, joined backend never stops without the turn, and is never forced without a word in the spec', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { stop } = decideStop(input);
        if (input.family !== 'backend' || input.state !== 'active') return;
        expect(stop).not.toBe('force');
        if (input.joined !== false && input.turn.state !== 'ours') expect(stop).toBe('wait');
      }),
    );
  });

  it('of an active, joined backend never stops while something is missing or unknown that is not itself, its node apart', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        if (input.family !== 'backend' || input.state !== 'active' || input.joined === false || input.itselfMissing)
          return;
        if (input.protection.state !== 'full') expect(decideStop(input).stop).toBe('wait');
      }),
    );
  });

  it('is never forced, or allowed, for want of knowledge: what is unknown decided otherwise would not be worse', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        if (
          input.family !== 'backend' ||
          input.state !== 'deleting' ||
          (input.joined !== undefined && input.deactivated !== undefined) ||
          input.joined === false
        )
          return;
        if (input.deactivated !== true) expect(decideStop(input).stop).toBe('wait');
      }),
    );
  });

  it('by overrides.upgradeForceReplace never stops what the cluster can not be without', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const input = { ...given, overrides: { upgradeForceReplace: true }, reason: 'upgrade' as const };
        if (input.family !== 'backend' || input.state !== 'active' || input.joined === false || input.itselfMissing)
          return;
        if (input.absence.state !== 'borne') expect(decideStop(input).stop).toBe('wait');
      }),
    );
  });

  it('never loses mounts that exist or may exist', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        if (input.family === 'frontend' && input.joined !== false && input.activeMounts !== 0)
          expect(decideStop(input).stop).toBe('wait');
      }),
    );
  });
});
