/** Etcd is put back to an earlier moment: weka and the machines have gone on, and whose a drive is by now no object of Kubernetes says. */
import { expect, it } from 'vitest';
import { watchLosses, type LossWatch } from './losses.ts';
import { destroyByWord, readyCluster, wekaCluster, type LabWorld } from './world.ts';

const long = { timeout: 400_000 };
const name = 'demo-drive-0';
const uidOf = (world: LabWorld): string | undefined => world.get('WekaContainer', name)?.metadata.uid;
const cluster = (world: LabWorld) => world.weka.snapshot().clusters.find((one) => one.name === 'demo');
const isWhole = (world: LabWorld): boolean =>
  world.condition('WekaCluster', 'demo')?.status === 'True' &&
  world
    .list('WekaContainer')
    .every(
      ({ metadata }) =>
        metadata.deletionTimestamp === undefined && world.condition('WekaContainer', metadata.name)?.status === 'True',
    );

/** A person takes out of weka what the container that is gone has left there. */
async function removedByHand(world: LabWorld, watch: LossWatch, uid: string | undefined): Promise<void> {
  const id = cluster(world)?.members.find(({ dataId }) => dataId === uid)?.id;
  const weka = (text: string) =>
    world.lab.pods.exec('default', 'demo-drive-1', 'weka-container', ['weka', 'cluster', ...text.split(' ')], '');
  if (id === undefined) return;
  await weka(`container deactivate ${id}`);
  await watch.pass(30);
  const drive = cluster(world)?.drives.find(({ containerId }) => containerId === id);
  if (drive !== undefined) await weka(`drive remove ${drive.uuid} -f`);
  await weka(`container remove ${id}`);
}

/** As --cascade=orphan and a finalizer that is taken off by hand leave it. */
function orphan(world: LabWorld): void {
  world.delete('WekaCluster', 'demo', { propagationPolicy: 'Orphan' });
  world.patch('WekaCluster', 'demo', { metadata: { finalizers: null } });
  for (const { metadata } of world.list('WekaContainer'))
    world.patch('WekaContainer', metadata.name, { metadata: { ownerReferences: null } });
}

it.each<[string, (world: LabWorld) => void, 'speak' | 'are silent' | 'are silent, and nobody owns them']>([
  ['spec.state: destroying', (world) => destroyByWord(world, name), 'speak'],
  [
    'skipDeactivate and podDeleteForceReplace',
    (world) =>
      world.patch('WekaContainer', name, {
        spec: { overrides: { skipDeactivate: true, podDeleteForceReplace: true } },
      }),
    'are silent',
  ],
  [
    'spec.state: destroying, in a cluster whose WekaCluster goes',
    (world) => destroyByWord(world, name),
    'are silent, and nobody owns them',
  ],
])(
  'in the midst of a clean-up by %s: the drive that a successor has by now is not erased',
  long,
  async (_word, say, members) => {
    const world = await readyCluster(
      { drive: 6, compute: 5, spec: { gracefulDestroyDuration: '24h' } },
      { nodes: 6, machine: { driveCount: 1 }, weka: { rebuildElsewhere: 600_000 } },
    );
    const watch = watchLosses(world);
    await watch.pass(120);
    const former = uidOf(world);
    let backup: ReturnType<typeof world.lab.store.backup> | undefined;
    say(world);
    world.delete('WekaContainer', name);
    await watch.until(
      'it is gone',
      () => {
        if (world.get('Pod', name) === undefined && uidOf(world) === former) backup ??= world.lab.store.backup();
        return ![former, undefined].includes(uidOf(world));
      },
      600,
    );
    await removedByHand(world, watch, former);
    const before = watch.erased();
    await watch.until(
      'its successor has the drive',
      () =>
        isWhole(world) &&
        cluster(world)?.drives.some(({ serial, status }) => serial === before[0] && status === 'ACTIVE') === true,
      1200,
    );
    if (members !== 'speak')
      world.weka.distort(undefined, () => ({ exitCode: 1, stdout: '', stderr: 'error: timed out' }));
    if (backup === undefined) throw new Error('nothing was cleaned');
    world.lab.goBackTo(backup);
    if (members === 'are silent, and nobody owns them') orphan(world);
    await world.lab.restartDriver();
    world.lab.restartSidecar();
    await watch.pass(300);
    expect(watch.erased()).toEqual(before);
    if (members === 'are silent')
      expect(world.condition('WekaContainer', name)?.message).toMatch(
        /^erases its drives once other members of the weka cluster have said that they are nobody else's: .*; overrides.skipDrivesForceResign and overrides.skipCleanupPersistentDir skip it$/,
      );
    world.lab.stop();
  },
);

it('to a cluster that was destroyed: it takes nothing of the next one of its name for its own', long, async () => {
  const world = await readyCluster(
    { spec: { gracefulDestroyDuration: '0s' } },
    { nodes: 3, machine: { driveCount: 1 } },
  );
  const backup = world.lab.store.backup();
  world.delete('WekaCluster', 'demo');
  await world.until('it is gone', () => world.get('WekaCluster', 'demo') === undefined, 600);
  world.apply(wekaCluster({ spec: { gracefulDestroyDuration: '24h' } }));
  await world.until('the next one is Ready', () => isWhole(world), 600);
  const watch = watchLosses(world);
  world.lab.goBackTo(backup);
  await world.lab.restartDriver();
  world.lab.restartSidecar();
  await watch.pass(120);
  world.delete('WekaCluster', 'demo');
  await watch.pass(600);
  expect(watch.erased()).toEqual([]);
  world.lab.stop();
});
