import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podLive } from '../../core/families/pods.ts';
import type { Fact, Json } from '../../core/contract.ts';
import type { ReadingRequest } from '../../core/facts.ts';
import { inRounds, readingOf } from '../../core/reading.fixture.ts';
import { labels } from '../api/group.ts';
import type { ClaimHolder } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { operatorConfig } from '../config.ts';
import { loads, verdicts, type PolicyInput } from './helper-policy.ts';
import { clusterLook, containerLook, membersLook } from './live.ts';

const demo = { namespace: 'weka', name: 'demo', uid: 'uid-of-demo' };
const now = '2026-01-01T00:00:00Z';
const images = { cluster: 'quay.io/weka.io/weka:4.4', tenant: 'registry.example.com/tenant/weka:4.4' };
const services = { cluster: 'https://drivers.weka.io', tenant: 'https://drivers.example.com' };

interface Case {
  image: string;
  service: string | undefined;
  mode: 'client' | 'drive';
  /** The claims say that a pod of it runs. */
  recorded: boolean;
  pod: 'privileged' | 'plain' | 'of another' | 'absent' | 'unknown';
  /** The holder names the cluster as its own. */
  ownedByCluster: boolean;
  cluster: 'living' | 'another uid' | 'absent' | 'unknown';
  members: 'real' | 'of another cluster' | 'absent' | 'unknown';
  /** What is proven of the member that is named. */
  memberPod: 'privileged' | 'plain' | 'unknown';
  memberOwner: 'cluster' | 'nobody';
  helperImages: string[];
  driversDistServices: string[];
}

const podValue = (state: Case['pod'], uid: string): Json | undefined =>
  ({
    privileged: { exists: true, uid: 'pod', controllerUid: uid, phase: 'Running', privileged: true },
    plain: { exists: true, uid: 'pod', controllerUid: uid, phase: 'Running' },
    'of another': { exists: true, uid: 'pod', controllerUid: 'another', phase: 'Running', privileged: true },
    absent: { exists: false },
    unknown: undefined,
  })[state];

const living = (uid: string, fields: Json = {}, more: object = {}): Json => ({
  exists: true,
  uid,
  labels: {},
  fields,
  ...more,
});

function input(one: Case): PolicyInput {
  const holder: ClaimHolder = {
    namespace: one.ownedByCluster ? demo.namespace : 'tenant',
    name: 'mine',
    mode: one.mode,
    image: one.image,
    drives: [],
    ...(one.service === undefined ? {} : { driversDistService: one.service }),
    ...(one.ownedByCluster ? { clusterUid: demo.uid } : {}),
    ...(one.recorded ? { incarnation: { podUid: 'pod', nodeName: 'node-1', bootId: 'boot' } } : {}),
  };
  const member = { namespace: demo.namespace, name: 'demo-drive-1' };
  const values: [string, Json | undefined][] = [
    [podLive(holder, 0).id, podValue(one.pod, 'uid-of-mine')],
    [
      clusterLook(demo, 0).id,
      { living: living(demo.uid), 'another uid': living('younger'), absent: { exists: false }, unknown: undefined }[
        one.cluster
      ],
    ],
    [
      membersLook(demo, 0).id,
      {
        real: living(
          'm',
          { 'spec.members': [{ containerUid: 'uid-of-member', containerName: member.name, podUid: 'pod-of-member' }] },
          { labels: { [labels.clusterId]: demo.uid } },
        ),
        'of another cluster': living(
          'm',
          { 'spec.members': [{ containerUid: 'uid-of-member', containerName: member.name, podUid: 'pod-of-member' }] },
          { labels: { [labels.clusterId]: 'another' } },
        ),
        absent: { exists: false },
        unknown: undefined,
      }[one.members],
    ],
    [
      containerLook(member, 0, ['spec.image', 'spec.mode', 'spec.driversDistService']).id,
      living(
        'uid-of-member',
        { 'spec.image': images.cluster, 'spec.mode': 'drive', 'spec.driversDistService': services.cluster },
        one.memberOwner === 'cluster' ? { controllerUid: demo.uid } : {},
      ),
    ],
    [podLive(member, 0).id, podValue(one.memberPod, 'uid-of-member')],
  ];
  const facts = Object.fromEntries(
    values.flatMap(([id, value]): [string, Fact][] => (value === undefined ? [] : [[id, { observedAt: now, value }]])),
  );
  return {
    request: { observed: readingOf(facts), context: { now } } as unknown as ReadingRequest,
    config: operatorConfig.parse({ helperImages: one.helperImages, driversDistServices: one.driversDistServices }),
    holders: { 'uid-of-mine': holder },
    loaded: [],
    clusters: [demo],
  };
}

const fits = (value: string, list: string[]): boolean =>
  list.some((entry) => entry === value || (entry.endsWith('*') && value.startsWith(entry.slice(0, -1))));

/** Said once more and otherwise: who vouches for what. */
function vouched(one: Case, value: string, ofCluster: string, list: string[]): boolean {
  if (list.length > 0) return fits(value, list);
  const bySelf = one.mode === 'drive' && one.ownedByCluster && one.cluster === 'living' && one.pod === 'privileged';
  const byMember =
    one.cluster === 'living' &&
    one.members === 'real' &&
    one.memberPod === 'privileged' &&
    one.memberOwner === 'cluster' &&
    value === ofCluster;
  return bySelf || byMember;
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  image: fc.constantFrom(...Object.values(images)),
  service: fc.constantFrom(undefined, ...Object.values(services)),
  mode: fc.constantFrom('client', 'drive'),
  recorded: fc.boolean(),
  pod: fc.constantFrom('privileged', 'privileged', 'plain', 'of another', 'absent', 'unknown'),
  ownedByCluster: fc.boolean(),
  cluster: fc.constantFrom('living', 'living', 'another uid', 'absent', 'unknown'),
  members: fc.constantFrom('real', 'real', 'of another cluster', 'absent', 'unknown'),
  memberPod: fc.constantFrom('privileged', 'privileged', 'plain', 'unknown'),
  memberOwner: fc.constantFrom('cluster', 'cluster', 'nobody'),
  helperImages: fc.constantFrom([], [images.tenant], ['quay.io/*']),
  driversDistServices: fc.constantFrom([], [services.tenant], ['https://*']),
});

const plain: Case = {
  image: images.cluster,
  service: services.cluster,
  mode: 'client',
  recorded: true,
  pod: 'privileged',
  ownedByCluster: false,
  cluster: 'living',
  members: 'real',
  memberPod: 'privileged',
  memberOwner: 'cluster',
  helperImages: [],
  driversDistServices: [],
};

describe('what is loaded for a container', () => {
  it.each<[string, Partial<Case>, string, RegExp?]>([
    ['is the image of a cluster that runs elsewhere', {}, 'allowed'],
    ['is nothing before its pod was recorded', { recorded: false }, 'idle'],
    ['is asked for again while its recorded pod is not seen', { pod: 'absent' }, 'unknown'],
    ['is nothing for a pod that was not admitted as a privileged one', { pod: 'plain' }, 'refused', /not admitted/],
    [
      'is no other image',
      { image: images.tenant },
      'refused',
      /registry\.example\.com\/tenant\/weka:4\.4 .*HELPER_IMAGES/,
    ],
    [
      'is nothing from another service',
      { service: services.tenant },
      'refused',
      /https:\/\/drivers\.example\.com.*DRIVERS_DIST_SERVICES/,
    ],
    [
      'is what the administrator lists',
      { image: images.tenant, helperImages: ['registry.example.com/tenant/*'] },
      'allowed',
    ],
    [
      'is nothing that a list leaves out, whatever the clusters run',
      { helperImages: [images.tenant] },
      'refused',
      /HELPER_IMAGES/,
    ],
    [
      'is what it brings itself as an admitted backend of a living cluster',
      { mode: 'drive', image: images.tenant, ownedByCluster: true, members: 'absent' },
      'allowed',
    ],
    [
      'is no pattern that a backend brings itself',
      { mode: 'drive', image: `${images.tenant}*`, ownedByCluster: true, members: 'absent' },
      'refused',
    ],
    [
      'is not from a service that a backend names as a pattern',
      { mode: 'drive', service: 'https://*', ownedByCluster: true, members: 'absent' },
      'refused',
      /https:\/\/\*/,
    ],
    [
      'is nothing for a backend whose cluster has another uid',
      { mode: 'drive', image: images.tenant, ownedByCluster: true, cluster: 'another uid' },
      'refused',
    ],
    ['is nothing for a hand-made backend', { mode: 'drive', image: images.tenant }, 'refused'],
    ['is not said before the clusters were heard', { image: images.tenant, members: 'unknown' }, 'unknown'],
  ])('%s', (_sentence, change, state, message) => {
    const [found] = verdicts(input({ ...plain, ...change }));
    expect(found?.state).toBe(state);
    if (message !== undefined) expect((found as { message: string }).message).toMatch(message);
  });

  it('is only what an admitted pod and the administrator or a cluster vouch for, and then always', () => {
    let loaded = 0;
    fc.assert(
      fc.property(anyCase, (one) => {
        const wished = loads(verdicts(input(one)), []);
        const admitted = one.recorded && one.pod === 'privileged';
        const image = vouched(one, one.image, images.cluster, one.helperImages);
        const service =
          one.service === undefined || vouched(one, one.service, services.cluster, one.driversDistServices);
        expect(wished).toEqual(
          admitted && image && service
            ? [{ image: one.image, service: one.service, backend: is(one.mode, 'backend') }]
            : [],
        );
        loaded += wished.length;
      }),
      { numRuns: 3000 },
    );
    expect(loaded).toBeGreaterThan(100);
  });

  it('costs no look once everything is loaded', () => {
    const loaded = { ...input(plain), loaded: [images.cluster] };
    verdicts(loaded);
    expect([...loaded.request.observed.asked]).toEqual([]);
  });

  it('is decided on no more looks than were asked for', () => {
    fc.assert(
      fc.property(anyCase, (one) => {
        const known = input(one);
        const { given } = inRounds(known.request.observed.facts, 3, (observed) =>
          verdicts({ ...known, request: { ...known.request, observed } }),
        );
        expect(given).toEqual(verdicts(known));
      }),
      { numRuns: 1000 },
    );
  });
});
