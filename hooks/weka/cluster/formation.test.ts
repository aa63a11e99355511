import { describe, expect, it } from 'vitest';
import { claimsWrite } from '../../core/families/claims.ts';
import { recentEvents } from '../../core/families/objects.ts';
import type { KubernetesObject } from '../../core/contract.ts';
import type { PodTarget } from '../../core/catalogue.ts';
import { runtimeReport, wekaQuery, wekaRun } from '../catalogue.ts';
import type { WekaStatus } from '../queries.ts';
import type { RuntimeReport } from '../runtime-report.ts';
import {
  clusterClaims,
  container,
  factsOf,
  node,
  now,
  portClaims,
  read,
  running,
  uid,
  type Given,
} from './facts.fixture.ts';
import { formationSteps } from './formation.ts';
import { formedBeforeSteps } from './formed-before.ts';
import { portRangeSteps } from './port-range.ts';
import { takeoverSteps } from './takeover.ts';
import { settingsSteps } from './weka-settings.ts';

const steps = { ...portRangeSteps, ...takeoverSteps, ...formedBeforeSteps, ...settingsSteps, ...formationSteps };
type Step = keyof typeof steps;
type Expected = { state: string; reason?: string; message?: string; operations?: object[]; retryAfterSeconds?: number };

const secondsAgo = (seconds: number): string => new Date(Date.parse(now) - seconds * 1000).toISOString();
const deleted = { deletionTimestamp: now };
const range = { namespace: 'default', name: 'demo', basePort: 35000, portRange: 500 };
const ranges = (of: Record<string, object>) => portClaims({ ranges: of } as Parameters<typeof portClaims>[0]);
const clusterClaim = `cluster-${uid}`;

/** A container whose weka container runs; with a GUID it is a member, the one of that number. */
const runs = (name: string, containerID?: number, clusterID = 'guid'): KubernetesObject =>
  container(name, {
    status: running(name, containerID === undefined ? {} : { containerID, clusterID, internalStatus: 'READY' }),
  });
const podOf = (name: string): PodTarget => ({ namespace: 'default', name, uid: `pod-of-${name}` });
const reports = (name: string, guid?: string) =>
  read(runtimeReport(podOf(name), 0), {
    identity: guid === undefined ? null : { clusterGuid: guid, hostId: 0 },
  } as RuntimeReport);
const drive = podOf('demo-drive-0');
const status = (said: WekaStatus) => read(wekaQuery(drive, 'status', 0), said);
const overrides = (...keys: string[]) =>
  read(
    wekaQuery(drive, 'overrides', 0),
    keys.map((key) => ({ key })),
  );
const authenticated = overrides('authenticate_client_join');

const pair = [runs('demo-drive-0'), runs('demo-compute-0')];
const members = [runs('demo-drive-0', 0), runs('demo-compute-0', 1)];
const silentPair = [reports('demo-drive-0'), reports('demo-compute-0')];
const expanding = { expandEndpoints: ['192.0.2.1:14000'] };
const dynamic = (driveContainers: number, computeContainers = 1) => ({
  dynamicTemplate: { driveContainers, computeContainers },
});
const condition = (type: string, reason: string, since: string, message = '') => ({
  conditions: [{ type, status: 'False', reason, message, lastTransitionTime: since, observedGeneration: 1 }],
});
/** Six drive containers are wished and so many of them run. */
const ofSix = (many: number): KubernetesObject[] => [
  ...Array.from({ length: 6 }, (_none, index) =>
    index < many ? runs(`demo-drive-${index}`) : container(`demo-drive-${index}`),
  ),
  runs('demo-compute-0'),
];
const waitsFor = (name: string, message: string) =>
  container(name, { status: condition('Ready', 'PodNotRunning', now, message) });
const whole = { name: 'demo', hot_spare: 0, stripe_protection_drives: 2, stripe_data_drives: 3 };
const event = (message: string) =>
  read(recentEvents({ namespace: 'default', name: 'demo', uid }, 'SyncError', 0), {
    events: [{ reason: 'SyncError', message, count: 1, lastAt: now }],
  });

type Row = [string, Step, Given, Expected];

function test(rows: Row[]): void {
  it.each(rows)('%s', (_sentence, step, given, expected) => {
    const outcome = steps[step].check(factsOf(given));
    expect(outcome).toMatchObject(expected);
    // nothing but what is named
    if (expected.operations !== undefined) expect(outcome).toHaveProperty('operations', expected.operations);
  });
}

describe('the ports of a cluster', () => {
  const claim = (value: object) =>
    claimsWrite('ports', '7', [{ path: ['ranges', uid], value: { ...range, ...value } }]);
  test([
    ['are those of its claim', 'ports', { answers: [ranges({ [uid]: range })] }, { state: 'done' }],
    [
      'are not chosen while the claims of others are not known',
      'ports',
      {},
      { state: 'unknown', message: 'the port ranges of all clusters have not been read' },
    ],
    [
      'are the first that are free',
      'ports',
      { answers: [ranges({ other: range })] },
      {
        state: 'act',
        reason: 'AllocatingPorts',
        message: 'claims ports 35500-35999',
        operations: [claim({ basePort: 35500 })],
      },
    ],
    [
      'are those that the spec asks for',
      'ports',
      { spec: { ports: { basePort: 40000, portRange: 1000 } }, answers: [ranges({})] },
      {
        state: 'act',
        reason: 'AllocatingPorts',
        message: 'claims ports 40000-40999',
        operations: [claim({ basePort: 40000, portRange: 1000 })],
      },
    ],
    [
      "that the spec asks for may be another cluster's",
      'ports',
      { spec: { ports: { basePort: 35100 } }, answers: [ranges({ other: range })] },
      {
        state: 'wait',
        reason: 'AllocateClusterRangeError',
        message: 'ports 35100-35599 overlap with the range 35000-35499 of another cluster',
      },
    ],
    [
      'are not chosen before all clusters have claimed theirs again',
      'ports',
      { nodes: [node('node-1', { portClaims: { uid: 'uid-of-those-before' } })], answers: [ranges({})] },
      {
        state: 'wait',
        reason: 'ClaimsRenewed',
        message:
          'WekaClaims ports were deleted: chooses no range before all WekaClusters have claimed theirs again, two minutes at most',
      },
    ],
    [
      'are claimed again as its status remembers them',
      'ports',
      { status: { ports: { basePort: 36000, portRange: 500 } }, containers: pair, answers: [ranges({})] },
      { state: 'act', reason: 'AllocatingPorts', operations: [claim({ basePort: 36000 })] },
    ],
    [
      'are claimed again as its containers were made',
      'ports',
      {
        containers: [container('demo-drive-0', { spec: { portRange: { basePort: 37000, portRange: 500 } } })],
        answers: [ranges({})],
      },
      { state: 'act', reason: 'AllocatingPorts', operations: [claim({ basePort: 37000 })] },
    ],
    [
      'are lost where nothing tells which they were',
      'ports',
      { containers: pair, answers: [ranges({})] },
      {
        state: 'stalled',
        reason: 'PortRangeLost',
        message:
          'neither the claims nor status.ports nor the containers say which ports the containers of the cluster use; restore its range in the WekaClaims object ports',
      },
    ],
  ]);
});

const destroys = `kubectl patch wekacontainer old-drive-0 -n default --type=merge -p '{"metadata":{"annotations":{"weka.io/destroy-confirmed":"uid-of-old-drive-0"}},"spec":{"state":"destroying"}}'`;

describe('containers that are in the way', () => {
  const labelled = (clusterId: string, metadata: object = {}) =>
    container('old-drive-0', {
      metadata: { labels: { 'weka.io/cluster-id': clusterId, 'weka.io/cluster-name': 'demo' }, ...metadata },
    });
  const others = container('demo-drive-1', { spec: { portRange: { basePort: 40000, portRange: 500 } } });
  test([
    ['are none: all of the cluster are its children', 'takeover', {}, { state: 'done' }],
    [
      "are its own by their label, and nobody's children",
      'takeover',
      { others: [labelled(uid)] },
      {
        state: 'stalled',
        reason: 'UnlabelledContainers',
        message: `1 containers are of this cluster, by their label, their claims or their ports, and are not its children: old-drive-0; give them back with kubectl label --overwrite -n default wekacontainers old-drive-0 controller-uid=${uid} weka.io/cluster-id=${uid}`,
      },
    ],
    ['are none: nothing is left of an earlier cluster', 'leftovers', {}, { state: 'done' }],
    [
      'are those of an earlier cluster, which a person gives up or has adopted',
      'leftovers',
      { others: [labelled('earlier')] },
      {
        state: 'stalled',
        reason: 'LeftoverContainers',
        message: `1 WekaContainers of an earlier cluster of this name (uid earlier) are in namespace default, 0 of them are being deleted: old-drive-0; give them up, data and all, each with its own uid as ${destroys}, and delete them; or adopt those that are not being deleted, as docs/life-of-a-cluster.md says: label them weka.io/cluster-id=${uid} and controller-uid=${uid}, and copy Secret weka-operator-earlier to weka-operator-${uid}`,
      },
    ],
    [
      'are those of an earlier cluster that are all being deleted, which nobody adopts',
      'leftovers',
      { others: [labelled('earlier', deleted)] },
      {
        state: 'stalled',
        reason: 'LeftoverContainers',
        message: `1 WekaContainers of an earlier cluster of this name (uid earlier) are in namespace default, 1 of them are being deleted: old-drive-0; give them up, data and all, each with its own uid as ${destroys}, and delete them`,
      },
    ],
    ['are none: no child was made by another cluster', 'foreign', {}, { state: 'skipped' }],
    [
      'are children that another cluster made',
      'foreign',
      { containers: [others], answers: [ranges({ [uid]: range })] },
      {
        state: 'stalled',
        reason: 'ForeignContainers',
        message: expect.stringContaining(
          'demo-drive-1 (from port 40000, of the WekaCluster with uid unknown); they are left as they are',
        ) as string,
      },
    ],
  ]);
});

describe('the containers of a cluster', () => {
  const formed = { guid: 'former-guid', at: now };
  test([
    ['exist', 'exist', { containers: pair }, { state: 'done' }],
    [
      'are being made',
      'exist',
      { containers: [runs('demo-drive-0')] },
      { state: 'wait', reason: 'CreatingContainers', message: '0 of 1 compute containers exist', retryAfterSeconds: 2 },
    ],
    [
      'that are being deleted do not count',
      'exist',
      { containers: [container('demo-drive-0', { metadata: deleted }), runs('demo-compute-0')] },
      { state: 'wait', reason: 'CreatingContainers', message: '0 of 1 drive containers exist' },
    ],
    [
      'are refused by the API server',
      'exist',
      {
        status: condition('PodsCreated', 'CreatingContainers', secondsAgo(60)),
        answers: [event("can't reconcile children for WekaCluster default/demo: quota exceeded")],
      },
      {
        state: 'wait',
        reason: 'CreatingContainers',
        message: '0 of 1 drive containers exist; the API server refuses more: quota exceeded',
        retryAfterSeconds: 5,
      },
    ],
    [
      'have no node',
      'exist',
      { nodes: [] },
      {
        state: 'wait',
        reason: 'NoNode',
        message: 'there is no WekaNode: is the controller of nodes up? kubectl get wekanodes',
      },
    ],
    [
      'are not made for a second weka cluster',
      'exist',
      { containers: pair, answers: [clusterClaims({ formed })] },
      {
        state: 'stalled',
        reason: 'FormedBefore',
        message: `it has formed the weka cluster former-guid, to which none of its 2 containers belongs: forms no other one. Bring its containers back (a restored one is adopted by spec.overrides.adoptFormer); or, if that weka cluster is given up with all its data, kubectl patch wekaclaims ${clusterClaim} --type=json -p '[{"op":"remove","path":"/spec/formed"}]'`,
      },
    ],
    [
      'are not made by an object that is deleted and has none left',
      'exist',
      { metadata: deleted, status: { clusterID: 'guid' } },
      {
        state: 'stalled',
        reason: 'CancelledTooLate',
        message:
          'the deletion is cancelled, and no container of weka cluster guid is left: an object that is deleted forms no new one; without overrides.cancelDeletion the cluster ends after a new grace; then apply it anew',
      },
    ],
    [
      'are not made by an object that is deleted beside those that end',
      'exist',
      {
        metadata: deleted,
        containers: [container('demo-drive-0', { metadata: deleted, spec: { state: 'destroying' } })],
      },
      {
        state: 'stalled',
        reason: 'DeletionCancelled',
        message:
          'the deletion is cancelled, which can not bring back its 1 containers: they are being deleted as well, and keep their data; without overrides.cancelDeletion the cluster ends after a new grace',
      },
    ],
    ['run', 'ready', { containers: pair }, { state: 'done' }],
    [
      'run, as many as take part in a formation',
      'ready',
      {
        spec: dynamic(1, 12),
        containers: [
          runs('demo-drive-0'),
          ...Array.from({ length: 12 }, (_none, index) =>
            index < 10 ? runs(`demo-compute-${index}`) : container(`demo-compute-${index}`),
          ),
        ],
      },
      { state: 'done' },
    ],
    [
      'do not run, and are too few',
      'ready',
      { containers: [waitsFor('demo-drive-0', 'waits until the pod runs'), runs('demo-compute-0')] },
      {
        state: 'wait',
        reason: 'MinContainersNotReady',
        message: '0 of 1 drive containers run, 1 of 1 compute containers run; demo-drive-0: waits until the pod runs',
      },
    ],
    [
      'are too few however long it takes',
      'ready',
      {
        spec: dynamic(6),
        containers: ofSix(4),
        status: condition('PodsReady', 'MinContainersNotReady', secondsAgo(3600)),
      },
      { state: 'wait', reason: 'MinContainersNotReady' },
    ],
    [
      'of which three do not run are named, the first two',
      'ready',
      {
        spec: dynamic(3),
        containers: [
          container('demo-drive-0'),
          container('demo-drive-1'),
          container('demo-drive-2'),
          runs('demo-compute-0'),
        ],
      },
      {
        state: 'wait',
        reason: 'MinContainersNotReady',
        message:
          '0 of 3 drive containers run, 1 of 1 compute containers run; demo-drive-0: is starting; demo-drive-1: is starting; and 1 more',
      },
    ],
    [
      'would do, and the last one is waited for',
      'ready',
      { spec: dynamic(6), containers: ofSix(5) },
      {
        state: 'wait',
        reason: 'ContainersNotReady',
        message: '5 of 6 drive containers run, 1 of 1 compute containers run; demo-drive-5: is starting',
      },
    ],
    [
      'would do, and the last one is waited for two minutes',
      'ready',
      { spec: dynamic(6), containers: ofSix(5), status: condition('PodsReady', 'ContainersNotReady', secondsAgo(119)) },
      { state: 'wait', reason: 'ContainersNotReady' },
    ],
    [
      'do without the last one after two minutes',
      'ready',
      { spec: dynamic(6), containers: ofSix(5), status: condition('PodsReady', 'ContainersNotReady', secondsAgo(120)) },
      { state: 'done', message: 'forms without those that do not run' },
    ],
  ]);
});

describe('the weka cluster', () => {
  const former = (name: string) => clusterClaims({ former: { containerUid: `uid-of-${name}`, at: now } });
  const writes = (value: object | null) =>
    claimsWrite(clusterClaim, '7', [{ path: ['former'], value: value as never }]);
  const hosts = [
    { ip: '10.0.0.1', port: 35000 },
    { ip: '10.0.0.1', port: 35000 },
  ];
  test([
    [
      'is formed by somebody else where the containers join a given one',
      'created',
      { spec: expanding },
      { state: 'skipped' },
    ],
    [
      'is not formed while a member is silent',
      'created',
      { containers: pair, answers: [reports('demo-drive-0'), former('demo-drive-0')] },
      { state: 'unknown', message: '1 members have not said whether they belong to a cluster: demo-compute-0' },
    ],
    [
      'is not formed again where a member has a GUID',
      'created',
      {
        containers: pair,
        answers: [reports('demo-drive-0', 'guid'), reports('demo-compute-0'), former('demo-drive-0')],
      },
      { state: 'wait', reason: 'Forming', message: '1 of 2 members have joined' },
    ],
    [
      'is not formed while it is not known who may',
      'created',
      { containers: pair, answers: silentPair },
      { state: 'unknown', message: 'the claims of the cluster have not been read' },
    ],
    [
      'is to be formed by one of its containers, a drive container',
      'created',
      { containers: pair, answers: [...silentPair, clusterClaims({})] },
      {
        state: 'act',
        reason: 'PinningFormer',
        message: 'demo-drive-0 is to form the weka cluster',
        operations: [writes({ containerUid: 'uid-of-demo-drive-0', at: now })],
      },
    ],
    [
      'is formed by that one only',
      'created',
      { containers: [...pair, container('demo-drive-1')], answers: [...silentPair, former('demo-drive-1')] },
      {
        state: 'wait',
        reason: 'WaitingForFormer',
        message: 'waits for the container that was chosen to form the cluster',
      },
    ],
    [
      'is formed by another one when that one is gone',
      'created',
      { containers: pair, answers: [...silentPair, former('demo-drive-1')] },
      {
        state: 'act',
        reason: 'ReleasingFormer',
        message: 'the container that was to form the cluster is gone; another one is chosen',
        operations: [writes(null)],
      },
    ],
    [
      'is formed of all that run',
      'created',
      { containers: pair, answers: [...silentPair, former('demo-drive-0')] },
      {
        state: 'act',
        reason: 'Forming',
        message: 'forms the weka cluster of 2 members',
        operations: [wekaRun(drive, 'clusterCreate', { hosts })],
      },
    ],
    [
      'is formed with the leaders that the spec asks for',
      'created',
      { spec: { leadershipRaftSize: 5 }, containers: pair, answers: [...silentPair, former('demo-drive-0')] },
      {
        state: 'act',
        reason: 'Forming',
        operations: [wekaRun(drive, 'clusterCreate', { hosts, leadershipSize: 5 })],
      },
    ],
    [
      'that is not formed is not recorded',
      'recorded',
      { containers: pair, answers: [clusterClaims({})] },
      { state: 'skipped' },
    ],
    ['is not recorded while nothing is known of the claims', 'recorded', { containers: members }, { state: 'skipped' }],
    [
      'is recorded once',
      'recorded',
      { containers: members, answers: [clusterClaims({ formed: { guid: 'guid', at: now } })] },
      { state: 'skipped' },
    ],
    [
      'is recorded',
      'recorded',
      { containers: members, answers: [clusterClaims({})] },
      {
        state: 'act',
        reason: 'RecordingFormation',
        message: 'records that the weka cluster guid is formed',
        operations: [claimsWrite(clusterClaim, '7', [{ path: ['formed'], value: { guid: 'guid', at: now } }])],
      },
    ],
    [
      'is another one than that which was formed',
      'recorded',
      { containers: members, answers: [clusterClaims({ formed: { guid: 'other', at: now } })] },
      {
        state: 'wait',
        reason: 'AnotherWekaCluster',
        message: `its members belong to the weka cluster guid, and it has formed other: if that one is given up, kubectl patch wekaclaims ${clusterClaim} --type=json -p '[{"op":"remove","path":"/spec/formed"}]'`,
      },
    ],
  ]);
});

describe('the members', () => {
  test([
    ['are all that run', 'joined', { containers: members }, { state: 'done' }],
    [
      'are not known while nothing runs',
      'joined',
      { containers: [container('demo-drive-0')] },
      { state: 'unknown', message: 'no weka container runs' },
    ],
    [
      'are fewer than run',
      'joined',
      { containers: [runs('demo-drive-0', 0), runs('demo-compute-0')] },
      { state: 'wait', reason: 'Joining', message: '1 of 2 containers have joined; demo-compute-0 has not' },
    ],
    [
      'are of two weka clusters',
      'joined',
      { containers: [runs('demo-drive-0', 0), runs('demo-compute-0', 0, 'other')] },
      { state: 'stalled', reason: 'SplitCluster', message: 'the containers belong to 2 weka clusters: guid, other' },
    ],
    [
      'end with an object that is deleted',
      'joined',
      {
        metadata: deleted,
        containers: [container('demo-drive-0', { metadata: deleted, spec: { state: 'destroying' } })],
      },
      { state: 'stalled', reason: 'DeletionCancelled' },
    ],
  ]);
});

describe('the settings of the weka cluster', () => {
  const set = (...operations: object[]) => ({
    state: 'act',
    reason: 'Configuring',
    message: `sets ${operations.length} settings of the weka cluster`,
    operations,
  });
  const stripe = { stripeWidth: 4, redundancyLevel: 4 };
  test([
    ['are those of the given one', 'configured', { spec: expanding }, { state: 'skipped' }],
    [
      'are made in a member',
      'configured',
      { containers: pair },
      { state: 'wait', reason: 'NoExecutor', message: 'waits for an operational container' },
    ],
    [
      'are left while its status is not known',
      'configured',
      { containers: members, answers: [authenticated] },
      { state: 'unknown', message: 'the settings of the weka cluster have not been read' },
    ],
    [
      'are left while its overrides are not known',
      'configured',
      { containers: members, answers: [status(whole)] },
      { state: 'unknown', message: 'the settings of the weka cluster have not been read' },
    ],
    [
      'are left while weka does not say what they are',
      'configured',
      { spec: stripe, containers: members, answers: [status({ name: 'demo' }), authenticated] },
      {
        state: 'unknown',
        message: 'the answer of weka status has no hot_spare, stripe_protection_drives, stripe_data_drives',
      },
    ],
    [
      'are as the spec says',
      'configured',
      { containers: members, answers: [status(whole), authenticated] },
      { state: 'done' },
    ],
    [
      'are made as the spec says, and clients have to say who they are',
      'configured',
      {
        spec: { ...stripe, hotSpare: 1 },
        containers: members,
        answers: [status({ ...whole, name: 'none' }), overrides()],
      },
      set(
        wekaRun(drive, 'clusterName', { name: 'demo' }),
        wekaRun(drive, 'hotSpare', { count: 1 }),
        wekaRun(drive, 'parityDrives', { count: 4 }),
        wekaRun(drive, 'dataDrives', { count: 4 }),
        wekaRun(drive, 'overrideAdd', { key: 'authenticate_client_join', force: true }),
      ),
    ],
    [
      'that weka takes before IO starts are left afterwards, which is said',
      'configured',
      { spec: stripe, containers: members, answers: [status({ ...whole, io_status: 'STARTED' }), authenticated] },
      {
        state: 'done',
        message:
          'spec.redundancyLevel is 4, and weka has 2 since its formation; spec.stripeWidth is 4, and weka has 3 since its formation',
      },
    ],
    [
      'that weka takes at any time are made beside those',
      'configured',
      {
        spec: { ...stripe, hotSpare: 1 },
        containers: members,
        answers: [status({ ...whole, io_status: 'STARTED' }), authenticated],
      },
      set(wekaRun(drive, 'hotSpare', { count: 1 })),
    ],
  ]);
});

describe('drives and IO', () => {
  const begins = (...before: object[]) => ({
    state: 'act',
    reason: 'StartingIO',
    message: 'starts IO',
    operations: [...before, wekaRun(drive, 'startIo', {})],
  });
  test([
    [
      'are not judged while the status is not known',
      'drives',
      { containers: members },
      { state: 'unknown', message: 'the status of the weka cluster has not been read' },
    ],
    [
      'wait for the drives that are claimed',
      'drives',
      { containers: members, answers: [status({ drives: { total: 0 } })] },
      { state: 'wait', reason: 'WaitingForDrives', message: '0 of 1 drives are added' },
    ],
    [
      'wait for a drive where none is claimed',
      'drives',
      {
        containers: [
          container('demo-drive-0', {
            status: running('demo-drive-0', {
              containerID: 0,
              clusterID: 'guid',
              internalStatus: 'READY',
              allocations: {},
            }),
          }),
        ],
        answers: [status({})],
      },
      { state: 'wait', reason: 'WaitingForDrives', message: '0 of 0 drives are added' },
    ],
    [
      'wait for as many drives as the spec asks for',
      'drives',
      {
        spec: { startIoConditions: { minNumDrives: 3 } },
        containers: members,
        answers: [status({ drives: { total: 2 } })],
      },
      { state: 'wait', reason: 'WaitingForDrives', message: '2 of 3 drives are added' },
    ],
    [
      'have their drives',
      'drives',
      { containers: members, answers: [status({ drives: { total: 1 } })] },
      { state: 'done', message: '1 drives' },
    ],
    ["are the given cluster's", 'io', { spec: expanding }, { state: 'skipped' }],
    [
      'are not started while the status is not known',
      'io',
      { containers: members },
      { state: 'unknown', message: 'the status of the weka cluster has not been read' },
    ],
    [
      'are not started while weka does not say whether they are',
      'io',
      { containers: members, answers: [status({ status: 'OK' })] },
      { state: 'unknown', message: 'the answer of weka status has no io_status' },
    ],
    ['are started', 'io', { containers: members, answers: [status({ io_status: 'STOPPED' })] }, begins()],
    [
      'are started after what weka takes before only, and does not tell',
      'io',
      {
        spec: { bucketRaftSize: 5, overrides: { forceAio: true } },
        containers: members,
        answers: [status({ io_status: 'STOPPED' })],
      },
      begins(
        wekaRun(drive, 'bucketRaftSize', { size: 5 }),
        wekaRun(drive, 'debugConfig', { key: 'clusterInfo.nvmeEnabled', value: 'false' }),
      ),
    ],
    ['run', 'io', { containers: members, answers: [status({ io_status: 'STARTED' })] }, { state: 'done' }],
  ]);

  it.each<[Step, Given, boolean]>([
    ['exist', { containers: pair }, false],
    ['exist', { containers: members }, true],
    ['ready', { containers: members }, true],
    ['created', { containers: members }, true],
    ['joined', { containers: members }, false],
    ['joined', { containers: members, answers: [status({ io_status: 'STARTED' })] }, true],
    ['drives', { containers: members, answers: [status({ io_status: 'STARTED' })] }, true],
    ['io', { containers: pair, answers: [status({ io_status: 'STARTED' })] }, false],
  ])('are over for good once weka says so: %s, case %#', (name, given, over) => {
    const step = steps[name];
    expect('latched' in step && step.latched(factsOf(given))).toBe(over);
  });
});
