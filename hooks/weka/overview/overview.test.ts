import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../core/contract.ts';
import type { Answers } from '../../core/overview.ts';
import { apiVersion } from '../api/group.ts';
import { wekaOverviews } from './index.ts';
import {
  at,
  claims,
  cluster,
  condition,
  container,
  forbidden,
  holder,
  known,
  linesOf,
  node,
  object,
  outdated,
  overviewOf,
  sectionsOf,
} from './overview.fixture.ts';

describe('the overview of every kind', () => {
  it.each(wekaOverviews.map(({ kind }) => kind))('bears a %s of which nothing is known', (kind) => {
    const empty = { apiVersion, kind, metadata: { name: 'x' } };
    expect(overviewOf(kind).summary(empty).word ?? 'new').toMatch(/^(new|nothing is known of it)$/);
    expect(() => sectionsOf(empty)).not.toThrow();
    expect(() => sectionsOf(empty, {}, forbidden)).not.toThrow();
  });

  it.each(wekaOverviews.map(({ kind }) => kind))('bears a %s with a status that somebody else has written', (kind) => {
    const foreign = object(kind, 'demo', {
      status: { status: 'Upgraded', conditions: [null, { type: 'Ready' }], printer: {}, stats: { drives: {} } },
    });
    expect(() => sectionsOf(foreign, {}, forbidden)).not.toThrow();
    if (kind !== 'WekaNode') expect(overviewOf(kind).summary(foreign).word).toBe('Upgraded');
  });
});

describe('containers', () => {
  const shown = (one: KubernetesObject, given: Answers = {}) =>
    linesOf(cluster({}), 'containers', { containers: known(one), ...given })[one.metadata.name];

  it('say what they wait for, and since when', () => {
    const waiting = container('demo-0', { conditions: [condition('Ready', 'False', 'NodeCordoned', 'no node')] });
    expect(shown(waiting)).toMatchObject({
      cells: ['Running', 'drive', 'node-1', 'NodeCordoned: no node'],
      since: at,
      tone: 'waiting',
    });
    expect(shown(outdated('demo-0', 'RollPending'))).toMatchObject({
      cells: ['Running', 'drive', 'node-1', 'RollPending: it changed'],
    });
    expect(shown(container('demo-0'))).toEqual({
      label: 'demo-0',
      cells: ['Running', 'drive', 'node-1', ''],
      tone: 'good',
    });
  });

  it('that are deleted say since when', () => {
    const gone = container('demo-0', { metadata: { deletionTimestamp: at } });
    expect(shown(gone)).toMatchObject({ since: at, tone: 'leaving' });
    expect(shown(gone)?.cells[3]).toMatch(/^is being deleted/);
  });

  it('on a node that does not report are in doubt, as old as that is', () => {
    const nodes = known(node('node-1', { ready: false }));
    const machine = object('Node', 'node-1', { status: { conditions: [condition('Ready', 'Unknown')] } });
    expect(shown(container('demo-0'), { nodes, machines: known(machine) })).toMatchObject({
      cells: ['Running?', 'drive', 'node-1', 'node node-1 does not report'],
      since: at,
      tone: 'bad',
    });
  });

  it('of which the cluster says so are in doubt as well', () => {
    const members = known(
      object('WekaMembers', 'demo-members', { spec: { silent: [{ wekaName: 'w', nodeName: 'node-1' }] } }),
    );
    expect(shown(container('demo-0'), { members })).toMatchObject({
      cells: ['Running?', 'drive', 'node-1', expect.any(String)],
    });
  });

  it('are not believed a status of another object', () => {
    expect(shown(container('demo-0', { status: { uid: 'of another one' } }))?.cells[0]).toBe('new');
  });

  it('that may not be read are said to be so', () => {
    const section = sectionsOf(cluster({}), { containers: forbidden }).find(({ title }) => title === 'containers');
    expect(section).toMatchObject({ lines: [], unread: ['they may not be read: forbidden'] });
  });
});

describe('nodes', () => {
  const withRange = cluster({ ports: { basePort: 35_000, portRange: 500 } });
  const shown = (given: Answers) => linesOf(withRange, 'nodes', given);

  it('say what is free on them', () => {
    const given = {
      nodes: known(node('node-1', { blockedDrives: ['D'] }), node('node-2'), node('other', { labels: {} })),
      claims: known(claims('node-node-1', { holders: { u: holder('demo-0', ['A', 'Z'], 35_000) } })),
    };
    expect(Object.values(shown(given))).toEqual([
      { label: 'node-1', cells: ['2 of 3, 1 blocked', '3 containers', 'ready'], tone: 'good' },
      { label: 'node-2', cells: ['3 of 3', '4 containers', 'ready'], tone: 'good' },
    ]);
  });

  it('say why they take nothing', () => {
    const nodes = known(
      node('node-1', {
        unschedulable: true,
        taints: [
          { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
          { key: 'a', effect: 'NoExecute' },
          { key: 'a', effect: 'NoSchedule' },
        ],
      }),
    );
    expect(shown({ nodes })['node-1']).toMatchObject({ cells: ['3 of 3', '4 containers', 'cordoned, taint a'] });
  });

  it('of which the claims are not known have no free drives that anybody knows of', () => {
    const given = { nodes: known(node('node-1')), claims: forbidden };
    expect(shown(given)['node-1']?.cells).toEqual(['? of 3', '?', 'ready']);
    const broken = known(claims('node-node-1', { holders: { u: { name: 3 } } }));
    const section = sectionsOf(withRange, { nodes: known(node('node-1')), claims: broken }).find(
      ({ title }) => title === 'nodes',
    );
    expect(section?.lines[0]?.cells[0]).toBe('? of 3');
    expect(section?.unread).toEqual([expect.stringMatching(/^WekaClaims node-node-1, holder u: spec\.holders/)]);
  });

  it('that are silent are so for as long as is known, and else it is said what is missing', () => {
    const section = sectionsOf(withRange, { nodes: known(node('node-1', { ready: false })), machines: forbidden }).find(
      ({ title }) => title === 'nodes',
    );
    expect(section?.lines[0]).toMatchObject({ tone: 'bad', cells: ['3 of 3', '4 containers', 'does not report'] });
    expect(section?.unread).toEqual(['they may not be read: forbidden']);
  });
});

describe('a client', () => {
  const client = (spec: object) => object('WekaClient', 'apps', { spec, status: { memberships: { guid: 2 } } });
  const target = { targetCluster: { name: 'demo', namespace: 'default' } };

  it.each([
    [
      'works',
      known(cluster({ status: 'Ready', conditions: [condition('Ready', 'True')] })),
      'WekaCluster default/demo, Ready',
    ],
    [
      'ends',
      known(cluster({ status: 'GracePeriod' }, { metadata: { deletionTimestamp: at } })),
      'WekaCluster default/demo, GracePeriod, which is being deleted',
    ],
    ['is not there', known(), 'WekaCluster default/demo, which is not there'],
    ['may not be read', forbidden, 'WekaCluster default/demo; how it is is not known: they may not be read: forbidden'],
  ])('says that its cluster %s', (_what, answer, text) => {
    expect(linesOf(client(target), 'client', { target: answer })['joins']?.cells).toEqual([text]);
  });

  it('names addresses where there is no cluster here', () => {
    const lines = linesOf(client({ joinIpPorts: ['10.0.0.1:1'] }), 'client');
    expect(lines['joins']?.cells).toEqual(['10.0.0.1:1']);
    expect(lines['members']?.cells).toEqual(['2 of guid']);
  });
});

describe('a container', () => {
  it('says how its pod, its node and its drives are', () => {
    const one = container('demo-0', {
      conditions: [condition('Ready', 'True')],
      status: {
        containerID: 4,
        internalStatus: 'READY',
        clusterUid: 'uid-of-demo',
        allocations: { drives: ['A', 'B'], wekaPort: 35_000, agentPort: 35_303 },
        addedDrives: [{ serial_number: 'A', status: 'ACTIVE' }],
      },
    });
    const pod = object('Pod', 'demo-0', {
      metadata: { creationTimestamp: at, deletionTimestamp: '2026-01-01T01:00:00Z', deletionGracePeriodSeconds: 3600 },
      status: { phase: 'Running', containerStatuses: [{ restartCount: 2 }] },
    });
    const lines = linesOf(one, 'container', { pod: known(pod), node: known(node('node-1')) });
    expect(lines['pod']).toMatchObject({
      cells: ['Running, is being deleted, 2 restarts'],
      since: '2026-01-01T00:00:00.000Z',
    });
    expect(lines['node']?.cells).toEqual(['node-1, ready']);
    // nothing runs by its conditions
    expect(lines['weka']?.cells).toEqual(['container 4, READY when it last said so']);
    expect(lines['drives']).toMatchObject({ cells: ['A ACTIVE, B claimed'], tone: 'waiting' });
    expect(lines['ports']?.cells).toEqual(['35000, agent 35303']);
    expect(lines['turn']?.cells).toEqual(['free']);
  });
});

describe('a node', () => {
  it('says who holds what on it, and that it is silent', () => {
    const silent = node('node-1', { ready: false });
    expect(overviewOf('WekaNode').summary(silent).silent).toEqual({});
    const given = { claims: known(claims('node-node-1', { holders: { u: holder('demo-0', ['A'], 35_000) } })) };
    expect(linesOf(silent, 'node', given)['drives free']?.cells).toEqual(['2 of 3']);
    expect(linesOf(silent, 'claims', given)['default/demo-0']?.cells).toEqual(['drive', '35000', 'A']);
  });
});
