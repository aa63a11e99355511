/** The order of a roll is that which the cluster says, whatever the lab's seed; and nobody waits for an order for ever. */
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { WekaClaimsSpec } from '../../hooks/weka/api/index.ts';
import type { HookCall } from '../../lab/driver/transport.ts';
import { readyCluster, type LabWorld, type WorldOptions } from './world.ts';

const long = { timeout: 120_000 };
const claimsOf = (object: KubernetesObject | undefined): WekaClaimsSpec =>
  object?.kind === 'WekaClaims' ? ((object['spec'] as WekaClaimsSpec | undefined) ?? {}) : {};
const everyone = { spec: { additionalMemory: { drive: 100, compute: 100 } } };

/** Who takes the turn, in order, and who was said to be next when it did. */
function watchTurns({ lab }: LabWorld): { taken: string[]; named: (string | undefined)[] } {
  const seen = { taken: [] as string[], named: [] as (string | undefined)[] };
  lab.store.onChange(({ before, after }) => {
    const { turn, roll } = claimsOf(after);
    if (turn === undefined || turn.containerUid === claimsOf(before).turn?.containerUid) return;
    seen.taken.push(turn.name);
    seen.named.push(roll?.next.name);
  });
  return seen;
}

const upToDate = (world: LabWorld, name: string): boolean => {
  const { generation } = world.get('WekaContainer', name)!.metadata;
  const condition = world.condition('WekaContainer', name, 'PodUpToDate');
  return condition?.status === 'True' && condition.observedGeneration === generation && generation !== 1;
};
const isOver = (world: LabWorld): boolean =>
  world.list('WekaContainer').every(({ metadata }) => upToDate(world, metadata.name)) &&
  world
    .list('WekaClaims')
    .every((claims) => claimsOf(claims).turn === undefined && claimsOf(claims).roll === undefined);

/** The hook that is called so does not answer any more. */
const without =
  (isDead: (call: HookCall) => boolean): NonNullable<WorldOptions['transport']> =>
  (inner) => ({
    call: (call) => (isDead(call) ? Promise.reject(new Error('connection refused')) : inner.call(call)),
  });
const parentOf = ({ request }: HookCall): KubernetesObject | undefined =>
  request['parent'] as KubernetesObject | undefined;

describe('a roll of a whole cluster', () => {
  it.each([1, 2])('goes as the cluster says, with seed %i as with any other', long, async (seed) => {
    const world = await readyCluster({ drive: 3, compute: 4 }, { nodes: 4, seed });
    const seen = watchTurns(world);
    const said = new Set<string>();
    world.patch('WekaCluster', 'demo', everyone);
    const look = (): void => {
      const order = world.get('WekaCluster', 'demo')?.status?.['rollOrder'];
      if (order !== undefined) said.add((order as string[]).join(' '));
    };
    const over = (): boolean => {
      look();
      return seen.taken.length >= 7 && isOver(world);
    };
    await world.until('all are replaced', over, 900);
    const order = [0, 1, 2, 3].map((index) => `demo-compute-${index}`);
    order.push(...[0, 1, 2].map((index) => `demo-drive-${index}`));
    expect(seen).toEqual({ taken: order, named: order });
    expect([...said]).toContain(order.slice(1).join(' '));
    await world.until(
      'nothing is said any more',
      () => world.get('WekaCluster', 'demo')?.status?.['rollOrder'] === undefined,
      60,
    );
    expect(world.weka.damage).toEqual([]);
    world.lab.stop();
  });

  it('passes over who is next and does not stop, says so, and comes back to it', long, async () => {
    let dead = true;
    const stuck = 'demo-compute-1';
    const isDue = ({ status }: KubernetesObject & { status?: { conditions?: { type: string }[] } }): boolean =>
      status?.conditions?.some(({ type }) => type === 'RollDue') === true;
    const transport = without((call) => dead && parentOf(call)?.metadata.name === stuck && isDue(parentOf(call)!));
    const world = await readyCluster({}, { transport });
    const seen = watchTurns(world);
    world.patch('WekaCluster', 'demo', everyone);
    const others = ['demo-compute-0', 'demo-compute-2', 'demo-drive-0', 'demo-drive-1', 'demo-drive-2'];
    await world.until('all others are replaced', () => others.every((name) => upToDate(world, name)), 1500);
    expect(seen.taken).toEqual(others);
    expect(world.condition('WekaCluster', 'demo', 'RollPassedOver')).toMatchObject({
      status: 'True',
      reason: 'PassedOver',
      message: expect.stringMatching(
        /^next for 10 minutes, and did not stop: demo-compute-1 \(the configuration of the pod has changed/,
      ) as string,
    });
    dead = false;
    await world.until('it is replaced too', () => isOver(world), 300);
    expect(seen.taken).toEqual([...others, stuck]);
    await world.until(
      'nobody is passed over',
      () => world.condition('WekaCluster', 'demo', 'RollPassedOver') === undefined,
      120,
    );
    world.lab.stop();
  });

  it('goes on without an order where the cluster says nothing any more', long, async () => {
    let dead = false;
    const world = await readyCluster({}, { transport: without((call) => dead && call.controller === 'wekacluster') });
    const seen = watchTurns(world);
    world.patch('WekaCluster', 'demo', everyone);
    await world.until('the first one has the turn', () => seen.taken.length === 1, 120);
    dead = true;
    // who is next stays said, and has been replaced: for a while that counts
    await world.stays('nobody else takes the turn', () => seen.taken.length === 1, 840);
    await world.until('others are replaced', () => seen.taken.length > 2, 240);
    expect(new Set(seen.taken).size).toBe(seen.taken.length);
    expect(world.weka.damage).toEqual([]);
    world.lab.stop();
  });

  it('goes on without an order where the definitions of the release before do not keep one', long, async () => {
    const admission = ({ kind, spec }: KubernetesObject & { spec?: { roll?: unknown } }): void => {
      if (kind === 'WekaClaims') delete spec?.roll;
    };
    const world = await readyCluster({}, { admission });
    const seen = watchTurns(world);
    world.patch('WekaCluster', 'demo', everyone);
    await world.until('all are replaced', () => seen.taken.length >= 6 && isOver(world), 1500);
    expect(seen.named.every((name) => name === undefined)).toBe(true);
    expect(new Set(seen.taken).size).toBe(6);
    expect(world.weka.damage).toEqual([]);
    world.lab.stop();
  });
});
