import { describe, expect, it } from 'vitest';
import { wekaCommands } from '../../hooks/weka/commands.ts';
import { loginArgv, refusedCredentials, wekaQueries } from '../../hooks/weka/queries.ts';
import type { Harness, TestPod } from './simulated-program.fixture.ts';
import { harness, giveResources } from './simulated-program.fixture.ts';

interface Row {
  command: keyof typeof wekaCommands;
  parameters: unknown;
  stdin?: string;
}

/** Drive containers on six hosts, and the compute container without which no IO starts; nothing is formed yet. */
async function stems(): Promise<{ test: Harness; pods: TestPod[] }> {
  const test = harness(6);
  const pods: TestPod[] = [];
  for (let n = 1; n <= 6; n++) {
    const pod = test.start('drive', n);
    await giveResources(test, pod, { drives: [`disk-${n}`], wekaPort: 35_000, agentPort: 35_303 });
    pods.push(pod);
  }
  await giveResources(test, test.start('compute', 1), { wekaPort: 35_100, agentPort: 35_304 });
  return { test, pods };
}

const hosts = [1, 2, 3, 4, 5, 6].map((n) => ({ ip: `10.0.0.${n}`, port: 35_000 }));
const compute = { ip: '10.0.0.1', port: 35_100 };
const password = { name: 'weka-cluster-demo', key: 'password', ownerUid: 'uid' };

/** The life of a cluster in commands of the catalogue, in this order. */
const life: Row[] = [
  { command: 'clusterCreate', parameters: { hosts: [...hosts, compute] } },
  { command: 'clusterName', parameters: { name: 'demo' } },
  { command: 'hotSpare', parameters: { count: 0 } },
  { command: 'parityDrives', parameters: { count: 2 } },
  { command: 'dataDrives', parameters: { count: 3 } },
  { command: 'bucketRaftSize', parameters: { size: 5 } },
  { command: 'debugConfig', parameters: { key: 'clusterInfo.nvmeEnabled', value: false } },
  { command: 'overrideAdd', parameters: { key: 'authenticate_client_join', force: true } },
  ...hosts.map((_, index): Row => ({
    command: 'driveAdd',
    parameters: { containerId: index, devicePath: `/dev/disk/by-id/weka-disk-${index + 1}` },
  })),
  { command: 'startIo', parameters: {} },
  { command: 'userAdd', parameters: { username: 'second', role: 'clusteradmin', password }, stdin: 'a long password' },
  { command: 'userPassword', parameters: { username: 'second', password }, stdin: 'another long password' },
  { command: 'filesystemGroupCreate', parameters: { name: 'default' } },
  {
    command: 'filesystemCreate',
    parameters: {
      name: '.config_fs',
      group: 'default',
      sizeBytes: 107_374_182_400,
      thinMinBytes: 10_737_418_240,
      thinMaxBytes: 107_374_182_400,
    },
  },
  { command: 'triggerEvent', parameters: { message: 'K8s_Operator: formed' } },
  { command: 'containerDeactivate', parameters: { containerId: 5 } },
];

async function perform(pod: TestPod, { command, parameters, stdin = '' }: Row): Promise<string> {
  const entry = wekaCommands[command];
  const argvs = (entry.argv as (given: unknown) => string[][])(entry.parameters.parse(parameters));
  let failures = '';
  for (const argv of argvs) {
    const { exitCode, stderr } = await pod.exec(argv, stdin);
    if (exitCode !== 0) failures += `${command}: ${stderr}`;
  }
  return failures;
}

describe('every command and query of the catalogue is known to the simulated pod', () => {
  it('a cluster is formed, filled and drained by the catalogue alone', async () => {
    const { test, pods } = await stems();
    const [executor] = pods as [TestPod];
    for (const row of life) expect(await perform(executor, row)).toBe('');
    await test.clock.advance(3000);
    const drive = test.site.snapshot().clusters[0]?.drives.find(({ containerId }) => containerId === 5);
    expect(drive?.status).toBe('INACTIVE');
    const rest: Row[] = [
      { command: 'driveDeactivate', parameters: { uuid: drive?.uuid } },
      { command: 'driveRemove', parameters: { uuid: drive?.uuid } },
      { command: 'containerRemove', parameters: { containerId: 5 } },
      { command: 'userDelete', parameters: { username: 'second' } },
    ];
    for (const row of rest) expect(await perform(executor, row)).toBe('');
    for (const { argv, answer } of Object.values(wekaQueries)) {
      const { exitCode, stdout } = await executor.exec([...argv]);
      expect(exitCode, argv.join(' ')).toBe(0);
      expect(() => answer.parse(JSON.parse(stdout)), argv.join(' ')).not.toThrow();
    }
    expect(test.site.snapshot().clusters).toMatchObject([
      {
        name: 'demo',
        status: 'OK',
        members: [0, 1, 2, 3, 4, 6].map((id) => ({ id, status: 'UP' })),
        filesystems: ['.config_fs'],
        users: ['admin'],
      },
    ]);
    expect(test.site.damage).toEqual([]);
  });

  it('a login is taken with the right password only, and says so in words that the operator knows', async () => {
    const { pods } = await stems();
    const [executor] = pods as [TestPod];
    for (const row of life.slice(0, life.findIndex(({ command }) => command === 'userPassword') + 1))
      await perform(executor, row);
    expect(await executor.exec([...loginArgv], 'second\nanother long password\n')).toMatchObject({ exitCode: 0 });
    for (const wrong of ['second\na long password\n', 'nobody\nanother long password\n', '']) {
      const { exitCode, stderr } = await executor.exec([...loginArgv], wrong);
      expect([exitCode, stderr]).toEqual([1, expect.stringMatching(refusedCredentials)]);
    }
  });

  it('a stem joins by the addresses it is given', async () => {
    const { test, pods } = await stems();
    await perform(pods[0]!, { command: 'clusterCreate', parameters: { hosts: hosts.slice(0, 5) } });
    expect(await perform(pods[5]!, { command: 'joinIps', parameters: { endpoints: hosts.slice(0, 2) } })).toBe('');
    await test.clock.advance(1000);
    expect(await pods[5]!.report()).toMatchObject({ identity: { hostId: 5 } });
  });

  // what the operator takes for "it is done already"
  it.each<[string, Row]>([
    [
      'a drive in use',
      { command: 'driveAdd', parameters: { containerId: 0, devicePath: '/dev/disk/by-id/weka-disk-1' } },
    ],
    ['an override', { command: 'overrideAdd', parameters: { key: 'some_key' } }],
    [
      'a user',
      {
        command: 'userAdd',
        parameters: { username: 'admin', role: 'clusteradmin', password },
        stdin: 'a long password',
      },
    ],
    ['a user that is gone', { command: 'userDelete', parameters: { username: 'nobody' } }],
    ['a filesystem group', { command: 'filesystemGroupCreate', parameters: { name: 'default' } }],
    ['a container that is gone', { command: 'containerRemove', parameters: { containerId: 99 } }],
    ['the drain of a container that is gone', { command: 'containerDeactivate', parameters: { containerId: 99 } }],
  ])('a repeat is worded as the catalogue expects: %s', async (_, row) => {
    const { pods } = await stems();
    const [executor] = pods as [TestPod];
    for (const earlier of life.filter(({ command }) => command !== 'containerDeactivate'))
      await perform(executor, earlier);
    await perform(executor, row);
    const { alreadyDone } = wekaCommands[row.command] as { alreadyDone?: RegExp };
    expect(await perform(executor, row)).toMatch(alreadyDone ?? /never/);
  });
});
