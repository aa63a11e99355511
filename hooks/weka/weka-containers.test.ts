import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readContainers } from './weka-containers.ts';

const entry = (id: number, change: object = {}) => ({ host_id: `HostId<${id}>`, status: 'UP', container_name: `drivex${id}`, mode: 'backend', roles: ['DRIVE'], failure_domain: `node-${id}`, ...change });
const list = [entry(0), entry(1), entry(2, { container_name: 'computex2', roles: undefined, failure_domain: '' }), entry(3, { mode: 'client', roles: ['FRONTEND'], status: 'DOWN' })];

describe('the list of the containers of a weka cluster', () => {
  it('says of each its number, its status, what it does and where it is', () => {
    expect(readContainers(list, 1)).toEqual({
      state: 'known',
      members: [
        { hostId: 0, status: 'UP', role: 'drive', failureDomain: 'node-0' }, { hostId: 1, status: 'UP', role: 'drive', failureDomain: 'node-1' },
        { hostId: 2, status: 'UP', role: 'compute' }, { hostId: 3, status: 'DOWN', role: 'other', failureDomain: 'node-3' },
      ],
    });
  });

  it.each<[string, Parameters<typeof readContainers>, RegExp]>([
    ['was not read', [undefined, 1], /have not been read/],
    ['comes from nobody knows whom', [list, undefined], /not known which member/],
    ['is empty', [[], 1], /HostId<1> that answered is not in its own list of 0 containers/],
    ['does not have the one that answered', [[entry(0)], 1], /not in its own list/],
    ['calls the one that answered DOWN', [[entry(0), entry(1, { status: 'DOWN' })], 1], /calls itself DOWN/],
    ['has an entry without a status', [[entry(0, { status: undefined }), entry(1)], 1], /HostId<0> without a status/],
    ['has an entry twice', [[entry(0), entry(0), entry(1)], 1], /twice/],
    ['has an entry with another kind of number', [[{ ...entry(0), host_id: '0' }, entry(1)], 1], /which is no HostId/],
  ])('is no answer where it %s', (_name, [answer, speaker], reason) => {
    const read = readContainers(answer, speaker);
    expect(read.state).toBe('unknown');
    expect(read.state === 'unknown' && read.reason).toMatch(reason);
  });

  it('proves nothing about anybody when the one that answered was left out', () => {
    fc.assert(
      fc.property(fc.subarray(list), fc.nat(9), (some, speaker) => {
        const sees = some.some(({ host_id, status }) => host_id === `HostId<${speaker}>` && status !== 'DOWN');
        expect(readContainers(some, speaker).state).toBe(sees ? 'known' : 'unknown');
      }),
    );
  });
});
