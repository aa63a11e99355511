/** What a twin says of a change, step by step, against what is then seen. */
import { describe, expect, it } from 'vitest';
import { apiVersion } from '../../hooks/weka/api/group.ts';
import { waits } from '../../hooks/core/waits.ts';
import { mishapNamed } from '../../cli/plan/mishaps.ts';
import { simulationOf } from '../../cli/plan/simulation.ts';
import { simulatedChanges, type SimulatedChange } from '../../docs/weka/simulated-changes.ts';
import { labSystems } from '../../lab/systems.ts';
import { systemObjects, whatHappens, type Happening } from '../../lab/twin/happening.ts';
import { readyCluster, type LabWorld } from './world.ts';

const objects = ({ lab: { store } }: LabWorld) =>
  store
    .resources()
    .flatMap((one) => (one.convert === undefined ? store.list(one).items : []))
    .filter(({ kind }) => !['CustomResourceDefinition', 'Event'].includes(kind));

/** The node of demo-compute-1 is known once the cluster runs. */
const mishap = (world: LabWorld, text: string) =>
  mishapNamed(text.replace('POD', String(world.get('Pod', 'demo-compute-1')?.spec?.['nodeName'])));

function asked(world: LabWorld, { does }: SimulatedChange) {
  if ('whatIf' in does) return { mishaps: [mishap(world, does.whatIf)] };
  const { kind, name, patch } = does;
  return {
    changes: [{ patch, of: { apiVersion, kind, namespace: 'default', name } }],
  };
}

async function does(world: LabWorld, { does: deed }: SimulatedChange): Promise<void> {
  if (!('whatIf' in deed)) return world.patch(deed.kind, deed.name, deed.patch);
  const { control, operand } = mishap(world, deed.whatIf);
  await world.lab.control(control, { operand, options: {} });
}

/** Names of pods by what becomes of them: those that restart one after the other, those that stop or start all at once. */
function fates({ steps }: Happening) {
  const that = (what: string): string[] =>
    steps.filter(({ object, what: does }) => object?.kind === 'Pod' && does === what).map(({ object }) => object!.name);
  const [told, created] = [that('is told to stop'), that('is created')];
  const firsts = steps.flatMap(({ object, what }) =>
    object?.kind === 'Pod' && ['is told to stop', 'is created'].includes(what) ? [`${object.name} ${what}`] : [],
  );
  const isNew = (name: string): boolean => firsts.find((one) => one.startsWith(`${name} `)) === `${name} is created`;
  const atOnce = (names: string[]): string[] => [...new Set(names)].sort();
  return {
    restarts: told.filter((name) => created.includes(name) && !isNew(name)),
    stops: atOnce(told.filter((name) => !created.includes(name))),
    starts: atOnce(created.filter((name) => !told.includes(name))),
    passes: atOnce(
      created.filter((name) => told.includes(name) && isNew(name)).map((name) => name.replace(/-[0-9a-f]{6}$/, '')),
    ),
  };
}

/** What a telling says without who and how many: several at one moment add up as chance has it. */
const without = (what: string): string =>
  what.replace(/(misses a copy|IO stopped).*/, '$1').replaceAll(/\w+x\w{12}|\d+/g, 'X');

/** What weka does. */
const tellings = ({ steps }: Happening): string[] =>
  [...new Set(steps.filter(({ object }) => object === undefined).map(({ what }) => without(what)))].sort();

const reasons = (all: readonly string[]): string[] => [...new Set(all.map((text) => text.split(':')[0]!))].sort();
const near = (one: number, other: number): boolean => Math.abs(one - other) <= Math.max(10, 0.3 * Math.max(one, other));

describe('a twin says of a change', { timeout: 300_000 }, () => {
  it('which pods it restarts, stops and starts, what weka does meanwhile, what is waited for, and how long it takes', async () => {
    const world = await readyCluster({}, { nodes: 6 });
    // the user admin is deleted after five minutes
    await world.clock.advance(400_000);
    for (const [at, change] of simulatedChanges.entries()) {
      const now = world.clock.now();
      const said = await simulationOf({ objects: objects(world), now }, asked(world, change), labSystems);
      // it is made some time after it was asked about
      await world.clock.advance(5300 * (at + 1));
      const seen = await whatHappens(world.lab, world.clock, () => does(world, change));
      const { what, restarts = [], stops = [], starts = [], passes = [], waits: published = [] } = change;
      expect({ what, ...fates(said) }).toEqual({ what, restarts, stops, starts, passes });
      expect({ what, ...fates(seen) }).toEqual({ what, restarts, stops, starts, passes });
      expect({ what, told: tellings(said) }).toEqual({ what, told: tellings(seen) });
      const waiting = systemObjects(world.lab).flatMap((object) => waits(object)?.reason ?? []);
      expect({ what, waits: reasons(said.waiting.map(({ because }) => because)) }).toEqual({ what, waits: published });
      expect({ what, waits: reasons(waiting) }).toEqual({ what, waits: published });
      const times = `${what}: said ${said.seconds}, seen ${seen.seconds}, published ${change.said} and ${change.seen}`;
      expect(near(said.seconds, seen.seconds) && near(said.seconds, change.said), times).toBe(true);
      expect(near(seen.seconds, change.seen), times).toBe(true);
    }
    expect(world.errors).toEqual([]);
    world.lab.stop();
  });
});
