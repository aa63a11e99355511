import { describe, expect, it } from 'vitest';
import type { TestSite } from './hosts.fixture.ts';
import { bringUp, createCommand, formedCluster, place, testSite } from './hosts.fixture.ts';
import type { WekaPlace } from './place.ts';

async function sixHosts(settings = {}) {
  const test = testSite(settings);
  const { drives, computes } = await formedCluster(test, 6);
  await test.weka(drives[0]!, 'fs group create default');
  await test.weka(drives[0]!, 'fs create data default 1000000000');
  return { test, drives, computes };
}

function kill(test: TestSite, ...places: WekaPlace[]): void {
  for (const at of places) test.site.processesDied(at.dataId);
}

function cluster(test: TestSite) {
  return test.site.snapshot().clusters[0]!;
}

async function protectionState(test: TestSite, at: WekaPlace) {
  const { rebuild } = (await test.json(at, 'status --json')) as {
    rebuild: { protectionState: { numFailures: number; percent: number }[] };
  };
  return rebuild.protectionState.map(({ percent }) => percent);
}

describe('protection of a cluster', () => {
  it('is lowered by a dead drive container and comes back by a rebuild after its return', async () => {
    const { test, drives } = await sixHosts();
    kill(test, drives[5]!);
    expect(cluster(test)).toMatchObject({
      status: 'PARTIALLY_PROTECTED',
      ioStatus: 'STARTED',
      failedHosts: ['node-6'],
      fullyProtected: false,
    });
    expect(await protectionState(test, drives[0]!)).toEqual([60, 40, 0]);
    await test.weka(drives[5]!, 'local start');
    await test.clock.advance(200);
    expect(cluster(test)).toMatchObject({ status: 'REBUILDING', failedHosts: ['node-6'] });
    await test.clock.advance(1000);
    expect(await protectionState(test, drives[0]!)).toEqual([80, 20, 0]);
    await test.clock.advance(1000);
    expect(cluster(test)).toMatchObject({ status: 'OK', failedHosts: [], fullyProtected: true });
    expect(test.site.damage).toEqual([]);
  });

  it('counts a host once, whatever died on it', async () => {
    const { test, drives, computes } = await sixHosts();
    kill(test, drives[5]!, computes[5]!);
    expect(cluster(test).failedHosts).toEqual(['node-6']);
  });

  it('is full again without a host that stays away, once its data is rebuilt elsewhere', async () => {
    const { test, drives } = await sixHosts({ rebuildElsewhere: 5000 });
    kill(test, drives[5]!);
    await test.clock.advance(5000);
    expect(cluster(test)).toMatchObject({ status: 'OK', fullyProtected: true });
    await test.weka(drives[5]!, 'local start');
    await test.clock.advance(200);
    expect(cluster(test)).toMatchObject({ status: 'REDISTRIBUTING', fullyProtected: true });
  });

  it('stays lowered where too few hosts are left for a stripe', async () => {
    const { test, drives } = await sixHosts({ rebuildElsewhere: 5000 });
    kill(test, drives[5]!, drives[4]!);
    await test.clock.advance(60_000);
    expect(cluster(test).failedHosts).toEqual(['node-5', 'node-6']);
  });

  it('is exceeded by a third failure: IO stops, the damage is named, and IO resumes when enough are back', async () => {
    const { test, drives } = await sixHosts();
    kill(test, drives[3]!, drives[4]!, drives[5]!);
    expect(cluster(test)).toMatchObject({ status: 'UNAVAILABLE', ioStatus: 'STOPPED' });
    expect(test.site.damage).toEqual([
      'cluster demo: 3 failed hosts exceed the protection of 2, IO stopped: node-4, node-5, node-6',
    ]);
    await test.weka(drives[3]!, 'local start');
    await test.clock.advance(200);
    expect(cluster(test)).toMatchObject({ ioStatus: 'STARTED', status: 'REBUILDING' });
  });

  it('is exceeded by a disruption during a rebuild', async () => {
    const { test, drives } = await sixHosts();
    kill(test, drives[4]!, drives[5]!);
    for (const at of [drives[4]!, drives[5]!]) await test.weka(at, 'local start');
    await test.clock.advance(200);
    kill(test, drives[0]!);
    expect(test.site.incidents.map((incident) => incident.kind)).toEqual(['io-interrupted']);
  });

  it('is lowered by a host that cannot be reached', async () => {
    const { test } = await sixHosts();
    test.site.setReachable('node-6', false);
    expect(cluster(test).failedHosts).toEqual(['node-6']);
    test.site.setReachable('node-6', true);
    await test.clock.advance(2000);
    expect(cluster(test).fullyProtected).toBe(true);
  });

  it('needs no IO to lose half of its hosts and answer nobody', async () => {
    const { test, drives, computes } = await sixHosts();
    kill(test, ...drives.slice(1), computes[5]!);
    expect((await test.weka(drives[0]!, 'status')).stderr).toBe(
      'error: The cluster has no leader, too few hosts are up\n',
    );
    expect(await test.json(drives[0]!, 'local ps --json')).toMatchObject([
      { internalStatus: { display_status: 'CLUSTERIZING' } },
    ]);
  });
});

describe('the compute containers of a cluster', () => {
  it('are needed more than half: IO stops with the third of six that dies, and resumes with the fourth', async () => {
    // one failure domain for all of them, so that parity is not what stops IO
    const test = testSite();
    const drives = [1, 2, 3, 4, 5].map((n) => place('drive', n));
    const computes = [11, 12, 13, 14, 15, 16].map((n) => place('compute', n));
    for (const at of drives) await bringUp(test, at);
    for (const at of computes) await bringUp(test, at, '--failure-domain rack');
    for (const command of [
      createCommand([...drives, ...computes]),
      ...[1, 2, 3, 4, 5].map((n) => `cluster drive add ${n - 1} /dev/disk/by-id/weka-disk-${n}`),
      'cluster start-io',
    ])
      await test.weka(drives[0]!, command);
    kill(test, computes[0]!, computes[1]!);
    expect(cluster(test)).toMatchObject({ ioStatus: 'STARTED', failedHosts: ['rack'] });
    kill(test, computes[2]!);
    expect(cluster(test)).toMatchObject({ ioStatus: 'STOPPED', status: 'UNAVAILABLE' });
    expect(test.site.incidents).toMatchObject([
      {
        kind: 'io-interrupted',
        rule: 'compute-quorum',
        by: 'fault',
        message: expect.stringContaining('3 of 6 compute containers are present') as string,
      },
    ]);
    await test.weka(computes[2]!, 'local start');
    await test.clock.advance(200);
    expect(cluster(test).ioStatus).toBe('STARTED');
  });

  it.each([1, 2])('of %i and %i drive containers count as the smallest cluster does: one will do', async (away) => {
    const test = testSite();
    const { computes } = await formedCluster(test, 2);
    kill(test, ...computes.slice(0, away));
    expect(cluster(test).ioStatus).toBe(away === 1 ? 'STARTED' : 'STOPPED');
  });

  it('have to be there for a start of IO', async () => {
    const test = testSite();
    const drives = [1, 2, 3].map((n) => place('drive', n));
    for (const at of drives) await bringUp(test, at);
    for (const command of [
      createCommand(drives),
      ...[1, 2, 3].map((n) => `cluster drive add ${n - 1} /dev/disk/by-id/weka-disk-${n}`),
    ])
      await test.weka(drives[0]!, command);
    expect((await test.weka(drives[0]!, 'cluster start-io')).stderr).toBe(
      'error: Not enough compute containers to start IO: there is none\n',
    );
  });
});

describe('failure domains', () => {
  it('are named after the host, or as the container was told, or not at all', async () => {
    for (const [settings, extra, named] of [
      [{}, '', 'node-1'],
      [{}, '--failure-domain rack', 'rack'],
      [{ namesDomains: false }, '', undefined],
      [{ namesDomains: false }, '--failure-domain rack', 'rack'],
    ] as const) {
      const test = testSite(settings);
      const drives = [1, 2, 3].map((n) => place('drive', n));
      for (const at of drives) await bringUp(test, at, extra);
      await test.weka(drives[0]!, createCommand(drives));
      const [first] = (await test.json(drives[0]!, 'cluster container --json')) as { failure_domain?: string }[];
      expect(first?.failure_domain).toBe(named);
    }
  });

  it('are the containers one by one where weka names none, those of a host too', async () => {
    const { test, drives, computes } = await sixHosts({ namesDomains: false });
    kill(test, drives[5]!, computes[5]!);
    expect(cluster(test)).toMatchObject({ failedHosts: ['computex6', 'drivex6'], ioStatus: 'STARTED' });
    kill(test, drives[4]!);
    expect(test.site.incidents).toMatchObject([{ kind: 'io-interrupted', rule: 'parity' }]);
  });
});

describe('stops in order', () => {
  it('are noted with what was away in other failure domains, and by whose act', async () => {
    const { test, drives, computes } = await sixHosts();
    await test.weka(drives[0]!, 'local stop -g');
    await test.weka(computes[0]!, 'local stop -g');
    kill(test, drives[1]!);
    await test.weka(computes[2]!, 'local stop --force');
    expect(
      test.site.stops.map(({ name, served, alreadyAway }) => [
        name,
        served,
        alreadyAway.map((one) => [one.name, one.by]),
      ]),
    ).toEqual([
      ['drivex1', true, []],
      ['computex1', true, []],
      [
        'computex3',
        true,
        [
          ['drivex1', 'operator'],
          ['drivex2', 'fault'],
          ['computex1', 'operator'],
        ],
      ],
    ]);
    expect(test.site.incidents).toMatchObject([{ kind: 'io-interrupted', by: 'operator' }]);
  });
});

describe('damage', () => {
  it('is data lost when drives of more hosts are resigned than parity bears', async () => {
    const { test, drives } = await sixHosts();
    for (const n of [1, 2, 3]) {
      kill(test, drives[n]!);
      test.site.resign(`node-${n + 1}`, [`disk-${n + 1}`]);
    }
    expect(test.site.incidents.map((incident) => incident.kind)).toEqual(['io-interrupted', 'data-lost']);
  });

  it('is a drive resigned, or a directory removed, under a live container', async () => {
    const { test } = await sixHosts();
    test.site.resign('node-1', ['disk-1']);
    test.site.forget('drive-2');
    expect(test.site.damage).toEqual([
      'drive disk-1 of node-1 was resigned while drivex1 runs',
      'the directory of drivex2 (drive-2) was removed while it runs on node-2',
    ]);
  });

  it('is one data directory started on two nodes', async () => {
    const { test } = await sixHosts();
    const twin = { ...place('drive', 9), dataId: 'drive-1' };
    await test.weka(twin, 'local setup container --name twin --no-start --only-drives-cores --base-port 35000');
    await test.weka(twin, 'local start');
    expect(test.site.incidents).toMatchObject([
      { kind: 'two-processes', message: 'twin (drive-1) was started on node-9 while it runs on node-1' },
    ]);
  });
});
