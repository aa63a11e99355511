/** Objects and fields that somebody edits by hand: nothing is erased for it, nothing hangs without a word. */
import { describe, expect, it } from 'vitest';
import { stale } from '../../lab/weka/distortions.ts';
import { watchLosses } from './losses.ts';
import { addAppNode, appRole, readyCluster, startWorld, wekaClient, wekaCluster, type LabWorld } from './world.ts';

const long = { timeout: 400_000 };
const hour = 3_600_000;
const uidOf = (world: LabWorld, kind: string, name: string): string => world.get(kind, name)?.metadata.uid ?? '';
const isReady = (world: LabWorld, name = 'demo'): boolean => world.condition('WekaCluster', name)?.status === 'True';
const members = (world: LabWorld): string[] =>
  world
    .list('WekaContainer')
    .map(({ metadata }) => metadata.name)
    .filter((name) => /^demo-(drive|compute)-\d+$/.test(name))
    .sort();
const nodeOf = (world: LabWorld, name: string): string => world.get('Pod', name)?.spec?.['nodeName'] as string;
const weka = (world: LabWorld) => world.weka.snapshot().clusters.find(({ name }) => name === 'demo');
const drivesOf = (world: LabWorld, name: string): string[] =>
  (world.get('WekaContainer', name)?.status?.['allocations'] as { drives?: string[] } | undefined)?.drives ?? [];
/** Of the operator's user in weka. */
const secretOf = (world: LabWorld): Record<string, string> => {
  const secret = world.get('Secret', `weka-operator-${uidOf(world, 'WekaCluster', 'demo')}`) as { data?: object };
  return Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString()]),
  );
};
const isContainerReady = (world: LabWorld, name: string): boolean =>
  world.condition('WekaContainer', name)?.status === 'True';

describe('a status that somebody has edited', () => {
  it.each<[string, object]>([
    ['another number in weka', { containerID: 99 }],
    ['the number of another member', { containerID: 3 }],
    ['another weka cluster', { clusterID: '11111111-2222-4333-8444-555555555555' }],
    ['no identity at all', { containerID: null, clusterID: null }],
    [
      "another one's drives and ports",
      { allocations: { drives: ['LAB002NVME01'], wekaPort: 35000, agentPort: 35303 } },
    ],
  ])(
    'of a paused container that is deleted erases nothing while it may not leave: %s',
    long,
    async (_sentence, status) => {
      const world = await readyCluster(
        { spec: { gracefulDestroyDuration: '24h' } },
        { nodes: 3, weka: { rebuildElsewhere: hour } },
      );
      const watch = watchLosses(world);
      world.patch('WekaContainer', 'demo-drive-0', { spec: { state: 'paused' } });
      await watch.until('its pod is gone', () => world.get('Pod', 'demo-drive-0') === undefined, 120);
      const definition = world.lab.store.definitionOf('weka.weka.io/v1alpha1', 'WekaContainer')!;
      world.lab.store.patch(
        definition,
        'default',
        'demo-drive-0',
        'application/merge-patch+json',
        { status },
        'status',
      );
      world.delete('WekaContainer', 'demo-drive-0');
      await watch.pass(240);
      expect([watch.erased(), world.weka.removed, watch.violations()]).toEqual([[], [], []]);
      world.lab.stop();
    },
  );
});

describe('a pod that has lost its labels, and with them its owner', () => {
  it.each(['before it is deleted', 'after it is deleted'])(
    'is named with the command that gives it back, %s',
    long,
    async (when) => {
      const world = await readyCluster({}, { nodes: 4, weka: { rebuildElsewhere: hour } });
      const watch = watchLosses(world);
      const pod = uidOf(world, 'Pod', 'demo-drive-1');
      world.patch('Pod', 'demo-drive-1', { metadata: { labels: null } });
      if (when.startsWith('after')) world.delete('Pod', 'demo-drive-1');
      await watch.until(
        'it is named',
        () => world.condition('WekaContainer', 'demo-drive-1')?.reason === 'PodReleased',
        120,
      );
      await watch.pass(10);
      const command = /kubectl patch pod (\S+) -n default --type=merge -p '(\S+)' gives/.exec(
        world.condition('WekaContainer', 'demo-drive-1')?.message ?? '',
      );
      world.patch('Pod', command?.[1] ?? '', JSON.parse(command?.[2] ?? '') as object);
      if (!when.startsWith('after')) world.delete('Pod', 'demo-drive-1');
      await watch.until(
        'its successor runs',
        () =>
          isContainerReady(world, 'demo-drive-1') &&
          uidOf(world, 'Pod', 'demo-drive-1') !== pod &&
          uidOf(world, 'Pod', 'demo-drive-1') !== '',
        600,
      );
      expect(watch.losses).toMatchObject({ away: 1, ioStopped: false });
      expect([watch.violations(), watch.erased()]).toEqual([[], []]);
      world.lab.stop();
    },
  );
});

describe('a pod that has lost its labels, on a node whose claims are deleted as well', () => {
  it.each(['stays', 'is deleted with its container'])(
    'is named with the command that gives it back, and nothing is erased: it %s',
    long,
    async (what) => {
      const world = await readyCluster({}, { nodes: 4, weka: { rebuildElsewhere: hour } });
      const watch = watchLosses(world);
      const node = nodeOf(world, 'demo-drive-1');
      world.patch('Pod', 'demo-drive-1', { metadata: { labels: null } });
      world.delete('WekaClaims', `node-${node}`);
      if (what !== 'stays') world.delete('WekaContainer', 'demo-drive-1');
      const said = () =>
        (world.get('WekaContainer', 'demo-drive-1')?.status?.['conditions'] ?? []) as {
          reason?: string;
          message?: string;
        }[];
      // one that is deleted at once keeps its owner
      const named = () =>
        said().find(
          ({ reason, message = '' }) =>
            reason === 'PodReleased' || (reason === 'PodStillExists' && message.includes('gives it back')),
        );
      await watch.until('it is named', () => named() !== undefined, 300);
      const command = /kubectl patch pod (\S+) -n default --type=merge -p '(\S+)' gives/.exec(named()?.message ?? '');
      const giveBack = () => world.patch('Pod', command?.[1] ?? '', JSON.parse(command?.[2] ?? '') as object);
      giveBack();
      await watch.pass(30);
      // a release that was on its way is carried out after it, which the condition goes on to say
      if (named() !== undefined) giveBack();
      if (what === 'stays') await watch.until('it is well again', () => isContainerReady(world, 'demo-drive-1'), 600);
      else
        await watch.until(
          'it has left',
          () => world.get('WekaContainer', 'demo-drive-1')?.metadata.deletionTimestamp === undefined,
          1200,
        );
      expect(watch.losses).toMatchObject({ ioStopped: false });
      expect(watch.violations()).toEqual([]);
      world.lab.stop();
    },
  );
});

describe('the members object', () => {
  it('loses what somebody has written into it', long, async () => {
    const world = await readyCluster({}, { nodes: 3 });
    const spec = () => world.get('WekaMembers', 'demo-members')?.spec ?? {};
    const before = JSON.stringify(spec());
    const members = spec()['members'] as object[];
    const foreign = {
      containerUid: 'uid-of-nobody',
      containerName: 'nobody',
      podUid: 'pod-of-nobody',
      mode: 'drive',
      containerId: 77,
      address: '10.9.9.9',
    };
    world.patch('WekaMembers', 'demo-members', {
      spec: { members: [foreign, ...members], silent: [{ wekaName: 'nobody', nodeName: 'nowhere' }] },
    });
    await world.until('all is as it was', () => JSON.stringify(spec()) === before, 120);
    world.lab.stop();
  });
});

describe('ports of a member', () => {
  it('are refused by the schema when they are changed, and what weka knows it by stays', long, async () => {
    const world = await readyCluster({}, { nodes: 3 });
    expect(() => world.patch('WekaContainer', 'demo-drive-0', { spec: { port: 39000 } })).toThrow(
      /port cannot be changed once the container has its ports/,
    );
    expect(() => world.patch('WekaContainer', 'demo-drive-0', { spec: { agentPort: 39000 } })).toThrow(
      /agentPort cannot be changed/,
    );
    world.patch('WekaContainer', 'demo-drive-0', { spec: { hostPID: false } });
    world.lab.stop();
  });
});

describe('a drive that is blocked for a while only', () => {
  it.each(['PHASING_OUT', 'INACTIVE'])(
    'goes all the same once weka has made it %s, and its successor stays',
    long,
    async (status) => {
      const world = await readyCluster(
        {},
        { nodes: 3, machine: { driveCount: 2 }, weka: { deactivateDrive: 20_000, phaseIn: 5000 } },
      );
      const watch = watchLosses(world);
      const node = nodeOf(world, 'demo-drive-0');
      const [first = ''] = drivesOf(world, 'demo-drive-0');
      const block = (serials: string[]): void =>
        world.patch('Node', node, { metadata: { annotations: { 'weka.io/blocked-drives': JSON.stringify(serials) } } });
      block([first]);
      await watch.until(
        'weka has begun',
        () => weka(world)?.drives.some((drive) => drive.serial === first && drive.status === status) === true,
        300,
      );
      block([]);
      await watch.until(
        'one drive is left, and it serves',
        () =>
          weka(world)?.drives.length === 3 &&
          drivesOf(world, 'demo-drive-0').length === 1 &&
          drivesOf(world, 'demo-drive-0')[0] !== first &&
          isContainerReady(world, 'demo-drive-0'),
        600,
      );
      expect([watch.losses.ioStopped, watch.violations(), watch.erased()]).toEqual([false, [], []]);
      world.lab.stop();
    },
  );
});

describe('the node of a paused container in its status', () => {
  it('is named where somebody has edited it, and put back as is said it ends with its own drive', long, async () => {
    const world = await readyCluster({}, { nodes: 3, weka: { rebuildElsewhere: hour } });
    const watch = watchLosses(world);
    const [name, uid] = ['demo-drive-0', uidOf(world, 'WekaContainer', 'demo-drive-0')];
    const own = drivesOf(world, name);
    world.patch('WekaContainer', name, { spec: { state: 'paused', overrides: { podDeleteForceReplace: true } } });
    await watch.until('its pod is gone', () => world.get('Pod', name) === undefined, 120);
    const definition = world.lab.store.definitionOf('weka.weka.io/v1alpha1', 'WekaContainer')!;
    const edit = (patch: object): void =>
      void world.lab.store.patch(definition, 'default', name, 'application/merge-patch+json', patch, 'status');
    // what it says of a pod that has gone is written a moment later
    await watch.until('it says so', () => world.condition('WekaContainer', name, 'PodStopped')?.status === 'True', 60);
    edit({ status: { nodeAffinity: nodeOf(world, 'demo-drive-1') } });
    await watch.pass(20);
    world.delete('WekaContainer', name);
    await watch.until('it is said', () => world.condition('WekaContainer', name)?.reason === 'ClaimContradiction', 300);
    await watch.pass(60);
    edit(
      JSON.parse(
        /--type=merge -p '(.*?)'/.exec(world.condition('WekaContainer', name)?.message ?? '')?.[1] ?? '{}',
      ) as object,
    );
    await watch.until('it is gone', () => uidOf(world, 'WekaContainer', name) !== uid, 300);
    expect([watch.erased(), watch.losses.ioStopped, watch.violations()]).toEqual([own, false, []]);
    world.lab.stop();
  });
});

describe('a drive that was blocked in mistake for the one that came for it', () => {
  it.each(['activate', 'block'])(
    'is named once weka has emptied it, and what is said ends that: %s',
    long,
    async (way) => {
      const world = await readyCluster(
        {},
        { nodes: 3, machine: { driveCount: 3 }, weka: { deactivateDrive: 20_000, phaseIn: 5000 } },
      );
      const watch = watchLosses(world);
      const [name, node] = ['demo-drive-0', nodeOf(world, 'demo-drive-0')];
      const block = (...serials: string[]): void =>
        world.patch('Node', node, { metadata: { annotations: { 'weka.io/blocked-drives': JSON.stringify(serials) } } });
      const statusOf = (serial: string) => weka(world)?.drives.find((drive) => drive.serial === serial)?.status;
      const [first = ''] = drivesOf(world, name);
      block(first);
      await watch.until('weka empties it', () => statusOf(first) === 'PHASING_OUT', 300);
      const second = drivesOf(world, name).find((serial) => serial !== first) ?? '';
      block(second);
      const said = () => world.condition('WekaContainer', name, 'DrivesReplaced');
      await watch.until('it is named', () => statusOf(first) === 'INACTIVE' && said()?.reason === 'DriveEmptied', 120);
      await watch.stays('that is so', () => statusOf(second) === 'ACTIVE' && said()?.reason === 'DriveEmptied', 120);
      if (way === 'activate') {
        const { username = '', password = '' } = secretOf(world);
        const uuid = / activate ([-0-9a-f]+)/.exec(said()?.message ?? '')?.[1] ?? '';
        const env = { NAME: 'drive', MODE: 'drive', WEKA_USERNAME: username, WEKA_PASSWORD: password };
        const place = { dataId: uidOf(world, 'WekaContainer', name), nodeName: node, ip: '', env };
        void world.weka.run(place, ['cluster', 'drive', 'activate', uuid], '');
      } else {
        block(...(JSON.parse(/'(\[.*?\])'/.exec(said()?.message ?? '')?.[1] ?? '[]') as string[]));
      }
      await watch.until(
        'one drive is left, and it serves',
        () =>
          weka(world)?.drives.length === 3 &&
          weka(world)?.drives.every(({ status }) => status === 'ACTIVE') === true &&
          statusOf(second) === undefined &&
          said()?.reason !== 'DriveEmptied' &&
          isContainerReady(world, name),
        600,
      );
      expect((statusOf(first) === 'ACTIVE') === (way === 'activate')).toBe(true);
      expect([watch.losses.ioStopped, watch.violations(), watch.erased()]).toEqual([false, [], []]);
      world.lab.stop();
    },
  );
});

describe('a name that another owner has', () => {
  it('is passed over by the ordinals of a cluster', long, async () => {
    const world = await startWorld({ nodes: 4 });
    for (const name of ['compute-0', 'drive-1']) await addAppNode(world, name);
    world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'weka-client-demo', namespace: 'default' },
      type: 'Opaque',
      data: { username: 'eA==', password: 'eA==', org: 'eA==', 'join-secret': 'eA==' },
    });
    const client = wekaClient({ nodeSelector: appRole, joinIpPorts: ['10.0.0.1:35000'] });
    world.apply({ ...client, metadata: { name: 'demo', namespace: 'default' } });
    await world.until('the client has its containers', () => members(world).length === 2, 60);
    world.delete('Secret', 'weka-client-demo');
    world.apply(wekaCluster());
    await world.until('the cluster is Ready beside them', () => isReady(world), 600);
    expect(members(world)).toEqual([
      'demo-compute-0',
      'demo-compute-1',
      'demo-compute-2',
      'demo-compute-3',
      'demo-drive-0',
      'demo-drive-1',
      'demo-drive-2',
      'demo-drive-3',
    ]);
    world.lab.stop();
  });
});

describe('the ranges of ports that are deleted, when a second cluster comes within the minute', () => {
  it('come back, and the second one takes another', long, async () => {
    const world = await readyCluster(
      { spec: { gracefulDestroyDuration: '24h' } },
      { nodes: 4, machine: { driveCount: 2 } },
    );
    await world.stays('time passes', () => true, 60);
    world.delete('WekaClaims', 'ports');
    world.apply({ ...wekaCluster(), metadata: { name: 'two', namespace: 'default' } });
    await world.until('both are Ready', () => isReady(world) && isReady(world, 'two'), 900);
    const ranges = Object.values(
      (world.get('WekaClaims', 'ports')?.spec?.['ranges'] ?? {}) as Record<string, { basePort: number }>,
    ).map(({ basePort }) => basePort);
    expect(new Set(ranges).size).toBe(2);
    world.lab.stop();
  });
});

describe('claims of all nodes that are deleted, when a second cluster comes within the minute', () => {
  it.each([1, 2])('come back with the same drives, and the second one waits for that: seed %i', long, async (seed) => {
    const world = await readyCluster(
      { spec: { gracefulDestroyDuration: '24h' } },
      { seed, nodes: 4, machine: { driveCount: 2 }, weka: { rebuildElsewhere: hour } },
    );
    const watch = watchLosses(world);
    await watch.pass(60);
    const before = members(world).map((name) => drivesOf(world, name));
    for (const node of [1, 2, 3, 4])
      if (world.get('WekaClaims', `node-node-${node}`) !== undefined) world.delete('WekaClaims', `node-node-${node}`);
    world.apply({ ...wekaCluster(), metadata: { name: 'two', namespace: 'default' } });
    await watch.until(
      'both are Ready',
      () => isReady(world) && isReady(world, 'two') && members(world).every((name) => isContainerReady(world, name)),
      900,
    );
    expect(members(world).map((name) => drivesOf(world, name))).toEqual(before);
    expect([watch.losses.away, watch.violations(), watch.erased()]).toEqual([0, [], []]);
    world.lab.stop();
  });
});

describe('claims of a node that are deleted while it reboots, when a second cluster comes', () => {
  it.each([5, 28, 33])('come back with the same drives and ports: %i s after the reboot', long, async (seconds) => {
    const world = await readyCluster(
      { spec: { gracefulDestroyDuration: '24h' } },
      { seed: seconds, nodes: 4, machine: { driveCount: 2 }, weka: { rebuildElsewhere: hour } },
    );
    const watch = watchLosses(world);
    const node = nodeOf(world, 'demo-drive-0');
    const before = drivesOf(world, 'demo-drive-0');
    world.lab.machines.reboot(node);
    await watch.pass(seconds);
    world.delete('WekaClaims', `node-${node}`);
    world.apply({ ...wekaCluster(), metadata: { name: 'two', namespace: 'default' } });
    await watch.until(
      'all is well again',
      () => isReady(world) && members(world).every((name) => isContainerReady(world, name)),
      600,
    );
    expect(drivesOf(world, 'demo-drive-0')).toEqual(before);
    world.delete('WekaCluster', 'two');
    await watch.until('two is gone', () => world.get('WekaCluster', 'two') === undefined, 600);
    expect([watch.losses.ioStopped, watch.violations(), watch.erased()]).toEqual([false, [], []]);
    world.lab.stop();
  });
});

describe('a webhook that lowers the grace of pods', () => {
  it('is named by every pod that it has shortened, from the beginning', long, async () => {
    const world = await readyCluster(
      {},
      {
        nodes: 3,
        admission: (object) => {
          const spec = object['spec'] as { terminationGracePeriodSeconds?: number } | undefined;
          if (object.kind === 'Pod' && spec !== undefined)
            spec.terminationGracePeriodSeconds = Math.min(30, spec.terminationGracePeriodSeconds ?? 30);
        },
      },
    );
    for (const name of members(world))
      expect(world.condition('WekaContainer', name, 'GraceUncapped')).toMatchObject({
        status: 'False',
        reason: 'GraceCapped',
      });
    expect(isReady(world)).toBe(true);
    world.lab.stop();
  });
});

describe('a drive that its own pod does not know, since it is cut off', () => {
  it('stays claimed when it is blocked, and no other cluster gets it', long, async () => {
    const world = await readyCluster(
      { spec: { gracefulDestroyDuration: '24h' } },
      { nodes: 3, machine: { driveCount: 4 }, weka: { rebuildElsewhere: hour } },
    );
    const watch = watchLosses(world);
    const name = 'demo-drive-0';
    world.weka.distort(uidOf(world, 'WekaContainer', name), stale());
    for (const words of ['cluster container', 'cluster drive', 'status'])
      await world.lab.pods.exec('default', name, 'weka-container', ['weka', ...words.split(' '), '--json'], '');
    world.patch('WekaContainer', name, { spec: { numDrives: 2 } });
    await watch.until(
      'weka has the second one',
      () => weka(world)?.drives.filter(({ status }) => status === 'ACTIVE').length === 4,
      300,
    );
    const second = drivesOf(world, name)[1] ?? '';
    world.patch('Node', nodeOf(world, name), {
      metadata: { annotations: { 'weka.io/blocked-drives': JSON.stringify([second]) } },
    });
    await watch.pass(120);
    world.patch('Node', nodeOf(world, name), { metadata: { annotations: { 'weka.io/blocked-drives': '[]' } } });
    world.apply({
      ...wekaCluster({ spec: { dynamicTemplate: { driveContainers: 3, computeContainers: 3, numDrives: 2 } } }),
      metadata: { name: 'two', namespace: 'default' },
    });
    await watch.pass(200);
    expect([watch.losses.ioStopped, watch.violations(), watch.erased(), world.weka.damage]).toEqual([
      false,
      [],
      [],
      [],
    ]);
    world.lab.stop();
  });
});

it('a ConfigMap that a container names and that is not there is named, with the way on without it', long, async () => {
  const world = await readyCluster();
  world.patch('WekaContainer', 'demo-compute-0', { spec: { nodeInfoConfigMap: 'edited' } });
  const said = (): string => world.condition('WekaContainer', 'demo-compute-0')?.message ?? '';
  await world.until('it says so', () => said().includes('ConfigMap edited'), 600);
  const patch = /kubectl patch wekacontainer demo-compute-0 -n default --type=merge -p '(\S+)'/.exec(said())?.[1];
  world.patch('WekaContainer', 'demo-compute-0', JSON.parse(patch ?? '{}') as object);
  await world.until('its pod runs without it', () => isContainerReady(world, 'demo-compute-0'), 600);
});
