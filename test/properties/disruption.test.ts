/**
 * Counts what is down whenever the operator lets a container stop, in random lives of a cluster: nodes drained and failing, pods
 * deleted, weka's answers partial or missing. The decisions are the real ones; weka and the claims are a few lines.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideStop, type StopInput } from '../../hooks/weka/container/stop.ts';
import { protectionOf } from '../../hooks/weka/protection.ts';
import type { WekaStatus } from '../../hooks/weka/queries.ts';
import { againstAbsence } from '../../hooks/weka/redundancy.ts';
import { readContainers } from '../../hooks/weka/weka-containers.ts';

interface Container {
  id: number;
  node: number;
  role: 'drive' | 'compute';
  up: boolean;
  /** Its pod was deleted and waits for its permission. */
  ending: boolean;
}

interface Life {
  containers: Container[];
  drained: Set<number>;
  turn: { holder: number; node: number | undefined; others: Set<number> } | undefined;
}

/** Data and parity drives of a stripe. */
const stripe = { data: 2, parity: 2 };

const begin = (nodes: number): Life => ({
  containers: Array.from({ length: nodes }, (_none, node) => [
    { id: node, node, role: 'drive' as const, up: true, ending: false },
    { id: node + nodes, node, role: 'compute' as const, up: true, ending: false },
  ]).flat(),
  drained: new Set(),
  turn: undefined,
});

const domain = (node: number): string => `node-${node}`;
const downDomains = ({ containers }: Life, except?: Container): Set<number> =>
  new Set(containers.filter((one) => !one.up && one !== except).map(({ node }) => node));

/** What weka says: the truth, less what was left out. */
function answers(
  life: Life,
  asked: Container,
  omissions: readonly number[],
): { status: WekaStatus; list: Parameters<typeof readContainers>[0]; speaker: number } {
  const count = (role: Container['role']) => {
    const all = life.containers.filter((one) => one.role === role);
    return { active: all.filter(({ up }) => up).length, total: all.length };
  };
  const failures = downDomains(life).size;
  const whole: WekaStatus = {
    status: failures === 0 ? 'OK' : 'PARTIALLY_PROTECTED',
    stripe_data_drives: stripe.data,
    stripe_protection_drives: stripe.parity,
    containers: { drives: count('drive'), computes: count('compute') },
    rebuild: { protectionState: [{ numFailures: failures, percent: failures === 0 ? 100 : 40 }] },
  };
  const dropped = Object.keys(whole).filter((_key, index) => omissions.includes(index));
  const status = Object.fromEntries(Object.entries(whole).filter(([key]) => !dropped.includes(key))) as WekaStatus;
  const list = life.containers
    .filter((_one, index) => !omissions.includes(index + 10))
    .map(({ id, node, role, up }) => ({
      host_id: `HostId<${id}>`,
      mode: 'backend',
      roles: [role.toUpperCase()],
      failure_domain: domain(node),
      ...(omissions.includes(id + 50) ? {} : { status: up ? 'UP' : 'DOWN' }),
    }));
  return { status, list, speaker: life.containers.find((one) => one !== asked && one.up)?.id ?? -1 };
}

function inputOf(life: Life, container: Container, omissions: readonly number[]): StopInput {
  const { status, list, speaker } = answers(life, container, omissions);
  const inWeka = readContainers(list, { containerId: speaker, status });
  const own = inWeka.state === 'known' ? inWeka.members.find(({ hostId }) => hostId === container.id) : undefined;
  const reason = life.drained.has(container.node) ? 'node' : 'user';
  const { turn } = life;
  const ours = turn !== undefined && (turn.holder === container.id || turn.others.has(container.id));
  const sameNode = turn?.node === container.node && reason === 'node';
  return {
    family: 'backend',
    state: 'active',
    reason,
    nodeExists: true,
    evictOnDeletion: false,
    overrides: {},
    joined: true,
    deactivated: false,
    activeMounts: 0,
    turn:
      turn === undefined ? { state: 'free' } : ours ? { state: 'ours' } : { state: 'taken', holder: `${turn.holder}` },
    protection: protectionOf(status),
    itselfMissing: own?.status === 'DOWN',
    ...(sameNode
      ? {
          nodeTurn: {
            against:
              own === undefined
                ? 'not known'
                : againstAbsence(status, inWeka, ({ failureDomain }) => failureDomain === domain(container.node)),
          },
        }
      : {}),
  };
}

type Event =
  | { what: 'drain' | 'uncordon' | 'fail' | 'recover'; node: number }
  | { what: 'delete' | 'return'; id: number }
  | { what: 'look'; id: number; omissions: number[] };

/** One event; calls `allowed` before a stop takes effect. */
function happen(life: Life, event: Event, allowed: (container: Container) => void): void {
  const on = (node: number): Container[] => life.containers.filter((one) => one.node === node);
  if (event.what === 'drain') {
    life.drained.add(event.node);
    for (const one of on(event.node)) if (one.up) one.ending = true;
  }
  if (event.what === 'uncordon') life.drained.delete(event.node);
  if (event.what === 'fail') for (const one of on(event.node)) one.up = false;
  if (event.what === 'recover')
    for (const one of on(event.node)) {
      one.up = true;
      one.ending = false;
    }
  if (event.what === 'delete') {
    const one = life.containers[event.id];
    if (one !== undefined) one.ending = true;
  }
  if (event.what === 'return') {
    const one = life.containers[event.id];
    if (one === undefined || one.up || life.drained.has(one.node)) return;
    one.up = true;
    one.ending = false;
    if (life.turn?.others.delete(one.id) === true) return;
    if (life.turn?.holder === one.id && life.turn.others.size === 0 && downDomains(life).size === 0)
      life.turn = undefined;
  }
  if (event.what !== 'look') return;
  const container = life.containers[event.id];
  if (container?.ending !== true) return;
  const decision = decideStop(inputOf(life, container, event.omissions));
  if (decision.takeTurn === 'alone')
    life.turn = {
      holder: container.id,
      node: life.drained.has(container.node) ? container.node : undefined,
      others: new Set(),
    };
  else if (decision.takeTurn === 'together') life.turn?.others.add(container.id);
  else if (decision.returnTurn === true) {
    if (life.turn?.others.delete(container.id) !== true) life.turn = undefined;
  } else if (decision.stop !== 'wait') {
    allowed(container);
    container.up = false;
    container.ending = false;
  }
}

const nodes = fc.integer({ min: 3, max: 8 });
const eventsOf = (count: number): fc.Arbitrary<Event[]> => {
  const node = fc.nat(count - 1);
  const id = fc.nat(2 * count - 1);
  const omissions = fc.oneof(
    { weight: 4, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.nat(60), { maxLength: 4 }) },
  );
  return fc.array(
    fc.oneof(
      {
        weight: 1,
        arbitrary: fc.record({
          what: fc.constantFrom('drain' as const, 'uncordon' as const, 'fail' as const, 'recover' as const),
          node,
        }),
      },
      { weight: 2, arbitrary: fc.record({ what: fc.constantFrom('delete' as const, 'return' as const), id }) },
      { weight: 6, arbitrary: fc.record({ what: fc.constant('look' as const), id, omissions }) },
    ),
    { minLength: 20, maxLength: 120 },
  );
};
const lives = nodes.chain((count) => fc.record({ count: fc.constant(count), events: eventsOf(count) }));

describe('whenever a container may stop', () => {
  it('nothing outside its own failure domain is down, or it was down itself', () => {
    let permissions = 0;
    fc.assert(
      fc.property(lives, ({ count, events }) => {
        const life = begin(count);
        for (const event of events) {
          happen(life, event, (container) => {
            permissions += 1;
            if (!container.up) return;
            const others = [...downDomains(life, container)].filter((node) => node !== container.node);
            expect(others, `domains that are down beside that of ${container.id}`).toEqual([]);
            const together = life.containers.filter((one) => !one.up && one.node === container.node);
            if (together.length === 0) return;
            // the second one of a node: what is left fills a stripe and keeps the quorum
            expect(life.drained.has(container.node)).toBe(true);
            expect(count - 1).toBeGreaterThanOrEqual(stripe.data + stripe.parity);
            expect((count - 1) * 2).toBeGreaterThan(count);
          });
        }
      }),
      { numRuns: 3000 },
    );
    expect(permissions).toBeGreaterThan(1000);
  });

  it('a node that is drained while all else is well is emptied, where the rest bears it', () => {
    for (const count of [5, 6, 8]) {
      const life = begin(count);
      happen(life, { what: 'drain', node: 1 }, () => undefined);
      for (let round = 0; round < 6; round += 1)
        for (const { id } of life.containers) happen(life, { what: 'look', id, omissions: [] }, () => undefined);
      expect(life.containers.filter(({ node }) => node === 1).map(({ up }) => up)).toEqual([false, false]);
    }
  });
});
