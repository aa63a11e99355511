import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../core/contract.ts';
import { apiVersion, parseWekaCluster, parseWekaNode, type WekaCluster, type WekaNode } from '../api/index.ts';
import { containerView } from './container-view.ts';
import { inheritedMetadata, wantedContainers, type ContainersInput } from './containers.ts';
import { rolePlans } from './roles.ts';

const now = '2026-01-01T00:10:00Z';
const image = 'quay.io/weka.io/weka-in-container:4.4.5';

function cluster(drives: number, spec: object = {}, metadata: object = {}): WekaCluster {
  const parsed = parseWekaCluster({
    apiVersion,
    kind: 'WekaCluster',
    metadata: { name: 'demo', namespace: 'default', uid: 'uid', ...metadata },
    spec: { image, dynamicTemplate: { driveContainers: drives, computeContainers: 0 }, ...spec },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
}
const nodes = ['n1', 'n2', 'n3', 'n4'].map((name): WekaNode => {
  const parsed = parseWekaNode({
    apiVersion,
    kind: 'WekaNode',
    metadata: { name },
    spec: { nodeUid: name, ready: true, drives: [name] },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
});
const existing = (
  name: string,
  spec: object = {},
  more: { metadata?: object; status?: object } = {},
): KubernetesObject => ({
  apiVersion,
  kind: 'WekaContainer',
  metadata: {
    name,
    namespace: 'default',
    uid: `uid-of-${name}`,
    labels: { 'weka.io/mode': 'drive' },
    ...more.metadata,
  },
  spec: { name: `weka-${name}`, mode: 'drive', image, numDrives: 1, ...spec },
  status: { ...more.status },
});
function wanted(drives: number, present: KubernetesObject[], change: Partial<ContainersInput> = {}) {
  const parent = change.cluster ?? cluster(drives);
  return wantedContainers({
    cluster: parent,
    uid: 'uid',
    plans: rolePlans(parent.spec),
    existing: present.map(containerView),
    nodes,
    ports: { basePort: 35000, portRange: 500 },
    takenNames: [],
    joinIpPorts: [],
    imageOf: (view) => view?.spec.image ?? image,
    forming: true,
    leaveToScheduler: true,
    unschedulableSeconds: 60,
    entropy: 'e0',
    now,
    ...change,
  });
}
const names = (objects: KubernetesObject[]): string[] => objects.map(({ metadata }) => metadata.name);
const specOf = (object: KubernetesObject | undefined): Record<string, unknown> =>
  (object?.['spec'] ?? {}) as Record<string, unknown>;

describe('the containers of a role', () => {
  it.each<[string, number, KubernetesObject[], string[]]>([
    ['begin at ordinal 0', 2, [], ['demo-drive-0', 'demo-drive-1']],
    [
      'fill a gap with the lowest ordinal',
      3,
      [existing('demo-drive-0'), existing('demo-drive-2')],
      ['demo-drive-0', 'demo-drive-2', 'demo-drive-1'],
    ],
    [
      'pass over the ordinal of one that terminates',
      1,
      [existing('demo-drive-0', {}, { metadata: { deletionTimestamp: now } })],
      ['demo-drive-1'],
    ],
    ['keep what exists whatever its name', 2, [existing('demo-drive-2f9c')], ['demo-drive-2f9c', 'demo-drive-0']],
    [
      'keep what is beyond the number',
      1,
      [existing('demo-drive-0'), existing('demo-drive-1')],
      ['demo-drive-0', 'demo-drive-1'],
    ],
  ])('%s', (_name, count, present, expected) => {
    expect(names(wanted(count, present).objects)).toEqual(expected);
  });

  it('are kept as they are when their role is not planned, and are no surplus', () => {
    const { objects, surplus } = wanted(1, [
      existing('demo-drive-0'),
      existing('demo-s3-0', { mode: 's3' }),
      existing('demo-nfs-0', { mode: 'nfs' }, { metadata: { deletionTimestamp: now } }),
    ]);
    expect(names(objects)).toEqual(['demo-drive-0', 'demo-s3-0']);
    expect(objects[1]).toEqual({
      apiVersion,
      kind: 'WekaContainer',
      metadata: { name: 'demo-s3-0', namespace: 'default' },
    });
    expect(surplus).toEqual([]);
  });

  it('name those beyond the number', () => {
    expect(wanted(1, [existing('demo-drive-0'), existing('demo-drive-1')]).surplus).toEqual(['demo-drive-1']);
  });

  it('each get a node of their own', () => {
    expect(
      wanted(3, [existing('demo-drive-0', { nodeAffinity: 'n1' })]).objects.map(
        (object) => specOf(object)['nodeAffinity'],
      ),
    ).toEqual(['n1', 'n2', 'n3']);
  });

  const onNode = (there: string, more: object = {}) => ({
    status: {
      containerID: 3,
      podUid: 'p',
      nodeAffinity: there,
      conditions: [{ type: 'WekaRunning', status: 'True' }],
      ...more,
    },
  });
  it.each<[string, object, string[]]>([
    ['that run stay where they do, whatever their spec says, and the node of one that left is free', {}, ['n2', 'n1']],
    ['that do not run keep both nodes', { conditions: [] }, ['n1', 'n3']],
    ['that were never members keep both nodes', { containerID: undefined }, ['n1', 'n3']],
  ])('%s', (_sentence, more, expected) => {
    const { objects } = wanted(2, [existing('demo-drive-1', { nodeAffinity: 'n1' }, onNode('n2', more))]);
    expect(objects.map((object) => specOf(object)['nodeAffinity'])).toEqual(expected);
  });

  it('that the scheduler has refused at one time get different nodes', () => {
    const unschedulable = {
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
    };
    const refused = (name: string, node: string): KubernetesObject =>
      existing(name, { nodeAffinity: node }, { status: { ...unschedulable, nodeAffinity: node } });
    const moved = wanted(2, [refused('demo-drive-0', 'n1'), refused('demo-drive-1', 'n2')]).objects.map(
      (object) => specOf(object)['nodeAffinity'],
    );
    expect(moved).toEqual(['n3', 'n4']);
  });

  it('leave the node to the scheduler under an affinity of the user', () => {
    const [first] = wanted(1, [], { cluster: cluster(1, { podConfig: { affinity: { podAffinity: {} } } }) }).objects;
    expect(specOf(first)['nodeAffinity']).toBeUndefined();
  });

  it('carry over their name inside weka and their number of drives', () => {
    const [first] = wanted(1, [existing('demo-drive-0', { numDrives: 4 })]).objects;
    expect(specOf(first)).toMatchObject({ name: 'weka-demo-drive-0', numDrives: 4 });
  });

  it('get another name inside weka each time one is made', () => {
    const nameOf = (entropy: string) => specOf(wanted(1, [], { entropy }).objects[0])['name'];
    expect(nameOf('e0')).toBe(nameOf('e0'));
    expect(nameOf('e0')).not.toBe(nameOf('e1'));
  });

  it('are told the members to join only when they are made', () => {
    const { objects } = wanted(2, [existing('demo-drive-0')], { joinIpPorts: ['10.0.0.1:35000'] });
    expect(objects.map((object) => specOf(object)['joinIpPorts'])).toEqual([undefined, ['10.0.0.1:35000']]);
  });
});

describe('a container that the scheduler refuses', () => {
  const unschedulable = (since: string, status: object = {}) =>
    existing(
      'demo-drive-0',
      { nodeAffinity: 'n1' },
      {
        status: {
          conditions: [
            {
              type: 'PodScheduled',
              status: 'False',
              reason: 'Unschedulable',
              message: '',
              lastTransitionTime: since,
              observedGeneration: 1,
            },
          ],
          ...status,
        },
      },
    );
  it.each<[string, KubernetesObject, string]>([
    ['for less than a minute keeps its node', unschedulable('2026-01-01T00:09:30Z'), 'n1'],
    ['for a minute gets another node', unschedulable('2026-01-01T00:09:00Z'), 'n2'],
    [
      'keeps its node where it is a member with data there',
      unschedulable('2026-01-01T00:00:00Z', { containerID: 3 }),
      'n1',
    ],
    [
      'keeps its node where it has run while the cluster may be forming',
      unschedulable('2026-01-01T00:00:00Z', { managementIPs: ['10.0.0.1'] }),
      'n1',
    ],
  ])('%s', (_name, present, node) => {
    expect(specOf(wanted(1, [present]).objects[0])['nodeAffinity']).toBe(node);
  });
});

describe('what a container inherits', () => {
  it('are labels and annotations without those that belong to the cluster object', () => {
    const parent = cluster(
      1,
      {},
      {
        labels: { team: 'storage', 'controller-uid': 'x', 'weka.io/mode': 'mine' },
        annotations: {
          note: 'kept',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          'metacontroller.k8s.io/last-applied-configuration': '{}',
        },
      },
    );
    expect(inheritedMetadata(parent, 'uid', 'drive')).toEqual({
      labels: {
        team: 'storage',
        app: 'weka',
        'weka.io/mode': 'drive',
        'weka.io/cluster-id': 'uid',
        'weka.io/cluster-name': 'demo',
      },
      annotations: { note: 'kept' },
    });
  });

  it('are the annotations of the role where it has its own', () => {
    const parent = cluster(1, { roleAnnotations: { drive: { role: 'own' } } }, { annotations: { note: 'dropped' } });
    expect(inheritedMetadata(parent, 'uid', 'drive').annotations).toEqual({ role: 'own' });
  });
});
