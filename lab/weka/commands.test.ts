import { describe, expect, it } from 'vitest';
import { createHardwareRegistry } from '../nodes/hardware.ts';
import { createRandom } from '../random.ts';
import { bringUp, formedCluster, place, testSite } from './hosts.fixture.ts';

const fsCreate = 'fs create data default 1000';

describe('commands of a formed cluster', () => {
  // each runs on a fresh cluster of six hosts: container ids 0-5 drive, 6-11 compute
  it.each([
    [
      'a device in use',
      ['cluster drive add 0 /dev/disk/by-id/weka-disk-1'],
      '/dev/disk/by-id/weka-disk-1: Device is already in use',
    ],
    [
      'a drive of another cluster',
      ['cluster drive add 0 /dev/disk/by-id/weka-foreign'],
      'Device /dev/disk/by-id/weka-foreign carries the cluster GUID other-guid, it has to be resigned first',
    ],
    [
      'a device that is no drive of the lab',
      ['cluster drive add 0 /dev/sda'],
      'Device /dev/sda was not found on HostId<0>',
    ],
    [
      'a drive for a compute container',
      ['cluster drive add 6 /dev/disk/by-id/weka-new'],
      'Host HostId<6> has no drive cores',
    ],
    [
      'a drive for an unknown container',
      ['cluster drive add 77 /dev/disk/by-id/weka-new'],
      'Host HostId<77> not found',
    ],
    ['removal of an unknown drive', ['cluster drive remove nope -f'], 'The given drive "nope" does not exist.'],
    [
      'removal of an ACTIVE container',
      ['cluster container remove 5 --no-unimprint'],
      'Host HostId<5> is ACTIVE, it must be deactivated before it is removed',
    ],
    [
      'removal of a draining container',
      ['cluster container deactivate 5', 'cluster container remove 5'],
      'Host HostId<5> is DEACTIVATING, it must be deactivated before it is removed',
    ],
    [
      'deactivation below the stripe width',
      ['cluster container deactivate 5', 'cluster container deactivate 4'],
      'Deactivating HostId<4> would leave 4 failure domains, fewer than the stripe width 5',
    ],
    [
      'deactivation of compute containers below a majority of their raft',
      [
        'cluster container deactivate 6',
        'cluster container deactivate 7',
        'cluster container deactivate 8',
        'cluster container deactivate 9',
      ],
      'Deactivating HostId<9> would leave 2 compute containers that are up, fewer than a majority of the raft of 5',
    ],
    ['deactivation of an unknown container', ['cluster container deactivate 55'], 'Host HostId<55> not found'],
    [
      'a change of the stripe after start-io',
      ['cluster update --parity-drives 4'],
      'The stripe cannot be changed once IO was started',
    ],
    [
      'a second filesystem group of a name',
      ['fs group create default', 'fs group create default'],
      'Filesystem group "default" already exists',
    ],
    [
      'a second filesystem of a name',
      ['fs group create default', fsCreate, fsCreate],
      'Filesystem "data" already exists',
    ],
    ['a filesystem without its group', [fsCreate], 'Filesystem group "default" does not exist'],
    [
      'a filesystem larger than the cluster',
      ['fs group create default', 'fs create data default 9000000000000'],
      'Not enough available drive capacity: 3600000000000 bytes are left',
    ],
    [
      'encryption without KMS',
      ['fs group create default', `${fsCreate} --encrypted`],
      'No KMS is configured, use --allow-no-kms to encrypt without one',
    ],
    ['a second user of a name', ['user add admin regular long-enough'], 'User admin already exists'],
    ['a password of nobody', ['user passwd long-enough --username nobody'], 'User nobody does not exist'],
    [
      'a short password',
      ['user passwd short --username admin'],
      'The password is too short, at least 8 characters are required',
    ],
    ['a role that there is not', ['user change-role admin king'], 'invalid role king'],
    ['deletion of the last admin', ['user delete admin'], 'The last cluster admin cannot be deleted'],
    ['deletion of an unknown user', ['user delete nobody'], 'User nobody does not exist'],
    [
      'a guarded override without --force',
      ['debug override add --key authenticate_client_join'],
      'The override authenticate_client_join needs --force',
    ],
    [
      'an upgrade phase without a prepared leader',
      ['debug jrpc upgrade_phase_start target_phase_type=DrivePhase'],
      'The leader is not prepared for an upgrade',
    ],
    ['an unknown command', ['cluster dance'], 'unknown command: cluster dance'],
    ['an unknown option', ['cluster start-io --now'], 'unrecognized option --now'],
  ])('refuse %s', async (_, commands, message) => {
    const test = testSite();
    const { drives } = await formedCluster(test, 6);
    test.site.imprint('foreign', 'other-guid');
    let last = { exitCode: 0, stderr: '' };
    for (const command of commands) last = await test.weka(drives[0]!, command);
    expect(last.exitCode).not.toBe(0);
    expect(last.stderr).toBe(`error: ${message}\n`);
  });

  // each is followed by a look at the effect
  it.each([
    ['hot spares', ['cluster hot-spare 1'], 'status --json', { hot_spare: 1 }],
    ['users', ['user add second clusteradmin long-enough', 'user delete admin'], 'user -J', undefined],
    ['filesystem groups', ['fs group create default'], 'fs group --json', [{ name: 'default' }]],
    [
      'thin filesystems',
      [
        'fs group create default',
        'fs create data default 3000000000000 --thin-provision-max-ssd 3000000000000 --thin-provision-min-ssd 1000',
      ],
      'fs --json',
      [{ name: 'data', group_name: 'default' }],
    ],
    [
      'encryption with a vault',
      [
        'security kms set vault https://vault key --kubernetes-role weka --auth-path a --transit-path t',
        'fs group create default',
        `${fsCreate} --encrypted`,
      ],
      'fs --json',
      [{ is_encrypted: true }],
    ],
    [
      'overrides',
      ['debug override add --key authenticate_client_join --force'],
      'debug override list --json',
      [{ key: 'authenticate_client_join', value: 'true' }],
    ],
    [
      'upgrade phases',
      [
        'debug jrpc prepare_leader_for_upgrade',
        'debug jrpc upgrade_phase_start target_phase_type=DrivePhase target_version_name=5.0',
      ],
      'status --json',
      { upgrade_info: { upgrade_phase: 'DrivePhase' } },
    ],
    ['events', ['events trigger-event formed'], 'events --json', [{ message: 'formed' }]],
    [
      'Weka Home',
      ['cloud enable --cloud-url https://home --cloud-stats on'],
      'status --json',
      { cloud: { enabled: true, url: 'https://home' } },
    ],
    [
      'one container by its id',
      [],
      'cluster container 3 --json',
      [
        {
          host_id: 'HostId<3>',
          container_name: 'drivex4',
          hostname: 'node-4',
          status: 'UP',
          state: 'ACTIVE',
          mode: 'backend',
        },
      ],
    ],
    ['no container for an unknown id', [], 'cluster container 99 --json', []],
    [
      'drives of one container',
      [],
      'cluster drive --container 2 --json',
      [{ serial_number: 'disk-3', status: 'ACTIVE', host_id: 'HostId<2>', device_path: '/dev/disk/by-id/weka-disk-3' }],
    ],
  ])('do and show %s', async (_, commands, look, shown) => {
    const test = testSite();
    const { drives, computes } = await formedCluster(test, 6);
    for (const command of commands)
      expect(await test.weka(drives[0]!, command)).toMatchObject({ exitCode: 0, stderr: '' });
    if (shown === undefined) {
      const second = {
        ...computes[2]!,
        env: { ...computes[2]!.env, WEKA_USERNAME: 'second', WEKA_PASSWORD: 'long-enough' },
      };
      expect(await test.json(second, look)).toMatchObject([{ username: 'second', role: 'clusteradmin' }]);
    } else expect(await test.json(computes[2]!, look)).toMatchObject(shown);
  });
});

describe('credentials', () => {
  it.each([
    [
      'an unknown user',
      { WEKA_USERNAME: 'nobody' },
      'cluster container --json',
      'Authentication failed: incorrect username or password',
    ],
    [
      'a wrong password',
      { WEKA_PASSWORD: 'guess' },
      'status --json',
      'Authentication failed: incorrect username or password',
    ],
    [
      'no user',
      { WEKA_USERNAME: '', WEKA_PASSWORD: '' },
      'status --json',
      'Authentication failed: incorrect username or password',
    ],
    [
      'a regular user in an admin command',
      { WEKA_USERNAME: 'plain', WEKA_PASSWORD: 'long-enough' },
      'cluster start-io',
      'Permission denied: cluster start-io needs the role clusteradmin',
    ],
  ])('refuse %s', async (_, env, command, message) => {
    const test = testSite();
    const { drives } = await formedCluster(test, 5);
    await test.weka(drives[0]!, 'user add plain regular long-enough');
    expect(await test.weka({ ...drives[0]!, env: { ...drives[0]!.env, ...env } }, command)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `error: ${message}\n`,
    });
  });

  it('are not asked for by commands of the host', async () => {
    const test = testSite();
    const { drives } = await formedCluster(test, 5);
    expect(await test.json({ ...drives[0]!, env: {} }, 'local ps --json')).toMatchObject([{ name: 'drivex1' }]);
  });
});

describe('goodbye of a container', () => {
  it('drains, loses its drives, is removed, and its drives belong to nobody once resigned', async () => {
    const test = testSite();
    const { drives } = await formedCluster(test, 6);
    const at = drives[0]!;
    await test.weka(at, 'cluster container deactivate 5');
    expect(await test.json(at, 'cluster container 5 --json')).toMatchObject([{ status: 'DEACTIVATING' }]);
    expect(await test.json(at, 'status --json')).toMatchObject({ status: 'REDISTRIBUTING' });
    await test.clock.advance(2000);
    expect(await test.json(at, 'cluster container 5 --json')).toMatchObject([{ status: 'INACTIVE' }]);
    test.site.processesDied('drive-6');
    expect(test.site.snapshot().clusters[0]?.failedHosts).toEqual([]);
    expect((await test.weka(at, 'cluster container remove 5 --no-unimprint')).stderr).toBe(
      'error: Host HostId<5> still has drives, remove them first\n',
    );
    const [drive] = (await test.json(at, 'cluster drive --container 5 --json')) as [{ uuid: string; status: string }];
    expect(drive.status).toBe('INACTIVE');
    for (const command of [`cluster drive remove ${drive.uuid} -f`, 'cluster container remove 5 --no-unimprint']) {
      expect(await test.weka(at, command)).toMatchObject({ exitCode: 0 });
    }
    expect(await test.json(at, 'cluster container 5 --json')).toEqual([]);
    expect(test.site.driveGuid('disk-6')).toBeDefined();
    test.site.resign('node-6', ['disk-6']);
    expect(test.site.driveGuid('disk-6')).toBeUndefined();
    expect(test.site.damage).toEqual([]);
  });

  it('of one drive takes model time', async () => {
    const test = testSite();
    const { drives } = await formedCluster(test, 6);
    const at = drives[0]!;
    const [drive] = (await test.json(at, 'cluster drive --container 5 --json')) as [{ uuid: string }];
    await test.weka(at, `cluster drive deactivate ${drive.uuid} -f`);
    expect((await test.weka(at, `cluster drive remove ${drive.uuid} -f`)).stderr).toBe(
      `error: The drive "${drive.uuid}" is PHASING_OUT, it must be deactivated before it is removed\n`,
    );
    await test.clock.advance(1000);
    expect(await test.weka(at, `cluster drive remove ${drive.uuid} -f`)).toMatchObject({ exitCode: 0 });
  });
});

describe('joining a formed cluster', () => {
  it.each([
    ['with the join secret and a member that is up', '--join-ips 10.0.0.1:35000', 'READY'],
    ['by the second address when the first does not answer', '--join-ips 10.9.9.9:35000,10.0.0.2:35000', 'READY'],
    ['not without an address', '', 'STEM'],
    ['not by an address that does not answer', '--join-ips 10.9.9.9:35000', 'CLUSTERIZING'],
    ['not with a wrong secret', '--join-secret other --join-ips 10.0.0.1:35000', 'CLUSTERIZING'],
  ])('works %s', async (_, extra, status) => {
    const test = testSite();
    await formedCluster(test, 5);
    const newcomer = place('drive', 9);
    await bringUp(test, newcomer, extra);
    expect(await test.json(newcomer, 'local ps --json')).toMatchObject([
      { internalStatus: { display_status: status } },
    ]);
    expect(test.site.snapshot().clusters[0]?.members).toHaveLength(status === 'READY' ? 11 : 10);
  });

  it('works for a stem that gets its addresses later', async () => {
    const test = testSite();
    await formedCluster(test, 5);
    const newcomer = place('drive', 9);
    await bringUp(test, newcomer);
    for (const command of [
      'local resources join-ips 10.0.0.1:35000 10.0.0.2:35000',
      'local resources apply -f',
      'local restart --force',
    ]) {
      expect(await test.weka(newcomer, command)).toMatchObject({ exitCode: 0 });
    }
    await test.clock.advance(200);
    expect(await test.weka(newcomer, 'cluster drive add 10 /dev/disk/by-id/weka-disk-9')).toMatchObject({
      exitCode: 0,
    });
    expect(test.site.snapshot().clusters[0]?.drives.at(-1)).toMatchObject({ status: 'PHASING_IN', nodeName: 'node-9' });
  });

  it.each([
    ['without a token while the cluster asks for none', false, false, 'READY'],
    ['not without a token once the cluster asks for one', true, false, 'CLUSTERIZING'],
    ['with a token', true, true, 'READY'],
  ])('works for a client %s', async (_, authenticated, withToken, status) => {
    const test = testSite();
    const { drives } = await formedCluster(test, 5);
    if (authenticated) await test.weka(drives[0]!, 'debug override add --key authenticate_client_join --force');
    const token = (await test.json(
      drives[0]!,
      'cluster join-token generate --access-token-timeout 5200w --json',
    )) as string;
    const client = place('client', 9);
    const setup = `local setup container --name clientx9 --no-start --disable --cores 1 --core-ids 0 --only-frontend-cores --net udp --base-port 45000 --join-ips 10.0.0.1:35000 --client --restricted${withToken ? ` --join-token ${token}` : ''}`;
    await test.weka(client, setup);
    await test.weka(client, 'local start');
    await test.clock.advance(200);
    expect(test.site.snapshot().locals.at(-1)?.displayStatus).toBe(status);
  });
});

describe('containers of a host', () => {
  it.each([
    ['a start without a container', 'local start', 'There are no weka containers on this host'],
    [
      'a command of the cluster without a container',
      'status',
      'Failed connecting to http://127.0.0.1:14000/api/v1. Make sure weka is running on this host by running `weka local status | start`',
    ],
  ])('refuse %s', async (_, command, message) => {
    const test = testSite();
    expect((await test.weka(place('drive', 1), command)).stderr).toBe(`error: ${message}\n`);
  });

  it('refuse a second container of another name, and ports that another one occupies', async () => {
    const test = testSite();
    const first = place('drive', 1);
    await bringUp(test, first);
    expect((await test.weka(first, 'local setup container --name other --base-port 35000')).stderr).toBe(
      'error: a container of another name exists on this host: drivex1\n',
    );
    const second = { ...place('compute', 1) };
    await test.weka(second, 'local setup container --name computex1 --only-compute-cores --base-port 35050');
    expect((await test.weka(second, 'local start')).stderr).toBe(
      'error: Port 35050 is already in use by container drivex1\n',
    );
    expect(await test.json(second, 'local ps --json')).toMatchObject([
      { runStatus: 'Error', lastFailure: 'Port 35050 is already in use by container drivex1' },
    ]);
  });

  it('keep their identity over the death of their processes and lose it with their directory', async () => {
    const test = testSite();
    const { drives } = await formedCluster(test, 5);
    test.site.processesDied('drive-1');
    await test.weka(drives[0]!, 'local start');
    await test.clock.advance(200);
    expect(test.site.snapshot().locals[0]).toMatchObject({ displayStatus: 'READY', containerId: 0 });
    test.site.processesDied('drive-1');
    test.site.forget('drive-1');
    expect(await test.json(drives[0]!, 'local ps --json')).toEqual([]);
    expect(test.site.snapshot().clusters[0]?.members[0]).toMatchObject({ id: 0, status: 'DOWN' });
  });

  it('take their cluster along when the last directory is removed, but not its GUID on the drives', async () => {
    const test = testSite();
    const places = Object.values(await formedCluster(test, 5)).flat();
    for (const { dataId } of places) test.site.processesDied(dataId);
    for (const { dataId } of places.slice(1)) test.site.forget(dataId);
    expect(test.site.snapshot().clusters).toHaveLength(1);
    test.site.forget(places[0]!.dataId);
    expect(test.site.snapshot()).toMatchObject({ clusters: [], locals: [] });
    expect(test.site.driveGuid('disk-1')).toBeDefined();
    await test.clock.advance(100_000);
    expect(await test.clock.step()).toBe(false);
  });

  it('have the drivers of their machine until it reboots', async () => {
    const random = createRandom(3).next;
    const hardware = createHardwareRegistry(random);
    hardware.add({ name: 'node-1', ip: '10.0.0.1' });
    const test = testSite({}, { hardware });
    const at = place('client', 1);
    expect(await test.weka(at, 'driver ready --without-agent --version 4.4')).toMatchObject({ exitCode: 1 });
    await test.weka(at, 'driver download --from https://drivers.weka.io --without-agent --version 4.4');
    await test.weka(at, 'driver install --without-agent --version 4.4');
    expect(await test.weka(at, 'driver ready --without-agent --version 4.4')).toMatchObject({ exitCode: 0 });
    hardware.reboot('node-1');
    expect(await test.weka(at, 'driver ready --without-agent --version 4.4')).toMatchObject({ exitCode: 1 });
  });
});
