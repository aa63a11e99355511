import { describe, expect, it } from 'vitest';
import { objectLive } from '../../core/families/objects.ts';
import { podLive } from '../../core/families/pods.ts';
import { claimsWrite } from '../../core/families/claims.ts';
import { allowCleanUp, wekaQuery, wekaRun } from '../catalogue.ts';
import {
  clusterClaims,
  factsOf,
  holder,
  inWeka,
  letGo,
  namespace,
  nodeClaims,
  now,
  other,
  ourTurn,
  helperObject,
  read,
  second,
  takenTurn,
  terminating,
  uid,
  unread,
  wholeStatus,
  wishing,
  type Change,
  type Given,
} from './facts.fixture.ts';
import { cleanUpPod } from './helpers.ts';
import type { Step } from '../reasons.ts';
import type { ContainerFacts } from './facts.ts';
import { leaveSteps, mayEndPod, pauseSteps } from './leave.ts';

type Expected = { state: string; reason?: string; message?: string; operations?: object[] };
type Row = [string, Change, Given, Expected];

const deleting: Change = { state: 'deleting' };
const deleted: Given = { metadata: { deletionTimestamp: now } };
const costs =
  'overrides.skipDeactivate and overrides.podDeleteForceReplace together skip it, and what only this container holds is lost';
const skips =
  'overrides.skipDeactivate and overrides.podDeleteForceReplace together skip it, and what only this container holds is lost: whether there is such data is not known';
const silent = { spec: { overrides: { skipDeactivate: true } } };
const givenUp = { spec: { overrides: { skipDeactivate: true, podDeleteForceReplace: true } } };
/** Both words, said for this very end. */
const saidNow = { holder: holder({ forceWord: now }) };
const saidLongAgo = { holder: holder({ forceWord: '2025-12-31T23:59:59Z' }) };
const noMember: Change = { ...deleting, otherMember: undefined };
const nobody =
  ' (WekaMembers demo-members in namespace default names nobody: where other pods of the cluster run, give nothing up; something takes away what the WekaCluster writes there, such as a webhook)';
const cancelled: Change = { ...noMember, owner: { state: 'terminating', cancelled: true } };
const gone = { ...deleting, pod: undefined, report: undefined, holder: holder({ deactivated: 0 }) };
const notListed = { state: 'known' as const, members: inWeka().members.slice(1) };
const witness = (found = inWeka()): Change => ({ witness: found });
const drives = (speaker: typeof other, ...hosts: number[]) =>
  read(
    wekaQuery(speaker, 'drives', 0),
    [0, 1, 2, 3, 4, 5].map((index) => ({
      uuid: `uuid-${index}`,
      status: 'ACTIVE',
      serial_number: `SERIAL${index}`,
      host_id: `HostId<${hosts[index] ?? index}>`,
    })),
  );
/** Without a drive of this container. */
const othersDrives = (speaker: typeof other) => drives(speaker, 1);
const live = (value: { exists: false } | { exists: true; uid: string; controllerUid?: string; phase: string }) =>
  read(podLive({ namespace, name: 'demo-drive-0' }, 0), value);
const writesHolder = (...changes: { path: string[]; value: null | number }[]) =>
  claimsWrite(
    'node-node-1',
    '7',
    changes.map(({ path, value }) => ({ path: ['holders', uid, ...path], value })),
  );
const returned = claimsWrite('cluster-uid-of-demo', '7', [{ path: ['turn'], value: null }]);

function test(name: string, rows: Row[], steps: readonly Step<ContainerFacts>[] = leaveSteps): void {
  const step = steps.find((one) => one.name === name)!;
  it.each(rows)('%s', (_sentence, change, given, expected) => {
    const outcome = step.check(factsOf(change, given));
    expect(outcome).toMatchObject(expected);
    // nothing but what is named
    if (expected.operations !== undefined) expect(outcome).toHaveProperty('operations', expected.operations);
  });
}

describe('how a container ends', () => {
  test('EndKnown', [
    ['is known', deleting, {}, { state: 'skipped' }],
    [
      'is not known while its cluster can not be read',
      {},
      {},
      {
        state: 'unknown',
        message:
          'waits until the cluster can be read: a container that leaves it ends otherwise than one that is destroyed with it',
      },
    ],
    [
      'is not known where nobody says what it is in weka',
      { ...deleting, pod: undefined, joined: false, identityKnown: false },
      {},
      {
        state: 'wait',
        reason: 'IdentityUnknown',
        message: `neither its status nor its claim says whether it is a member of a weka cluster; ${skips}`,
      },
    ],
    [
      "is a person's word where nobody says what it is in weka",
      { ...deleting, ...saidNow, pod: undefined, joined: false, identityKnown: false },
      givenUp,
      { state: 'skipped' },
    ],
    [
      "is no person's word that was said for something else",
      { ...deleting, ...saidLongAgo, pod: undefined, joined: false, identityKnown: false },
      givenUp,
      { state: 'wait', reason: 'IdentityUnknown' },
    ],
  ]);
});

describe('a container that leaves its weka cluster', () => {
  const taken = claimsWrite('cluster-uid-of-demo', '7', [
    { path: ['turn'], value: { containerUid: uid, namespace, name: 'demo-drive-0', reason: 'leave', at: now } },
  ]);
  const mayNot = (why: string) => ({
    state: 'wait',
    reason: 'WaitingToLeave',
    message: `may not leave yet: ${why}; ${costs}`,
  });
  test('Deactivated', [
    ['is not destroyed with it', { state: 'destroying' }, {}, { state: 'skipped' }],
    ['is a member of it', { ...deleting, joined: false }, {}, { state: 'skipped' }],
    ['holds data or metadata', deleting, { spec: { mode: 'client' } }, { state: 'skipped' }],
    ['is not given up', { ...deleting, ...saidNow }, givenUp, { state: 'skipped' }],
    [
      'needs another member',
      noMember,
      {},
      {
        state: 'wait',
        reason: 'NoOtherMember',
        message: `deactivation needs another member of the weka cluster and none is known${nobody}; ${skips}`,
      },
    ],
    [
      'keeps its data where its cluster has called its own deletion back',
      cancelled,
      {},
      {
        state: 'wait',
        reason: 'DeletionCancelled',
        message:
          'WekaCluster demo has cancelled its deletion, this container is being deleted as well, and no other member is left to be asked: it keeps its data; with overrides.cancelDeletion of the WekaCluster taken back its data is destroyed after a new grace',
      },
    ],
    [
      'waits while no member says how it stands',
      { ...deleting, inWeka: undefined },
      {},
      {
        state: 'wait',
        reason: 'DeactivationUnknown',
        message: `waits for another member to say how the container stands: the containers of the weka cluster have not been read; ${skips}`,
      },
    ],
    [
      'waits for the password of the operator where weka refuses it, and is no reason to give up what it holds',
      { ...deleting, inWeka: undefined },
      {
        answers: [
          {
            [wekaQuery(other, 'containers', 0).id]: {
              observedAt: now,
              error: 'exit status 1: error: Authentication failed',
            },
          },
        ],
      },
      {
        state: 'wait',
        reason: 'DeactivationUnknown',
        message:
          'waits for another member to say how the container stands: weka refuses user name and password of the operator, which are mended first: the condition ClusterReachable of the WekaCluster names the Secret',
      },
    ],
    [
      'is not out where two members contradict each other',
      { ...deleting, inWeka: inWeka({ 0: { status: 'INACTIVE' } }), ...witness() },
      {},
      {
        state: 'wait',
        reason: 'DeactivationUnknown',
        message: `waits for another member to say how the container stands: demo-drive-1 calls it INACTIVE, and demo-drive-2 calls it UP; ${skips}`,
      },
    ],
    ['is out where weka does not know it any more', { ...gone, inWeka: notListed }, {}, { state: 'done' }],
    [
      'is not out where it was never seen to be deactivated',
      { ...gone, holder: holder(), inWeka: notListed },
      {},
      {
        state: 'wait',
        reason: 'DeactivationUnknown',
        message: `waits for another member to say how the container stands: another member does not list HostId<0>, which was never seen to be deactivated (somebody may have removed it inside weka); ${skips}`,
      },
    ],
    [
      'is deactivated, which is recorded',
      { ...deleting, inWeka: inWeka({ 0: { status: 'INACTIVE' } }) },
      {},
      {
        state: 'act',
        reason: 'RecordingDeactivation',
        message: 'records that weka has deactivated it',
        operations: [writesHolder({ path: ['deactivated'], value: 0 })],
      },
    ],
    [
      'is deactivated, which can not be recorded yet',
      { ...deleting, inWeka: inWeka({ 0: { status: 'INACTIVE' } }), nodeClaims: unread },
      {},
      { state: 'unknown', message: 'the claims of the node have not been read' },
    ],
    [
      'is deactivated, which stands in its claim',
      { ...deleting, inWeka: inWeka({ 0: { status: 'INACTIVE' } }), holder: holder({ deactivated: 0 }) },
      {},
      { state: 'done' },
    ],
    [
      'is deactivated, and has no claim any more',
      { ...deleting, inWeka: inWeka({ 0: { status: 'INACTIVE' } }), holder: undefined },
      {},
      { state: 'done' },
    ],
    [
      'waits while its data is moved',
      { ...deleting, inWeka: inWeka({ 0: { status: 'DEACTIVATING' } }) },
      {},
      {
        state: 'wait',
        reason: 'Deactivating',
        message: 'weka container 0 is DEACTIVATING; its data is moved away, which may take hours',
      },
    ],
    [
      'waits while it is not known whose turn it is',
      { ...deleting, turn: { state: 'unknown' } },
      {},
      { state: 'unknown', message: 'the disruption turn of the cluster has not been read' },
    ],
    [
      'waits for its turn',
      { ...deleting, turn: takenTurn },
      {},
      {
        state: 'wait',
        reason: 'WaitingForTurn',
        message: 'waits to leave for the disruption turn, held by default/demo-drive-1 (roll)',
      },
    ],
    [
      'takes the turn',
      deleting,
      {},
      {
        state: 'act',
        reason: 'TakingTurn',
        message: 'takes the disruption turn of the cluster, to leave it',
        operations: [taken],
      },
    ],
    [
      'takes it from one that is gone',
      { ...deleting, turn: takenTurn },
      {
        answers: [
          read(
            objectLive(
              { apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaContainer', namespace, name: 'demo-drive-1' },
              0,
            ),
            { exists: false },
          ),
        ],
      },
      { state: 'act', reason: 'TakingTurn' },
    ],
    [
      'has weka move its data under the turn',
      { ...deleting, turn: ourTurn },
      {},
      {
        state: 'act',
        reason: 'Deactivating',
        message: 'has weka move the data of container 0 away, which may take hours',
        operations: [wekaRun(other, 'containerDeactivate', { containerId: 0 })],
      },
    ],
    [
      'has no turn to take where it has no cluster',
      { ...deleting, clusterClaims: undefined },
      {},
      { state: 'act', reason: 'Deactivating', operations: [wekaRun(other, 'containerDeactivate', { containerId: 0 })] },
    ],
    [
      'waits as well where it has no cluster',
      { ...deleting, clusterClaims: undefined, inWeka: inWeka({ 3: { status: 'DOWN' } }) },
      {},
      mayNot('HostId<3> is DOWN'),
    ],
    [
      'waits while another one is away',
      { ...deleting, inWeka: inWeka({ 3: { status: 'DOWN' } }) },
      {},
      mayNot('HostId<3> is DOWN'),
    ],
    [
      'gives the turn back meanwhile',
      { ...deleting, turn: ourTurn, inWeka: inWeka({ 3: { status: 'DOWN' } }) },
      {},
      { ...mayNot('HostId<3> is DOWN'), state: 'act', operations: [returned] },
    ],
    [
      'keeps a turn that others share',
      { ...deleting, turn: { ...ourTurn, shared: true }, inWeka: inWeka({ 3: { status: 'DOWN' } }) },
      {},
      mayNot('HostId<3> is DOWN'),
    ],
    [
      'waits while the second member says that another one is away',
      { ...deleting, ...witness(inWeka({ 3: { status: 'DOWN' } })) },
      {},
      mayNot('HostId<3> is DOWN'),
    ],
    [
      'waits while something is rebuilt',
      { ...deleting, otherStatus: { ...wholeStatus, status: 'REBUILDING', rebuild: { protectionState: [] } } },
      {},
      mayNot('weka is REBUILDING'),
    ],
    [
      'does not wait for what it is itself without',
      {
        ...deleting,
        report: undefined,
        turn: ourTurn,
        inWeka: inWeka({ 0: { status: 'DOWN' } }),
        otherStatus: {
          ...wholeStatus,
          containers: { drives: { active: 5, total: 6 }, computes: { active: 3, total: 3 } },
        },
      },
      {},
      { state: 'act', reason: 'Deactivating' },
    ],
    [
      'waits for the successor of the one before it',
      { ...deleting, members: wishing(7) },
      {},
      mayNot('5 other drive containers are UP, 7 are wished: waits for the successor of the one that left before'),
    ],
    [
      'waits until it is known how many are wished',
      { ...deleting, members: undefined },
      {},
      mayNot('it is not known how many drive containers are wished: waits for the cluster to write its WekaMembers'),
    ],
    [
      'has nothing to lose before IO was started',
      {
        ...deleting,
        turn: ourTurn,
        inWeka: inWeka({ 3: { status: 'DOWN' } }),
        otherStatus: { ...wholeStatus, status: 'UNINITIALIZED', io_status: 'STOPPED' },
      },
      {},
      { state: 'act', reason: 'Deactivating' },
    ],
  ]);
});

describe('the drives of a container that leaves', () => {
  test('DrivesRemoved', [
    ['are destroyed with its cluster', { state: 'destroying' }, {}, { state: 'skipped' }],
    ['are those of a drive container', deleting, { spec: { mode: 'compute' } }, { state: 'skipped' }],
    [
      'are removed by another member',
      noMember,
      {},
      {
        state: 'wait',
        reason: 'NoOtherMember',
        message: `the removal of the drives needs another member of the weka cluster and none is known${nobody}; ${skips}`,
      },
    ],
    ['are not known', deleting, {}, { state: 'unknown', message: 'the drives of the weka cluster have not been read' }],
    [
      'are removed',
      deleting,
      { answers: [drives(other)] },
      {
        state: 'act',
        reason: 'RemovingDrives',
        message: 'removes 1 drives from the weka cluster',
        operations: [wekaRun(other, 'driveRemove', { uuid: 'uuid-0' })],
      },
    ],
    ['are gone where there is but one other member', deleting, { answers: [othersDrives(other)] }, { state: 'done' }],
    [
      'are gone where two members say so',
      { ...deleting, ...witness() },
      { answers: [othersDrives(other), othersDrives(second)] },
      { state: 'done' },
    ],
    [
      'are not gone while the second member is silent',
      { ...deleting, ...witness() },
      { answers: [othersDrives(other)] },
      { state: 'unknown', message: 'the drives of the weka cluster have not been read' },
    ],
    [
      'are not gone where the second member lists one',
      { ...deleting, ...witness() },
      { answers: [othersDrives(other), drives(second)] },
      { state: 'unknown', message: 'demo-drive-2 still lists 1 drives of it, and another member none' },
    ],
  ]);
});

describe('the pod of a container that ends', () => {
  const without = { ...deleting, pod: undefined };
  const give = `kubectl patch pod demo-drive-0 -n default --type=merge -p '{"metadata":{"labels":{"controller-uid":"${uid}"},"ownerReferences":[{"apiVersion":"weka.weka.io/v1alpha1","kind":"WekaContainer","name":"demo-drive-0","uid":"${uid}","controller":true,"blockOwnerDeletion":true}]}}'`;
  test('PodGone', [
    [
      'is to be deleted',
      deleting,
      {},
      { state: 'wait', reason: 'PodEnding', message: 'waits until the pod is deleted' },
    ],
    [
      'stops as every pod that terminates',
      { state: 'destroying', pod: terminating() },
      {},
      { state: 'act', reason: 'AllowingStop', message: 'lets the pod stop: the cluster is being destroyed' },
    ],
    ['is not known to be gone', without, {}, { state: 'unknown', message: 'waits for a live read of the pod' }],
    [
      'has lost its owner',
      without,
      { answers: [live({ exists: true, uid: 'pod-0', phase: 'Running' })] },
      {
        state: 'wait',
        reason: 'PodReleased',
        message: `the pod of this container has lost its label, or has another's, and with it its owner, and nobody may stop it: ${give} gives it back`,
      },
    ],
    [
      'is there, and not seen yet',
      without,
      { answers: [live({ exists: true, uid: 'pod-0', controllerUid: uid, phase: 'Running' })] },
      {
        state: 'wait',
        reason: 'PodStillExists',
        message: expect.stringMatching(
          /^a pod of this container exists; waits until it is seen or gone; if that lasts, it has lost its label: kubectl patch pod \S+ .* gives it back$/,
        ) as string,
      },
    ],
    [
      'is not that of another owner',
      without,
      { answers: [live({ exists: true, uid: 'pod-9', controllerUid: 'uid-of-another', phase: 'Running' })] },
      { state: 'done' },
    ],
    ['is gone', without, { answers: [live({ exists: false })] }, { state: 'done' }],
  ]);

  // before the container has its turn to leave, so that a person gives all such pods back at once
  test('PodOwned', [
    ['is there', deleting, {}, { state: 'skipped' }],
    ['has not been looked for', without, {}, { state: 'skipped' }],
    [
      'has lost its owner',
      without,
      { answers: [live({ exists: true, uid: 'pod-0', phase: 'Running' })] },
      {
        state: 'wait',
        reason: 'PodReleased',
        message: `the pod of this container has lost its label, or has another's, and with it its owner, and nobody may stop it: ${give} gives it back`,
      },
    ],
    [
      'is that of another owner',
      without,
      { answers: [live({ exists: true, uid: 'pod-9', controllerUid: 'uid-of-another', phase: 'Running' })] },
      { state: 'skipped' },
    ],
    ['is gone', without, { answers: [live({ exists: false })] }, { state: 'skipped' }],
  ]);

  it.each<[string, Change, Given, boolean]>([
    ['may end at once where its cluster is destroyed', { state: 'destroying' }, {}, true],
    ['may not end while it is not known how', {}, {}, false],
    ['may not end while it is not known what it is in weka', { ...deleting, identityKnown: false }, {}, false],
    ['may not end before weka has deactivated it', deleting, {}, false],
    ['may end once weka has deactivated it', { ...deleting, inWeka: inWeka({ 0: { status: 'INACTIVE' } }) }, {}, true],
    ['may end where it is given up', { ...deleting, ...saidNow }, givenUp, true],
    [
      'may not end where the words are of long ago, and no member says that the rest bears it',
      { ...deleting, ...saidLongAgo, otherMember: undefined },
      givenUp,
      false,
    ],
  ])('%s', (_sentence, change, given, may) => {
    expect(mayEndPod(factsOf(change, given))).toBe(may);
  });
});

describe('a container that leaves its weka cluster without a word (skipDeactivate)', () => {
  test('Deactivated', [
    [
      'needs another member to say that the rest bears it',
      noMember,
      silent,
      {
        state: 'wait',
        reason: 'NoOtherMember',
        message: `whether the others bear its loss needs another member of the weka cluster and none is known${nobody}; kubectl patch wekacontainer demo-drive-0 -n default --type=merge -p '{"spec":{"overrides":{"skipDeactivate":null}}}' has it run once more and leave in order; ${skips}`,
      },
    ],
    [
      'waits while no member says how it stands',
      { ...deleting, inWeka: undefined },
      silent,
      { state: 'wait', reason: 'DeactivationUnknown' },
    ],
    ['takes the turn', deleting, silent, { state: 'act', reason: 'TakingTurn' }],
    ['waits for its turn', { ...deleting, turn: takenTurn }, silent, { state: 'wait', reason: 'WaitingForTurn' }],
    ['goes under the turn', { ...deleting, turn: ourTurn }, silent, { state: 'done' }],
    [
      'waits while another one is away',
      { ...deleting, inWeka: inWeka({ 3: { status: 'DOWN' } }) },
      silent,
      { state: 'wait', reason: 'WaitingToLeave', message: `may not leave yet: HostId<3> is DOWN; ${costs}` },
    ],
    [
      'says that it is the last copy, as one of two members says',
      {
        ...deleting,
        otherStatus: { ...wholeStatus, rebuild: { protectionState: [{ numFailures: 2, percent: 10 }] } },
        witness: inWeka(),
      },
      silent,
      {
        state: 'wait',
        reason: 'WaitingToLeave',
        message:
          'may not leave yet: some of the data has 2 failures; overrides.skipDeactivate and overrides.podDeleteForceReplace together skip it, and data is lost or IO stops, for this container is the last that has it: some of the data has 2 failures, as many as it bears',
      },
    ],
    [
      'says that nobody knows whether it is the last copy',
      { ...deleting, otherStatus: { ...wholeStatus, stripe_protection_drives: undefined } },
      silent,
      {
        state: 'wait',
        reason: 'WaitingToLeave',
        message: `may not leave yet: the answer of weka status has no stripe_data_drives or no stripe_protection_drives; ${skips} (the answer of weka status does not say how many failures the data has and bears)`,
      },
    ],
    [
      'goes where weka has let it go',
      { ...deleting, inWeka: inWeka({ 0: { status: 'INACTIVE' } }) },
      silent,
      { state: 'done' },
    ],
  ]);
  test('Removed', [['is not removed', { ...gone }, silent, { state: 'skipped' }]]);

  it.each<[string, Change, boolean]>([
    ['may not end before it has the turn', deleting, false],
    ['may end under the turn', { ...deleting, turn: ourTurn }, true],
    [
      'may not end while another one is away',
      { ...deleting, turn: ourTurn, inWeka: inWeka({ 3: { status: 'DOWN' } }) },
      false,
    ],
    ['may not end while nobody can be asked', noMember, false],
  ])('%s', (_sentence, change, may) => {
    expect(mayEndPod(factsOf(change, silent))).toBe(may);
  });
});

describe('a container whose pod is gone', () => {
  test('Removed', [
    ['is not removed from a cluster that is destroyed', { state: 'destroying' }, {}, { state: 'skipped' }],
    [
      'is removed by another member',
      { ...gone, otherMember: undefined },
      {},
      {
        state: 'wait',
        reason: 'NoOtherMember',
        message: `removal from the weka cluster needs another member of the weka cluster and none is known${nobody}; ${skips}`,
      },
    ],
    [
      'is not removed while nobody says how it stands',
      { ...gone, inWeka: undefined },
      {},
      { state: 'unknown', message: 'the containers of the weka cluster have not been read' },
    ],
    [
      'is removed',
      { ...gone, inWeka: inWeka({ 0: { status: 'INACTIVE' } }) },
      {},
      {
        state: 'act',
        reason: 'RemovingContainer',
        message: 'removes weka container 0',
        operations: [wekaRun(other, 'containerRemove', { containerId: 0 })],
      },
    ],
    ['is not known to weka any more', { ...gone, inWeka: notListed }, {}, { state: 'done' }],
  ]);
  test('TurnReturned', [
    ['has no turn', gone, {}, { state: 'skipped' }],
    [
      'has a turn that can not be given back yet',
      { ...gone, turn: ourTurn, clusterClaims: unread },
      {},
      { state: 'skipped' },
    ],
    [
      'gives the turn back',
      { ...gone, turn: ourTurn, clusterClaims: clusterClaims() },
      {},
      { state: 'act', reason: 'ReturningTurn', message: 'gives the disruption turn back', operations: [returned] },
    ],
  ]);
});

describe('a container that is paused', () => {
  const paused: Change = { state: 'paused', pod: undefined, report: undefined };
  const guest: Change = { turn: { ...ourTurn, as: 'guest', shared: true } };
  const share = claimsWrite('cluster-uid-of-demo', '7', [{ path: ['turn', 'others', uid], value: null }]);
  test(
    'TurnReturned',
    [
      ['has no turn', paused, {}, { state: 'skipped' }],
      ['gives the turn back', { ...paused, turn: ourTurn }, {}, { state: 'act', operations: [returned] }],
      [
        'gives the turn back although others share it',
        { ...paused, turn: { ...ourTurn, shared: true } },
        {},
        { state: 'act', operations: [returned] },
      ],
      ['gives back no more than its share', { ...paused, ...guest }, {}, { state: 'act', operations: [share] }],
    ],
    pauseSteps,
  );
});

describe('the node of a container that is deleted', () => {
  const ended: Given = { ...deleted, answers: [letGo(other)] };
  const left: Change = { ...gone, node: factsOf().node };
  const withoutNode: Change = { ...gone, node: undefined };
  const lookedUp = (exists: boolean): Given => ({
    ...ended,
    answers: [
      letGo(other),
      read(
        objectLive({ apiVersion: 'v1', kind: 'Node', name: 'node-1' }, 0),
        exists ? { exists, uid: 'uid-of-node-1', labels: {}, fields: {} } : { exists: false },
      ),
    ],
  });
  const wish = cleanUpPod(factsOf(left, ended), 'node-1');
  const running = [{ name: 'weka-container', state: { running: {} } }];
  const helper = (
    status: object,
    made = wish,
    more: Omit<Parameters<typeof helperObject>[1] & object, 'status'> = {},
  ): Given => ({
    ...ended,
    helpers: [helperObject(made, { ...more, status: { containerStatuses: [], ...status } })],
  });
  const cleaning = (why: string) => ({
    state: 'wait',
    reason: 'CleaningNode',
    message: `resigns the drives and removes the data on node node-1: the helper pod ${why}; overrides.skipDrivesForceResign and overrides.skipCleanupPersistentDir skip it`,
  });
  const counted = (value: object) =>
    claimsWrite('node-node-1', '7', [{ path: ['holders', uid, 'helperReplacements'], value: value as never }]);
  const elsewhere =
    'is not as it was wished (it runs on node node-2, and is for node node-1): exempt it in the webhook or policy that rewrites it, of which kubectl get mutatingwebhookconfigurations shows some; it is not believed';
  const contested: Change = {
    ...left,
    nodeClaims: nodeClaims(holder({ deactivated: 0 }), { another: holder({ drives: ['SERIAL0'] }) }),
  };
  const contestedWish = cleanUpPod(factsOf(contested, ended), 'node-1');
  test('Cleaned', [
    ['is cleaned at the very end', left, {}, { state: 'skipped' }],
    [
      'has nothing of a mode that claims nothing',
      left,
      { ...ended, spec: { mode: 'drivers-loader' } },
      { state: 'skipped' },
    ],
    [
      'is not cleaned while its claims are not known',
      { ...left, nodeClaims: unread },
      ended,
      { state: 'unknown', message: 'the claims of the node have not been read' },
    ],
    [
      'is not cleaned before its lost claim is there again',
      { ...left, holder: undefined, nodeClaims: nodeClaims(), statusDoubtful: true },
      ended,
      {
        state: 'wait',
        reason: 'ClaimLost',
        message:
          'its status says that it ran and not whose status that is, and no claim knows it; overrides.skipDrivesForceResign and overrides.skipCleanupPersistentDir together do without',
      },
    ],
    [
      'is clean where nothing of it ever ran',
      { ...left, holder: holder({ drives: [] }), nodeClaims: nodeClaims(holder()) },
      { ...ended, spec: { overrides: { skipCleanupPersistentDir: true } } },
      { state: 'done' },
    ],
    ['is not looked up yet', withoutNode, ended, { state: 'unknown', message: 'nothing is known of node node-1' }],
    [
      'is there without its WekaNode',
      withoutNode,
      lookedUp(true),
      {
        state: 'unknown',
        message: 'the WekaNode of node node-1 is missing and the node is there; waits until it is made again',
      },
    ],
    [
      'is gone',
      withoutNode,
      lookedUp(false),
      { state: 'done', message: 'node node-1 is gone; its drives and directory were not cleaned: SERIAL0' },
    ],
    ['is to be cleaned', left, ended, cleaning('is to be created')],
    [
      'is not cleaned by a pod of the name of the helper that is not its own',
      left,
      {
        ...ended,
        answers: [
          letGo(other),
          read(podLive({ namespace, name: 'demo-drive-0-cleanup' }, 0), { exists: true, uid: 'old', phase: 'Running' }),
        ],
      },
      cleaning(
        'is to be created, and a pod demo-drive-0-cleanup is there that is not its own: kubectl delete pod demo-drive-0-cleanup -n default',
      ),
    ],
    [
      'is not clean for a helper of another wish',
      left,
      helper({ phase: 'Succeeded' }, contestedWish),
      cleaning('was made for another wish and is replaced'),
    ],
    [
      'is not reached by the helper',
      left,
      helper({
        phase: 'Pending',
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available' },
        ],
      }),
      cleaning('0/1 nodes are available'),
    ],
    ['is about to be cleaned', left, helper({ phase: 'Pending' }), cleaning('is Pending')],
    [
      'is cleaned now, as the helper says',
      left,
      helper({
        phase: 'Running',
        containerStatuses: [
          {
            name: 'weka-container',
            state: { running: {} },
            lastState: { terminated: { message: 'the drive is busy' } },
          },
        ],
      }),
      {
        ...cleaning('says: the drive is busy'),
        state: 'act',
        operations: [
          allowCleanUp(
            { namespace, name: 'demo-drive-0-cleanup', uid: 'pod-0' },
            { namespace, name: 'demo-drive-0', uid },
          ),
        ],
      },
    ],
    [
      'is not begun in a pod that goes',
      left,
      helper({ phase: 'Running', containerStatuses: running }, wish, { metadata: { deletionTimestamp: now } }),
      cleaning('is Running'),
    ],
    [
      'is not begun where the node is silent',
      left,
      helper({
        phase: 'Running',
        containerStatuses: running,
        conditions: [{ type: 'Ready', status: 'False', reason: 'NodeNotReady' }],
      }),
      cleaning('is Running'),
    ],
    [
      'is not begun for another wish',
      left,
      helper({ phase: 'Running', containerStatuses: running }, contestedWish),
      cleaning('was made for another wish and is replaced'),
    ],
    [
      'is not clean where the helper has failed',
      left,
      helper({
        phase: 'Failed',
        reason: 'Evicted',
        containerStatuses: [{ name: 'weka-container', state: { terminated: { message: 'the drive is busy' } } }],
      }),
      {
        ...cleaning('has failed (Evicted; it says: the drive is busy) and is replaced'),
        state: 'act',
        operations: [counted({ podUid: 'pod-0', at: [now], level: 0 })],
      },
    ],
    ...(['Running', 'Succeeded'] as const).map((phase): Row => [
      `is not clean where the helper came to be something else, and it is counted: ${phase}`,
      left,
      helper({ phase, containerStatuses: running }, wish, { spec: { nodeName: 'node-2' } }),
      {
        ...cleaning(`${elsewhere} and is replaced`),
        reason: 'HelperRewritten',
        state: 'act',
        operations: [counted({ podUid: 'pod-0', at: [now], level: 0 })],
      },
    ]),
    [
      'waits where that came too often, and says until when',
      {
        ...left,
        nodeClaims: nodeClaims(
          holder({
            deactivated: 0,
            helperReplacements: { podUid: 'pod-0', at: [now, now, now, now], level: 1, since: now },
          }),
        ),
      },
      helper({ phase: 'Succeeded' }, wish, { spec: { nodeName: 'node-2' } }),
      {
        ...cleaning(
          `${elsewhere}; the operator has replaced it 4 times since ${now} and waits until 2026-01-01T00:20:00.000Z; kubectl delete pod demo-drive-0-cleanup -n default replaces it at once`,
        ),
        reason: 'HelperRewritten',
      },
    ],
    ['is clean', left, helper({ phase: 'Succeeded' }), { state: 'done' }],
    [
      'is clean but for a drive of another container',
      contested,
      helper({ phase: 'Succeeded' }, contestedWish),
      { state: 'done', message: "the drives SERIAL0 are another container's as well and are not resigned" },
    ],
  ]);
  test('ClaimsReleased', [
    ['is held to the very end', gone, {}, { state: 'skipped' }],
    ['is not held by a mode that claims nothing', { ...gone, nodeClaims: undefined }, deleted, { state: 'done' }],
    [
      'may be held, for its claims are not known',
      { ...gone, nodeClaims: unread },
      deleted,
      { state: 'unknown', message: 'the claims of the node have not been read' },
    ],
    ['is not held any more', { ...gone, nodeClaims: nodeClaims() }, deleted, { state: 'done' }],
    [
      'is held until the status says that nothing is left',
      gone,
      deleted,
      {
        state: 'wait',
        reason: 'ReleasingClaims',
        message: 'waits until its status says that nothing is left on the node',
      },
    ],
    [
      'is given back',
      gone,
      {
        ...deleted,
        status: {
          conditions: [
            {
              type: 'ContainerDrivesResigned',
              status: 'True',
              reason: 'Success',
              message: '',
              lastTransitionTime: now,
            },
          ],
        },
      },
      {
        state: 'act',
        reason: 'ReleasingClaims',
        message: 'gives back its ports and drives',
        operations: [writesHolder({ path: [], value: null })],
      },
    ],
  ]);
});
