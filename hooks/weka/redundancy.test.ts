import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WekaStatus } from './queries.ts';
import { againstAbsence, madeUpFor } from './redundancy.ts';
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
  // who leaves serves no more than before, and no data misses a copy: nothing that is up, or that data needs, goes
  it('is one that is DOWN while no data has failures, whoever else is away', () => {
    const word = fc.constantFrom('UP', 'DOWN', 'DEACTIVATING', 'INACTIVE');
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 12, maxLength: 12 }),
        fc.nat(12),
        fc.constantFrom(status, failing(0), failing(1), failing(2), { status: 'REBUILDING' }, undefined),
        (words, id, weka) => {
          const containers = onNodes(6, ({ hostId }) => ({ status: words[hostId] ?? 'UP' }));
          const whole =
            weka === status || weka?.rebuild?.protectionState?.every(({ numFailures }) => numFailures === 0) === true;
          expect(madeUpFor(weka, containers, id)).toBe(words[id] === 'DOWN' && whole);
          const up = (without: number): number =>
            containers.state === 'known'
              ? containers.members.filter((member) => member.status === 'UP' && member.hostId !== without).length
              : 0;
          if (madeUpFor(weka, containers, id)) expect(up(id)).toBe(up(NaN));
        },
      ),
    );
  });
});
