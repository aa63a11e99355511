import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, KubernetesObject } from '../../core/contract.ts';
import type { ReadingRequest } from '../../core/facts.ts';
import { readingOf } from '../../core/reading.fixture.ts';
import { apiVersion } from '../api/group.ts';
import { parseWekaCluster } from '../api/index.ts';
import { claimsRead } from '../../core/families/claims.ts';
import { operatorConfig } from '../config.ts';
import { clusterFacts } from './facts.ts';

const guid = 'guid-of-demo';
const parent: KubernetesObject = {
  apiVersion,
  kind: 'WekaCluster',
  metadata: { name: 'demo', namespace: 'weka', uid: 'uid-of-demo' },
  spec: { image: 'weka:4.4.5', dynamicTemplate: {} },
};
const member: KubernetesObject = {
  apiVersion,
  kind: 'WekaContainer',
  metadata: { name: 'demo-drive-0', namespace: 'weka', uid: 'uid-of-drive-0' },
  spec: { mode: 'drive' },
  status: { clusterID: guid },
};

interface Client {
  namespace: string;
  target?: { name: string; namespace?: string };
  memberships?: Record<string, number>;
  created?: number;
}

function clientsOf(clients: Client[], members: KubernetesObject[] = [member]): string[] {
  const cluster = parseWekaCluster(parent);
  if (!cluster.ok) throw new Error(JSON.stringify(cluster.issues));
  const objects = clients.map(({ namespace, target, memberships, created }, index): KubernetesObject => ({
    apiVersion,
    kind: 'WekaClient',
    metadata: { name: `apps-${index}`, namespace },
    spec: { image: 'weka:4.4.5', ...(target === undefined ? {} : { targetCluster: target }) },
    status: {
      ...(memberships === undefined ? {} : { memberships }),
      ...(created === undefined ? {} : { stats: { containers: { created } } }),
    },
  }));
  const request = {
    parent,
    children: {
      [`WekaContainer.${apiVersion}`]: Object.fromEntries(
        members.map((object) => [`weka/${object.metadata.name}`, object]),
      ),
    },
    finalizing: true,
    related: {
      [`WekaClient.${apiVersion}`]: Object.fromEntries(
        objects.map((object) => [`${object.metadata.namespace ?? ''}/${object.metadata.name}`, object]),
      ),
    },
    observed: readingOf({}),
    context: { now: '2026-01-01T00:00:00Z', entropy: '0', operatorNamespace: 'o', config: operatorConfig.parse({}) },
  } as unknown as ReadingRequest;
  return clusterFacts(request, cluster.value).clients;
}

const demo = { name: 'demo', namespace: 'weka' };

describe('the clients that hold a destruction back', () => {
  it.each<[string, Client, string[]]>([
    [
      'have containers in the weka cluster',
      { namespace: 'apps', target: demo, memberships: { [guid]: 2 } },
      ['apps/apps-0 (2 containers)'],
    ],
    [
      'have them whatever their spec names by now',
      { namespace: 'apps', target: { name: 'another' }, memberships: { [guid]: 1 } },
      ['apps/apps-0 (1 containers)'],
    ],
    ['do not merely name it', { namespace: 'apps', target: demo, memberships: {}, created: 0 }, []],
    [
      'have containers that may join it at any moment',
      { namespace: 'apps', target: demo, memberships: { [guid]: 1 }, created: 3 },
      ['apps/apps-0 (3 containers)'],
    ],
    [
      'do not have containers that have joined nothing, and are to join another one',
      { namespace: 'apps', target: { name: 'another' }, memberships: {}, created: 3 },
      [],
    ],
    ['are not members of another one', { namespace: 'apps', target: demo, memberships: { another: 5 } }, []],
    [
      'are taken at what they created while they do not count',
      { namespace: 'weka', target: { name: 'demo' }, created: 4 },
      ['weka/apps-0 (4 containers, of which its status does not say yet in which weka cluster they are)'],
    ],
    [
      'are taken so whatever they name by now',
      { namespace: 'apps', target: { name: 'another' }, created: 4 },
      ['apps/apps-0 (4 containers, of which its status does not say yet in which weka cluster they are)'],
    ],
    ['created something, too, while they do not count', { namespace: 'apps', target: demo }, []],
  ])('%s', (_sentence, client, expected) => {
    expect(clientsOf([client])).toEqual(expected);
  });

  it('are all with containers in some weka cluster, while no member says which weka cluster this is', () => {
    const clients: Client[] = [
      { namespace: 'apps', target: demo, memberships: { [guid]: 2 }, created: 2 },
      { namespace: 'apps', target: { name: 'another' }, memberships: { another: 1 }, created: 1 },
    ];
    const words = 'containers; no member says whether they are in this weka cluster';
    expect(clientsOf(clients, [])).toEqual([`apps/apps-0 (2 ${words})`, `apps/apps-1 (1 ${words})`]);
  });

  it('are exactly those with members, or with containers that may become members, in any mixture of clients', () => {
    const client: fc.Arbitrary<Client> = fc.record({
      namespace: fc.constantFrom('weka', 'apps'),
      target: fc.constantFrom(demo, { name: 'another' }),
      memberships: fc.dictionary(fc.constantFrom(guid, 'another', 'third'), fc.integer({ min: 1, max: 9 })),
      created: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(client, { maxLength: 6 }), (clients) => {
        const sum = (memberships: Record<string, number>): number =>
          Object.values(memberships).reduce((total, count) => total + count, 0);
        const members = clients.filter(
          ({ namespace, target, memberships = {}, created = 0 }) =>
            guid in memberships ||
            (target?.name === 'demo' && (target?.namespace ?? namespace) === 'weka' && created > sum(memberships)),
        ).length;
        expect(clientsOf(clients)).toHaveLength(members);
      }),
    );
  });
});

describe('a child that another cluster made', () => {
  const factsOf = (status: object, ranges: object | undefined) => {
    const cluster = parseWekaCluster({ ...parent, status });
    if (!cluster.ok) throw new Error(JSON.stringify(cluster.issues));
    const child = (name: string, basePort?: number): KubernetesObject => ({
      apiVersion,
      kind: 'WekaContainer',
      metadata: { name, namespace: 'weka', uid: `uid-of-${name}` },
      spec: { mode: 'drive', ...(basePort === undefined ? {} : { portRange: { basePort, portRange: 500 } }) },
    });
    const children = [child('own', 35000), child('other', 36000), child('old')];
    const claims = { exists: true, uid: 'u', resourceVersion: '1', spec: { ranges } } as unknown as Json;
    const request = {
      parent,
      children: {
        [`WekaContainer.${apiVersion}`]: Object.fromEntries(
          children.map((object) => [`weka/${object.metadata.name}`, object]),
        ),
      },
      finalizing: true,
      related: {},
      observed: readingOf({ [claimsRead('ports', 0).id]: { observedAt: '2026-01-01T00:00:00Z', value: claims } }),
      context: { now: '2026-01-01T00:00:00Z', entropy: '0', operatorNamespace: 'o', config: operatorConfig.parse({}) },
    } as unknown as ReadingRequest;
    return clusterFacts(request, cluster.value);
  };
  const range = { [parent.metadata.uid ?? '']: { namespace: 'weka', name: 'demo', basePort: 35000, portRange: 500 } };

  it.each<[string, object, object | undefined, string[]]>([
    ['is told by the ports that the cluster claims', {}, range, ['other']],
    [
      'is told by the ports that it had, once its claim is given back',
      { ports: { basePort: 35000, portRange: 500 } },
      {},
      ['other'],
    ],
    ['can not be told while no ports are known', {}, {}, []],
  ])('%s', (_sentence, status, ranges, foreign) => {
    const facts = factsOf(status, ranges);
    expect(facts.foreign.map(({ name }) => name)).toEqual(foreign);
    expect(facts.containers.map(({ name }) => name).sort()).toEqual(
      ['old', 'other', 'own'].filter((name) => !foreign.includes(name)),
    );
  });
});
