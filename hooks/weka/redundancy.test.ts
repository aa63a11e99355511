import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WekaStatus } from './queries.ts';
import { againstAbsence, madeUpFor, uniqueness } from './redundancy.ts';
import type { WekaContainers, WekaMember } from './weka-containers.ts';

/** A drive and a compute container on each of so many nodes; drive n is HostId<n>, compute n is HostId<n + nodes>. */
function onNodes(nodes: number, change: (member: WekaMember) => Partial<WekaMember> = () => ({})): WekaContainers {
  const members = Array.from({ length: nodes }, (_none, index) => [
    { hostId: index, role: 'drive' as const, status: 'UP', failureDomain: `node-${index}` },
    { hostId: index + nodes, role: 'compute' as const, status: 'UP', failureDomain: `node-${index}` },
  ]).flat();
  return { state: 'known', members: members.map((member) => ({ ...member, ...change(member) })) };
}
const status: WekaStatus = { status: 'OK', stripe_data_drives: 3, stripe_protection_drives: 2 };
const node0 = ({ failureDomain }: WekaMember): boolean => failureDomain === 'node-0';
const failing = (numFailures: number): WekaStatus => ({
  ...status,
  status: 'REBUILDING',
  rebuild: { protectionState: [{ numFailures, percent: 10 }] },
});

describe('what speaks against the absence of a node', () => {
  it.each<[string, WekaStatus | undefined, WekaContainers, string | undefined]>([
    ['six nodes, a stripe of 3+2', status, onNodes(6), undefined],
    [
      'the node is away already',
      failing(1),
      onNodes(6, (member) => (node0(member) ? { status: 'DOWN' } : {})),
      undefined,
    ],
    ['five nodes', status, onNodes(5), 'drives of 4 failure domains would be left, and a stripe takes 5'],
    [
      'another container is DOWN',
      status,
      onNodes(6, ({ hostId }) => (hostId === 3 ? { status: 'DOWN' } : {})),
      'HostId<3> is DOWN',
    ],
    [
      'another container leaves',
      status,
      onNodes(6, ({ hostId }) => (hostId === 3 ? { status: 'DEACTIVATING' } : {})),
      'HostId<3> is DEACTIVATING',
    ],
    ['one that has left', status, onNodes(7, ({ hostId }) => (hostId === 6 ? { status: 'INACTIVE' } : {})), undefined],
    ['data misses a copy, and nothing of the node is away', failing(1), onNodes(6), 'some of the data has 1 failures'],
    [
      'a compute container of the node is away, and a drive elsewhere has failed',
      { ...failing(1), drives: { active: 5, total: 6 } },
      onNodes(6, ({ hostId }) => (hostId === 6 ? { status: 'DOWN' } : {})),
      'some of the data has 1 failures, and 5 of 6 drives are active',
    ],
    [
      'a compute container of the node is away, and all drives are active',
      { ...failing(1), drives: { active: 6, total: 6 } },
      onNodes(6, ({ hostId }) => (hostId === 6 ? { status: 'DOWN' } : {})),
      undefined,
    ],
    [
      'a compute container of the node is away, and data is rebuilt, which may be that of another node',
      {
        ...failing(1),
        drives: { active: 6, total: 6 },
        rebuild: { movingData: true, protectionState: [{ numFailures: 1, percent: 10 }] },
      },
      onNodes(6, ({ hostId }) => (hostId === 6 ? { status: 'DOWN' } : {})),
      'some of the data has 1 failures and is being rebuilt',
    ],
    ['some data has two failures', failing(2), onNodes(6), 'some of the data has 2 failures'],
    [
      'weka is not OK and does not say why',
      { ...status, status: 'REBUILDING' },
      onNodes(6),
      'the answer of weka status does not say how much of the data has failures',
    ],
    [
      'weka does not name its stripe',
      { status: 'OK' },
      onNodes(6),
      'the answer of weka status has no stripe_data_drives or no stripe_protection_drives',
    ],
    [
      'weka does not say what a container does',
      status,
      onNodes(6, ({ hostId }) => (hostId === 3 ? { role: undefined as never } : {})),
      'weka does not say what HostId<3> does',
    ],
    ['nothing is known of the cluster', undefined, onNodes(6), 'the status of the weka cluster has not been read'],
    ['nothing is known of its containers', status, { state: 'unknown', reason: 'nobody answered' }, 'nobody answered'],
  ])('%s', (_name, weka, containers, against) => {
    expect(againstAbsence(weka, containers, node0)).toBe(against);
  });

  it('is that no more than half of the compute containers would be left', () => {
    const two = onNodes(2);
    expect(againstAbsence({ ...status, stripe_data_drives: 1, stripe_protection_drives: 0 }, two, node0)).toBe(
      '1 of 2 compute containers would be left, no more than half',
    );
  });

  // counts what would be away: the sum is what weka bears, or something speaks against it
  it('is never nothing when more would be away than the stripe and the quorum bear', () => {
    const word = fc.constantFrom('UP', 'UP', 'UP', 'DOWN', 'DEACTIVATING', 'INACTIVE');
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(word, { minLength: 16, maxLength: 16 }),
        fc.nat(7),
        fc.nat(4),
        (nodes, words, gone, parity) => {
          const containers = onNodes(nodes, ({ hostId }) => ({ status: words[hostId] ?? 'UP' }));
          const weka = { ...status, stripe_data_drives: 2, stripe_protection_drives: parity };
          const isGone = ({ failureDomain }: WekaMember): boolean => failureDomain === `node-${gone}`;
          if (againstAbsence(weka, containers, isGone) !== undefined || containers.state === 'unknown') return;
          const part = containers.members.filter(({ status: one }) => one !== 'INACTIVE');
          const serving = part.filter((member) => !isGone(member) && member.status === 'UP');
          const drives = (some: WekaMember[]): number =>
            new Set(some.filter(({ role }) => role === 'drive').map(({ failureDomain }) => failureDomain)).size;
          const computes = (some: WekaMember[]): number => some.filter(({ role }) => role === 'compute').length;
          expect(serving).toHaveLength(part.filter((member) => !isGone(member)).length);
          if (part.some((member) => isGone(member) && member.role === 'drive'))
            expect(drives(serving)).toBeGreaterThanOrEqual(2 + parity);
          if (computes(serving) < computes(part)) expect(computes(serving) * 2).toBeGreaterThan(computes(part));
        },
      ),
    );
  });
});

describe('a container that weka has made up for', () => {
  it.each<[string, WekaStatus | undefined, Partial<WekaMember>, boolean]>([
    ['DOWN, and no data has failures', status, { status: 'DOWN' }, true],
    ['DOWN, and no share of the data has failures', failing(0), { status: 'DOWN' }, true],
    ['DOWN, and some data has a failure', failing(1), { status: 'DOWN' }, false],
    ['DOWN, and weka does not say what the data has', { status: 'REBUILDING' }, { status: 'DOWN' }, false],
    ['DOWN, and nothing is known', undefined, { status: 'DOWN' }, false],
    ['UP', status, {}, false],
    ['on its way out', status, { status: 'DEACTIVATING' }, false],
  ])('is one that is %s', (_sentence, weka, change, isSo) => {
    const containers = onNodes(6, ({ hostId }) => (hostId === 2 ? change : {}));
    expect(madeUpFor(weka, containers, 2)).toBe(isSo);
    expect(madeUpFor(weka, { state: 'unknown', reason: 'nobody answered' }, 2)).toBe(false);
    expect(madeUpFor(weka, containers, 99)).toBe(false);
  });

  const nodes = 8;
  const [data, parity] = [3, 2];
  type Event = 'fails' | 'comes back' | 'is rebuilt' | 'is given up';

  /**
   * A weka cluster of `nodes` drive and compute containers, a copy of whose data is missing for each domain that has failed
   * since it was last rebuilt. What is rebuilt is in the domains that are up, as long as these make a stripe.
   */
  function model() {
    const words = new Map<number, string>(Array.from({ length: 2 * nodes }, (_none, hostId) => [hostId, 'UP']));
    const missing = new Set<number>();
    const domain = (hostId: number): number => hostId % nodes;
    const of = (word: string, from: number): number[] =>
      [...words.keys()].filter((hostId) => hostId >= from && hostId < from + nodes && words.get(hostId) === word);
    return {
      words,
      missing,
      upDomains: (): number => of('UP', 0).length,
      upComputes: (): number => of('UP', nodes).length,
      countedComputes: (): number => nodes - of('INACTIVE', nodes).length,
      containers: (): WekaContainers => onNodes(nodes, ({ hostId }) => ({ status: words.get(hostId) ?? '' })),
      status: (): WekaStatus => ({
        status: missing.size === 0 ? 'OK' : 'REBUILDING',
        stripe_data_drives: data,
        stripe_protection_drives: parity,
        ...(missing.size === 0 ? {} : { rebuild: { protectionState: [{ numFailures: missing.size, percent: 10 }] } }),
      }),
      fail(hostId: number): void {
        if (words.get(hostId) !== 'UP') return;
        words.set(hostId, 'DOWN');
        if (hostId < nodes) missing.add(domain(hostId));
      },
      comeBack(hostId: number): void {
        if (words.get(hostId) !== 'DOWN') return;
        words.set(hostId, 'UP');
        if (hostId < nodes) missing.delete(domain(hostId));
      },
      rebuild(): void {
        if (of('UP', 0).length >= data + parity) missing.clear();
      },
    };
  }

  // a formula repeated would say nothing of what is left after the second, and the third, that was given up
  it('takes nothing with it when it is given up, of many one after the other, whatever fails between', () => {
    const event = fc.tuple(
      fc.constantFrom<Event>('fails', 'fails', 'comes back', 'is rebuilt', 'is given up', 'is given up'),
      // few, so that what has failed is often what is rebuilt and given up
      fc.constantFrom(0, 1, 2, 3, nodes, nodes + 1, nodes + 5),
    );
    let [givenUp, several] = [0, 0];
    fc.assert(
      fc.property(fc.array(event, { minLength: 30, maxLength: 60 }), (events) => {
        const weka = model();
        let left = 0;
        for (const [what, hostId] of events) {
          if (what === 'fails') weka.fail(hostId);
          if (what === 'comes back') weka.comeBack(hostId);
          if (what === 'is rebuilt') weka.rebuild();
          if (what !== 'is given up' || !madeUpFor(weka.status(), weka.containers(), hostId)) continue;
          const before = [weka.upDomains(), weka.upComputes(), weka.missing.size];
          const quorum = weka.upComputes() * 2 > weka.countedComputes();
          weka.words.set(hostId, 'INACTIVE');
          left += 1;
          // all that serves goes on, no data misses more than before, and it misses nothing
          expect([weka.upDomains(), weka.upComputes(), weka.missing.size]).toEqual(before);
          expect(weka.missing.size).toBe(0);
          // a quorum is not lost by it: of fewer that count as many are up
          if (quorum) expect(weka.upComputes() * 2).toBeGreaterThan(weka.countedComputes());
          // a drive that may go is one whose data is elsewhere: a stripe of others is up, or was when it was rebuilt
          expect([...weka.words].filter(([, word]) => word === 'INACTIVE')).toHaveLength(left);
        }
        givenUp += left;
        several += left > 1 ? 1 : 0;
      }),
      { numRuns: 500 },
    );
    expect(givenUp).toBeGreaterThan(500);
    expect(several).toBeGreaterThan(50);
  });

  it('is no longer one when another fails: two that died at once wait until all is whole again, and then both go', () => {
    const weka = model();
    const may = (hostId: number): boolean => madeUpFor(weka.status(), weka.containers(), hostId);
    weka.fail(0);
    weka.fail(1);
    expect([may(0), may(1)]).toEqual([false, false]);
    weka.rebuild();
    expect([may(0), may(1), may(2)]).toEqual([true, true, false]);
    weka.words.set(0, 'INACTIVE');
    weka.fail(2);
    // a third machine dies while they go
    expect([may(1), may(2)]).toEqual([false, false]);
    weka.rebuild();
    expect([may(1), may(2)]).toEqual([true, true]);
    weka.words.set(1, 'INACTIVE');
    weka.words.set(2, 'INACTIVE');
    expect(weka.upDomains()).toBe(data + parity);
    weka.fail(3);
    weka.rebuild();
    expect([weka.missing.size, may(3)]).toEqual([1, false]);
  });
});

describe('what a container has is nowhere else', () => {
  const upBut = (...down: number[]) => onNodes(5, ({ hostId }) => (down.includes(hostId) ? { status: 'DOWN' } : {}));
  const silent = { state: 'unknown', because: 'the status of the weka cluster has not been read' };
  it.each<[string, WekaStatus | undefined, WekaContainers, number, object]>([
    ['not where all is whole', status, onNodes(5), 0, { state: 'borne' }],
    ['not while one failure more is borne', failing(1), onNodes(5), 0, { state: 'borne' }],
    [
      'where data bears no further failure',
      failing(2),
      onNodes(5),
      0,
      { state: 'last', because: 'some of the data has 2 failures, as many as it bears' },
    ],
    [
      'where too few other failure domains are up',
      status,
      upBut(2, 3),
      0,
      { state: 'last', because: 'drives of 2 other failure domains are up, and data can be read from 3 or more' },
    ],
    ['not of a compute container that is no majority', failing(2), onNodes(5), 5, { state: 'borne' }],
    [
      'of a compute container that makes the majority',
      status,
      upBut(6, 7),
      5,
      { state: 'last', because: '2 of 5 compute containers are up without it, no more than half' },
    ],
    ['unknown where no status was read', undefined, onNodes(5), 0, silent],
    [
      'unknown where no list was read',
      status,
      { state: 'unknown', reason: 'the containers of the weka cluster have not been read' },
      0,
      { state: 'unknown', because: 'the containers of the weka cluster have not been read' },
    ],
    [
      'unknown where weka does not count failures',
      { ...status, status: 'REBUILDING' },
      onNodes(5),
      0,
      { state: 'unknown', because: 'the answer of weka status does not say how many failures the data has and bears' },
    ],
    [
      'unknown where it is not listed',
      status,
      onNodes(5),
      99,
      { state: 'unknown', because: 'weka does not say what this container is' },
    ],
  ])('%s', (_sentence, said, containers, hostId, expected) => {
    expect(uniqueness(said, containers, hostId)).toEqual(expected);
  });
});
