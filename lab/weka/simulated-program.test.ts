import { describe, expect, it } from 'vitest';
import { runtimeReport } from '../../hooks/weka/runtime-report.ts';
import type { Harness, TestPod } from './simulated-program.fixture.ts';
import { harness, giveResources } from './simulated-program.fixture.ts';

const driveResources = { drives: ['disk-1'], wekaPort: 35_000, agentPort: 35_303 };

async function runningDrive(test: Harness, n = 1): Promise<TestPod> {
  const pod = test.start('drive', n);
  await giveResources(test, pod, driveResources);
  return pod;
}

describe('life of a simulated weka pod', () => {
  it('waits for resources, starts weka as a stem and reports all of it', async () => {
    const test = harness(1);
    const pod = test.start('drive', 1);
    await test.clock.advance(1000);
    expect(await pod.report()).toMatchObject({
      phase: 'waiting-for-resources',
      persistencyConfigured: true,
      resources: null,
      local: null,
    });
    await giveResources(test, pod, driveResources);
    const report = await pod.report();
    expect(runtimeReport.parse(report)).toMatchObject({
      mode: 'drive',
      name: 'drivex1',
      podUid: 'pod-1',
      bootId: test.hardware.get('node-1')?.bootId,
      phase: 'running',
      message: 'weka container drivex1 runs',
      exiting: false,
      allowStop: false,
      resources: driveResources,
      missingDriver: '',
      managementIps: ['10.0.0.1'],
      wekaPort: 35_000,
      agentPort: 35_303,
      local: [{ name: 'drivex1', runStatus: 'Running', internalStatus: { display_status: 'STEM' } }],
      identity: null,
      drives: [{ serial_id: 'disk-1', block_device: '/dev/disk/by-id/weka-disk-1', weka_guid: '', is_signed: false }],
    });
  });

  it('refuses resources until persistency is configured', async () => {
    const test = harness(1);
    const pod = test.start('drive', 1);
    expect(await pod.exec('python3 /opt/weka_runtime.py write-resources', '{}')).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: 'persistency is not configured yet\n',
    });
    expect(await pod.exec('python3 /opt/weka_runtime.py write-resources', 'x')).toMatchObject({ exitCode: 2 });
  });

  it('waits for kernel drivers, and a loader pod brings them', async () => {
    const test = harness(1, { driversLoaded: false });
    const pod = await runningDrive(test);
    expect(await pod.report()).toMatchObject({ phase: 'waiting-for-drivers', missingDriver: 'wekafsio', local: null });
    const loader = test.start('drivers-loader', 1, { env: { DIST_SERVICE: 'https://drivers.weka.io' } });
    await test.clock.advance(5000);
    expect(await loader.report()).toMatchObject({ phase: 'idle', results: { err: null, drivers_loaded: true } });
    expect(await pod.report()).toMatchObject({ phase: 'running', missingDriver: '' });
  });

  it('fails without ports, holds the error for ten seconds and exits 1', async () => {
    const test = harness(1);
    const pod = test.start('drive', 1);
    await giveResources(test, pod, {});
    expect(await pod.report()).toMatchObject({
      phase: 'error',
      message: 'resources.json names no wekaPort and agentPort, nor does the environment',
    });
    await test.clock.advance(10_000);
    expect(pod.exitCode).toBe(1);
  });

  it('keeps resources, identity and drives for the next pod of the container', async () => {
    const test = harness(1);
    const first = await runningDrive(test);
    first.program.signal('KILL');
    expect(first.exitCode).toBe(137);
    const second = test.start('drive', 1);
    await test.clock.advance(5000);
    expect(await second.report()).toMatchObject({ podUid: 'pod-2', phase: 'running', resources: driveResources });
    expect(second.program.logs()).not.toContain('local setup container');
  });

  it.each([
    ['s3', 'mode s3 is not supported by this release'],
    ['', 'mode (empty) is not supported by this release'],
  ])('in mode %j says that %s', async (mode, message) => {
    const test = harness(1);
    const pod = test.start(mode, 1);
    await test.clock.advance(100);
    expect(await pod.report()).toMatchObject({ phase: 'error', message });
  });

  it('tells the hardware of the host in mode discovery, and ends at once on TERM', async () => {
    const test = harness(1);
    const pod = test.start('discovery', 1);
    await test.clock.advance(1000);
    expect((await pod.report()).results).toEqual({
      is_ht: true,
      kubernetes_distro: 'k8s',
      os: 'ubuntu',
      os_build_id: '',
      schema: 3,
      num_cpus: 32,
      boot_id: test.hardware.get('node-1')?.bootId,
    });
    pod.program.signal('TERM');
    await test.clock.advance(10);
    expect(pod.exitCode).toBe(0);
  });
});

describe('never two live runtimes of one name on a host', () => {
  it('ends the second one while the first lives', async () => {
    const test = harness(1);
    const first = await runningDrive(test);
    const second = test.start('drive', 1);
    await test.clock.advance(100);
    expect([first.exitCode, second.exitCode]).toEqual([undefined, 1]);
    expect(second.program.logs()).toContain('error another runtime holds the lock of drivex1');
    expect(await first.report()).toMatchObject({ phase: 'running' });
  });

  it.each([
    ['probe-lock fails while the runtime lives', false, 1, 'lock is held\n'],
    ['probe-lock succeeds once it is gone', true, 0, ''],
  ])('%s', async (_, kill, exitCode, logs) => {
    const test = harness(1);
    const pod = await runningDrive(test);
    if (kill) pod.program.signal('KILL');
    const probe = test.start('drive', 1, { command: ['python3', '/opt/weka_runtime.py', 'probe-lock', 'drivex1'] });
    await test.clock.advance(1000);
    expect(probe.exitCode).toBe(exitCode);
    expect(probe.program.logs()).toBe(logs);
  });
});

describe('end of a simulated weka pod', () => {
  it('waits for an instruction after TERM, as long as it takes', async () => {
    const test = harness(1);
    const pod = await runningDrive(test);
    pod.program.signal('TERM');
    await test.clock.advance(86_400_000);
    expect(pod.exitCode).toBeUndefined();
    expect(await pod.report()).toMatchObject({
      phase: 'waiting-to-stop',
      exiting: true,
      message: 'termination was asked for; waits for allow-stop or allow-force-stop',
      local: [{ runStatus: 'Running' }],
    });
  });

  // flag, time until weka is stopped
  it.each([
    ['/tmp/.allow-stop', 500],
    ['/tmp/.allow-force-stop', 100],
  ])('stops weka after %s in %j ms, sleeps and exits 0', async (flag, milliseconds) => {
    const test = harness(1);
    const pod = await runningDrive(test);
    pod.program.signal('TERM');
    await pod.exec(`touch ${flag}`);
    await test.clock.advance(milliseconds - 50);
    expect(await pod.report()).toMatchObject({ phase: 'stopping', local: [{ runStatus: 'Stopping' }] });
    await test.clock.advance(2000);
    expect(await pod.report()).toMatchObject({ phase: 'stopped', message: 'weka is stopped' });
    await test.clock.advance(3000);
    expect(pod.exitCode).toBe(0);
  });

  it('ends without a stop of weka when it never started one', async () => {
    const test = harness(1);
    const pod = test.start('drive', 1);
    await test.clock.advance(1000);
    pod.program.signal('TERM');
    await test.clock.advance(1000);
    expect(pod.exitCode).toBeUndefined();
    await pod.exec('touch /tmp/.allow-stop');
    await test.clock.advance(3100);
    expect(pod.exitCode).toBe(0);
    expect(pod.program.logs()).toContain('stopped weka was never started');
  });

  it('refuses commands after its end', async () => {
    const test = harness(1);
    const pod = await runningDrive(test);
    pod.program.signal('KILL');
    expect(await pod.exec('weka status')).toEqual({ exitCode: 126, stdout: '', stderr: 'container is not running\n' });
    expect(test.site.snapshot().locals).toMatchObject([{ runStatus: 'Stopped' }]);
  });
});

describe('commands in a simulated weka pod', () => {
  it('form a cluster with secrets that are only named', async () => {
    const test = harness(5);
    const pods = [];
    for (let n = 1; n <= 5; n++) pods.push(await runningDrive(test, n));
    const [former] = pods as [TestPod];
    const ips = pods.map((_, index) => `10.0.0.${index + 1}`);
    const create = [
      ...[
        'python3',
        '/opt/weka_runtime.py',
        'cli',
        'cluster',
        'create',
        ...ips,
        '--host-ips',
        ips.map((ip) => `${ip}:35000`).join(','),
      ],
      '--join-secret=@file:/var/run/secrets/weka-operator/operator-user/join-secret',
      ...['--admin-password', '@file:/var/run/secrets/weka-operator/operator-user/password'],
    ];
    expect(await former.exec(create)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(
      await former.exec('python3 /opt/weka_runtime.py cli user add second clusteradmin @stdin', 'a long password\n'),
    ).toMatchObject({ exitCode: 0 });
    expect(await former.exec('weka cluster drive add 0 /dev/disk/by-id/weka-disk-1')).toMatchObject({ exitCode: 0 });
    const guid = test.site.snapshot().clusters[0]?.guid;
    expect(await pods[2]?.report()).toMatchObject({ identity: { clusterGuid: guid, hostId: 2 } });

    former.program.signal('KILL');
    const successor = test.start('drive', 1);
    await test.clock.advance(5000);
    expect(await successor.report()).toMatchObject({
      identity: { clusterGuid: guid, hostId: 0 },
      drives: [{ serial_id: 'disk-1', weka_guid: guid, is_signed: true }],
    });
  });

  it.each([
    ['sh -ec true', { exitCode: 0, stdout: '', stderr: '' }],
    ['bash -c true', { exitCode: 127, stdout: '', stderr: 'bash: not found\n' }],
    [
      'python3 /opt/weka_runtime.py cli user add a regular @file:/etc/none',
      { exitCode: 2, stdout: '', stderr: 'cannot read /etc/none: No such file or directory\n' },
    ],
    ['weka no such thing', { exitCode: 2, stdout: '', stderr: 'error: unknown command: no such thing\n' }],
  ])('answer %j', async (command, result) => {
    const test = harness(1);
    const pod = test.start('drive', 1);
    expect(await pod.exec(command)).toEqual(result);
  });

  it('record scripts instead of running them', async () => {
    const test = harness(1);
    const pod = test.start('drive', 1);
    await pod.exec(['sh', '-ec', 'echo formed']);
    expect(test.factory.scripts).toMatchObject([{ podUid: 'pod-1', script: 'echo formed' }]);
  });
});

describe('the clean-up helper', () => {
  const cleanUp = {
    command: ['python3', '/opt/weka_runtime.py', 'clean-up'],
    env: { RESIGN_SERIALS: 'disk-1', CLUSTER_GUID: 'some-guid', CLEAN_DIRECTORY: '/clean' },
    hostPath: '/opt/k8s-weka/containers/drive-1-uid',
  };

  async function allowedHelper(test: Harness, options: Parameters<Harness['start']>[2] = cleanUp) {
    const helper = test.start('drive', 1, options);
    expect(await helper.program.exec(['touch', '/tmp/.allow-clean-up'], '')).toMatchObject({ exitCode: 0 });
    await test.clock.advance(1000);
    return helper;
  }

  it('runs no other commands', async () => {
    const helper = harness(1).start('drive', 1, cleanUp);
    expect(await helper.program.exec(['weka', 'status'], '')).toEqual({
      exitCode: 127,
      stdout: '',
      stderr: 'weka: not found\n',
    });
  });

  it('refuses while the runtime lives, and touches nothing', async () => {
    const test = harness(1);
    test.site.imprint('disk-1', 'some-guid');
    await runningDrive(test);
    const helper = await allowedHelper(test);
    expect([helper.exitCode, helper.program.logs()]).toEqual([1, 'lock is held\n']);
    expect(test.site.driveGuid('disk-1')).toBe('some-guid');
    expect(test.site.damage).toEqual([]);
  });

  it('resigns the drives and removes the directory of a dead one', async () => {
    const test = harness(1);
    test.site.imprint('disk-1', 'some-guid');
    const pod = await runningDrive(test);
    pod.program.signal('KILL');
    const helper = await allowedHelper(test);
    expect([helper.exitCode, helper.program.logs()]).toEqual([
      0,
      '{"resigned":["disk-1"],"removed":1,"drives":{"disk-1":"own"}}\n',
    ]);
    expect(test.site.driveGuid('disk-1')).toBeUndefined();
    expect(test.site.snapshot().locals).toEqual([]);
    const next = test.start('drive', 1);
    await test.clock.advance(1000);
    expect(await next.report()).toMatchObject({ phase: 'waiting-for-resources', resources: null });
  });

  it('never resigns the drive of a running container, whatever name it is called by', async () => {
    const test = harness(3);
    for (let n = 1; n <= 3; n++) await runningDrive(test, n);
    const member = {
      nodeName: 'node-1',
      dataId: 'drive-1-uid',
      ip: '10.0.0.1',
      env: { NAME: 'drivex1', WEKA_USERNAME: 'admin', WEKA_PASSWORD: 'operator-password' },
    };
    const weka = async (words: string): Promise<string> => {
      const answer = test.site.run(member, words.split(' '), '');
      await test.clock.advance(1000);
      return (await answer).stdout;
    };
    await weka(
      'cluster create 10.0.0.1 10.0.0.2 10.0.0.3 --host-ips 10.0.0.1:35000,10.0.0.2:35000,10.0.0.3:35000 --join-secret=sesame --admin-password operator-password',
    );
    await test.clock.advance(20_000);
    await weka('cluster drive add 0 /dev/disk/by-id/weka-disk-1');
    const guid = test.site.driveGuid('disk-1') ?? '';
    expect(guid).not.toBe('');
    const helper = await allowedHelper(test, {
      ...cleanUp,
      env: { ...cleanUp.env, NAME: 'anotherx1', CLUSTER_GUID: guid },
    });
    expect([helper.exitCode, test.site.driveGuid('disk-1'), test.site.damage]).toEqual([1, guid, []]);
    expect(helper.program.logs()).toContain('drive disk-1 is not visible on this host');
  });
});

describe('a simulated client', () => {
  it('picks its ports, joins by the addresses it was given, and is stopped by force', async () => {
    const test = harness(3);
    const pods = [];
    for (let n = 1; n <= 3; n++) pods.push(await runningDrive(test, n));
    const create =
      'weka cluster create 10.0.0.1 10.0.0.2 10.0.0.3 --host-ips 10.0.0.1:35000,10.0.0.2:35000,10.0.0.3:35000 --join-secret=sesame --admin-password operator-password';
    await pods[0]?.exec(create);
    const token = await pods[0]?.exec('weka cluster join-token generate --access-token-timeout 5200w --json');
    const client = test.start('client', 2, {
      env: { JOIN_IPS: '10.0.0.1:35000' },
      secrets: { 'join-secret': JSON.parse(token?.stdout ?? '""') as string },
    });
    await giveResources(test, client, {});
    expect(await client.report()).toMatchObject({
      phase: 'running',
      agentPort: 45_000,
      wekaPort: 45_001,
      local: [{ internalStatus: { display_status: 'READY' } }],
      identity: { hostId: 3 },
    });
    client.program.signal('TERM');
    await client.exec('touch /tmp/.allow-stop');
    expect((await client.report()).message).toBe('stops weka by force');
  });
});
