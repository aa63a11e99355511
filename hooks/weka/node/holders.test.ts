import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimsRead } from '../../core/families/claims.ts';
import { podLive } from '../../core/families/pods.ts';
import type { Fact, Json } from '../../core/contract.ts';
import type { Reading, ReadingRequest } from '../../core/facts.ts';
import { inRounds, readingOf } from '../../core/reading.fixture.ts';
import { labels } from '../api/group.ts';
import type { ClaimHolder, WekaNode } from '../api/index.ts';
import { runtimeReport, wekaQuery } from '../catalogue.ts';
import type { HolderInput } from './holder-proof.ts';
import { holdersSettled } from './holders.ts';
import { clusterLook, containerLook, membersLook } from './live.ts';

const uid = 'uid-of-drive-0';
const cluster = { namespace: 'default', name: 'demo', uid: 'uid-of-demo' };
const member = { namespace: 'default', name: 'demo-drive-1', uid: 'pod-of-member' };
const serials = ['SERIAL1', 'SERIAL2'];

const choices = {
  rare: ['absent', 'other uid', 'same', 'unknown'],
  fresh: ['absent', 'other uid', 'same', 'unknown'],
  pod: ['absent', 'of another', 'living', 'terminating', 'unknown'],
  incarnation: ['recorded', 'none'],
  stopAllowed: ['this pod', 'an older pod', 'none'],
  boot: ['same', 'another', 'unknown'],
  outOfService: ['no', 'yes'],
  itsNode: ['kept up to date', 'deleted and held'],
  belongs: ['to the cluster', 'to none', 'to one without name'],
  cluster: ['living', 'absent', 'another uid', 'unknown'],
  members: ['present', 'of another cluster', 'absent', 'unknown'],
  listed: ['nothing', 'one serial', 'unknown'],
  itself: ['seen', 'down', 'not seen'],
  total: ['right', 'one more', 'not said'],
  guid: ['same', 'another'],
  mode: ['drive', 'compute', 'client'],
  wekaName: ['known', 'not known'],
  itsContainer: ['DOWN', 'UP', 'DEACTIVATING', 'INACTIVE', 'without a status', 'not listed'],
  report: ['member', 'member elsewhere', 'no member', 'unknown'],
  ownWord: ['none', 'UP', 'DOWN'],
  mounts: [0, 3, null],
  claims: ['same', 'changed', 'unknown'],
} as const;
type Case = { [Name in keyof typeof choices]: (typeof choices)[Name][number] };

/** All proofs are given. */
const proven: Case = {
  rare: 'absent',
  fresh: 'absent',
  pod: 'absent',
  incarnation: 'recorded',
  stopAllowed: 'this pod',
  boot: 'same',
  outOfService: 'no',
  itsNode: 'kept up to date',
  belongs: 'to the cluster',
  cluster: 'living',
  members: 'present',
  listed: 'nothing',
  itself: 'seen',
  total: 'right',
  guid: 'same',
  mode: 'drive',
  wekaName: 'known',
  itsContainer: 'DOWN',
  report: 'member',
  ownWord: 'none',
  mounts: 0,
  claims: 'same',
};

const object = (state: string, own: string, more: object = {}): Json | undefined =>
  state === 'unknown'
    ? undefined
    : state === 'absent' || state === 'gone'
      ? { exists: false }
      : { exists: true, uid: state.includes('other') ? 'another' : own, labels: {}, fields: {}, ...more };

function input(one: Case): HolderInput {
  const holder: ClaimHolder = {
    namespace: 'default',
    name: 'demo-drive-0',
    mode: one.mode,
    image: 'weka:4.4.5',
    drives: one.mode === 'drive' ? serials : [],
    ...(one.belongs === 'to none'
      ? {}
      : { clusterUid: one.belongs === 'to the cluster' ? cluster.uid : 'uid-of-nobody' }),
    ...(one.belongs === 'to the cluster' ? { clusterName: 'demo' } : {}),
    ...(one.wekaName === 'known' ? { wekaName: 'drivexe0' } : {}),
    ...(one.incarnation === 'none' ? {} : { incarnation: { podUid: 'pod', nodeName: 'node-1', bootId: 'boot-1' } }),
    ...(one.stopAllowed === 'none' ? {} : { stopAllowed: one.stopAllowed === 'this pod' ? 'pod' : 'older' }),
  };
  const drives = [
    { uuid: 'd', serial_number: 'OTHER', host_id: 'HostId<1>', status: 'ACTIVE' },
    ...(one.listed === 'one serial'
      ? [{ uuid: 'e', serial_number: 'SERIAL2', host_id: 'HostId<7>', status: 'ACTIVE' }]
      : []),
  ];
  const its = { host_id: 'HostId<7>', container_name: 'drivexe0' };
  const containers = [
    ...(one.itself === 'not seen' ? [] : [{ host_id: 'HostId<1>', status: one.itself === 'seen' ? 'UP' : 'DOWN' }]),
    ...(one.itsContainer === 'not listed'
      ? []
      : [one.itsContainer === 'without a status' ? its : { ...its, status: one.itsContainer }]),
  ];
  const pod = { namespace: 'default', name: 'demo-drive-0', uid: 'pod' };
  const known = {
    of:
      one.claims === 'unknown'
        ? undefined
        : {
            exists: true,
            resourceVersion: '7',
            spec: { holders: { [uid]: one.claims === 'same' ? holder : { ...holder, wekaPort: 1 } } },
          },
  };
  const values: [string, Json | undefined][] = [
    [containerLook(holder, 0).id, object(one.rare, uid)],
    [containerLook(holder, 0, ['spec.mode']).id, object(one.fresh, uid)],
    [
      podLive(holder, 0).id,
      {
        absent: { exists: false },
        'of another': { exists: true, uid: 'younger', controllerUid: 'another', phase: 'Running' },
        living: { exists: true, uid: 'pod', controllerUid: uid, phase: 'Running' },
        terminating: {
          exists: true,
          uid: 'pod',
          controllerUid: uid,
          phase: 'Running',
          deletionTimestamp: '2026-01-01T00:00:00Z',
        },
        unknown: undefined,
      }[one.pod],
    ],
    [clusterLook(cluster, 0).id, object(one.cluster === 'another uid' ? 'other' : one.cluster, cluster.uid)],
    [
      membersLook(cluster, 0).id,
      object(one.members, 'm', {
        labels: { [labels.clusterId]: one.members === 'of another cluster' ? 'uid-of-another' : cluster.uid },
        fields: {
          'spec.clusterGuid': 'guid',
          'spec.members': [
            { containerUid: 'uid-of-member', containerName: member.name, podUid: member.uid, containerId: 1 },
          ],
        },
      }),
    ],
    [wekaQuery(member, 'drives', 0).id, one.listed === 'unknown' ? undefined : drives],
    [wekaQuery(member, 'containers', 0).id, containers],
    [
      wekaQuery(member, 'status', 0).id,
      {
        guid: one.guid === 'same' ? 'guid' : 'another',
        containers: { drives: { total: containers.length }, computes: { total: 0 } },
        ...(one.total === 'not said' ? {} : { drives: { total: drives.length + (one.total === 'right' ? 0 : 1) } }),
      },
    ],
    [wekaQuery(pod, 'containers', 0).id, one.ownWord === 'none' ? undefined : [{ ...its, status: one.ownWord }]],
    [
      runtimeReport(pod, 0).id,
      one.report === 'unknown'
        ? undefined
        : {
            allowStop: false,
            activeMounts: one.mounts,
            identity:
              one.report === 'no member'
                ? null
                : { clusterGuid: one.report === 'member' ? 'guid' : 'another', hostId: 7 },
          },
    ],
    [claimsRead('node-node-1', 0).id, known.of as unknown as Json],
  ];
  const facts = Object.fromEntries(
    values.flatMap(([id, value]): [string, Fact][] =>
      value === undefined ? [] : [[id, { observedAt: '2026-01-01T00:00:00Z', value }]],
    ),
  );
  const held = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/hold'] };
  const node = {
    metadata: { name: 'node-1', ...(one.itsNode === 'deleted and held' ? held : {}) },
    spec: {
      ...(one.boot === 'unknown' ? {} : { bootId: one.boot === 'same' ? 'boot-1' : 'boot-2' }),
      taints: one.outOfService === 'yes' ? [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] : [],
    },
  } as unknown as WekaNode;
  return {
    request: {
      parent: { metadata: { name: 'node-1' } },
      observed: readingOf(facts),
      context: { now: '2026-01-01T00:00:00Z' },
    } as unknown as ReadingRequest,
    node,
    holders: { [uid]: holder },
    unreadable: [],
    clusters: [],
  };
}

const seenBy = (all: HolderInput, observed: Reading): HolderInput => ({
  ...all,
  request: { ...all.request, observed },
});

const isOneOf = <T>(value: T, ...list: T[]): boolean => list.includes(value);

/** The proofs, said once more and otherwise. */
function proofs(one: Case) {
  const gone =
    isOneOf(one.rare, 'absent', 'other uid') && isOneOf(one.fresh, 'absent', 'other uid') && one.claims === 'same';
  const podGone = one.pod === 'absent' || one.pod === 'of another';
  const stopped =
    one.incarnation === 'none' ||
    one.stopAllowed === 'this pod' ||
    (one.itsNode === 'kept up to date' && (one.boot === 'another' || one.outOfService === 'yes'));
  const running = one.pod === 'terminating';
  const says = running && isOneOf(one.report, 'member', 'member elsewhere');
  const recognised = one.wekaName === 'known' || says;
  const spoken = one.belongs === 'to the cluster' && one.cluster !== 'unknown' && one.members === 'present';
  const whole =
    one.itself === 'seen' &&
    one.total === 'right' &&
    one.guid === 'same' &&
    one.listed !== 'unknown' &&
    one.itsContainer !== 'without a status';
  const hasDrives =
    one.listed === 'one serial' && (one.mode === 'drive' || (recognised && one.itsContainer !== 'not listed'));
  const idle =
    one.mode === 'drive' || running
      ? isOneOf(one.itsContainer, 'DOWN', 'INACTIVE', 'not listed')
      : isOneOf(one.itsContainer, 'INACTIVE', 'not listed');
  const denied = running && recognised && one.ownWord === 'UP';
  const done =
    spoken &&
    whole &&
    !hasDrives &&
    (!recognised || idle) &&
    !denied &&
    (one.mode === 'drive' || recognised) &&
    !(running && one.report === 'member elsewhere');
  return { gone, dead: podGone && stopped, done };
}

/** Few things differ from a case in which something is done, or nearly each is refused for several reasons. */
const near = (base: Case): fc.Arbitrary<Case> =>
  fc.record(
    Object.fromEntries(
      Object.entries(choices).map(([name, list]) => [
        name,
        fc.oneof(
          { weight: 9, arbitrary: fc.constant(base[name as keyof Case]) },
          { weight: 1, arbitrary: fc.constantFrom(...(list as readonly unknown[])) },
        ),
      ]),
    ),
  ) as unknown as fc.Arbitrary<Case>;
const anyCase = fc.oneof(
  ...[
    {},
    { mode: 'compute', itsContainer: 'not listed' } as const,
    { pod: 'terminating' } as const,
    { pod: 'terminating', mode: 'compute' } as const,
  ].map((change) => near({ ...proven, ...change })),
);

type Effect = 'collects' | 'records' | 'withdraws' | 'allows the stop' | 'nothing';
function effect(one: Case): Effect {
  const outcome = holdersSettled(input(one));
  const [operation] = outcome.state === 'act' ? outcome.operations : [];
  if (operation === undefined) return 'nothing';
  if (operation.kind === 'runtime.allowStop') return 'allows the stop';
  const [change] = operation.args['changes'] as { path: string[]; value: Json }[];
  if (change?.value !== null) return 'records';
  return change.path.length === 2 ? 'collects' : 'withdraws';
}

describe('a holder whose container is gone', () => {
  it.each<[string, Partial<Case>, Effect, RegExp]>([
    ['is collected when all proofs are given', {}, 'collects', /SERIAL1/],
    ['is collected after a reboot', { stopAllowed: 'none', boot: 'another' }, 'collects', /collects it/],
    ['stays without a fresh look', { fresh: 'unknown' }, 'nothing', /fresh look/],
    [
      'stays while another container of its name is there, which asks a person',
      { fresh: 'other uid' },
      'nothing',
      /with the uid another is there .*adoptFormer or giveUpFormer with uid-of-drive-0/,
    ],
    [
      'of a client stays then as well',
      { fresh: 'other uid', mode: 'client' },
      'nothing',
      /adoptFormer or giveUpFormer/,
    ],
    [
      'stays when its pod vanished without permission',
      { stopAllowed: 'none' },
      'nothing',
      /vanished without our permission; reboot the node, or taint it/,
    ],
    [
      'stays when nobody keeps up to date what is known of its node',
      { stopAllowed: 'none', boot: 'another', itsNode: 'deleted and held' },
      'nothing',
      /vanished.*kubectl patch wekanode node-1/,
    ],
    ['stays when the boot of the node is not known', { stopAllowed: 'none', boot: 'unknown' }, 'nothing', /vanished/],
    [
      'stays while weka lists a drive',
      { listed: 'one serial' },
      'nothing',
      /still has the drives SERIAL2; .*container deactivate 7; when it is INACTIVE weka cluster drive remove e, and weka cluster container remove 7/,
    ],
    ['stays when the member does not see itself', { itself: 'not seen' }, 'nothing', /complete list/],
    ['stays when the list is shorter than the status says', { total: 'one more' }, 'nothing', /complete list/],
    ['stays when the answer comes from another cluster', { guid: 'another' }, 'nothing', /complete list/],
    [
      'stays when it is not known where its drives belong',
      { belongs: 'to none' },
      'nothing',
      /not known which weka cluster/,
    ],
    [
      'stays when the cluster is gone altogether: nobody could say',
      { cluster: 'absent', members: 'absent' },
      'nothing',
      /does not exist any more, and no other member.*only a person can know; .*kubectl patch wekaclaims node-node-1/,
    ],
    ['stays when no member is known', { members: 'absent' }, 'nothing', /has no other member.*only a person can know/],
    [
      'of a client needs no word of weka',
      { mode: 'client', cluster: 'absent', members: 'absent' },
      'collects',
      /its place/,
    ],
    ['needs the word of weka without drives', { mode: 'compute', members: 'unknown' }, 'nothing', /has not been read/],
    [
      'without drives stays while weka has its container',
      { mode: 'compute' },
      'nothing',
      /still has its container HostId<7>, which is DOWN; .*container deactivate 7; when it is INACTIVE weka cluster container remove 7/,
    ],
    [
      'without drives is collected when weka has let go of it',
      { mode: 'compute', itsContainer: 'not listed' },
      'collects',
      /its place/,
    ],
    [
      'without drives stays when its name inside weka is not known',
      { mode: 'compute', wekaName: 'not known', itsContainer: 'not listed' },
      'nothing',
      /not known which container/,
    ],
    [
      'stays when its container is listed without a status',
      { itsContainer: 'without a status' },
      'nothing',
      /lists its container HostId<7> without a status/,
    ],
    [
      'has the permission to stop recorded first',
      { pod: 'terminating', stopAllowed: 'none' },
      'records',
      /lets its pod stop/,
    ],
    ['then lets its pod stop', { pod: 'terminating' }, 'allows the stop', /lets its pod stop/],
    [
      'keeps a pod that weka counts on',
      { pod: 'terminating', stopAllowed: 'none', itsContainer: 'UP' },
      'nothing',
      /counts on its container HostId<7>, which is UP; .*container deactivate 7; .*; then its pod stops by itself/,
    ],
    [
      'keeps a pod whose container is listed without a status',
      { pod: 'terminating', stopAllowed: 'none', itsContainer: 'without a status' },
      'nothing',
      /without a status/,
    ],
    [
      'keeps a pod that nobody else can speak for',
      { pod: 'terminating', stopAllowed: 'none', cluster: 'absent', members: 'absent' },
      'nothing',
      /only a person can know.*kubectl exec/,
    ],
    [
      'asks its pod itself when nobody else is left',
      { pod: 'terminating', stopAllowed: 'none', cluster: 'absent', members: 'absent', ownWord: 'UP' },
      'nothing',
      /counts on its container HostId<7>, which is UP/,
    ],
    [
      'does not believe a pod that speaks for itself',
      { pod: 'terminating', stopAllowed: 'none', cluster: 'absent', members: 'absent', ownWord: 'DOWN' },
      'nothing',
      /only a person can know/,
    ],
    [
      'says the commands that take a running member out of weka, and none that stops it before',
      { pod: 'terminating', stopAllowed: 'none', mode: 'compute', itsContainer: 'UP' },
      'nothing',
      /^(?!.*touch).*UP; for one container of the cluster at a time, .*: weka cluster container deactivate 7; when it is INACTIVE weka cluster container remove 7; .*; then its pod stops by itself$/,
    ],
    [
      'says the drives of it as well',
      { pod: 'terminating', stopAllowed: 'none', listed: 'one serial', itsContainer: 'UP' },
      'nothing',
      /drives SERIAL2; .*: weka cluster container deactivate 7; when it is INACTIVE weka cluster drive remove e, and weka cluster container remove 7;/,
    ],
    [
      'keeps a pod of another weka cluster than the members',
      { pod: 'terminating', stopAllowed: 'none', report: 'member elsewhere' },
      'nothing',
      /is a member of the weka cluster another/,
    ],
    [
      'takes a permission back that is not right any more',
      { pod: 'terminating', itsContainer: 'UP' },
      'withdraws',
      /counts on its container/,
    ],
    [
      'does not take it back before its runtime has reported',
      { pod: 'terminating', report: 'unknown' },
      'nothing',
      /has not reported/,
    ],
    [
      'keeps a pod on which mounts hang',
      { pod: 'terminating', stopAllowed: 'none', mode: 'client', mounts: 3 },
      'nothing',
      /3 active mounts/,
    ],
    ['keeps a pod that nobody deleted', { pod: 'living' }, 'nothing', /still exists/],
  ])('%s', (_sentence, change, expected, message) => {
    const one = { ...proven, ...change };
    expect(effect(one)).toBe(expected);
    expect((holdersSettled(input(one)) as { message: string }).message).toMatch(message);
  });

  it('is judged beside an entry that can not be read, which stays and is named', () => {
    const unreadable = [{ key: 'uid-odd', reason: 'spec.holders.uid-odd.mode: Invalid option' }];
    expect(holdersSettled({ ...input(proven), unreadable })).toMatchObject({
      state: 'act',
      reason: 'HolderGone',
      message: expect.stringMatching(
        /the holder uid-odd of WekaClaims node-node-1 can not be read and stays: spec\.holders\.uid-odd\.mode.*collects it/,
      ) as unknown,
    });
    expect(holdersSettled({ ...input({ ...proven, rare: 'same' }), unreadable })).toMatchObject({
      state: 'wait',
      reason: 'HolderUnreadable',
    });
  });

  it('loses nothing while a proof is missing, and is not kept when none is', () => {
    const count = { collects: 0, records: 0, withdraws: 0, 'allows the stop': 0, nothing: 0 };
    fc.assert(
      fc.property(anyCase, (one) => {
        const { gone, dead, done } = proofs(one);
        const found = effect(one);
        count[found] += 1;
        const collectable = gone && one.fresh === 'absent' && dead && (one.mode === 'client' || done);
        const idle =
          one.pod === 'terminating' && one.report !== 'unknown' && (one.mode === 'client' ? one.mounts === 0 : done);
        if (found === 'collects') expect(collectable).toBe(true);
        if (found === 'records' || found === 'allows the stop') expect(gone && idle).toBe(true);
        if (found === 'allows the stop' || found === 'withdraws') expect(one.stopAllowed).toBe('this pod');
        if (found === 'withdraws') expect(gone && !idle).toBe(true);
        if (collectable || (gone && idle)) expect(found).not.toBe('nothing');
      }),
      { numRuns: 4000 },
    );
    for (const [name, times] of Object.entries(count)) expect(times, name).toBeGreaterThan(0);
  });

  it('is decided on what three rounds of looks bring', () => {
    fc.assert(
      fc.property(anyCase, (one) => {
        const all = input(one);
        const { given } = inRounds(all.request.observed.facts, 3, (observed) => holdersSettled(seenBy(all, observed)));
        expect(given).toEqual(holdersSettled(all));
      }),
      { numRuns: 500 },
    );
  });

  it('costs one rare look for a container that is there', () => {
    const all = input({ ...proven, rare: 'same' });
    const { asked } = inRounds(all.request.observed.facts, 3, (observed) => holdersSettled(seenBy(all, observed)));
    expect(asked.map(({ maxAgeSeconds }) => maxAgeSeconds)).toEqual([240]);
  });

  it('costs no pod a command while its node object is being deleted', () => {
    const all = input(proven);
    const { request } = all;
    const going = {
      ...all,
      request: {
        ...request,
        parent: { ...request.parent, metadata: { name: 'node-1', deletionTimestamp: '2026-01-01T00:00:00Z' } },
      },
    };
    const { asked } = inRounds(request.observed.facts, 3, (observed) => holdersSettled(seenBy(going, observed)));
    expect(asked).toEqual([]);
  });
});
