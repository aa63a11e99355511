/**
 * Counts what is down whenever the operator lets a container stop, in random lives of a cluster: nodes emptied and failing, pods
 * deleted and evicted, weka's answers partial, missing or of the past. The decisions and what they write are the real ones, on
 * facts; weka, the pods and the claims are a few lines.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PodTarget } from '../../hooks/core/catalogue.ts';
import type { Json, Operation } from '../../hooks/core/contract.ts';
import { readingRequest } from '../../hooks/core/facts.ts';
import { turnOf, type TurnHolder } from '../../hooks/core/turn.ts';
import { wekaQuery } from '../../hooks/weka/catalogue.ts';
import { returning, stopDecision, turnOperations, turnReturned } from '../../hooks/weka/container/disruption.ts';
import {
  clusterClaims,
  factsOf,
  holder,
  namespace,
  node as nodeFacts,
  read,
  report,
} from '../../hooks/weka/container/facts.fixture.ts';
import type { ContainerFacts } from '../../hooks/weka/container/facts.ts';
import type { WekaAnswer, WekaStatus } from '../../hooks/weka/queries.ts';

interface Container {
  id: number;
  node: number;
  role: 'drive' | 'compute';
  up: boolean;
  /** Its pod was deleted and waits for its permission. */
  ending: boolean;
  /** Its pod was evicted. */
  evicted: boolean;
}

/** How a node is emptied. */
const ways = ['cordon', 'NoSchedule', 'NoExecute', 'label'] as const;
type Way = (typeof ways)[number];

interface Life {
  containers: Container[];
  emptied: Map<number, Way>;
  claims: { turn?: TurnHolder };
}

/** Data and parity drives of a stripe. */
const stripe = { data: 2, parity: 2 };

const begin = (nodes: number): Life => ({
  containers: Array.from({ length: nodes }, (_none, node) => [
    { id: node, node, role: 'drive' as const, up: true, ending: false, evicted: false },
    { id: node + nodes, node, role: 'compute' as const, up: true, ending: false, evicted: false },
  ])
    .flat()
    .sort((one, other) => one.id - other.id),
  emptied: new Map(),
  claims: {},
});

const nodeName = (node: number): string => `node-${node}`;
const nameOf = ({ id, role }: Container): string => `${role}x${id}`;
const uidOf = ({ id }: Container): string => `uid-of-${id}`;
const podOf = (one: Container): PodTarget => ({ namespace, name: `demo-${one.id}`, uid: `pod-${one.id}` });
const downDomains = ({ containers }: Life, except?: Container): Set<number> =>
  new Set(containers.filter((one) => !one.up && one !== except).map(({ node }) => node));
const isEmptied = ({ emptied }: Life, { node, evicted }: Container): boolean => emptied.has(node) || evicted;

interface Said {
  status: WekaStatus;
  list: WekaAnswer<'containers'>;
}

/** What weka says: the truth, less what was left out. */
function answer({ containers }: Pick<Life, 'containers'>, omissions: readonly number[]): Said {
  const count = (role: Container['role']) => {
    const all = containers.filter((one) => one.role === role);
    return { active: all.filter(({ up }) => up).length, total: all.length };
  };
  const failures = new Set(containers.filter(({ up }) => !up).map(({ node }) => node)).size;
  const whole: WekaStatus = {
    status: failures === 0 ? 'OK' : 'PARTIALLY_PROTECTED',
    stripe_data_drives: stripe.data,
    stripe_protection_drives: stripe.parity,
    containers: { drives: count('drive'), computes: count('compute') },
    rebuild: { protectionState: [{ numFailures: failures, percent: failures === 0 ? 100 : 40 }] },
    guid: 'guid',
  };
  const dropped = Object.keys(whole).filter((_key, index) => omissions.includes(index));
  const status = Object.fromEntries(Object.entries(whole).filter(([key]) => !dropped.includes(key))) as WekaStatus;
  const list = containers
    .filter((_one, index) => !omissions.includes(index + 10))
    .map((one) => ({
      host_id: `HostId<${one.id}>`,
      container_name: nameOf(one),
      mode: 'backend',
      roles: [one.role.toUpperCase()],
      failure_domain: nodeName(one.node),
      ...(omissions.includes(one.id + 50) ? {} : { status: one.up ? 'UP' : 'DOWN' }),
    }));
  return { status, list };
}

/** Who repeats what was so when all was whole: the container itself, the first who is asked beside it, or the second. */
type Stale = 'itself' | 'first' | 'second' | undefined;

/** Of a container of which nobody runs and nobody is asked. */
const bare = factsOf({ pod: undefined, report: undefined, executor: undefined, otherMember: undefined });
const running = factsOf().pod;

/** The facts of the container now; while it is down and its pod is not deleted, its next pod has not come. */
function factsNow(
  life: Life,
  one: Container,
  omissions: readonly number[] = [],
  stale: Stale = undefined,
): ContainerFacts {
  const others = life.containers.filter((other) => other.up && other.node !== one.node);
  const speakers = [others[0], others.find(({ node }) => node !== others[0]?.node)].flatMap((other) =>
    other === undefined ? [] : [{ pod: podOf(other), containerId: other.id }],
  );
  const truth = answer(life, omissions);
  const past = answer({ containers: life.containers.map((other) => ({ ...other, up: true })) }, []);
  // where nobody else is asked a single liar is believed, and that is known
  const said = (who: Stale): Said => (who === stale && speakers.length === 2 ? past : truth);
  const answers = (pod: PodTarget | undefined, { status, list }: Said) =>
    pod === undefined
      ? {}
      : { ...read(wekaQuery(pod, 'status', 0), status), ...read(wekaQuery(pod, 'containers', 0), list) };
  const claims = clusterClaims(life.claims);
  const emptied = life.emptied.get(one.node);
  const { container, request } = bare;
  return {
    ...bare,
    request: readingRequest({
      ...request,
      observed: {
        facts: {
          ...(one.up ? answers(podOf(one), said('itself')) : {}),
          ...answers(speakers[0]?.pod, said('first')),
          ...answers(speakers[1]?.pod, said('second')),
        },
        operations: {},
      },
    }),
    uid: uidOf(one),
    name: podOf(one).name,
    container: {
      ...container,
      metadata: { ...container.metadata, uid: uidOf(one), name: podOf(one).name },
      spec: { ...container.spec, name: nameOf(one), mode: one.role },
    },
    containerId: one.id,
    nodeName: nodeName(one.node),
    node: nodeFacts({
      labels: {
        'kubernetes.io/hostname': nodeName(one.node),
        ...(emptied === 'label' ? {} : { 'kubernetes.io/os': 'linux' }),
      },
      unschedulable: emptied === 'cordon',
      taints:
        emptied === 'NoSchedule' || emptied === 'NoExecute'
          ? [{ key: 'example.com/maintenance', effect: emptied }]
          : [],
    }),
    holder: holder({ stopAllowed: undefined }),
    clusterClaims: claims,
    turn: turnOf(claims, uidOf(one)),
    ...(running !== undefined && (one.up || one.ending)
      ? {
          pod: { ...running, target: podOf(one), terminating: one.ending, disrupted: one.evicted },
          report: report({
            name: nameOf(one),
            local: [
              {
                name: nameOf(one),
                runStatus: 'Running',
                internalStatus: { display_status: one.up ? 'READY' : 'DOWN' },
              },
            ],
          }),
        }
      : {}),
    ...(one.up ? { executor: podOf(one) } : speakers[0] === undefined ? {} : { executor: speakers[0].pod }),
    ...(speakers[0] === undefined ? {} : { otherMember: speakers[0].pod }),
    speakers,
  };
}

/** Writes the claims as the sidecar does. */
function perform({ claims }: Life, operations: readonly Operation[]): void {
  for (const { args } of operations)
    for (const { path, value } of (args as { changes: { path: string[]; value: Json }[] }).changes) {
      const [last = '', ...before] = [...path].reverse();
      let at = claims as Record<string, Json>;
      for (const key of before.reverse()) at = (at[key] ??= {}) as Record<string, Json>;
      if (value === null) delete at[last];
      else at[last] = structuredClone(value);
    }
}

type Event =
  | { what: 'empty'; node: number; way: Way; evicts: boolean }
  | { what: 'give-back' | 'fail' | 'recover'; node: number }
  | { what: 'delete' | 'evict' | 'return'; id: number }
  | { what: 'look'; id: number; omissions: number[]; stale: Stale };

const change = {
  empty(life: Life, { node, way, evicts }: Extract<Event, { what: 'empty' }>) {
    life.emptied.set(node, way);
    for (const one of life.containers)
      if (one.node === node && one.up && (evicts || way === 'NoExecute')) {
        one.ending = true;
        one.evicted = way === 'NoSchedule' || way === 'NoExecute';
      }
  },
  node(life: Life, { what, node }: { what: 'give-back' | 'fail' | 'recover'; node: number }) {
    if (what === 'give-back') life.emptied.delete(node);
    for (const one of life.containers.filter((other) => other.node === node)) {
      if (what === 'fail') one.up = false;
      if (what === 'recover') Object.assign(one, { up: true, ending: false, evicted: false });
    }
  },
  container(life: Life, one: Container, what: 'delete' | 'evict' | 'return') {
    if (what !== 'return') Object.assign(one, { ending: true, evicted: one.evicted || what === 'evict' });
    else if (!one.up && !life.emptied.has(one.node)) Object.assign(one, { up: true, ending: false, evicted: false });
  },
};

/** The container's hook is called once; `allowed` before a stop takes effect. */
function look(
  life: Life,
  one: Container,
  { omissions, stale }: { omissions: number[]; stale: Stale },
  allowed: (container: Container) => void,
): void {
  const facts = factsNow(life, one, omissions, stale);
  if (!one.ending) {
    const outcome = turnReturned(facts);
    if (outcome.state === 'act') perform(life, outcome.operations);
    return;
  }
  const decision = stopDecision(facts);
  if (decision.takeTurn !== undefined) perform(life, turnOperations(facts, decision.takeTurn));
  else if (decision.stop === 'wait') {
    if (decision.returnTurn === true && facts.turn.state === 'ours' && !facts.turn.shared)
      perform(life, returning(facts));
  } else {
    allowed(one);
    one.up = false;
    one.ending = false;
  }
}

function happen(life: Life, event: Event, allowed: (container: Container) => void): void {
  if (event.what === 'empty') change.empty(life, event);
  else if ('node' in event) change.node(life, event);
  else {
    const one = life.containers[event.id];
    if (one === undefined) return;
    if (event.what === 'look') look(life, one, event, allowed);
    else change.container(life, one, event.what);
  }
}

const nodes = fc.integer({ min: 3, max: 8 });
const eventsOf = (count: number): fc.Arbitrary<Event[]> => {
  // two nodes are in the middle of it, so that something comes to its end
  const node = fc.oneof(fc.nat(1), fc.nat(count - 1));
  const id = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0, 1, count, count + 1) },
    { weight: 1, arbitrary: fc.nat(2 * count - 1) },
  );
  const omissions = fc.oneof(
    { weight: 4, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.nat(60), { maxLength: 4 }) },
  );
  const stale = fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('itself' as const, 'first' as const, 'second' as const) },
  );
  return fc.array(
    fc.oneof(
      {
        weight: 1,
        arbitrary: fc.record({
          what: fc.constant('empty' as const),
          node,
          way: fc.constantFrom(...ways),
          evicts: fc.boolean(),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          what: fc.constantFrom('give-back' as const, 'fail' as const, 'recover' as const),
          node,
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ what: fc.constantFrom('delete' as const, 'evict' as const, 'return' as const), id }),
      },
      { weight: 10, arbitrary: fc.record({ what: fc.constant('look' as const), id, omissions, stale }) },
    ),
    { minLength: 20, maxLength: 120 },
  );
};
const lives = nodes.chain((count) => fc.record({ count: fc.constant(count), events: eventsOf(count) }));

describe('whenever a container may stop', () => {
  it('nothing outside its own failure domain is down, or it was down itself', () => {
    let permissions = 0;
    let together = 0;
    fc.assert(
      fc.property(lives, ({ count, events }) => {
        const life = begin(count);
        for (const event of events) {
          happen(life, event, (container) => {
            permissions += 1;
            if (!container.up) return;
            const others = [...downDomains(life, container)].filter((node) => node !== container.node);
            expect(others, `domains that are down beside that of ${container.id}`).toEqual([]);
            if (!life.containers.some((one) => !one.up && one.node === container.node)) return;
            // the second one of a node: what is left fills a stripe and keeps the quorum
            together += 1;
            expect(isEmptied(life, container)).toBe(true);
            expect(count - 1).toBeGreaterThanOrEqual(stripe.data + stripe.parity);
            expect((count - 1) * 2).toBeGreaterThan(count);
          });
        }
      }),
      { numRuns: 2000 },
    );
    expect(permissions).toBeGreaterThan(1000);
    expect(together).toBeGreaterThan(20);
  });

  const goesOn = (life: Life): void => {
    for (let round = 0; round < 6; round += 1)
      for (const { id } of life.containers)
        happen(life, { what: 'look', id, omissions: [], stale: undefined }, () => undefined);
  };
  const upOn = (life: Life, node: number): boolean[] =>
    life.containers.filter((one) => one.node === node).map(({ up }) => up);
  const cases = [5, 6, 8].flatMap((count) => ways.map((way) => [count, way] as const));

  it.each(cases)('one of %i nodes that is emptied by %s while all else is well is emptied', (count, way) => {
    const life = begin(count);
    happen(life, { what: 'empty', node: 1, way, evicts: true }, () => undefined);
    goesOn(life);
    expect(upOn(life, 1)).toEqual([false, false]);
  });

  it.each(cases)('the same where the first one of %i nodes stopped before: %s', (count, way) => {
    const life = begin(count);
    happen(life, { what: 'delete', id: 1 }, () => undefined);
    for (let round = 0; round < 2; round += 1)
      happen(life, { what: 'look', id: 1, omissions: [], stale: undefined }, () => undefined);
    expect(upOn(life, 1)).toEqual([false, true]);
    happen(life, { what: 'empty', node: 1, way, evicts: true }, () => undefined);
    goesOn(life);
    expect(upOn(life, 1)).toEqual([false, false]);
  });
});
