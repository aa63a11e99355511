/** What comes back from a backup, or is left by a cluster that went: nothing starts where somebody else's data is, until a word says so. */
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { defined } from '../../hooks/core/defined.ts';
import { watchLosses } from './losses.ts';
import { readyCluster, wekaCluster, type LabWorld } from './world.ts';

type Loose = KubernetesObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> };

const long = { timeout: 240_000 };
const members = (world: LabWorld): Loose[] =>
  (world.list('WekaContainer') as Loose[]).filter(({ metadata }) => /^demo-(drive|compute)-\d+$/.test(metadata.name));
const isReady = (world: LabWorld): boolean => world.condition('WekaCluster', 'demo')?.status === 'True';
const allReady = (world: LabWorld): boolean =>
  isReady(world) &&
  members(world).every(({ metadata }) => world.condition('WekaContainer', metadata.name)?.status === 'True');
const uidOf = (world: LabWorld, kind: string, name: string): string => world.get(kind, name)?.metadata.uid ?? '';
const guids = (world: LabWorld): string[] => world.weka.snapshot().clusters.map(({ guid }) => guid);

describe('containers that an earlier cluster has left', () => {
  it('are named, and taken over as they are when the page is followed', long, async () => {
    const world = await readyCluster({ spec: { gracefulDestroyDuration: '24h' } });
    const watch = watchLosses(world);
    const old = uidOf(world, 'WekaCluster', 'demo');
    const before = guids(world);
    world.patch('WekaCluster', 'demo', { metadata: { finalizers: null } });
    world.delete('WekaCluster', 'demo', { propagationPolicy: 'Orphan' });
    await watch.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 60);
    await watch.pass(30);
    world.apply(wekaCluster({ spec: { gracefulDestroyDuration: '24h' } }));
    await watch.until(
      'they are named',
      () => world.condition('WekaCluster', 'demo')?.reason === 'LeftoverContainers',
      60,
    );
    expect(members(world)).toHaveLength(6);
    const now = uidOf(world, 'WekaCluster', 'demo');

    const secret = world.get('Secret', `weka-operator-${old}`) as Loose;
    world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `weka-operator-${now}`, namespace: 'default' },
      type: 'Opaque',
      data: secret['data'],
    });
    for (const name of ['weka-cluster-demo', 'weka-client-demo', 'weka-csi-demo'])
      world.patch('Secret', name, { metadata: { labels: { 'weka.io/cluster-id': now }, ownerReferences: null } });
    const range = (world.get('WekaClaims', 'ports')?.spec?.['ranges'] as Record<string, object>)[old];
    world.patch('WekaClaims', 'ports', { spec: { ranges: { [old]: null, [now]: range } } });
    for (const { metadata } of members(world))
      world.patch('WekaContainer', metadata.name, {
        metadata: { labels: { 'weka.io/cluster-id': now, 'controller-uid': now } },
      });
    await watch.until(
      'it is Ready',
      () => allReady(world) && world.get('WekaCluster', 'demo')?.status?.['clusterID'] !== undefined,
      600,
    );
    await watch.until(
      'its pods have the new Secret',
      () =>
        allReady(world) &&
        members(world).every(
          ({ metadata }) => world.condition('WekaContainer', metadata.name, 'PodUpToDate')?.status === 'True',
        ),
      1200,
    );
    expect(guids(world)).toEqual(before);
    expect(watch.losses.away).toBeLessThanOrEqual(1);
    expect([watch.losses.ioStopped, watch.erased(), watch.violations()]).toEqual([false, [], []]);
    world.lab.stop();
  });
});

/** Takes the object away behind the back of its hooks, and its pod; gives it back as a backup has it. */
function lose(world: LabWorld, name: string): Loose {
  const {
    apiVersion,
    kind,
    metadata: { labels = {}, ownerReferences = [] },
    spec,
  } = world.get('WekaContainer', name) as Loose;
  world.patch('WekaContainer', name, { metadata: { finalizers: null } });
  world.delete('WekaContainer', name);
  return { apiVersion, kind, metadata: { name, namespace: 'default', labels, ownerReferences }, spec: spec ?? {} };
}

describe('a container that was restored', () => {
  it('waits beside the claim of the former one, and is that one once a word says so', long, async () => {
    const world = await readyCluster({}, { nodes: 3, weka: { rebuildElsewhere: 3_600_000 } });
    const watch = watchLosses(world);
    const former = world.get('WekaContainer', 'demo-drive-0') as Loose;
    const uid = former.metadata.uid ?? '';
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: true } } });
    await world.until(
      'no pod is left',
      () => world.list('Pod').every(({ metadata }) => metadata.namespace !== 'default'),
      300,
    );
    const backup = lose(world, 'demo-drive-0');
    await watch.pass(30);
    world.apply(backup);
    await watch.pass(5);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: false } } });
    await watch.until(
      'it asks',
      () => world.condition('WekaContainer', 'demo-drive-0')?.reason === 'FormerContainer',
      180,
    );
    expect(world.condition('WekaContainer', 'demo-drive-0')?.message).toContain(
      `spec.overrides.adoptFormer: ${uid} takes over its data`,
    );
    await watch.stays('it starts nothing', () => world.get('Pod', 'demo-drive-0') === undefined, 120);
    world.patch('WekaContainer', 'demo-drive-0', { spec: { overrides: { adoptFormer: uid } } });
    await watch.until(
      'it is the member that the former one was',
      () =>
        allReady(world) &&
        world.get('WekaContainer', 'demo-drive-0')?.status?.['containerID'] === former.status?.['containerID'],
      900,
    );
    expect(JSON.stringify(world.list('WekaClaims'))).not.toContain(`"${uid}":`);
    expect(watch.erased()).toEqual([]);
    world.lab.stop();
  });
});

describe('a container in the place of one that is gone without a word', () => {
  it('waits beside its claim until that one has left weka and is given up', long, async () => {
    const world = await readyCluster(
      { drive: 6, compute: 3 },
      { nodes: 6, machine: { driveCount: 2 }, weka: { rebuildElsewhere: 3_600_000 } },
    );
    const watch = watchLosses(world);
    const former = world.get('WekaContainer', 'demo-drive-0') as Loose;
    const uid = former.metadata.uid ?? '';
    const { drives } = former.status?.['allocations'] as { drives: string[] };
    lose(world, 'demo-drive-0');
    world.delete('Pod', 'demo-drive-0', { gracePeriodSeconds: 0 });
    const reason = (): string | undefined => world.condition('WekaContainer', 'demo-drive-0')?.reason;
    const message = (): string => world.condition('WekaContainer', 'demo-drive-0')?.message ?? '';
    await watch.until('the one in its place asks', () => reason() === 'FormerContainer', 180);
    expect(message()).toMatch(/so it can not be adopted; spec\.overrides\.giveUpFormer: /);
    await watch.stays('it starts nothing', () => world.get('Pod', 'demo-drive-0') === undefined, 120);
    world.patch('WekaContainer', 'demo-drive-0', { spec: { overrides: { giveUpFormer: uid } } });
    await watch.until(
      'it says what is to be done in weka',
      () => /weka cluster container deactivate \d+/.test(message()),
      60,
    );
    // the commands of the message, and a reboot, which proves that nothing of the former one runs
    const commands =
      /run in the pod of another member: (weka cluster container deactivate \d+); when it is INACTIVE (weka cluster drive remove \S+), and (weka cluster container remove \d+)/.exec(
        message(),
      );
    const run = async (text: string): Promise<void> =>
      expect(
        await world.lab.pods.exec('default', 'demo-drive-1', 'weka-container', text.split(' '), ''),
        text,
      ).toMatchObject({ exitCode: 0 });
    await run(commands?.[1] ?? '');
    await watch.pass(60);
    for (const command of [commands?.[2], commands?.[3]]) await run(command ?? '');
    world.lab.machines.reboot(former.status?.['nodeAffinity'] as string);
    // the drive still carries the GUID of the cluster: an administrator signs it anew, or has the other one taken
    await watch.until(
      'it says what is wrong with the drive',
      () => /carries the cluster GUID .*, it has to be resigned first/.test(message()),
      600,
    );
    world.patch('Node', former.status?.['nodeAffinity'] as string, {
      metadata: { annotations: { 'weka.io/blocked-drives': JSON.stringify(drives) } },
    });
    await watch.until(
      'it is a member of its own',
      () => allReady(world) && !JSON.stringify(world.list('WekaClaims')).includes(`"${uid}":`),
      1200,
    );
    expect(watch.erased()).toEqual([]);
    expect(world.weka.incidents.filter(({ kind }) => kind === 'two-processes')).toEqual([]);
    world.lab.stop();
  });
});

describe('all containers of a cluster, restored without their statuses', () => {
  it.each([
    ['nodes are chosen by the cluster', {}],
    [
      'nodes are chosen by the scheduler',
      {
        podConfig: {
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: { app: 'weka' } },
            },
          ],
        },
      },
    ],
  ])('wait for a word where their data is, and form no second weka cluster: %s', long, async (_sentence, spec) => {
    const world = await readyCluster(
      { spec: { gracefulDestroyDuration: '24h', ...spec } },
      { nodes: 5, weka: { rebuildElsewhere: 3_600_000 } },
    );
    const watch = watchLosses(world);
    const before = guids(world);
    const uids = new Map(members(world).map(({ metadata }) => [metadata.name, metadata.uid ?? '']));
    await watch.pass(60);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: true } } });
    await world.until(
      'no pod is left',
      () => world.list('Pod').every(({ metadata }) => metadata.namespace !== 'default'),
      300,
    );
    const backups = members(world).map(({ metadata }) => lose(world, metadata.name));
    for (const backup of backups) world.apply(backup);
    await watch.pass(10);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: false } } });
    await watch.until(
      'each of them asks',
      () =>
        members(world).every(
          ({ metadata }) => world.condition('WekaContainer', metadata.name)?.reason === 'FormerContainer',
        ),
      300,
    );
    expect(world.condition('WekaCluster', 'demo')).toMatchObject({ reason: 'FormedBefore' });
    await watch.pass(120);
    expect([guids(world), watch.violations()]).toEqual([before, []]);
    for (const {
      metadata: { name },
    } of members(world))
      world.patch('WekaContainer', name, { spec: { overrides: { adoptFormer: uids.get(name) } } });
    await watch.until('it is whole again', () => allReady(world), 900);
    expect([guids(world), watch.erased()]).toEqual([before, []]);
    world.lab.stop();
  });
});

describe('a restored container whose former one has lost its claim as well', () => {
  it('starts nothing beside the member of its name, and says what gives that up', { timeout: 400_000 }, async () => {
    const world = await readyCluster(
      { drive: 6, compute: 3, spec: { gracefulDestroyDuration: '24h' } },
      { nodes: 6, weka: { rebuildElsewhere: 3_600_000 } },
    );
    const watch = watchLosses(world);
    const node = world.get('Pod', 'demo-drive-0')?.spec?.['nodeName'] as string;
    const member = () => world.weka.snapshot().clusters[0]?.members.filter(({ name }) => name === wekaName) ?? [];
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: true } } });
    await world.until(
      'no pod is left',
      () => world.list('Pod').every(({ metadata }) => metadata.namespace !== 'default'),
      300,
    );
    const {
      apiVersion,
      kind,
      metadata: { labels = {}, ownerReferences = [] },
      spec = {},
    } = world.get('WekaContainer', 'demo-drive-0')!;
    const wekaName = spec['name'] as string;
    world.patch('WekaContainer', 'demo-drive-0', { metadata: { finalizers: null } });
    world.delete('WekaContainer', 'demo-drive-0');
    await watch.pass(30);
    world.apply({
      apiVersion,
      kind,
      metadata: { name: 'demo-drive-0', namespace: 'default', labels, ownerReferences },
      spec,
    });
    await watch.pass(5);
    world.delete('WekaClaims', `node-${node}`);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: false } } });
    await watch.until(
      'it names the member',
      () => world.condition('WekaContainer', 'demo-drive-0')?.reason === 'FormerContainer',
      600,
    );
    expect(world.condition('WekaContainer', 'demo-drive-0')?.message).toMatch(
      new RegExp(`weka has a container of its name ${wekaName}, HostId<\\d+>, which is DOWN, and no claim is left`),
    );
    await watch.pass(300);
    expect([member().length, watch.erased(), watch.violations(), world.get('Pod', 'demo-drive-0')]).toEqual([
      1,
      [],
      [],
      undefined,
    ]);
    world.lab.stop();
  });
});

/** As a backup has it, without owner references and statuses. */
function backedUp(object: Loose): Loose {
  const { name, namespace, labels, annotations, finalizers } = object.metadata;
  const copy = JSON.parse(JSON.stringify({ ...object, metadata: {}, status: undefined })) as Loose;
  if (object.kind === 'Pod') delete copy.spec?.['nodeName'];
  return { ...copy, metadata: defined({ name, namespace, labels, annotations, finalizers }) };
}

describe('a namespace that comes back from a backup with its pods, after all nodes were off', () => {
  it('is what it was when the page and the conditions are followed', long, async () => {
    const world = await readyCluster(
      { spec: { gracefulDestroyDuration: '24h' } },
      { nodes: 3, weka: { rebuildElsewhere: 3_600_000 } },
    );
    const watch = watchLosses(world);
    const kinds = ['Secret', 'ConfigMap', 'Pod', 'WekaContainer', 'WekaCluster', 'WekaMembers'];
    const ofKind = (kind: string) => world.list(kind).filter(({ metadata }) => metadata.namespace === 'default');
    const before = guids(world);
    const old = uidOf(world, 'WekaCluster', 'demo');
    const uids = new Map(members(world).map(({ metadata }) => [metadata.name, metadata.uid]));
    const backup = kinds.slice(0, 5).flatMap((kind) => ofKind(kind).map(backedUp));
    for (let round = 0; round < 2; round += 1) {
      for (const kind of kinds.toReversed())
        for (const { metadata } of ofKind(kind)) {
          if (metadata.finalizers !== undefined) world.patch(kind, metadata.name, { metadata: { finalizers: null } });
          if (world.get(kind, metadata.name)?.metadata.uid === metadata.uid)
            world.delete(kind, metadata.name, { gracePeriodSeconds: 0 });
        }
      await watch.pass(5);
    }
    for (const node of ['node-1', 'node-2', 'node-3']) world.lab.machines.reboot(node);
    await watch.pass(60);

    for (const object of backup) world.apply(object);
    await watch.until(
      'they are named',
      () => world.condition('WekaCluster', 'demo')?.reason === 'LeftoverContainers',
      60,
    );
    const now = uidOf(world, 'WekaCluster', 'demo');
    const { data } = world.get('Secret', `weka-operator-${old}`) as Loose & { data: object };
    const metadata = { name: `weka-operator-${now}`, namespace: 'default' };
    world.apply({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data });
    for (const name of ['weka-cluster-demo', 'weka-client-demo', 'weka-csi-demo'])
      world.patch('Secret', name, { metadata: { labels: { 'weka.io/cluster-id': now } } });
    const range = (world.get('WekaClaims', 'ports')?.spec?.['ranges'] as Record<string, object>)[old];
    world.patch('WekaClaims', 'ports', { spec: { ranges: { [old]: null, [now]: range } } });
    for (const { metadata: one } of members(world))
      world.patch('WekaContainer', one.name, {
        metadata: { labels: { 'weka.io/cluster-id': now, 'controller-uid': now } },
        spec: { overrides: { adoptFormer: uids.get(one.name) } },
      });
    const said = (name: string) => world.condition('WekaContainer', name);
    await watch.until(
      'each names the pod of its name',
      () => members(world).every(({ metadata: one }) => said(one.name)?.reason === 'PodReleased'),
      120,
    );
    for (const { metadata: one } of members(world)) {
      const command = /kubectl patch pod \S+ -n default --type=merge -p '(\S+)' gives/.exec(
        said(one.name)?.message ?? '',
      );
      world.patch('Pod', one.name, JSON.parse(command?.[1] ?? '') as object);
    }
    await watch.until('it is whole again', () => allReady(world), 900);
    expect([guids(world), watch.erased(), world.weka.removed]).toEqual([before, [], []]);
    expect(world.weka.incidents.filter(({ kind }) => kind === 'two-processes')).toEqual([]);
    world.lab.stop();
  });
});

describe('older claims of a node that are put back over newer ones', () => {
  it.each(['runs', 'is paused'])(
    'cost nobody anything, and the successor in them says what takes them out: it %s',
    long,
    async (how) => {
      const name = 'demo-drive-0';
      const world = await readyCluster(
        { drive: 6, compute: 3, spec: { gracefulDestroyDuration: '24h' } },
        { nodes: 6, machine: { driveCount: 1 }, weka: { rebuildElsewhere: 3_600_000 } },
      );
      const claims = `node-${world.get('Pod', name)?.spec?.['nodeName'] as string}`;
      const holders = () => world.get('WekaClaims', claims)?.spec?.['holders'] as Record<string, object>;
      const older = holders();
      const former = uidOf(world, 'WekaContainer', name);
      world.delete('WekaContainer', name);
      await world.until(
        'its successor has its place, its drive and its name',
        () => uidOf(world, 'WekaContainer', name) !== former && members(world).length === 9 && allReady(world),
        300,
      );
      const watch = watchLosses(world);
      if (how === 'is paused') {
        world.patch('WekaContainer', name, { spec: { state: 'paused' } });
        await watch.until('it has stopped', () => world.get('Pod', name) === undefined, 60);
      }
      const gone = Object.fromEntries(Object.keys(holders()).map((uid) => [uid, null]));
      world.patch('WekaClaims', claims, { spec: { holders: { ...gone, ...older } } });
      if (how === 'runs') {
        await watch.until('it asks', () => world.condition('WekaContainer', name)?.reason === 'FormerContainer', 60);
        world.patch('WekaContainer', name, { spec: { overrides: { giveUpFormer: former } } });
      }
      const said = (): string | undefined =>
        /kubectl patch wekaclaims \S+ --type=json -p '(\S+)' removes/.exec(
          world.condition('WekaContainer', name, how === 'runs' ? 'Ready' : 'ClaimKept')?.message ?? '',
        )?.[1];
      await watch.until('it says how', () => said() !== undefined, 60);
      const [operation] = JSON.parse(said() ?? '') as { path: string }[];
      expect(operation?.path).toBe(`/spec/holders/${former}`);
      world.patch('WekaClaims', claims, { spec: { holders: { [former]: null } } });
      world.patch('WekaContainer', name, { spec: { state: 'active' } });
      await watch.until('it has its claim again', () => allReady(world), 300);
      expect(watch.losses.away).toBeLessThanOrEqual(how === 'runs' ? 0 : 1);
      expect([watch.erased(), watch.losses.leaving, watch.losses.ioStopped]).toEqual([[], 0, false]);
      world.lab.stop();
    },
  );
});

describe('etcd that was restored to a moment before a container', () => {
  it(
    'leaves a member of which there is no WekaContainer: the cluster names it, and what gives it up',
    long,
    async () => {
      const world = await readyCluster({ drive: 4 }, { weka: { rebuild: 1000 } });
      const backup = world.lab.store.backup();
      const weka = () => world.weka.snapshot().clusters[0];
      world.patch('WekaCluster', 'demo', { spec: { dynamicTemplate: { driveContainers: 5 } } });
      await world.until(
        'it has a drive',
        () => weka()?.drives.filter(({ status }) => status === 'ACTIVE').length === 5,
        600,
      );
      const [younger] = (weka()?.members ?? []).filter(
        ({ dataId }) => dataId === uidOf(world, 'WekaContainer', 'demo-drive-4'),
      );
      world.lab.goBackTo(backup);
      const said = (): string => world.condition('WekaCluster', 'demo', 'Degraded')?.message ?? '';
      await world.until(
        'the member is named',
        () => said().includes(`HostId<${younger?.id ?? ''}> (${younger?.name ?? ''})`),
        600,
      );
      const [, ...commands] =
        /run in the pod of another member: (weka cluster container deactivate \d+); when it is INACTIVE (weka cluster drive remove \S+), and (weka cluster container remove \d+)/.exec(
          said(),
        ) ?? [];
      expect(commands).toHaveLength(3);
      for (const command of commands) {
        const { exitCode } = await world.lab.pods.exec(
          'default',
          'demo-drive-1',
          'weka-container',
          command.split(' '),
          '',
        );
        expect(exitCode, command).toBe(0);
        await world.clock.advance(60_000);
      }
      await world.until(
        'all is whole',
        () => world.condition('WekaCluster', 'demo', 'Degraded')?.status === 'False',
        300,
      );
      expect([isReady(world), members(world).length, world.weka.erased]).toEqual([true, 7, []]);
      world.lab.stop();
    },
  );
});
