/** What a plan says of a change against what is then seen. */
import { describe, expect, it } from 'vitest';
import { planOf, type Plan } from '../../cli/plan/plan.ts';
import { labSystems } from '../../lab/systems.ts';
import { ApiError } from '../../lab/contract.ts';
import { apiVersion } from '../../hooks/weka/api/group.ts';
import { plannedStories, type PlannedChange, type PlannedStory } from '../../docs/weka/plan-changes.ts';
import { addAppNode, readyCluster, startWorld, wekaClient, wekaCluster, type LabWorld } from './world.ts';

const objects = ({ lab: { store } }: LabWorld) =>
  store.resources().flatMap((one) => (one.convert === undefined ? store.list(one).items : []));

/** As it is written once the uid of the object is known. */
const patchOf = (world: LabWorld, { kind, name, patch }: PlannedChange): Record<string, unknown> =>
  JSON.parse(JSON.stringify(patch).replaceAll('"UID"', JSON.stringify(world.get(kind, name)?.metadata.uid))) as Record<
    string,
    unknown
  >;

const plan = (world: LabWorld, change: PlannedChange): Promise<Plan> =>
  planOf(
    { objects: objects(world), now: world.clock.now() },
    [{ patch: patchOf(world, change), of: { apiVersion, kind: change.kind, namespace: 'default', name: change.name } }],
    labSystems,
  );

const uids = (world: LabWorld): Map<string, string | undefined> =>
  new Map(
    world
      .list('Pod')
      .filter(({ metadata }) => metadata.namespace === 'default')
      .map(({ metadata }) => [metadata.name, metadata.uid]),
  );

const quietSeconds = 100;
const longestSeconds = 1800;

/** Lets time pass until no pod has come or gone for a while. */
async function settle(world: LabWorld): Promise<void> {
  const picture = (): string => JSON.stringify([...uids(world)]);
  let last = picture();
  for (let quiet = 0, passed = 0; quiet < quietSeconds && passed < longestSeconds; passed += 10) {
    await world.clock.advance(10_000);
    const now = picture();
    quiet = now === last ? quiet + 10 : 0;
    last = now;
  }
}

async function seen(world: LabWorld, change: PlannedChange) {
  const { kind, name } = change;
  const before = uids(world);
  try {
    world.lab.store.patch(
      world.lab.store.definitionOf(apiVersion, kind)!,
      'default',
      name,
      'application/merge-patch+json',
      patchOf(world, change),
      undefined,
      { fieldValidation: 'Strict' },
    );
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
  await settle(world);
  const after = uids(world);
  const names = (of: Map<string, unknown>, hold: (pod: string) => boolean): string[] =>
    [...of.keys()].filter(hold).sort();
  return {
    restarts: names(before, (pod) => after.has(pod) && after.get(pod) !== before.get(pod)),
    stops: names(before, (pod) => !after.has(pod)),
    starts: names(after, (pod) => !before.has(pod)),
  };
}

const predicted = ({ pods }: Plan) => {
  const which = (does: string): string[] =>
    pods.filter((pod) => pod.does === does && pod.held === undefined).map(({ name }) => name);
  return {
    restarts: which('restarts'),
    held: pods.flatMap(({ name, held, already }) => (held === undefined || already === true ? [] : [name])),
    stops: which('stops'),
    starts: which('starts'),
  };
};

/** Makes the changes one after the other; what was said and seen of each against what is published. */
async function told(world: LabWorld, story: PlannedStory): Promise<void> {
  const found: object[] = [];
  for (const change of story.changes) {
    const said = await plan(world, change);
    const fields = Object.fromEntries(said.changes[0]!.fields.map(({ path, verdict }) => [path, verdict]));
    const { held, ...comes } = predicted(said);
    found.push({ what: change.what, fields, held, said: comes, seen: await seen(world, change) });
  }
  const published = story.changes.map(({ what, fields, restarts = [], held = [], stops = [], starts = [] }) => {
    const comes = { restarts, stops, starts };
    return { what, fields, held, said: comes, seen: comes };
  });
  expect(found).toEqual(published);
  expect(world.errors).toEqual([]);
  world.lab.stop();
}

describe('a plan names exactly what then restarts, stops and starts:', { timeout: 300_000 }, () => {
  it(plannedStories.formed.title, async () => {
    await told(await readyCluster({}, { nodes: 6 }), plannedStories.formed);
  });

  it(plannedStories.withClients.title, async () => {
    const world = await readyCluster({}, { nodes: 6 });
    for (const name of ['app-1', 'app-2']) await addAppNode(world, name);
    world.apply(wekaClient());
    await world.until('the clients run', () => world.condition('WekaClient', 'apps')?.status === 'True');
    await told(world, plannedStories.withClients);
  });

  it(plannedStories.unformed.title, async () => {
    const world = await startWorld({ nodes: 2 });
    world.apply(wekaCluster());
    await world.clock.advance(120_000);
    await told(world, plannedStories.unformed);
  });

  it(plannedStories.often.title, async () => {
    await told(await readyCluster({}, { nodes: 6 }), plannedStories.often);
  });

  it(plannedStories.twoClusters.title, async () => {
    const world = await readyCluster({}, { nodes: 6 });
    const second = wekaCluster();
    world.apply({ ...second, metadata: { ...second.metadata, name: 'second' } });
    await world.until('the second is Ready', () => world.condition('WekaCluster', 'second')?.status === 'True');
    for (const pod of ['second-compute-0', 'demo-drive-0'])
      world.patch('Node', world.get('Pod', pod)?.spec?.['nodeName'] as string, { spec: { unschedulable: true } });
    await world.clock.advance(10_000);
    await told(world, plannedStories.twoClusters);
  });
});
