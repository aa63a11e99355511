import { describe, expect, it } from 'vitest';
import { bringUp, createCommand, formedCluster, place, testSite } from './hosts.fixture.ts';

async function stems(count: number) {
  const test = testSite();
  const places = Array.from({ length: count }, (_, index) => place('drive', index + 1));
  for (const at of places) await bringUp(test, at);
  return { test, places };
}

describe('formation of a cluster by commands', () => {
  it('goes from stems to started IO with filesystems', async () => {
    const test = testSite();
    const { drives, computes } = await formedCluster(test, 5);
    const at = drives[0]!;
    expect(await test.json(at, 'status --json')).toMatchObject({
      name: 'demo',
      status: 'OK',
      io_status: 'STARTED',
      stripe_data_drives: 3,
      stripe_protection_drives: 2,
      hot_spare: 0,
      drives: { active: 5, total: 5 },
      containers: {
        active: 10,
        total: 10,
        drives: { active: 5, total: 5 },
        computes: { active: 5, total: 5 },
        clients: { active: 0, total: 0 },
      },
      rebuild: {
        protectionState: [
          { numFailures: 0, percent: 100 },
          { numFailures: 1, percent: 0 },
          { numFailures: 2, percent: 0 },
        ],
      },
      capacity: { total_bytes: 3_000_000_000_000 },
    });
    for (const command of [
      'fs group create default',
      'fs create default default 1000000000 --thin-provision-max-ssd 1000000000 --thin-provision-min-ssd 10000000',
    ]) {
      expect(await test.weka(at, command)).toMatchObject({ exitCode: 0 });
    }
    expect(await test.json(computes[3]!, 'fs --json')).toMatchObject([
      { name: 'default', is_ready: true, total_budget: 1_000_000_000 },
    ]);
    expect(test.site.damage).toEqual([]);
  });

  it('makes every named host a READY member with an identity', async () => {
    const { test, places } = await stems(3);
    expect(await test.json(places[0]!, 'local ps --json')).toMatchObject([
      { runStatus: 'Running', internalStatus: { display_status: 'STEM' } },
    ]);
    await test.weka(places[0]!, createCommand(places));
    const guid = test.site.snapshot().clusters[0]!.guid;
    for (const [index, at] of places.entries()) {
      expect(await test.json(at, 'local ps --json')).toMatchObject([
        { name: `drivex${index + 1}`, internalStatus: { display_status: 'READY' } },
      ]);
      const identity = `local run wapi -H localhost:35303/jrpc -W container-get-identity --container-name drivex${index + 1} --json`;
      expect(await test.json(at, identity)).toEqual({
        value: { cluster_guid: guid, host_id: index },
        has_value: true,
        exception: null,
      });
    }
  });

  // hosts, data drives, parity drives
  it.each([
    [6, 3, 2],
    [5, 3, 2],
    [4, 2, 2],
    [3, 2, 1],
  ])('with %j drive hosts begins with a stripe of %j+%j', async (hosts, data, parity) => {
    const { test, places } = await stems(hosts);
    await test.weka(places[0]!, createCommand(places));
    expect(test.site.snapshot().clusters[0]?.stripe).toEqual({ data, parity });
  });

  it.each([
    [
      'fewer than three hosts',
      'cluster create 10.0.0.1 10.0.0.2 --host-ips 10.0.0.1:35000,10.0.0.2:35000 --join-secret=sesame',
      'at least 3 hosts are needed to create a cluster, 2 were given',
    ],
    [
      'a host that does not answer',
      'cluster create 10.0.0.1 10.0.0.2 10.0.0.9 --host-ips 10.0.0.1:35000,10.0.0.2:35000,10.0.0.9:35000 --join-secret=sesame',
      'Could not connect to 10.0.0.9:35000',
    ],
    [
      'a host on another port',
      'cluster create 10.0.0.1 10.0.0.2 10.0.0.3 --host-ips 10.0.0.1:35000,10.0.0.2:35000,10.0.0.3:36000 --join-secret=sesame',
      'Could not connect to 10.0.0.3:36000',
    ],
    [
      'a wrong join secret',
      'cluster create 10.0.0.1 10.0.0.2 10.0.0.3 --host-ips 10.0.0.1:35000,10.0.0.2:35000,10.0.0.3:35000 --join-secret=other',
      'Host 10.0.0.1:35000 rejected the join secret',
    ],
    [
      'fewer addresses than hosts',
      'cluster create 10.0.0.1 10.0.0.2 10.0.0.3 --host-ips 10.0.0.1:35000 --join-secret=sesame',
      '3 hosts were given, but 1 addresses in --host-ips',
    ],
    ['an unknown option', 'cluster create 10.0.0.1 --hosts-ips x', 'unrecognized option --hosts-ips'],
  ])('is refused with %s', async (_, command, message) => {
    const { test, places } = await stems(3);
    const { exitCode, stderr } = await test.weka(places[0]!, command);
    expect(exitCode).not.toBe(0);
    expect(stderr).toBe(`error: ${message}\n`);
    expect(test.site.snapshot().clusters).toEqual([]);
  });

  it('is refused a second time', async () => {
    const { test, places } = await stems(3);
    await test.weka(places[0]!, createCommand(places));
    expect((await test.weka(places[1]!, createCommand(places))).stderr).toBe(
      'error: Host 10.0.0.1:35000 is already part of a cluster\n',
    );
    expect(test.site.snapshot().clusters).toHaveLength(1);
  });

  it('is refused to the second of two formers at once', async () => {
    const { test, places } = await stems(4);
    const first = test.site.run(places[0]!, createCommand(places.slice(0, 3)).split(' '), '');
    const second = await test.weka(places[3]!, createCommand(places.slice(1)));
    expect(second.stderr).toBe('error: Host 10.0.0.2:35000 is already part of a cluster that is being created\n');
    await test.clock.advance(5000);
    expect((await first).exitCode).toBe(0);
    expect(test.site.snapshot().clusters.map((cluster) => cluster.members.length)).toEqual([3]);
  });

  it('makes nothing when a host dies meanwhile', async () => {
    const { test, places } = await stems(3);
    const creation = test.site.run(places[0]!, createCommand(places).split(' '), '');
    await test.clock.advance(10);
    test.site.processesDied('drive-2');
    await test.clock.advance(5000);
    expect((await creation).stderr).toBe('error: Lost connection to 10.0.0.2:35000 while creating the cluster\n');
    expect(test.site.snapshot().clusters).toEqual([]);
  });

  it('takes IPv6 addresses in brackets', async () => {
    const test = testSite();
    const places = [1, 2, 3].map((n) => ({ ...place('drive', n), ip: `fd00::${n}` }));
    for (const at of places) await bringUp(test, at);
    const command =
      'cluster create fd00::1 fd00::2 fd00::3 --host-ips [fd00::1]:35000,[fd00::2]:35000,[fd00::3]:35000 --join-secret=sesame --admin-password operator-password';
    expect(await test.weka(places[0]!, command)).toMatchObject({ exitCode: 0 });
  });
});
