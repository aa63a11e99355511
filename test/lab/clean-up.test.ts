import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { watchLosses } from './losses.ts';
import { readyCluster, type LabWorld } from './world.ts';

const long = { timeout: 120_000 };
const foreign = 'f0e1d2c3-0000-4000-8000-000000000002';

describe('a drive that another cluster has by now', long, () => {
  it('is not erased with its former cluster, and the container says whose it is until a person lets it go', async () => {
    const world = await readyCluster({ spec: { gracefulDestroyDuration: '10m' } });
    const status = world.get('WekaContainer', 'demo-drive-0')?.status as {
      allocations?: { drives?: string[] };
      clusterID?: string;
    };
    const serial = status.allocations?.drives?.[0] ?? '';
    world.delete('WekaCluster', 'demo');
    await world.until('no pod is left', () => world.list('Pod').length === 0);
    world.weka.imprint(serial, foreign);
    const said = (): string =>
      world.condition('WekaContainer', 'demo-drive-0', 'ContainerDrivesResigned')?.message ?? '';
    await world.until(
      'the container says whose it is',
      () => said().includes(`belongs to weka cluster ${foreign}`),
      1200,
    );
    expect(said()).toBe(
      `resigns the drives and removes the data on node ${world.get('WekaContainer', 'demo-drive-0')?.status?.['nodeAffinity'] as string}: ` +
        `the helper pod says: drive ${serial} (/dev/weka-${serial}) belongs to weka cluster ${foreign}, not to ${status.clusterID ?? ''}; ` +
        'overrides.skipDrivesForceResign and overrides.skipCleanupPersistentDir skip it',
    );
    await world.stays('it waits', () => world.get('WekaContainer', 'demo-drive-0') !== undefined, 900);
    expect(world.list('WekaContainer').map(({ metadata }) => metadata.name)).toEqual(['demo-drive-0']);
    world.patch('WekaContainer', 'demo-drive-0', { spec: { overrides: { skipDrivesForceResign: true } } });
    await world.until(
      'all is gone',
      () => world.get('WekaCluster', 'demo') === undefined && world.list('WekaContainer').length === 0,
      600,
    );
    expect(world.weka.driveGuid(serial)).toBe(foreign);
    const others = world.lab.hardware
      .list()
      .flatMap(({ drives }) => drives)
      .filter((other) => other !== serial);
    expect(others.filter((other) => world.weka.driveGuid(other) !== undefined)).toEqual([]);
    expect(
      world.weka.incidents.filter(
        ({ kind }) => kind === 'drive-resigned-in-use' || kind === 'directory-removed-in-use',
      ),
    ).toEqual([]);
    world.lab.stop();
  });
});

describe('helper pods under a webhook that takes all annotations off pods', long, () => {
  it('do their work once: a probe proves a runtime dead, and the end of the cluster cleans each node', async () => {
    const done: string[] = [];
    const world = await readyCluster(
      { spec: { gracefulDestroyDuration: '0s' } },
      {
        nodes: 3,
        admission: (object, before) => {
          if (object.kind !== 'Pod' || before !== undefined) return;
          object.metadata.annotations = {};
        },
      },
    );
    world.lab.store.onChange(({ before, after }) => {
      const [was, is] = [before, after].map((pod) => (pod?.['status'] as { phase?: string } | undefined)?.phase);
      // one that is taken back before it runs has done nothing
      if (after?.kind === 'Pod' && is === 'Succeeded' && was !== is) done.push(after.metadata.name);
    });
    const before = world.get('Pod', 'demo-drive-0')?.metadata.uid;
    world.delete('Pod', 'demo-drive-0', { gracePeriodSeconds: 0 });
    await world.until(
      'its successor runs',
      () => ![undefined, before].includes(world.get('Pod', 'demo-drive-0')?.metadata.uid),
      600,
    );
    world.delete('WekaCluster', 'demo');
    await world.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 900);
    expect(done.filter((name) => name.endsWith('-probe'))).toEqual(['demo-drive-0-probe']);
    expect(done.filter((name) => name.endsWith('-cleanup')).sort()).toEqual(
      ['compute', 'drive'].flatMap((role) => [0, 1, 2].map((ordinal) => `demo-${role}-${ordinal}-cleanup`)),
    );
    world.lab.stop();
  });
});

/** A drive container is deleted, and its successor has its node and its drive; its clean-up as a backup has it that was made then. */
async function replaced(world: LabWorld): Promise<KubernetesObject> {
  let backup: KubernetesObject | undefined;
  world.lab.store.onChange(({ after }) => {
    if (after?.kind === 'Pod' && after.metadata.name === 'demo-drive-0-cleanup') backup ??= structuredClone(after);
  });
  const before = world.get('WekaContainer', 'demo-drive-0')?.metadata.uid;
  world.delete('WekaContainer', 'demo-drive-0');
  await world.until(
    'another one is in its place',
    () =>
      ![before, undefined].includes(world.get('WekaContainer', 'demo-drive-0')?.metadata.uid) &&
      world.condition('WekaContainer', 'demo-drive-0')?.status === 'True' &&
      world.condition('WekaCluster', 'demo')?.status === 'True',
    7200,
  );
  if (backup === undefined) throw new Error('nothing was cleaned');
  return backup;
}

/** The container whose clean-up would have that name is deleted, and says what is in its way. */
async function endsBeside(world: LabWorld, name: string): Promise<void> {
  const before = world.get('WekaContainer', 'demo-drive-0')?.metadata.uid;
  const removes = `kubectl delete pod ${name} -n default`;
  world.delete('WekaContainer', 'demo-drive-0');
  await world.until(
    'the container names it',
    () =>
      world.condition('WekaContainer', 'demo-drive-0', 'ContainerDrivesResigned')?.message.includes(removes) === true,
    7200,
  );
  world.delete('Pod', name);
  await world.until(
    'the container ends',
    () => world.get('WekaContainer', 'demo-drive-0')?.metadata.uid !== before,
    600,
  );
}

describe('a clean-up pod from a backup', long, () => {
  it.each<[string, (pod: KubernetesObject) => object]>([
    ['that nobody owns', () => ({})],
    ['that still has its labels', ({ metadata: { labels } }) => ({ labels })],
    ['of its former owner', ({ metadata: { labels, ownerReferences } }) => ({ labels, ownerReferences })],
  ])('%s erases nothing in the pause of its cluster, which comes back', async (_whose, metadataOf) => {
    const roles = { driveContainers: 6, computeContainers: 5 };
    const world = await readyCluster({ spec: { dynamicTemplate: roles } }, { nodes: 6 });
    const backup = await replaced(world);
    const { name, namespace } = backup.metadata;
    const watch = watchLosses(world);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: true } } });
    await watch.until('all have stopped', () => world.list('Pod').length === 0, 300);
    world.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, ...metadataOf(backup) },
      spec: backup['spec'],
    } as KubernetesObject);
    await world.until(
      'it runs',
      () => (world.get('Pod', name)?.['status'] as { phase?: string } | undefined)?.phase === 'Running',
    );
    await watch.stays('it waits', () => watch.erased().length === 0, 300);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: null } } });
    await watch.until(
      'IO runs',
      () =>
        world.condition('WekaCluster', 'demo')?.status === 'True' &&
        world.weka.snapshot().clusters[0]?.ioStatus === 'STARTED',
      900,
    );
    expect([watch.erased(), watch.violations()]).toEqual([[], []]);
    if (world.get('Pod', name) !== undefined) await endsBeside(world, name);
    world.lab.stop();
  });
});
