import { describe, expect, it } from 'vitest';
import { mainContainerName } from '../../hooks/weka/api/group.ts';
import { readyCluster, startWorld, wekaCluster, writesSince, type LabWorld } from './world.ts';

const containers = (world: LabWorld): string[] =>
  world
    .list('WekaContainer')
    .map(({ metadata }) => metadata.name)
    .sort();
const pods = (world: LabWorld): string[] =>
  world
    .list('Pod')
    .map(({ metadata }) => metadata.name)
    .sort();
const uidOf = (world: LabWorld, name: string): string | undefined => world.get('Pod', name)?.metadata.uid;
const isReady = (world: LabWorld): boolean => world.condition('WekaCluster', 'demo')?.status === 'True';
const containersReady = (world: LabWorld): boolean =>
  world
    .list('WekaContainer')
    .every(({ metadata }) => world.condition('WekaContainer', metadata.name)?.status === 'True');
const claimsOf = (world: LabWorld): object[] => world.list('WekaClaims').map((object) => object['spec'] ?? {});
const turn = (world: LabWorld): string | undefined => {
  for (const claims of world.list('WekaClaims')) {
    const held = (claims['spec'] as { turn?: { name?: string } } | undefined)?.turn;
    if (held !== undefined) return held.name;
  }
  return undefined;
};
/** Containers of which no live pod runs now. */
const away = (world: LabWorld): string[] =>
  containers(world).filter((name) => {
    const pod = world.get('Pod', name);
    const statuses = pod?.status?.['containerStatuses'] as
      { name?: string; state?: { running?: object } }[] | undefined;
    return statuses?.find((one) => one.name === mainContainerName)?.state?.running === undefined;
  });

describe('a cluster', () => {
  it('of two and two comes up', async () => {
    const world = await readyCluster({ drive: 2, compute: 2 }, { nodes: 2 });
    expect(containers(world)).toEqual(['demo-compute-0', 'demo-compute-1', 'demo-drive-0', 'demo-drive-1']);
    expect(pods(world)).toEqual(containers(world));
    expect(world.errors).toEqual([]);
    expect(world.weka.damage).toEqual([]);
    world.lab.stop();
  });

  it('that is Ready is quiet: no writes, and one look a minute', async () => {
    const world = await readyCluster();
    await world.clock.advance(400_000);
    const mark = world.events.length;
    await world.clock.advance(300_000);
    expect(writesSince(world, mark)).toEqual([]);
    expect(world.errors).toEqual([]);
    world.lab.stop();
  });

  it('keeps its data and comes back from paused', async () => {
    const world = await readyCluster();
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: true } } });
    await world.until('no pod is left', () => pods(world).length === 0);
    expect(containers(world)).toHaveLength(6);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: false } } });
    await world.until('all containers are Ready', () => isReady(world) && containersReady(world));
    world.lab.stop();
  });
});

describe('a pod', () => {
  it('that a person deletes stops only when allowed, and comes back under its name on its node', async () => {
    const world = await readyCluster();
    const before = world.get('Pod', 'demo-drive-1');
    world.delete('Pod', 'demo-drive-1');
    await world.until(
      'a new pod runs',
      () => uidOf(world, 'demo-drive-1') !== before?.metadata.uid && uidOf(world, 'demo-drive-1') !== undefined,
    );
    await world.until('it is Ready', () => containersReady(world) && turn(world) === undefined);
    expect(world.get('Pod', 'demo-drive-1')?.spec?.['nodeName']).toBe(before?.spec?.['nodeName']);
    expect(world.weka.damage).toEqual([]);
    expect(isReady(world)).toBe(true);
    world.lab.stop();
  });

  it('one of all that are deleted at once stops at a time, and each comes back', async () => {
    const world = await readyCluster();
    const before = new Map(containers(world).map((name) => [name, uidOf(world, name)]));
    for (const name of before.keys()) world.delete('Pod', name);
    let most = 0;
    await world.until(
      'all are new',
      () => {
        most = Math.max(most, away(world).length);
        return (
          [...before].every(([name, uid]) => uidOf(world, name) !== undefined && uidOf(world, name) !== uid) &&
          containersReady(world)
        );
      },
      600,
    );
    expect(most).toBe(1);
    expect(world.weka.damage).toEqual([]);
    world.lab.stop();
  });

  it('that somebody force-deletes is not succeeded before its runtime is proven dead', async () => {
    const world = await readyCluster();
    const before = uidOf(world, 'demo-drive-0');
    world.delete('Pod', 'demo-drive-0', { gracePeriodSeconds: 0 });
    await world.until(
      'the probe is asked for, or the successor is there',
      () => world.get('Pod', 'demo-drive-0-probe') !== undefined || uidOf(world, 'demo-drive-0') !== undefined,
    );
    expect(world.get('Pod', 'demo-drive-0')).toBeUndefined();
    await world.until(
      'the successor runs',
      () =>
        uidOf(world, 'demo-drive-0') !== undefined && uidOf(world, 'demo-drive-0') !== before && containersReady(world),
      300,
    );
    await world.until('the probe is gone', () => world.get('Pod', 'demo-drive-0-probe') === undefined);
    expect(world.weka.incidents.filter(({ kind }) => kind === 'two-processes')).toEqual([]);
    world.lab.stop();
  });

  it('is replaced when its configuration changes, one container at a time', async () => {
    const world = await readyCluster();
    const before = new Map(containers(world).map((name) => [name, uidOf(world, name)]));
    world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { drive: 100, compute: 100 } } });
    let most = 0;
    await world.until(
      'all are replaced',
      () => {
        most = Math.max(most, away(world).length);
        return (
          [...before].every(([name, uid]) => uidOf(world, name) !== undefined && uidOf(world, name) !== uid) &&
          containersReady(world)
        );
      },
      900,
    );
    expect(most).toBe(1);
    expect(world.weka.damage).toEqual([]);
    await world.until('the turn is given back', () => turn(world) === undefined);
    world.lab.stop();
  });

  it('keeps running when labels, annotations or tolerations change, and gets them', async () => {
    const world = await readyCluster();
    const before = uidOf(world, 'demo-drive-0');
    world.patch('WekaCluster', 'demo', {
      metadata: { labels: { team: 'storage' }, annotations: { note: 'hello' } },
      spec: { tolerations: ['example.com/reserved'] },
    });
    await world.until('the pod has them', () => {
      const pod = world.get('Pod', 'demo-drive-0');
      const tolerations = (pod?.spec?.['tolerations'] ?? []) as { key?: string }[];
      return (
        pod?.metadata.labels?.['team'] === 'storage' &&
        pod.metadata.annotations?.['note'] === 'hello' &&
        tolerations.some(({ key }) => key === 'example.com/reserved')
      );
    });
    expect(uidOf(world, 'demo-drive-0')).toBe(before);
    world.patch('WekaCluster', 'demo', { metadata: { annotations: { note: null } } });
    await world.until(
      'the annotation is taken back',
      () => world.get('Pod', 'demo-drive-0')?.metadata.annotations?.['note'] === undefined,
    );
    expect(uidOf(world, 'demo-drive-0')).toBe(before);
    world.lab.stop();
  });

  it('on a node that dies is not said to run, and the cluster says throughout what it lacks', async () => {
    const world = await readyCluster();
    const node = world.get('Pod', 'demo-drive-2')?.spec?.['nodeName'] as string;
    world.lab.machines.fail(node);
    await world.until(
      'the container says so',
      () => world.condition('WekaContainer', 'demo-drive-2')?.reason === 'NodeNotReady',
      120,
    );
    await world.until(
      'the cluster says so',
      () => world.condition('WekaCluster', 'demo', 'Degraded')?.status === 'True',
      120,
    );
    for (let minute = 0; minute < 12; minute += 1) {
      await world.clock.advance(60_000);
      expect([
        minute,
        world.condition('WekaCluster', 'demo', 'Degraded')?.status,
        world.condition('WekaContainer', 'demo-drive-2')?.status,
      ]).toEqual([minute, 'True', 'False']);
    }
    expect(world.condition('WekaCluster', 'demo')?.status).toBe('True');
    world.lab.machines.recover(node);
    await world.until('all is Ready', () => isReady(world) && containersReady(world), 600);
    await world.until(
      'the cluster is whole',
      () => world.condition('WekaCluster', 'demo', 'Degraded')?.status === 'False',
      300,
    );
    world.lab.stop();
  });

  it('comes back in place when its node is rebooted', async () => {
    const world = await readyCluster();
    const node = world.get('Pod', 'demo-drive-2')?.spec?.['nodeName'] as string;
    world.lab.machines.reboot(node);
    await world.clock.advance(5_000);
    await world.until('all is Ready', () => isReady(world) && containersReady(world), 600);
    expect(world.weka.damage).toEqual([]);
    world.lab.stop();
  });
});

describe('a container', () => {
  it('that is deleted leaves the weka cluster, and its successor takes the lowest free ordinal', async () => {
    const world = await readyCluster({ drive: 6, compute: 3 }, { nodes: 7 });
    const uid = world.get('WekaContainer', 'demo-drive-1')?.metadata.uid ?? '';
    world.delete('WekaContainer', 'demo-drive-1');
    await world.until('it is gone', () => world.get('WekaContainer', 'demo-drive-1')?.metadata.uid !== uid, 600);
    await world.until(
      'six are Ready again',
      () => containers(world).filter((name) => name.includes('drive')).length === 6 && containersReady(world),
      300,
    );
    expect(JSON.stringify(claimsOf(world))).not.toContain(uid);
    expect(world.weka.damage).toEqual([]);
    world.lab.stop();
  });
});

describe('the end of a cluster', () => {
  it.each(['Background', 'Foreground'] as const)(
    'with propagation %s leaves nothing behind',
    async (propagationPolicy) => {
      const world = await readyCluster();
      world.delete('WekaCluster', 'demo', { propagationPolicy });
      await world.until(
        'all is gone',
        () => world.get('WekaCluster', 'demo') === undefined && containers(world).length === 0,
        600,
      );
      await world.until('the pods are gone', () => pods(world).length === 0);
      for (const claims of world.list('WekaClaims'))
        expect(Object.keys((claims['spec'] as { holders?: object; ranges?: object }).holders ?? {})).toEqual([]);
      await world.until('its claims are gone', () =>
        world.list('WekaClaims').every(({ metadata }) => !metadata.name.startsWith('cluster-')),
      );
      await world.until('its secrets are collected', () =>
        world.list('Secret').every(({ metadata }) => !metadata.name.startsWith('weka-')),
      );
      const drives = world.lab.hardware.list().flatMap((machine) => machine.drives);
      expect(drives.filter((serial) => world.weka.driveGuid(serial) !== undefined)).toEqual([]);
      world.lab.stop();
    },
  );

  it('waits for the grace period with everything paused, and can be taken back', async () => {
    const world = await readyCluster({ spec: { gracefulDestroyDuration: '1h' } });
    world.delete('WekaCluster', 'demo');
    await world.until('no pod is left', () => pods(world).length === 0);
    await world.stays('the containers stay', () => containers(world).length === 6, 1800);
    expect(world.get('WekaCluster', 'demo')?.status?.['status']).toBe('GracePeriod');
    world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
    await world.until('it works again', () => isReady(world) && containersReady(world), 300);
    expect(world.get('WekaCluster', 'demo')?.status?.['status']).toBe('Ready');
    world.lab.stop();
  });

  it('under foreground deletion obeys the grace period as well', async () => {
    const world = await readyCluster({ spec: { gracefulDestroyDuration: '1h' } });
    world.delete('WekaCluster', 'demo', { propagationPolicy: 'Foreground' });
    await world.until('no pod is left', () => pods(world).length === 0);
    await world.stays('the containers stay', () => containers(world).length === 6, 1800);
    await world.until(
      'after the hour all is gone',
      () => world.get('WekaCluster', 'demo') === undefined && containers(world).length === 0,
      3600,
    );
    world.lab.stop();
  });
});

describe('what can not be built', () => {
  it.each([
    ['hugepages', { profile: { hugepages2Mib: 1024 } }, /Insufficient hugepages-2Mi/],
    ['drives', { driveCount: 0 }, /Insufficient weka\.io\/drives/],
    ['cores', { hardware: { numCpus: 1 } }, /Insufficient cpu/],
  ])('for want of %s is Unschedulable, in the words of the scheduler', async (_name, machine, message) => {
    const world = await startWorld({ machine });
    world.apply(wekaCluster());
    await world.until(
      'a container says so',
      () => world.condition('WekaContainer', 'demo-drive-0', 'PodScheduled')?.reason === 'Unschedulable',
    );
    expect(world.condition('WekaContainer', 'demo-drive-0', 'PodScheduled')?.message).toMatch(message);
    world.lab.stop();
  });
});
