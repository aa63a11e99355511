/** The Secrets of a cluster: they live as long as a deletion can be cancelled, are nobody else's, and weka takes what is in them. */
import { describe, expect, it } from 'vitest';
import { readyCluster, startWorld, wekaCluster, type LabWorld } from './world.ts';

const text = (value: string): string => Buffer.from(value, 'base64').toString('utf8');
const encoded = (value: string): string => Buffer.from(value, 'utf8').toString('base64');
const uidOf = (world: LabWorld): string => world.get('WekaCluster', 'demo')?.metadata.uid ?? '';
const operatorSecret = (world: LabWorld): string => `weka-operator-${uidOf(world)}`;
const secrets = (world: LabWorld): string[] =>
  world
    .list('Secret')
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith('weka-'))
    .sort();
const names = (world: LabWorld): string[] => [
  'weka-client-demo',
  'weka-cluster-demo',
  'weka-csi-demo',
  operatorSecret(world),
];
const isReady = (world: LabWorld): boolean => world.condition('WekaCluster', 'demo')?.status === 'True';
const containersReady = (world: LabWorld): boolean =>
  world
    .list('WekaContainer')
    .every(({ metadata }) => world.condition('WekaContainer', metadata.name)?.status === 'True');
const dataOf = (world: LabWorld, name: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries((world.get('Secret', name)?.['data'] ?? {}) as Record<string, string>).map(([key, value]) => [
      key,
      text(value),
    ]),
  );
const set = (world: LabWorld, name: string, values: Record<string, string>): void =>
  world.patch('Secret', name, {
    data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, encoded(value)])),
  });

/** Runs weka in a member, as the user whose credentials are given. */
async function weka(world: LabWorld, argv: string[], user: Record<string, string>): Promise<string> {
  const pod = world.get('Pod', 'demo-drive-0');
  const place = {
    dataId: world.get('WekaContainer', 'demo-drive-0')?.metadata.uid ?? '',
    nodeName: pod?.spec?.['nodeName'] as string,
    ip: '',
    env: { NAME: 'drive', MODE: 'drive', WEKA_USERNAME: user['username'] ?? '', WEKA_PASSWORD: user['password'] ?? '' },
  };
  const answer = world.weka.run(place, argv, '');
  await world.clock.advance(5_000);
  const { exitCode, stdout, stderr } = await answer;
  return exitCode === 0 ? stdout : stderr.trim();
}
const whoami = (world: LabWorld, secret: string): Promise<string> =>
  weka(world, ['user', 'whoami'], dataOf(world, secret));
const applied = {
  'weka-cluster-demo': 'ClusterSecretsApplied',
  'weka-client-demo': 'ClusterClientsSecretsApplied',
  'weka-csi-demo': 'ClusterCsiSecretsApplied',
} as const;
type UserSecret = keyof typeof applied;
const userSecrets = Object.keys(applied) as UserSecret[];

describe('the Secrets of a cluster that is deleted', () => {
  const contents = (world: LabWorld): Record<string, object> =>
    Object.fromEntries(names(world).map((name) => [name, dataOf(world, name)]));

  it.each(['Background', 'Foreground'] as const)(
    'with propagation %s stay as they are through the grace, and after it was taken back',
    async (propagationPolicy) => {
      const world = await readyCluster({ spec: { gracefulDestroyDuration: '1h' } });
      const before = contents(world);
      world.delete('WekaCluster', 'demo', { propagationPolicy });
      await world.stays('they are there', () => secrets(world).length === 4, 1800);
      world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
      await world.clock.advance(60_000);
      if (propagationPolicy === 'Background')
        await world.until('it works again', () => isReady(world) && containersReady(world), 300);
      expect(contents(world)).toEqual(before);
      expect(world.condition('WekaCluster', 'demo', 'ClusterSecretsCreated')?.status).toBe('True');
      world.lab.stop();
    },
  );

  it('go with a cluster whose deletion was taken back once', async () => {
    const world = await readyCluster({ spec: { gracefulDestroyDuration: '10m' } });
    world.delete('WekaCluster', 'demo');
    await world.clock.advance(60_000);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
    await world.until('it works again', () => isReady(world) && containersReady(world), 300);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: false } } });
    await world.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 3600);
    expect(secrets(world)).toEqual([]);
    world.lab.stop();
  });

  it('are gone with it when the grace is over, and a Secret of somebody else is not', async () => {
    const world = await readyCluster({ spec: { gracefulDestroyDuration: '10m' } });
    world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'weka-of-somebody', namespace: 'default' },
      data: {},
    });
    world.delete('WekaCluster', 'demo', { propagationPolicy: 'Foreground' });
    await world.stays('they are there', () => secrets(world).length === 5, 500);
    await world.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 1200);
    expect(secrets(world)).toEqual(['weka-of-somebody']);
    world.lab.stop();
  });
});

describe('Secrets of an earlier release', () => {
  it('lose their owner reference without a pod being touched, and cost nothing after that', async () => {
    const world = await readyCluster();
    await world.clock.advance(400_000);
    const pods = world.list('Pod').map(({ metadata }) => metadata.uid);
    const reference = {
      apiVersion: 'weka.weka.io/v1alpha1',
      kind: 'WekaCluster',
      name: 'demo',
      uid: uidOf(world),
      controller: true,
      blockOwnerDeletion: false,
    };
    for (const name of names(world))
      world.patch('Secret', name, {
        metadata: { labels: { app: null, 'weka.io/cluster-id': null }, ownerReferences: [reference] },
      });
    const owned = (): boolean =>
      names(world).every((name) => {
        const { labels, ownerReferences = [] } = world.get('Secret', name)?.metadata ?? {};
        return (
          ownerReferences.length === 0 && labels?.['weka.io/cluster-id'] === uidOf(world) && labels['app'] === 'weka'
        );
      });
    await world.until("they are the cluster's by label", owned, 180);
    expect(isReady(world)).toBe(true);
    expect(world.list('Pod').map(({ metadata }) => metadata.uid)).toEqual(pods);
    await world.clock.advance(120_000);
    const versions = (): (string | undefined)[] =>
      names(world).map((name) => world.get('Secret', name)?.metadata.resourceVersion);
    const settled = versions();
    await world.clock.advance(600_000);
    expect(versions()).toEqual(settled);
    expect(world.condition('WekaCluster', 'demo', 'SecretsOwned')).toBeUndefined();
    world.lab.stop();
  });
});

describe('a name that is taken', () => {
  it.each([0, 10, 40, 100, 2_000])(
    'by an older cluster that went %i ms ago does not fool the new one',
    async (milliseconds) => {
      const world = await readyCluster();
      const old = uidOf(world);
      world.delete('WekaCluster', 'demo');
      await world.until('the old one is gone', () => world.get('WekaCluster', 'demo') === undefined, 600);
      await world.clock.advance(milliseconds);
      world.apply(wekaCluster());
      await world.until('the new one is Ready', () => uidOf(world) !== old && isReady(world), 600);
      await world.stays('it stays so', () => isReady(world), 600);
      for (const name of names(world))
        expect(world.get('Secret', name)?.metadata.labels?.['weka.io/cluster-id']).toBe(uidOf(world));
      world.lab.stop();
    },
  );

  it('in a Secret of an owner that the collector takes away is waited for', async () => {
    const world = await startWorld();
    const reference = {
      apiVersion: 'weka.weka.io/v1alpha1',
      kind: 'WekaCluster',
      name: 'demo',
      uid: 'uid-of-an-older-demo',
      controller: true,
    };
    world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'weka-cluster-demo', namespace: 'default', ownerReferences: [reference] },
      data: { username: encoded('old'), password: encoded('old') },
    });
    world.apply(wekaCluster());
    await world.until('the cluster is Ready', () => isReady(world), 600);
    expect(dataOf(world, 'weka-cluster-demo')['username']).not.toBe('old');
    world.lab.stop();
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'by another owner',
      { 'weka.io/cluster-id': 'uid-of-an-older-demo' },
      /belongs to the owner with uid uid-of-an-older-demo/,
    ],
    ['by nobody that it names', {}, /names no owner/],
  ])('%s is said and left alone until a person decides', async (_name, labels, message) => {
    const world = await startWorld();
    const theirs = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'weka-cluster-demo', namespace: 'default', labels },
      data: { username: encoded('theirs'), password: encoded('their-password') },
    };
    const { resourceVersion } = world.apply(theirs).metadata;
    world.apply(wekaCluster());
    await world.until('it is said', () => world.condition('WekaCluster', 'demo')?.reason === 'NameTaken', 60);
    expect(world.condition('WekaCluster', 'demo', 'ClusterSecretsCreated')?.message).toMatch(message);
    await world.stays('nothing is built', () => world.list('WekaContainer').length === 0, 120);
    expect(world.get('Secret', 'weka-cluster-demo')?.metadata.resourceVersion).toBe(resourceVersion);
    world.delete('WekaCluster', 'demo');
    await world.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 120);
    expect(world.get('Secret', 'weka-cluster-demo')?.metadata.resourceVersion).toBe(resourceVersion);
    world.apply(wekaCluster());
    await world.until('it is said again', () => world.condition('WekaCluster', 'demo')?.reason === 'NameTaken', 60);
    world.patch('Secret', 'weka-cluster-demo', { metadata: { labels: { 'weka.io/cluster-id': uidOf(world) } } });
    await world.until(
      'the cluster takes it, and weka takes its password',
      () => isReady(world) && world.condition('WekaCluster', 'demo', 'ClusterSecretsApplied')?.status === 'True',
      600,
    );
    expect(await whoami(world, 'weka-cluster-demo')).toContain(dataOf(world, 'weka-cluster-demo')['username']);
    expect(dataOf(world, 'weka-cluster-demo')['password']).toBe('their-password');
    world.lab.stop();
  });

  it("by a backup of the operator's own Secret is welcome", async () => {
    const world = await readyCluster();
    const name = operatorSecret(world);
    const data = world.get('Secret', name)?.['data'];
    world.delete('Secret', name);
    await world.until(
      'it is missed',
      () => world.condition('WekaCluster', 'demo', 'Stalled')?.reason === 'SecretMissing',
      180,
    );
    world.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' }, data });
    await world.until(
      "it is the cluster's",
      () =>
        world.get('Secret', name)?.metadata.labels?.['weka.io/cluster-id'] === uidOf(world) &&
        world.condition('WekaCluster', 'demo', 'Stalled')?.status === 'False',
      180,
    );
    world.lab.stop();
  });
});

describe('a credential', () => {
  it.each(userSecrets)('of %s counts only when weka takes it, and is changed by a person everywhere', async (name) => {
    const world = await readyCluster();
    await world.clock.advance(400_000);
    const taken = async (): Promise<void> => {
      await world.clock.advance(420_000);
      expect([name, await whoami(world, name)]).toEqual([
        name,
        expect.stringContaining(dataOf(world, name)['username'] ?? '?'),
      ]);
      expect(world.condition('WekaCluster', 'demo', applied[name])?.status).toBe('True');
      expect(isReady(world)).toBe(true);
    };
    if (name !== 'weka-cluster-demo') {
      world.delete('Secret', name);
      await world.until('it comes back', () => world.get('Secret', name) !== undefined, 180);
      await taken();
    }
    set(world, name, { password: 'a-password-of-a-person-1' });
    await taken();
    expect(dataOf(world, name)['password']).toBe('a-password-of-a-person-1');
    set(world, name, { username: 'somebody' });
    await taken();
    const operator = dataOf(world, operatorSecret(world));
    const username = dataOf(world, name)['username'] ?? '';
    expect(await weka(world, ['user', 'passwd', 'changed-in-weka-1', '--username', username], operator)).toBe('');
    await taken();
    expect(await weka(world, ['user', 'delete', username], operator)).toBe('');
    await taken();
    expect(await weka(world, ['user', 'change-role', username, 'readonly'], operator)).toBe('');
    await world.until(
      'the other role is named',
      () => world.condition('WekaCluster', 'demo', applied[name])?.reason === 'RoleChanged',
      180,
    );
    world.lab.stop();
  });

  it('that weka refuses for good is named with its words', async () => {
    const world = await readyCluster();
    set(world, 'weka-csi-demo', { password: 'short' });
    await world.until(
      'it is named',
      () => /too short/.test(world.condition('WekaCluster', 'demo', 'ClusterCsiSecretsApplied')?.message ?? ''),
      300,
    );
    expect(world.condition('WekaCluster', 'demo', 'ClusterCsiSecretsApplied')?.reason).toBe('SettingPassword');
    world.lab.stop();
  });

  it('that is taken costs three logins in five minutes', async () => {
    const world = await readyCluster();
    await world.clock.advance(600_000);
    const logins: string[] = [];
    const { run } = world.weka;
    world.weka.run = (place, argv, stdin) => {
      if (argv.join(' ') === 'user whoami') logins.push(place.env['WEKA_USERNAME'] ?? '');
      return run(place, argv, stdin);
    };
    await world.clock.advance(1_800_000);
    expect(new Set(logins).size).toBe(3);
    expect(logins.length).toBeLessThanOrEqual(3 * 7);
    world.lab.stop();
  });
});

describe('a weka that does not know the operator any more', () => {
  const reach = (world: LabWorld) => world.condition('WekaCluster', 'demo', 'ClusterReachable');
  const refused = (world: LabWorld): boolean =>
    reach(world)?.reason === 'CredentialsRefused' &&
    world.condition('WekaCluster', 'demo', 'Degraded')?.status === 'Unknown';

  it('is named with its words and the Secret, and nothing that was changed meanwhile is settled', async () => {
    const world = await readyCluster();
    await world.clock.advance(600_000);
    const { password = '' } = dataOf(world, operatorSecret(world));
    set(world, operatorSecret(world), { password: 'what-a-person-thought-1' });
    await world.until('it is named', () => refused(world), 240);
    expect(reach(world)?.message).toContain(operatorSecret(world));
    expect(reach(world)?.message).toContain('incorrect username or password');
    world.patch('WekaCluster', 'demo', { spec: { hotSpare: 1 } });
    await world.clock.advance(5_000);
    await world.stays(
      'it is not settled',
      () => world.condition('WekaCluster', 'demo', 'Reconciling')?.status === 'True' && refused(world),
      900,
    );
    expect(world.condition('WekaCluster', 'demo')).toMatchObject({ status: 'True', reason: 'CredentialsRefused' });
    expect(JSON.stringify(world.get('WekaCluster', 'demo')?.status)).not.toContain(password);
    set(world, operatorSecret(world), { password });
    await world.until(
      'it heals',
      () =>
        reach(world) === undefined &&
        world.condition('WekaCluster', 'demo', 'Reconciling')?.status === 'False' &&
        world.condition('WekaCluster', 'demo', 'Degraded')?.status === 'False',
      120,
    );
    world.lab.stop();
  });

  it('because its user was deleted in weka is named as well', async () => {
    const world = await readyCluster();
    await world.clock.advance(600_000);
    const people = dataOf(world, 'weka-cluster-demo');
    expect(await weka(world, ['user', 'delete', dataOf(world, operatorSecret(world))['username'] ?? ''], people)).toBe(
      '',
    );
    await world.until('it is named', () => refused(world), 240);
    world.lab.stop();
  });
});
