import { describe, expect, it } from 'vitest';
import { findCondition } from '../../hooks/core/conditions.ts';
import { addAppNode as addNode, readyCluster, wekaClient, writesSince, type LabWorld } from './world.ts';

const clients = (world: LabWorld): string[] =>
  world
    .list('WekaContainer')
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith('apps-'))
    .sort();
const podsOfClients = (world: LabWorld): string[] =>
  world
    .list('Pod')
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith('apps-'))
    .sort();
const isReady = (world: LabWorld): boolean => world.condition('WekaClient', 'apps')?.status === 'True';
const clientsReady = (world: LabWorld, count: number): boolean =>
  clients(world).length === count &&
  clients(world).every((name) => world.condition('WekaContainer', name)?.status === 'True');
const printed = (world: LabWorld): string =>
  (world.get('WekaClient', 'apps')?.status?.['printer'] as { containers?: string } | undefined)?.containers ?? '';
const claimed = (world: LabWorld): string[] =>
  world.list('WekaClaims').flatMap((claims) =>
    Object.values((claims['spec'] as { holders?: Record<string, { name: string }> }).holders ?? {})
      .map(({ name }) => name)
      .filter((name) => name.startsWith('apps-')),
  );

/** Mounts appear, and are there long enough for no look to be older than they are. */
async function mount(world: LabWorld, node: string, count: number): Promise<void> {
  world.lab.hardware.get(node)!.activeMounts = count;
  await world.clock.advance(1_000);
}

/** A Ready cluster of three nodes, and a Ready client on two others. */
async function readyClient(spec: Record<string, unknown> = {}): Promise<LabWorld> {
  const world = await readyCluster({}, { nodes: 3 });
  for (const name of ['app-1', 'app-2']) await addNode(world, name);
  world.apply(wekaClient(spec));
  await world.until('the client is Ready', () => isReady(world) && clientsReady(world, 2));
  return world;
}

describe('a client', () => {
  it('comes up on the nodes that match, and is a member of the cluster on each', async () => {
    const world = await readyClient();
    expect([clients(world), podsOfClients(world), printed(world)]).toEqual([
      ['apps-app-1', 'apps-app-2'],
      ['apps-app-1', 'apps-app-2'],
      '2/2/2',
    ]);
    const [cluster] = world.weka.snapshot().clusters;
    expect(
      cluster?.members
        .filter(({ role: mode }) => mode === 'client')
        .map(({ nodeName }) => nodeName)
        .sort(),
    ).toEqual(['app-1', 'app-2']);
    expect(world.errors).toEqual([]);
    world.lab.stop();
  });

  it('may be there before its cluster', async () => {
    const world = await readyCluster({}, { nodes: 3 });
    await addNode(world, 'app-1');
    world.apply(wekaClient({ targetCluster: { name: 'later', namespace: 'default' } }));
    await world.until(
      'it waits for its target',
      () => world.condition('WekaClient', 'apps')?.reason === 'WaitForTarget',
    );
    expect(clients(world)).toEqual([]);
    world.patch('WekaClient', 'apps', { spec: { targetCluster: { name: 'demo' } } });
    await world.until('the client is Ready', () => isReady(world) && clientsReady(world, 1));
    world.lab.stop();
  });

  it('that is pointed to a cluster which is not there comes back when it is pointed to its own again', async () => {
    const world = await readyClient();
    const target = (name: string): void =>
      world.patch('WekaClient', 'apps', { spec: { targetCluster: { name, namespace: 'default' } } });
    target('another');
    await world.until(
      'a pod waits for a Secret that nobody makes',
      () => podsOfClients(world).some((name) => world.get('Pod', name)?.status?.['phase'] === 'Pending'),
      300,
    );
    // the drivers are gone with the boot, and are loaded for a pod that has started
    world.lab.machines.reboot('app-1');
    await world.clock.advance(300_000);
    target('demo');
    await world.until('the client is Ready', () => isReady(world) && clientsReady(world, 2), 900);
    world.lab.stop();
  });

  it('gets a container on a node that is added, and loses the one of a node that is taken away', async () => {
    const world = await readyClient();
    await addNode(world, 'app-3');
    await world.until('three are Ready', () => isReady(world) && clientsReady(world, 3));
    await world.lab.machines.remove('app-2');
    await world.until('two are left', () => clientsReady(world, 2) && printed(world) === '2/2/2', 600);
    expect([clients(world), podsOfClients(world)]).toEqual([
      ['apps-app-1', 'apps-app-3'],
      ['apps-app-1', 'apps-app-3'],
    ]);
    world.lab.stop();
  });

  it('keeps the container of a node that ceases to match, and names it', async () => {
    const world = await readyClient();
    world.patch('Node', 'app-2', { metadata: { labels: { 'weka.io/role': 'other' } } });
    await world.until('it is named', () =>
      /apps-app-2/.test(world.condition('WekaClient', 'apps', 'Degraded')?.message ?? ''),
    );
    await world.stays('both stay', () => clients(world).length === 2 && isReady(world), 60);
    world.delete('WekaContainer', 'apps-app-2');
    await world.until('it does not come back', () => clients(world).length === 1);
    await world.stays('nor later', () => clients(world).length === 1, 60);
    world.lab.stop();
  });

  it('hands changes of its spec on, and replaces the pods once no mount depends on them', async () => {
    const world = await readyClient();
    await mount(world, 'app-1', 2);
    const before = {
      first: world.get('Pod', 'apps-app-1')?.metadata.uid,
      second: world.get('Pod', 'apps-app-2')?.metadata.uid,
    };
    world.patch('WekaClient', 'apps', { spec: { coresNum: 2 } });
    await world.until(
      'the one without mounts is replaced',
      () =>
        world.get('Pod', 'apps-app-2')?.metadata.uid !== before.second &&
        world.condition('WekaContainer', 'apps-app-2')?.status === 'True',
      300,
    );
    expect(world.get('Pod', 'apps-app-1')?.metadata.uid).toBe(before.first);
    await mount(world, 'app-1', 0);
    await world.until(
      'then the other',
      () => world.get('Pod', 'apps-app-1')?.metadata.uid !== before.first && clientsReady(world, 2),
      300,
    );
    world.lab.stop();
  });

  it('in another namespace than its cluster needs a copy of the Secret', async () => {
    const world = await readyCluster({}, { nodes: 3 });
    await addNode(world, 'app-1');
    world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant' } });
    world.apply(wekaClient({}, 'tenant'));
    const reason = (): string | undefined =>
      findCondition(world.lab.find('WekaClient', 'apps', 'tenant')!, 'Ready')?.reason;
    await world.until('it waits for the Secret', () => reason() === 'WaitForSecret');
    const secret = world.get('Secret', 'weka-client-demo')!;
    world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'weka-client-demo', namespace: 'tenant' },
      data: secret['data'],
    });
    await world.until('it runs', () => reason() === 'Running');
    expect(world.lab.find('Pod', 'apps-app-1', 'tenant')?.metadata.name).toBe('apps-app-1');
    world.lab.stop();
  });

  it('says that the name of a container is taken by another client', async () => {
    const world = await readyClient();
    // `apps` on node `app-1` and `apps-app` on node `1` are both called apps-app-1
    await world.lab.machines.add({ name: '1', driveCount: 0, profile: { labels: { 'weka.io/role': 'one' } } });
    world.apply({
      ...wekaClient({ nodeSelector: { 'weka.io/role': 'one' } }),
      metadata: { name: 'apps-app', namespace: 'default' },
    });
    await world.until('it says so', () => world.condition('WekaClient', 'apps-app')?.reason === 'NameTaken');
    expect([clients(world), isReady(world)]).toEqual([['apps-app-1', 'apps-app-2'], true]);
    world.lab.stop();
  });

  it('comes back in place when its node is rebooted, and when somebody force-deletes its pod', async () => {
    const world = await readyClient();
    world.lab.machines.reboot('app-1');
    await world.clock.advance(5_000);
    await world.until('it runs again', () => isReady(world) && clientsReady(world, 2), 300);
    const before = world.get('Pod', 'apps-app-2')?.metadata.uid;
    world.delete('Pod', 'apps-app-2', { gracePeriodSeconds: 0 });
    await world.until('the probe is asked for', () => world.get('Pod', 'apps-app-2-probe') !== undefined);
    await world.until(
      'the successor runs',
      () => ![undefined, before].includes(world.get('Pod', 'apps-app-2')?.metadata.uid) && clientsReady(world, 2),
      300,
    );
    expect(world.weka.incidents.filter(({ kind }) => kind === 'two-processes')).toEqual([]);
    world.lab.stop();
  });

  it('that is Ready is quiet', async () => {
    const world = await readyClient();
    await world.clock.advance(400_000);
    const mark = world.events.length;
    await world.clock.advance(300_000);
    expect(writesSince(world, mark)).toEqual([]);
    world.lab.stop();
  });
});

describe('the end of a client', () => {
  it.each(['Background', 'Foreground'] as const)(
    'with propagation %s waits for mounts and leaves nothing behind',
    async (propagationPolicy) => {
      const world = await readyClient();
      await mount(world, 'app-1', 1);
      world.delete('WekaClient', 'apps', { propagationPolicy });
      await world.until('the one without mounts is gone', () => clients(world).length === 1, 300);
      await world.stays(
        'the other one stays',
        () => clients(world).length === 1 && podsOfClients(world).length === 1,
        60,
      );
      await mount(world, 'app-1', 0);
      await world.until(
        'all is gone',
        () =>
          world.get('WekaClient', 'apps') === undefined &&
          clients(world).length === 0 &&
          podsOfClients(world).length === 0,
        300,
      );
      expect(claimed(world)).toEqual([]);
      expect(world.weka.damage).toEqual([]);
      expect(world.condition('WekaCluster', 'demo')?.status).toBe('True');
      world.lab.stop();
    },
  );

  it('does not ask for mounts with skipActiveMountsCheck, and cuts them off', async () => {
    const world = await readyClient({ overrides: { skipActiveMountsCheck: true } });
    await mount(world, 'app-1', 2);
    world.delete('WekaClient', 'apps');
    await world.until(
      'all is gone',
      () => world.get('WekaClient', 'apps') === undefined && podsOfClients(world).length === 0,
      300,
    );
    expect(world.weka.damage).toEqual([expect.stringMatching(/was stopped under 2 mounts of app-1$/)]);
    world.lab.stop();
  });

  it('is waited for by the cluster that it uses', async () => {
    const world = await readyClient();
    world.delete('WekaCluster', 'demo');
    await world.until(
      'the cluster waits',
      () => world.condition('WekaCluster', 'demo')?.reason === 'DependentWekaClients',
    );
    world.delete('WekaClient', 'apps');
    await world.until(
      'all is gone',
      () =>
        world.list('WekaContainer').every(({ metadata }) => !/^(apps|demo)-/.test(metadata.name)) &&
        world.get('WekaCluster', 'demo') === undefined,
      600,
    );
    world.lab.stop();
  });

  it.each<[string, (world: LabWorld) => void]>([
    [
      'its WekaClient was deleted without them',
      (world) => world.delete('WekaClient', 'apps', { propagationPolicy: 'Orphan' }),
    ],
    [
      'its WekaClient was deleted without them, and they lost their labels',
      (world) => {
        world.delete('WekaClient', 'apps', { propagationPolicy: 'Orphan' });
        const labels = Object.fromEntries(
          Object.keys(world.get('WekaContainer', 'apps-app-1')?.metadata.labels ?? {}).map((key) => [key, null]),
        );
        for (const name of clients(world)) world.patch('WekaContainer', name, { metadata: { labels } });
      },
    ],
    [
      'its WekaClient was replaced with a bare manifest and deleted, and they end under their mounts',
      (world) => {
        world.patch('WekaClient', 'apps', { metadata: { finalizers: null } });
        world.delete('WekaClient', 'apps');
      },
    ],
  ])(
    'holds back the end of its cluster with its mounts, although %s',
    { timeout: 200_000 },
    async (_sentence, slip) => {
      const world = await readyClient();
      for (const node of ['app-1', 'app-2']) await mount(world, node, 2);
      slip(world);
      await world.until('the WekaClient is gone', () => world.get('WekaClient', 'apps') === undefined, 120);
      world.delete('WekaCluster', 'demo');
      await world.until(
        'the cluster waits',
        () => world.condition('WekaCluster', 'demo')?.reason === 'DependentWekaClients',
        600,
      );
      await world.clock.advance(3_600_000);
      expect([world.weka.erased, world.weka.removed]).toEqual([[], []]);
      expect(world.condition('WekaCluster', 'demo')?.message).toMatch(
        /2 containers of clients .*WekaContainer default\/apps-app-1/,
      );
      for (const node of ['app-1', 'app-2']) await mount(world, node, 0);
      for (const name of clients(world)) world.delete('WekaContainer', name);
      await world.until('all is gone', () => world.get('WekaCluster', 'demo') === undefined, 900);
      expect(world.weka.damage).not.toContainEqual(expect.stringContaining('under'));
      world.lab.stop();
    },
  );
});
