import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../core/contract.ts';
import { apiVersion } from '../api/group.ts';
import { containerView } from './container-view.ts';
import { dependentsOf, type Identity } from './dependents.ts';

const guid = 'guid-of-demo';
const ports = { basePort: 35000, portRange: 500 };

const container = (name: string, spec: object, status: object, owner?: string): KubernetesObject => ({
  apiVersion,
  kind: 'WekaContainer',
  metadata: {
    name,
    namespace: 'apps',
    uid: `uid-of-${name}`,
    ...(owner === undefined
      ? {}
      : {
          ownerReferences: [{ apiVersion, kind: 'WekaClient', name: owner, uid: `uid-of-${owner}`, controller: true }],
        }),
  },
  spec: { mode: 'client', ...spec },
  status,
});
const member = containerView(container('demo-drive-0', { mode: 'drive' }, { managementIPs: ['10.0.0.1'] }));
const demo: Identity = { guid, ports, containers: [member] };

const counted = (objects: KubernetesObject[], identity: Identity = demo): Record<string, number> =>
  Object.fromEntries(
    dependentsOf(
      {
        [`WekaContainer.${apiVersion}`]: Object.fromEntries(
          objects.map((object) => [`apps/${object.metadata.name}`, object]),
        ),
      },
      identity,
    ),
  );

describe('what holds a destruction back', () => {
  const one = 'WekaContainer apps/one';
  it.each<[string, KubernetesObject, Partial<Identity>, string[]]>([
    [
      'a member of the weka cluster, named by its WekaClient',
      container('one', {}, { clusterID: guid }, 'fleet'),
      {},
      ['WekaClient apps/fleet'],
    ],
    [
      'a member that is being deleted, named itself',
      {
        ...container('one', {}, { clusterID: guid }, 'fleet'),
        metadata: { ...container('one', {}, {}, 'fleet').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
      },
      {},
      [`${one}, which is being deleted`],
    ],
    ['a member that nobody owns any more', container('one', {}, { clusterID: guid }), {}, [one]],
    ['no member of another weka cluster', container('one', {}, { clusterID: 'another' }), {}, []],
    [
      'any member, while no member says which weka cluster this is',
      container('one', {}, { clusterID: 'another' }),
      { guid: undefined },
      [one],
    ],
    ['one that is told addresses of the cluster', container('one', { joinIpPorts: ['10.0.0.1:35100'] }, {}), {}, [one]],
    [
      'none that is told those of another one on the same host',
      container('one', { joinIpPorts: ['10.0.0.1:36000'] }, {}),
      {},
      [],
    ],
    [
      'none that is told those of another one on other hosts',
      container('one', { joinIpPorts: ['10.9.0.1:35000'] }, {}),
      {},
      [],
    ],
    [
      'one that is told a port of the cluster, while no address of it is known',
      container('one', { joinIpPorts: ['10.9.0.1:35499'] }, {}),
      { containers: [] },
      [one],
    ],
    [
      'one that is told an address of the cluster, while its ports are not known',
      container('one', { joinIpPorts: ['10.0.0.1:14000'] }, {}),
      { ports: undefined },
      [one],
    ],
    [
      'one that is told an IPv6 address of the cluster',
      container('one', { joinIpPorts: ['[fd00::1]:35000'] }, {}),
      { containers: [containerView(container('demo-drive-0', { mode: 'drive' }, { managementIPs: ['fd00::1'] }))] },
      [one],
    ],
    ['none that is told nothing and is no member', container('one', {}, {}), {}, []],
    [
      'no backend, whose cluster it may be: that is told elsewhere',
      container('one', { mode: 'drive' }, { clusterID: guid }),
      {},
      [],
    ],
    [
      'a member whose status is of an object before it is judged by what it is told',
      container('one', {}, { clusterID: guid, uid: 'another-uid' }),
      {},
      [],
    ],
  ])('%s', (_sentence, object, identity, expected) => {
    expect(Object.keys(counted([object], { ...demo, ...identity }))).toEqual(expected);
  });

  it('is each member once, whoever owns it or not', () => {
    const client = fc.record({
      owner: fc.option(fc.constantFrom('fleet', 'night'), { nil: undefined }),
      clusterID: fc.option(fc.constantFrom(guid, 'another', 'third'), { nil: undefined }),
      address: fc.constantFrom('10.0.0.1:35000', '10.0.0.1:36000', '10.0.0.2:35000'),
    });
    fc.assert(
      fc.property(fc.array(client, { maxLength: 12 }), (clients) => {
        const objects = clients.map(({ owner, clusterID, address }, index) =>
          container(`c-${index}`, { joinIpPorts: [address] }, clusterID === undefined ? {} : { clusterID }, owner),
        );
        const members = clients.filter(
          ({ clusterID, address }) => clusterID === guid || (clusterID === undefined && address === '10.0.0.1:35000'),
        );
        const counts = counted(objects);
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(members.length);
        for (const owner of ['fleet', 'night'])
          expect(counts[`WekaClient apps/${owner}`] ?? 0).toBe(members.filter((one) => one.owner === owner).length);
      }),
    );
  });
});
