import { describe, expect, it } from 'vitest';
import { returnTurn, shareTurn, takeTurn } from '../../core/turn.ts';
import { claimsWrite } from '../../core/families/claims.ts';
import { configMapKeys, objectLive } from '../../core/families/objects.ts';
import { podLive } from '../../core/families/pods.ts';
import type { Json } from '../../core/contract.ts';
import { allowStop, wekaQuery } from '../catalogue.ts';
import { turnHolderAge } from './ages.ts';
import type { ContainerPod } from './child-pod.ts';
import {
  clusterClaims,
  factsOf,
  held,
  holder,
  inWeka,
  namespace,
  node,
  nodeClaims,
  now,
  other,
  ourTurn,
  helperObject,
  read,
  report,
  second,
  takenTurn,
  terminating,
  uid,
  unread,
  wholeStatus,
  type Change,
  type Given,
} from './facts.fixture.ts';
import { probePod } from './helpers.ts';
import { identityChange, mayOmit, successionSteps, successor, terminationOutcome } from './succession.ts';

type Expected = { state: string; reason?: string; message?: string; retryAfterSeconds?: number; operations?: object[] };
type Row = [string, Change, Given, Expected];

function test(outcomeOf: typeof terminationOutcome, rows: Row[]): void {
  it.each(rows)('%s', (_sentence, change, given, expected) => {
    const outcome = outcomeOf(factsOf(change, given));
    expect(outcome).toMatchObject(expected);
    // nothing but what is named
    if (expected.operations !== undefined) expect(outcome).toHaveProperty('operations', expected.operations);
  });
}

const writes = (path: string, value: Json, ...more: { path: string[]; value: Json }[]) =>
  claimsWrite('node-node-1', '7', [{ path: ['holders', uid, path], value }, ...more]);
const identity = {
  path: ['holders', uid, 'identity'],
  value: { podUid: 'pod-0', containerId: 0, clusterGuid: 'guid' },
};
const allowed = holder({ stopAllowed: 'pod-0' });
const mayStop: Change = { turn: ourTurn, holder: allowed, nodeClaims: nodeClaims(allowed) };
const rebuilding = { ...wholeStatus, status: 'REBUILDING' };
/** What a member says that sees one drive container less. */
const missingOne = {
  ...wholeStatus,
  containers: { ...wholeStatus.containers, drives: { active: 5, total: 6 } },
};
const frontend: Given = { spec: { mode: 'client' } };
const seconds = (past: number): string => new Date(Date.parse(now) - past * 1000).toISOString();
const replaced = (podUid: string, level = 0) => ({ podUid, at: [seconds(60)], level });
const target = { namespace, name: 'demo-drive-0', uid: 'pod-0' };
const facts = factsOf();
const takes = (reason: string) => takeTurn(clusterClaims(), facts, reason, now);
const gives = returnTurn(clusterClaims(), ourTurn, uid);
const maintenance = { key: 'example.com/maintenance', effect: 'NoSchedule' };
const tainted = node({ taints: [maintenance] });
const turnOfItsNode = {
  ...takenTurn,
  holder: 'default/demo-drive-1 (node node-1)',
  by: { ...takenTurn.by, reason: 'node', nodeName: 'node-1', failureDomain: 'domain-0' },
};
const sharedTurn = {
  ...turnOfItsNode,
  by: { ...turnOfItsNode.by, others: { 'uid-of-compute-1': { namespace, name: 'demo-compute-1' } } },
};
const isGone = (name: string) =>
  read(objectLive({ apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaContainer', namespace, name }, turnHolderAge), {
    exists: false,
  });
/** A list in which this container is DOWN. */
const itself = inWeka({ 0: { status: 'DOWN' } });
/** How it can be seen that the node of a container is emptied. */
const emptied: [string, Change][] = [
  ['which has a NoSchedule taint', { node: tainted }],
  ['which has a NoExecute taint', { node: node({ taints: [{ ...maintenance, effect: 'NoExecute' }] }) }],
  ['which is cordoned', { node: node({ unschedulable: true }) }],
  ['which has lost a label that its pods ask for', { node: node({ labels: { 'kubernetes.io/os': 'linux' } }) }],
  ['from which it is evicted', { pod: terminating({ disrupted: true }) }],
];

describe('a pod that terminates', () => {
  const ends = (change: Change = {}): Change => ({ pod: terminating(), ...change });
  const silent =
    'it can not be told, for node node-1 does not report: it ends when the node is back, or when you know that the node is off and kubectl taint nodes node-1 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute, or delete the Node';
  const held = 'the container holds the disruption turn of its cluster';
  test(terminationOutcome, [
    [
      'has ended by itself',
      ends({ pod: terminating({ ended: 'Evicted' }) }),
      {},
      {
        state: 'wait',
        reason: 'PodEnded',
        message: 'the pod has ended (Evicted); waits until Kubernetes has removed it',
      },
    ],
    [
      'has ended, and is held by the finalizer of somebody else',
      ends({
        pod: terminating({
          ended: 'Completed',
          object: {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: {
              name: 'demo-drive-0',
              namespace: 'default',
              deletionTimestamp: now,
              finalizers: ['example.com/hold'],
            },
          },
        }),
      }),
      {},
      {
        state: 'wait',
        reason: 'PodEnded',
        message: expect.stringMatching(
          /\(Completed\); it is held by the finalizer example\.com\/hold.*kubectl patch pod demo-drive-0 -n default/,
        ) as string,
      },
    ],
    [
      'may stop, and has been told',
      ends({ report: report({ allowStop: true }) }),
      {},
      { state: 'wait', reason: 'PodStopping', message: 'the pod may stop; waits until it has' },
    ],
    [
      'may stop, and has been told so with force',
      ends({ state: 'destroying', report: report({ allowForceStop: true }) }),
      {},
      { state: 'wait', reason: 'PodStopping' },
    ],
    [
      'has been told to stop, and is now forced',
      ends({ ...mayStop, state: 'destroying', report: report({ allowStop: true }) }),
      {},
      {
        state: 'act',
        reason: 'AllowingStop',
        message: 'lets the pod stop: the cluster is being destroyed',
        operations: [allowStop(target, true)],
      },
    ],
    [
      'takes the turn first',
      ends(),
      {},
      {
        state: 'act',
        reason: 'TakingTurn',
        message: 'takes the disruption turn of the cluster',
        operations: [takes('user')],
      },
    ],
    [
      'takes the turn whoever is the next to be replaced: what somebody has deleted has no order',
      ends({
        clusterClaims: clusterClaims({
          roll: { next: { containerUid: 'uid-of-compute-1', name: 'demo-compute-1' }, at: now },
        }),
      }),
      {},
      { state: 'act', reason: 'TakingTurn', operations: [takes('user')] },
    ],
    ...emptied.map(([how, change]): Row => [
      `takes the turn for its node, ${how}`,
      ends(change),
      {},
      {
        state: 'act',
        reason: 'TakingTurn',
        operations: [takeTurn(clusterClaims(), facts, 'node', now, { nodeName: 'node-1', failureDomain: 'domain-0' })],
      },
    ]),
    ...emptied.map(([how, change]): Row => [
      `shares the turn of its node, ${how}`,
      ends({ ...change, turn: turnOfItsNode }),
      {},
      { state: 'act', reason: 'TakingTurn', operations: [shareTurn(clusterClaims(), facts)] },
    ]),
    [
      'shares no turn where it is deleted and its node bears it',
      ends({ turn: turnOfItsNode, node: node({ taints: [{ ...maintenance, effect: 'PreferNoSchedule' }] }) }),
      {},
      { state: 'wait', reason: 'WaitingForTurn' },
    ],
    [
      'shares no turn of another node, although its own is emptied',
      ends({ ...emptied[0]![1], turn: { ...turnOfItsNode, by: { ...turnOfItsNode.by, nodeName: 'node-2' } } }),
      {},
      { state: 'wait', reason: 'WaitingForTurn' },
    ],
    [
      'shares no turn of another failure domain',
      ends({ ...emptied[0]![1], turn: { ...turnOfItsNode, by: { ...turnOfItsNode.by, failureDomain: 'domain-1' } } }),
      {},
      {
        state: 'wait',
        reason: 'WaitingForTurn',
        message:
          'waits for the disruption turn, held by default/demo-drive-1 (node node-1); it can not be shared: it is in the failure domain domain-0, the holder in domain-1',
      },
    ],
    [
      'shares no turn where a second member misses one of another node',
      ends({ ...emptied[0]![1], turn: turnOfItsNode, witness: inWeka({ 3: { status: 'DOWN' } }) }),
      {},
      {
        state: 'wait',
        reason: 'WaitingForTurn',
        message:
          'waits for the disruption turn, held by default/demo-drive-1 (node node-1); it can not be shared: HostId<3> is DOWN',
      },
    ],
    [
      'shares no turn while a second member is silent',
      ends({ ...emptied[0]![1], turn: turnOfItsNode, witness: { state: 'unknown', reason: '' } }),
      {},
      { state: 'wait', reason: 'WaitingForTurn' },
    ],
    [
      'is given up where the operator is set so, although its node is tainted',
      ends({ ...emptied[0]![1], config: { ...factsOf().config, evictContainerOnDeletion: true } }),
      {},
      { state: 'wait', reason: 'RemovalRequested' },
    ],
    [
      'may stop while it is itself what is missing',
      ends({ turn: ourTurn, ownStatus: rebuilding, report: report({ local: [] }), inWeka: itself }),
      {},
      {
        state: 'act',
        reason: 'AllowingStop',
        message: 'lets the pod stop: the weka cluster is without this container already, its stop takes nothing away',
      },
    ],
    [
      'may stop while a second member says so, too',
      ends({ turn: ourTurn, ownStatus: rebuilding, report: report({ local: [] }), inWeka: itself, witness: itself }),
      {},
      { state: 'act', reason: 'AllowingStop' },
    ],
    [
      'is not itself what is missing where a second member calls it UP',
      ends({ turn: ourTurn, ownStatus: rebuilding, report: report({ local: [] }), inWeka: itself, witness: inWeka() }),
      {},
      { state: 'act', reason: 'WaitingForProtection', operations: [gives] },
    ],
    [
      'is not itself what is missing while a second member is silent',
      ends({
        turn: ourTurn,
        ownStatus: rebuilding,
        report: report({ local: [] }),
        inWeka: itself,
        witness: { state: 'unknown', reason: '' },
      }),
      {},
      { state: 'act', reason: 'WaitingForProtection', operations: [gives] },
    ],
    [
      'is not itself what is missing where its own runtime calls it READY',
      ends({ turn: ourTurn, ownStatus: rebuilding, inWeka: itself, witness: itself }),
      {},
      { state: 'act', reason: 'WaitingForProtection', operations: [gives] },
    ],
    [
      'waits for the turn of another container',
      ends({ turn: takenTurn }),
      {},
      {
        state: 'wait',
        reason: 'WaitingForTurn',
        message: 'waits for the disruption turn, held by default/demo-drive-1 (roll)',
        retryAfterSeconds: 3,
      },
    ],
    [
      'waits for the turn of one that is gone while another shares it',
      ends({ turn: sharedTurn }),
      { answers: [isGone('demo-drive-1')] },
      { state: 'wait', reason: 'WaitingForTurn' },
    ],
    [
      'takes the turn of which all are gone',
      ends({ turn: sharedTurn }),
      { answers: [isGone('demo-drive-1'), isGone('demo-compute-1')] },
      { state: 'act', reason: 'TakingTurn', operations: [takes('user')] },
    ],
    [
      'has its permission taken back where it was not given yet',
      ends({ turn: takenTurn, holder: allowed, nodeClaims: nodeClaims(allowed) }),
      {},
      { state: 'act', reason: 'WaitingForTurn', operations: [writes('stopAllowed', null)] },
    ],
    [
      'keeps a permission that may have been given',
      ends({ turn: takenTurn, holder: allowed, nodeClaims: nodeClaims(allowed), report: undefined }),
      {},
      { state: 'wait', reason: 'WaitingForTurn' },
    ],
    [
      'gives the turn back while something is missing',
      ends({ turn: ourTurn, ownStatus: rebuilding }),
      {},
      {
        state: 'act',
        reason: 'WaitingForProtection',
        message:
          'waits for full protection: weka is REBUILDING; overrides.podDeleteForceReplace of this container does not wait',
        operations: [gives],
      },
    ],
    [
      'gives the turn back where a second member misses one',
      ends({ turn: ourTurn, otherStatus: missingOne }),
      {},
      {
        state: 'act',
        reason: 'WaitingForProtection',
        message:
          'waits for full protection: 1 of 6 drive containers is away; overrides.podDeleteForceReplace of this container does not wait',
        operations: [gives],
      },
    ],
    [
      'takes no turn where a second member misses one',
      ends({ otherStatus: missingOne }),
      {},
      { state: 'wait', reason: 'WaitingForProtection' },
    ],
    [
      'waits for the word of a second member',
      ends({ turn: ourTurn, otherStatus: undefined }),
      {},
      {
        state: 'wait',
        reason: 'ProtectionUnknown',
        message:
          'waits until the protection of the weka cluster can be read: the member that was asked has not answered weka status',
      },
    ],
    [
      'waits where a second member is of another weka cluster',
      ends({ turn: ourTurn, otherStatus: { ...wholeStatus, guid: 'another' } }),
      {},
      { state: 'wait', reason: 'ProtectionUnknown', message: expect.stringContaining('another') as string },
    ],
    [
      'waits where a second member does not say what it counts',
      ends({ turn: ourTurn, otherStatus: { status: 'OK', guid: 'guid' } }),
      {},
      { state: 'wait', reason: 'ProtectionUnknown' },
    ],
    [
      'asks two others where its own pod does not speak',
      ends({ turn: ourTurn, executor: other, witness: inWeka() }),
      {},
      { state: 'act', reason: 'AllowingStop' },
    ],
    [
      'waits where the second of these misses one',
      ends({ turn: ourTurn, executor: other, witness: inWeka() }),
      { answers: [read(wekaQuery(second, 'status', 0), missingOne)] },
      { state: 'act', reason: 'WaitingForProtection', operations: [gives] },
    ],
    [
      'believes the only member there is',
      ends({ turn: ourTurn, otherMember: undefined }),
      {},
      { state: 'act', reason: 'AllowingStop' },
    ],
    [
      'keeps the turn under which others are away',
      ends({ turn: { ...ourTurn, shared: true }, ownStatus: rebuilding }),
      {},
      { state: 'wait', reason: 'WaitingForProtection' },
    ],
    [
      'of a frontend waits for its mounts, which may stay for long',
      ends({ report: report({ activeMounts: 2 }) }),
      frontend,
      { state: 'wait', reason: 'ActiveMounts', message: 'waits until 2 active mounts are gone', retryAfterSeconds: 15 },
    ],
    [
      'of a frontend waits while its mounts are not known',
      ends(),
      frontend,
      {
        state: 'wait',
        reason: 'ActiveMountsUnknown',
        message: 'waits until the number of active mounts can be read',
        retryAfterSeconds: 15,
      },
    ],
    [
      'may stop, which is recorded first, with what it is in weka',
      ends({ turn: ourTurn }),
      {},
      {
        state: 'act',
        reason: 'AllowingStop',
        message: `lets the pod stop: ${held}`,
        operations: [writes('stopAllowed', 'pod-0', identity)],
      },
    ],
    [
      'may stop, which can not be recorded yet',
      ends({ turn: ourTurn, nodeClaims: unread }),
      {},
      { state: 'act', reason: 'AllowingStop', operations: [] },
    ],
    [
      'may stop, which is recorded',
      ends(mayStop),
      {},
      { state: 'act', reason: 'AllowingStop', operations: [allowStop(target, false)] },
    ],
    [
      'may stop, and nothing runs in it that could be told',
      ends({ ...mayStop, pod: terminating({ running: false }) }),
      {},
      { state: 'act', reason: 'AllowingStop', operations: [] },
    ],
    [
      'may stop, and its node is silent',
      ends({ ...mayStop, node: node({ ready: false }) }),
      {},
      {
        state: 'act',
        reason: 'NodeSilent',
        message: `the pod may stop (${held}); ${silent}`,
        retryAfterSeconds: 10,
        operations: [allowStop(target, false)],
      },
    ],
    [
      'may stop, and its kubelet is silent',
      ends({ ...mayStop, pod: terminating({ nodeNotReady: true }) }),
      {},
      { state: 'act', reason: 'NodeSilent' },
    ],
  ]);
});

describe('what a pod was in weka', () => {
  it.each<[string, Change, Given, object[]]>([
    ['is recorded with it', {}, {}, [identity]],
    [
      'is recorded where it was no member',
      { joined: false, containerId: undefined, clusterGuid: undefined },
      {},
      [{ ...identity, value: { podUid: 'pod-0' } }],
    ],
    ['is not recorded while it is not known', { identityKnown: false }, {}, []],
    ['is not recorded of a frontend', {}, frontend, []],
    ['is not recorded without a pod', { pod: undefined }, {}, []],
  ])('%s', (_sentence, change, given, expected) => {
    expect(identityChange(factsOf(change, given))).toEqual(expected);
  });
});

describe('the pod after one that is gone', () => {
  const live = (
    value:
      | { exists: false }
      | { exists: true; uid: string; controllerUid?: string; phase: string; deletionTimestamp?: string },
  ): Given => ({ answers: [read(podLive({ namespace, name: 'demo-drive-0' }, 0), value)] });
  const nothing = live({ exists: false });
  const probe = (proves: string, spec: Record<string, unknown> = {}): Given => ({
    ...nothing,
    helpers: [helperObject(probePod(factsOf(), proves, 'node-1'), { status: { phase: 'Succeeded' }, spec })],
  });
  const outOfService = { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] };
  const nodeGone = read(objectLive({ apiVersion: 'v1', kind: 'Node', name: 'node-1' }, 0), { exists: false });
  const waiting = { create: false, reason: 'WaitingForProofOfDeath', probe: true };
  it.each<[string, Change, Given, object]>([
    ['waits for a live read', {}, {}, { create: false, reason: 'PodUnknown' }],
    [
      'waits while that one is there',
      {},
      live({ exists: true, uid: 'pod-0', controllerUid: uid, phase: 'Running' }),
      { create: false, reason: 'PodStillExists' },
    ],
    [
      'waits while another owner has its name',
      {},
      live({ exists: true, uid: 'pod-9', controllerUid: 'uid-of-another', phase: 'Running' }),
      { create: false, reason: 'NameTaken', message: 'a pod of this name exists that belongs to something else' },
    ],
    [
      'says what lets that one go where it is being deleted and no claim of its owner is left',
      {},
      live({
        exists: true,
        uid: 'pod-9',
        controllerUid: 'uid-of-another',
        phase: 'Running',
        deletionTimestamp: '2026-01-01T00:00:00Z',
      }),
      {
        create: false,
        reason: 'NameTaken',
        message: expect.stringMatching(
          /; it is being deleted, .* kubectl exec demo-drive-0 -n default -c weka-container -- touch \/tmp\/\.allow-stop lets it go$/,
        ) as string,
      },
    ],
    [
      'waits while a pod from a backup, which nobody owns, has its name',
      {},
      live({ exists: true, uid: 'pod-9', phase: 'Running' }),
      { create: false, reason: 'PodReleased' },
    ],
    [
      'waits while that one has lost its owner',
      {},
      live({ exists: true, uid: 'pod-0', phase: 'Running' }),
      { create: false, reason: 'PodReleased' },
    ],
    [
      'waits while that one was given to another container, by whose label it went there',
      {},
      live({ exists: true, uid: 'pod-0', controllerUid: 'uid-of-another', phase: 'Running' }),
      { create: false, reason: 'PodReleased' },
    ],
    [
      'comes where none has run',
      { holder: undefined },
      nothing,
      { create: true, proof: 'no pod of this container has run' },
    ],
    [
      'comes where that one had our permission',
      { holder: allowed },
      nothing,
      { create: true, proof: 'the last pod stopped with our permission' },
    ],
    [
      'comes once the node was rebooted',
      { node: node({ bootId: 'boot-2' }) },
      nothing,
      { create: true, proof: 'node node-1 was rebooted since' },
    ],
    [
      'comes once the node is out of service',
      { node: node(outOfService) },
      nothing,
      { create: true, proof: 'node node-1 is tainted out-of-service' },
    ],
    [
      'comes once the node is gone',
      { node: undefined },
      { answers: [...(nothing.answers ?? []), nodeGone] },
      { create: true, proof: 'node node-1 is gone' },
    ],
    [
      'comes once a probe has the lock of that one',
      {},
      probe('pod-0'),
      { create: true, proof: "the runtime's lock on node node-1 is free" },
    ],
    ['waits for a probe of that very one', {}, probe('pod-older'), waiting],
    [
      'waits where a probe has found the lock free on another node, and says so',
      {},
      probe('pod-0', { nodeName: 'node-2' }),
      {
        ...waiting,
        message: expect.stringContaining('(it runs on node node-2, and is for node node-1)') as string,
      },
    ],
    [
      'waits where a probe has found the lock free in a network of its own, and says so',
      {},
      probe('pod-0', { hostNetwork: false }),
      { ...waiting, message: expect.stringContaining('(it is not on the network of its host)') as string },
    ],
    ['waits while the node is not known', { node: undefined }, nothing, waiting],
    [
      'waits for the node that it ran on, whatever another one says',
      { node: { ...node({ bootId: 'boot-2' }), metadata: { name: 'node-2' } } },
      nothing,
      waiting,
    ],
    ...[{ bootId: 'boot-2' }, outOfService].map((said): [string, Change, Given, object] => [
      `waits where nobody keeps up to date what its node says: ${Object.keys(said)[0]}`,
      { node: held(node(said)) },
      nothing,
      { ...waiting, message: expect.stringMatching(/WekaNode node-1 .* kubectl patch wekanode node-1 /) as string },
    ]),
  ])('%s', (_sentence, change, given, expected) => {
    expect(successor(factsOf(change, given))).toMatchObject(expected);
  });
});

describe('a pod of an earlier configuration', () => {
  const older = (change: Partial<ContainerPod> = {}): ContainerPod => ({
    ...facts.pod!,
    record: { configHash: 'older' },
    ...change,
  });
  const outdated = (change: Change = {}): Change => ({ pod: older(), ...change });
  const changed = 'the configuration of the pod has changed';
  const counted = holder({ replacements: replaced('pod-0') });
  const scripts = read(configMapKeys({ namespace, name: facts.config.bootConfigMapName }, 0), {
    exists: true,
    keys: [],
  });
  const ready: Given = { answers: [scripts] };
  /** The claims of the cluster, in which this one is next, or another. */
  const next = (containerUid = uid, at = now, passed: Record<string, string> = {}) =>
    clusterClaims({
      roll: { next: { containerUid, name: containerUid === uid ? 'demo-drive-0' : 'demo-compute-1' }, at, passed },
    });
  const inItsPlace = 'waits for its place in the order: status.rollOrder of WekaCluster demo';
  const dueFor = (past: number): Given => ({
    status: {
      conditions: [
        {
          type: 'RollDue',
          status: 'True',
          reason: 'RollPending',
          message: '',
          lastTransitionTime: seconds(past),
          observedGeneration: 1,
        },
      ],
    },
  });
  const rolling = (reason: string): Given => ({
    status: {
      conditions: [
        { type: 'PodUpToDate', status: 'False', reason, message: '', lastTransitionTime: now, observedGeneration: 1 },
      ],
    },
  });
  const backedOff = holder({
    replacements: {
      podUid: 'pod-9',
      at: [seconds(180), seconds(120), seconds(60), seconds(30)],
      level: 1,
      since: seconds(180),
    },
  });
  const upToDate = successionSteps.find(({ name }) => name === 'UpToDate')!;
  const rows: Row[] = [
    ['is none', {}, {}, { state: 'done' }],
    [
      'is not told where nothing on it says what it was built from',
      { pod: older({ record: {} }) },
      {},
      {
        state: 'wait',
        reason: 'PodUnrecorded',
        message:
          'nothing on pod demo-drive-0 says of which configuration it was built, so it is left alone; delete it to have it built anew',
        retryAfterSeconds: 600,
      },
    ],
    [
      'has been replaced, and the new one does not run yet',
      { pod: undefined },
      rolling('Rolling'),
      { state: 'wait', reason: 'Rolling', message: 'the pod is replaced; waits until the new one runs' },
    ],
    [
      'ends for another reason',
      { pod: terminating() },
      {},
      { state: 'wait', reason: 'PodEnding', message: 'the pod ends; the next one will be of the wished configuration' },
    ],
    [
      'is not there',
      { pod: undefined },
      rolling('RollPending'),
      {
        state: 'wait',
        reason: 'PodNotRunning',
        message: 'no pod runs yet; the one that will is of the wished configuration',
      },
    ],
    ['has ended by itself', { pod: older({ ended: 'Evicted' }) }, {}, { state: 'wait', reason: 'PodNotRunning' }],
    [
      'is left where it was replaced too often',
      outdated({ holder: backedOff, nodeClaims: nodeClaims(backedOff) }),
      ready,
      {
        state: 'wait',
        reason: 'RollBackedOff',
        retryAfterSeconds: 30,
        message: `${changed}; the operator has replaced this pod 4 times since ${seconds(180)} and waits until ${seconds(30 - 600)}; see what changes its configuration back and forth; kubectl delete pod demo-drive-0 -n default replaces it at once`,
      },
    ],
    [
      'is left while the next one could not come',
      outdated({ node: node({ unschedulable: true }) }),
      ready,
      {
        state: 'wait',
        reason: 'RollPending',
        retryAfterSeconds: 30,
        message: `${changed}; the next pod could not come: node node-1 is cordoned; it is left until that has ended`,
      },
    ],
    [
      'is left while the boot scripts of the next one are not known',
      outdated(),
      {},
      {
        state: 'wait',
        reason: 'RollPending',
        message: `${changed}; the next pod could not come: the boot scripts in namespace default have not been looked up; it is left until that has ended`,
      },
    ],
    [
      'takes the turn first',
      outdated({ clusterClaims: next() }),
      ready,
      {
        state: 'act',
        reason: 'Rolling',
        message: `${changed}; takes the disruption turn of the cluster`,
        operations: [takes('roll')],
      },
    ],
    [
      'waits until its cluster says who is next',
      outdated(),
      ready,
      {
        state: 'wait',
        reason: 'RollPending',
        message: `${changed}; waits until its cluster says who is next`,
        retryAfterSeconds: 5,
      },
    ],
    [
      'waits for its place in the order',
      outdated({ clusterClaims: next('uid-of-compute-1') }),
      ready,
      {
        state: 'wait',
        reason: 'RollPending',
        message: `${changed}; ${inItsPlace}`,
        retryAfterSeconds: 5,
      },
    ],
    [
      'says the same whoever has the turn meanwhile: each word would be a write to all that wait',
      outdated({ clusterClaims: next('uid-of-compute-1'), turn: takenTurn }),
      ready,
      { state: 'wait', reason: 'RollPending', message: `${changed}; ${inItsPlace}`, retryAfterSeconds: 5 },
    ],
    [
      'that was passed over says what it waits for',
      outdated({ clusterClaims: next('uid-of-compute-1', now, { [uid]: now }), ownStatus: undefined }),
      ready,
      {
        state: 'wait',
        reason: 'RollPending',
        message: `${changed}; waits until the protection of the weka cluster can be read: the status of the weka cluster has not been read`,
      },
    ],
    [
      'waits for it however long that lasts, as long as its cluster says so',
      outdated({ clusterClaims: next('uid-of-compute-1', seconds(890)) }),
      { ...ready, ...dueFor(86_400) },
      { state: 'wait', reason: 'RollPending' },
    ],
    [
      'does not hold an old word against its cluster before it has waited itself',
      outdated({ clusterClaims: next('uid-of-compute-1', seconds(86_400)) }),
      { ...ready, ...dueFor(890) },
      { state: 'wait', reason: 'RollPending', message: `${changed}; waits until its cluster says who is next` },
    ],
    [
      'takes the turn where its cluster has been silent for a quarter of an hour',
      outdated({ clusterClaims: next('uid-of-compute-1', seconds(900)) }),
      { ...ready, ...dueFor(900) },
      { state: 'act', reason: 'Rolling', operations: [takes('roll')] },
    ],
    [
      'takes the turn where its cluster has said nothing for a quarter of an hour',
      outdated(),
      { ...ready, ...dueFor(900) },
      { state: 'act', reason: 'Rolling', operations: [takes('roll')] },
    ],
    [
      'waits for no order of a cluster that is gone',
      outdated({ owner: { state: 'gone' } }),
      ready,
      { state: 'act', reason: 'Rolling', operations: [takes('roll')] },
    ],
    [
      'waits for no order of a cluster that has it no more among its children',
      outdated(),
      { ...ready, metadata: { ownerReferences: [] } },
      { state: 'act', reason: 'Rolling', operations: [takes('roll')] },
    ],
    [
      'waits for no order where it is itself what is missing: the next one may wait for it',
      outdated({
        clusterClaims: next('uid-of-compute-1'),
        ownStatus: rebuilding,
        report: report({ local: [] }),
        inWeka: itself,
      }),
      ready,
      { state: 'act', reason: 'Rolling', operations: [takes('roll')] },
    ],
    [
      'waits for no order where a person has it replaced although something is missing',
      outdated({
        clusterClaims: next('uid-of-compute-1'),
        ownStatus: rebuilding,
        pod: older({ record: { configHash: 'older', image: 'older' } }),
      }),
      { ...ready, spec: { overrides: { upgradeForceReplace: true } } },
      { state: 'act', reason: 'Rolling', operations: [takes('upgrade')] },
    ],
    [
      'waits for no order where its kubelet ends it',
      outdated({ clusterClaims: next('uid-of-compute-1'), report: report({ phase: 'waiting-to-stop' }) }),
      ready,
      { state: 'act', reason: 'Rolling', operations: [takes('roll')] },
    ],
    [
      'waits for the turn of another container',
      outdated({ turn: takenTurn }),
      ready,
      {
        state: 'wait',
        reason: 'RollPending',
        message: `${changed}; waits for the disruption turn, held by default/demo-drive-1 (roll)`,
        retryAfterSeconds: 5,
      },
    ],
    [
      'gives the turn back while something is missing',
      outdated({ turn: ourTurn, ownStatus: rebuilding }),
      ready,
      {
        state: 'act',
        reason: 'RollPending',
        message: `${changed}; waits for full protection: weka is REBUILDING; overrides.podDeleteForceReplace of this container does not wait`,
        operations: [gives],
      },
    ],
    [
      'of a frontend waits for its mounts, looked at once a minute',
      outdated({ joined: false, identityKnown: false, report: report({ activeMounts: 2 }) }),
      { ...ready, ...frontend },
      {
        state: 'wait',
        reason: 'RollPending',
        message: `${changed}; waits until 2 active mounts are gone`,
        retryAfterSeconds: 60,
      },
    ],
    [
      'is counted before it is replaced',
      outdated({ turn: ourTurn }),
      ready,
      {
        state: 'act',
        reason: 'Rolling',
        message: `${changed}; counts the replacement`,
        operations: [writes('replacements', { podUid: 'pod-0', at: [now], level: 0 })],
      },
    ],
    [
      'is not replaced before that can be counted',
      outdated({ turn: ourTurn, joined: false, nodeClaims: unread }),
      ready,
      { state: 'wait', reason: 'RollPending', message: `${changed}; waits until the claims of its node can be read` },
    ],
    [
      'is replaced',
      outdated({ turn: ourTurn, holder: counted, nodeClaims: nodeClaims(counted) }),
      ready,
      { state: 'wait', reason: 'Rolling', message: `${changed}; replaces the pod` },
    ],
    [
      'is replaced at once where it is on no node',
      outdated({ pod: older({ nodeName: undefined as never, running: false }) }),
      {},
      { state: 'wait', reason: 'Rolling', message: `${changed}; replaces the pod` },
    ],
    [
      'that was just made, on no node, is left for a minute: what makes it look older may do so to each',
      outdated({ pod: older({ nodeName: undefined as never, running: false, createdAt: seconds(5) }) }),
      {},
      { state: 'wait', reason: 'RollPending', message: `${changed}; it is replaced 60 s after it was created` },
    ],
  ];
  test((given) => upToDate.check(given), rows);

  it('may be omitted exactly when it is said to be replaced', () => {
    const live = rows
      .map(([sentence, change, given, expected]) => ({
        sentence,
        given: factsOf(change, given),
        replaces: expected.message?.endsWith('; replaces the pod') === true,
      }))
      .filter(
        ({ given: { pod } }) =>
          pod !== undefined && !pod.terminating && pod.ended === undefined && pod.record.configHash === 'older',
      );
    expect(live.filter(({ given }) => mayOmit(given)).map(({ sentence }) => sentence)).toEqual(
      live.filter(({ replaces }) => replaces).map(({ sentence }) => sentence),
    );
    expect(live.filter(({ replaces }) => replaces)).toHaveLength(2);
  });
});

describe('the disruption turn', () => {
  const turnStep = successionSteps.find(({ name }) => name === 'Turn')!;
  const guest = { ...ourTurn, as: 'guest' as const, shared: true };
  const others = {
    ...ourTurn,
    shared: true,
    by: { ...ourTurn.by, others: { 'uid-of-drive-1': { namespace, name: 'demo-drive-1' } } },
  };
  const otherGone: Given = { answers: [isGone('demo-drive-1')] };
  const ofNode = { nodeName: 'node-1', failureDomain: 'domain-0' };
  const pending = { ...factsOf().pod!, running: false, phase: 'Pending', nodeName: undefined as never };
  test(
    (given) => turnStep.check(given),
    [
      ['is not its own', {}, {}, { state: 'skipped' }],
      ['is not known to be', { turn: ourTurn, clusterClaims: unread }, {}, { state: 'skipped' }],
      [
        'becomes that of its node when that is emptied',
        { turn: ourTurn, node: node({ unschedulable: true }), pod: terminating() },
        {},
        {
          state: 'act',
          reason: 'TakingTurn',
          message: 'its node node-1 is emptied: makes the turn that of the node',
          operations: [takeTurn(clusterClaims(), facts, 'node', now, ofNode)],
        },
      ],
      [
        'becomes that of its node, which keeps the next pod away',
        { turn: ourTurn, node: tainted, pod: pending },
        {},
        { state: 'act', reason: 'TakingTurn', operations: [takeTurn(clusterClaims(), facts, 'node', now, ofNode)] },
      ],
      [
        'becomes that of its node, to which no next pod comes',
        { turn: ourTurn, node: tainted, pod: undefined, report: undefined },
        {},
        { state: 'act', reason: 'TakingTurn', operations: [takeTurn(clusterClaims(), facts, 'node', now, ofNode)] },
      ],
      [
        'is given back by one whose next pod has come, whatever its node is like since',
        { turn: ourTurn, node: tainted },
        {},
        { state: 'act', reason: 'ReturningTurn', operations: [gives] },
      ],
      [
        'stays as it is where weka names no failure domain',
        {
          turn: ourTurn,
          node: tainted,
          pod: pending,
          report: undefined,
          inWeka: inWeka({ 0: { failureDomain: undefined as never } }),
        },
        {},
        { state: 'wait', reason: 'TurnHeld' },
      ],
      [
        'is held while its pod ends',
        { turn: ourTurn, pod: terminating() },
        {},
        { state: 'wait', reason: 'TurnHeld', message: 'holds the disruption turn of its cluster' },
      ],
      [
        'is held while its pod is allowed to stop',
        mayStop,
        {},
        { state: 'wait', reason: 'TurnHeld', message: 'its pod is allowed to stop' },
      ],
      [
        'is held until it is READY',
        { turn: ourTurn, report: report({ local: [] }) },
        {},
        { state: 'wait', reason: 'TurnHeld', message: 'keeps the disruption turn until its weka container is READY' },
      ],
      [
        'is held until those that share it are READY',
        { turn: others },
        {},
        {
          state: 'wait',
          reason: 'TurnHeld',
          message: 'keeps the disruption turn until all that share it are READY: demo-drive-1',
        },
      ],
      [
        'is given back for one that shared it and is gone',
        { turn: others },
        otherGone,
        {
          state: 'act',
          reason: 'ReturningTurn',
          message: 'gives back the share of demo-drive-1, which is gone',
          operations: [returnTurn(clusterClaims(), guest, 'uid-of-drive-1')],
        },
      ],
      [
        'is held while the protection is not known',
        { turn: ourTurn, ownStatus: undefined },
        {},
        {
          state: 'unknown',
          message: 'the protection of the weka cluster is not known: the status of the weka cluster has not been read',
        },
      ],
      [
        'is held until protection is full',
        { turn: ourTurn, ownStatus: rebuilding },
        {},
        {
          state: 'wait',
          reason: 'TurnHeld',
          message: 'keeps the disruption turn until protection is full: weka is REBUILDING',
        },
      ],
      [
        'is given back where others are what is missing',
        { turn: ourTurn, ownStatus: rebuilding, inWeka: inWeka({ 3: { status: 'DOWN' } }) },
        {},
        { state: 'act', reason: 'ReturningTurn', operations: [gives] },
      ],
      [
        'is given back',
        { turn: ourTurn, otherStatus: wholeStatus },
        {},
        { state: 'act', reason: 'ReturningTurn', message: 'gives the disruption turn back', operations: [gives] },
      ],
      [
        'is given back by a guest, whatever the others do',
        { turn: guest, ownStatus: rebuilding },
        {},
        {
          state: 'act',
          reason: 'ReturningTurn',
          message: 'gives its share of the disruption turn back',
          operations: [returnTurn(clusterClaims(), guest, uid)],
        },
      ],
    ],
  );
});
