import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readContainers, type Speaker } from './weka-containers.ts';

const entry = (id: number, change: object = {}) => ({
  host_id: `HostId<${id}>`,
  status: 'UP',
  container_name: `drivex${id}`,
  mode: 'backend',
  roles: ['DRIVE'],
  failure_domain: `node-${id}`,
  ...change,
});
const status = { guid: 'ours', containers: { drives: { total: 2 }, computes: { total: 1 } } };
const by = (containerId: number | undefined, change: object = {}): Speaker => ({
  containerId,
  status: { ...status, ...change },
  clusterGuid: 'ours',
});
const list = [
  entry(0),
  entry(1),
  entry(2, { container_name: 'computex2', roles: undefined, failure_domain: '' }),
  entry(3, { mode: 'client', roles: ['FRONTEND'], status: 'DOWN' }),
];

describe('the list of the containers of a weka cluster', () => {
  it('says of each its number, its status, what it does and where it is', () => {
    expect(readContainers(list, by(1))).toEqual({
      state: 'known',
      members: [
        { hostId: 0, name: 'drivex0', status: 'UP', role: 'drive', failureDomain: 'node-0' },
        { hostId: 1, name: 'drivex1', status: 'UP', role: 'drive', failureDomain: 'node-1' },
        { hostId: 2, name: 'computex2', status: 'UP', role: 'compute' },
        { hostId: 3, name: 'drivex3', status: 'DOWN', role: 'other', failureDomain: 'node-3' },
      ],
    });
  });

  it.each<[string, Parameters<typeof readContainers>, RegExp]>([
    ['was not read', [undefined, by(1)], /have not been read/],
    ['comes from nobody knows whom', [list, by(undefined)], /not known which member/],
    ['is empty', [[], by(1)], /HostId<1> that answered is not in its own list of 0 containers/],
    ['does not have the one that answered', [[entry(0)], by(1)], /not in its own list/],
    ['calls the one that answered DOWN', [[entry(0), entry(1, { status: 'DOWN' })], by(1)], /calls itself DOWN/],
    [
      'has an entry without a status',
      [[entry(0, { status: undefined }), entry(1)], by(1)],
      /HostId<0> without a status/,
    ],
    ['has an entry twice', [[entry(0), entry(0), entry(1)], by(1)], /twice/],
    [
      'has an entry with another kind of number',
      [[{ ...entry(0), host_id: '0' }, entry(1)], by(1)],
      /which is no HostId/,
    ],
    ['is shorter than the same member counts', [list.slice(0, 2), by(1)], /lists 0 compute containers and counts 1/],
    ['has a drive container less than is counted', [list.slice(1), by(1)], /lists 1 drive containers and counts 2/],
    [
      'comes without a count',
      [list, by(1, { containers: { drives: { total: 2 } } })],
      /no containers\.computes\.total/,
    ],
    [
      'comes from a member of another weka cluster',
      [list, by(1, { guid: 'theirs' })],
      /speaks of the weka cluster theirs, not of ours/,
    ],
    ['comes from a member that does not say of which weka cluster', [list, by(1, { guid: undefined })], /has no guid/],
    [
      'comes from a member whose status was not read',
      [list, { containerId: 1, status: undefined, clusterGuid: 'ours' }],
      /has not answered weka status/,
    ],
  ])('is no answer where it %s', (_name, [answer, speaker], reason) => {
    const read = readContainers(answer, speaker);
    expect(read.state).toBe('unknown');
    expect(read.state === 'unknown' && read.reason).toMatch(reason);
  });

  it('proves nothing about anybody when the one that answered was left out, or anybody who is counted', () => {
    fc.assert(
      fc.property(fc.subarray(list), fc.nat(9), (some, speaker) => {
        const sees = some.some((one) => one.host_id === `HostId<${speaker}>` && one.status !== 'DOWN');
        const whole = [0, 1, 2].every((id) => some.some(({ host_id }) => host_id === `HostId<${id}>`));
        expect(readContainers(some, by(speaker)).state).toBe(sees && whole ? 'known' : 'unknown');
      }),
    );
  });
});
