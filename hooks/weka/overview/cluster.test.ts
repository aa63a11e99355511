import { describe, expect, it } from 'vitest';
import {
  at,
  claims,
  cluster,
  condition,
  container,
  forbidden,
  known,
  linesOf,
  outdated,
  overviewOf,
} from './overview.fixture.ts';

describe('a cluster', () => {
  const works = {
    status: 'Ready',
    clusterID: 'guid',
    conditions: [condition('IoStarted', 'True'), condition('Degraded', 'False', 'Whole')],
    stats: {
      clusterStatus: 'OK',
      alertsCount: 2,
      capacity: {
        totalBytes: 3 * 1024 ** 4,
        unprovisionedBytes: 1024 ** 4,
        unavailableBytes: 0,
        hotSpareBytes: 1024 ** 4,
      },
      drives: { counters: { active: 2, created: 3, desired: 3 }, failures: [{ serialId: 'X1' }] },
    },
  };

  it('says what weka has said', () => {
    const lines = linesOf(cluster(works), 'cluster');
    expect(lines['io']?.cells).toEqual(['started, weka says OK, 2 alerts']);
    expect(lines['protection']?.cells).toEqual(['whole']);
    expect(lines['capacity']?.cells).toEqual(['2 TiB of 3 TiB provisioned, 1 TiB spare']);
    expect(lines['drives']?.cells).toEqual(['2 active, 3 claimed, 3 wished; failed X1']);
    expect(lines['weka id']?.cells).toEqual(['guid']);
  });

  it('never shows as news what weka said before it fell silent', () => {
    const silent = cluster({
      ...works,
      conditions: [...works.conditions, condition('ClusterReachable', 'False', 'NoAnswer', 'timed out')],
    });
    expect(overviewOf('WekaCluster').summary(silent).silent).toEqual({ since: at });
    const lines = linesOf(silent, 'cluster');
    expect(lines['weka']).toMatchObject({ cells: ['does not answer: timed out'], since: at, tone: 'bad' });
    for (const label of ['io', 'protection', 'capacity', 'drives']) {
      expect(lines[label]).toMatchObject({ since: at, tone: 'quiet' });
      expect(lines[label]?.cells[0]).toMatch(/^said last: /);
    }
  });

  it('that ends is not asked any more: its numbers are of before', () => {
    const ending = cluster({ ...works, conditions: [] }, { metadata: { deletionTimestamp: at } });
    const lines = linesOf(ending, 'cluster');
    expect(lines['capacity']).toMatchObject({ since: at, tone: 'quiet' });
    expect(lines['protection']).toBeUndefined();
  });

  it('that is on its way says what IO waits for', () => {
    const lines = linesOf(cluster({ conditions: [condition('IoStarted', 'False', 'Waits', 'for drives')] }), 'cluster');
    expect(lines['io']).toMatchObject({ cells: ['not started: for drives'], tone: 'waiting' });
    expect(lines['protection']?.cells).toEqual(['not known yet']);
    expect(lines['weka id']?.cells).toEqual(['not formed yet']);
  });

  it('says of a roll how far it is, what is now and what is next', () => {
    const containers = known(
      container('demo-0'),
      outdated('demo-1', 'Rolling'),
      outdated('demo-2', 'RollPending'),
      outdated('demo-10', 'RollPending'),
      outdated('demo-3', 'RollBackedOff'),
      outdated('demo-4', 'PodUnrecorded'),
      // no pod is no pod of an earlier spec
      outdated('demo-5', 'PodNotRunning'),
      container('strange', { metadata: { ownerReferences: [] } }),
    );
    expect(linesOf(cluster(works), 'cluster', { containers })['roll']?.cells).toEqual([
      '2/7 pods are of the wished configuration; now demo-1; next demo-2, demo-10; held back demo-3; left alone, for nothing says how they were built: demo-4',
    ]);
  });

  it('counts to what is now who still has the turn with a pod that is new', () => {
    const turn = { containerUid: 'u', namespace: 'default', name: 'demo-0', reason: 'roll', at };
    const given = {
      containers: known(container('demo-0'), outdated('demo-1', 'RollPending')),
      claims: known(claims('cluster-uid-of-demo', { turn })),
    };
    const lines = linesOf(cluster(works), 'cluster', given);
    expect(lines['roll']?.cells[0]).toBe('1/2 pods are of the wished configuration; now demo-0; next demo-1');
    expect(lines['turn']).toMatchObject({ cells: ['default/demo-0: roll'], since: at });
  });

  const waiting = (name: string) =>
    container(name, {
      conditions: [
        condition('Ready', 'True'),
        condition('PodUpToDate', 'False', 'RollPending', 'it changed'),
        condition('RollDue', 'True', 'RollPending'),
      ],
    });

  it('says of a roll in which order pods are replaced, as its claims have it', () => {
    const containers = known(
      ...['demo-1', 'demo-2', 'demo-3', 'demo-10'].map(waiting),
      // its next pod could not come
      outdated('demo-4', 'RollPending'),
    );
    const word = (roll: object) =>
      linesOf(cluster(works), 'cluster', { containers, claims: known(claims('cluster-uid-of-demo', { roll })) })['roll']
        ?.cells;
    const next = (name: string) => ({ next: { containerUid: `uid-of-${name}`, name }, at });
    expect(word({ ...next('demo-2'), passed: { 'uid-of-demo-1': at } })).toEqual([
      '0/5 pods are of the wished configuration; next demo-2, demo-3, demo-10; passed over demo-1; held back demo-4',
    ]);
    // it is tried again
    expect(word({ ...next('demo-1'), passed: { 'uid-of-demo-1': at } })).toEqual([
      '0/5 pods are of the wished configuration; next demo-1, demo-2, demo-3 and 1 more; passed over demo-1; held back demo-4',
    ]);
  });

  it('says who shares the turn of a node', () => {
    const turn = {
      containerUid: 'u',
      namespace: 'default',
      name: 'demo-0',
      reason: 'node',
      nodeName: 'node-1',
      at,
      others: { v: { namespace: 'default', name: 'demo-1' } },
    };
    const given = { claims: known(claims('cluster-uid-of-demo', { turn })) };
    expect(linesOf(cluster(works), 'cluster', given)['turn']?.cells).toEqual([
      'default/demo-0: node node-1; shared by default/demo-1',
    ]);
  });

  it.each([
    ['may not be read', forbidden, 'not known: they may not be read: forbidden'],
    [
      'are not what they should be',
      known(claims('cluster-uid-of-demo', { turn: 3 })),
      expect.stringMatching(/^not known: WekaClaims cluster-uid-of-demo can not be read: spec\.turn/) as string,
    ],
    ['are not there', known(), 'free'],
  ])('says where its claims %s', (_what, answer, text) => {
    expect(linesOf(cluster(works), 'cluster', { claims: answer })['turn']?.cells).toEqual([text]);
  });

  it('says how far its end is', () => {
    const ending = (spec: object) =>
      linesOf(cluster(works), 'cluster', { claims: known(claims('cluster-uid-of-demo', spec)) })['end'];
    const grace = { startedAt: at, startedAtServer: at };
    expect(ending({ grace })).toMatchObject({ cells: [expect.stringMatching(/^its grace of 24h runs;/)], since: at });
    expect(ending({ grace, destroy: { at } })).toMatchObject({ cells: ['all of it is being destroyed'], since: at });
    expect(ending({})).toBeUndefined();
  });
});
