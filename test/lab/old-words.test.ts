/** WekaContainers as a backup has them that was made while an earlier cluster of that name was destroyed, put over those of the one that lives. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { describe, expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { destroyByWord, readyCluster, wekaCluster, type LabWorld } from './world.ts';

const long = { timeout: 400_000 };
const members = (world: LabWorld): (KubernetesObject & { spec?: { state?: string } })[] =>
  world.list('WekaContainer').filter(({ metadata }) => /^demo-(drive|compute)-\d+$/.test(metadata.name));
const uids = (world: LabWorld): (string | undefined)[] => members(world).map(({ metadata }) => metadata.uid);
const isReady = (world: LabWorld): boolean =>
  world.condition('WekaCluster', 'demo')?.status === 'True' &&
  members(world).every(({ metadata: { name } }) => world.condition('WekaContainer', name)?.status === 'True');

it.each([
  ['their specs alone', false],
  ['their specs and annotations', true],
])('%s neither erase nor stop anything, and the containers say what they lack', long, async (_what, annotated) => {
  const world = await readyCluster({ spec: { gracefulDestroyDuration: '0s' } }, { nodes: 3 });
  let backup: ReturnType<typeof members> = [];
  world.delete('WekaCluster', 'demo');
  await world.until(
    'the earlier one is gone',
    () => {
      const told = members(world).filter(({ spec }) => spec?.state === 'destroying');
      if (told.length > backup.length) backup = structuredClone(told);
      return world.get('WekaCluster', 'demo') === undefined;
    },
    900,
  );
  expect(backup).toHaveLength(6);
  expect(world.list('Event').filter(({ reason }) => reason === 'WordNeeded')).toEqual([]);
  world.apply(wekaCluster({ spec: { gracefulDestroyDuration: '24h' } }));
  await world.until('the next one is Ready', () => isReady(world), 900);
  const watch = watchLosses(world);
  await watch.pass(300);
  const [before, pods] = [uids(world), world.list('Pod').map(({ metadata }) => metadata.uid)];
  for (const { metadata } of backup)
    world.patch('WekaContainer', metadata.name, {
      spec: { state: 'destroying' },
      ...(annotated ? { metadata: { annotations: metadata.annotations ?? {} } } : {}),
    });
  if (!annotated) {
    await watch.until(
      'each says so',
      () =>
        members(world).every(
          ({ metadata: { name } }) => world.condition('WekaContainer', name, 'WordNeeded')?.status === 'True',
        ),
      60,
    );
    expect(world.condition('WekaContainer', 'demo-drive-0', 'WordNeeded')?.message).toMatch(
      /^spec.state: destroying is a person's word only with the annotation weka.io\/destroy-confirmed, .*; spec.state: active takes it back$/,
    );
  }
  await watch.pass(600);
  expect([watch.erased(), watch.losses.ioStopped]).toEqual([[], false]);
  expect([uids(world), world.list('Pod').map(({ metadata }) => metadata.uid)]).toEqual([before, pods]);
  world.lab.stop();
});

it(
  'a word that is taken back leaves its confirmation, with which no later one counts until it was taken off',
  long,
  async () => {
    const world = await readyCluster({}, { nodes: 3 });
    const watch = watchLosses(world);
    const name = 'demo-drive-0';
    const left = () => world.condition('WekaContainer', name, 'WordLeft');
    destroyByWord(world, name);
    world.patch('WekaContainer', name, { spec: { state: 'active' } });
    await watch.until('it is shown', () => left()?.status === 'True', 60);
    expect(left()?.message).toBe(
      'the annotation weka.io/destroy-confirmed is left; no word counts with it any more; kubectl annotate wekacontainer demo-drive-0 -n default weka.io/destroy-confirmed- takes it back',
    );
    // as a restore of the spec writes it
    world.patch('WekaContainer', name, { spec: { state: 'destroying' } });
    await watch.pass(300);
    expect(left()?.message).toMatch(
      /^the annotation \S+ was left from an earlier word, and spec.state: destroying, which/,
    );
    world.patch('WekaContainer', name, { metadata: { annotations: { 'weka.io/destroy-confirmed': null } } });
    await watch.until('it is gone', () => left() === undefined, 60);
    await watch.pass(300);
    expect([watch.erased(), watch.losses.ioStopped]).toEqual([[], false]);
    const { uid } = world.get('WekaContainer', name)!.metadata;
    destroyByWord(world, name);
    await watch.until(
      'the word that is said anew counts',
      () => world.get('WekaContainer', name)?.metadata.uid !== uid,
      1800,
    );
    expect(watch.erased()).not.toEqual([]);
    world.lab.stop();
  },
);

describe('words of force in a backup that is put back over all containers', () => {
  const words = { podDeleteForceReplace: true };
  it.each([
    ['while their pods wait to stop', { overrides: words }, true],
    ['with which they are given up', { state: 'deleting', overrides: { ...words, skipDeactivate: true } }, false],
  ])('%s, stop no more than weka bears', long, async (_when, spec, stopping) => {
    const world = await readyCluster({ drive: 6, compute: 6 }, { nodes: 6 });
    const watch = watchLosses(world);
    const names = members(world).map(({ metadata }) => metadata.name);
    if (stopping) for (const name of names) world.delete('Pod', name);
    await watch.pass(30);
    for (const name of names) world.patch('WekaContainer', name, { spec });
    await watch.pass(300);
    expect(watch.losses.ioStopped).toBe(false);
    const said = names.map((name) => world.condition('WekaContainer', name, 'ForceReplaceLeft')?.message ?? '');
    expect(said.filter((message) => /counts for nothing: kubectl patch/.test(message)).length).toBeGreaterThan(6);
    world.lab.stop();
  });
});

describe('in a cluster whose deletion is cancelled, and which goes on', () => {
  it.each(['paused', 'destroying'])('spec.state: %s, said to all, stops one at most', long, async (state) => {
    const world = await readyCluster({ drive: 6, compute: 6 }, { nodes: 6 });
    const watch = watchLosses(world);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
    world.delete('WekaCluster', 'demo');
    await watch.pass(30);
    for (const { metadata } of members(world)) world.patch('WekaContainer', metadata.name, { spec: { state } });
    await watch.pass(180);
    expect([watch.losses.ioStopped, watch.erased()]).toEqual([false, []]);
    expect(watch.losses.away).toBeLessThanOrEqual(1);
    const said = members(world).map(({ metadata: { name } }) => world.condition('WekaContainer', name, 'WordNeeded'));
    expect(said.every((condition) => (condition?.status === 'True') === (state === 'destroying'))).toBe(true);
    world.lab.stop();
  });
});
