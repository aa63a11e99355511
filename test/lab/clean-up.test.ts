import { describe, expect, it } from 'vitest';
import { readyCluster } from './world.ts';

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
