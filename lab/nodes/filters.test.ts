import { describe, expect, it } from 'vitest';
import type { NodeObject, Pod, PodSpec, Taint } from './core-types.ts';
import { placePod } from './placement.ts';
import { SchedulerSnapshot } from './scheduler-snapshot.ts';
import { podInfo } from './scheduling-info.ts';
import { podManifest } from './scripted.fixture.ts';

interface NodeWish {
  labels?: Record<string, string>;
  taints?: Taint[];
  unschedulable?: boolean;
  allocatable?: Record<string, string>;
}

function node(name: string, wish: NodeWish = {}): NodeObject {
  const allocatable = {
    cpu: '8',
    memory: '64Gi',
    'hugepages-2Mi': '8Gi',
    'ephemeral-storage': '100Gi',
    pods: '10',
    'storage.example.com/drives': '2',
    ...wish.allocatable,
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...wish.labels } },
    spec: { ...(wish.taints === undefined ? {} : { taints: wish.taints }), unschedulable: wish.unschedulable === true },
    status: { allocatable },
  };
}

function pod(
  name: string,
  spec: Partial<PodSpec> = {},
  labels: Record<string, string> = {},
  namespace = 'default',
): Pod {
  const made = podManifest(name, spec);
  return { ...made, metadata: { name, namespace, uid: `uid-${namespace}-${name}`, labels } };
}

const requests = (quantities: Record<string, string>): Partial<PodSpec> => ({
  containers: [{ name: 'main', resources: { requests: quantities } }],
});
const terms = (
  ...expressions: {
    key: string;
    operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
    values?: string[];
  }[]
): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: expressions }] },
    },
  },
});
const named = (...values: string[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values }] }],
      },
    },
  },
});
const host = 'kubernetes.io/hostname';
const away = (mode: string, extra: object = {}, topologyKey = host): Partial<PodSpec> => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey, labelSelector: { matchLabels: { mode } }, ...extra },
      ],
    },
  },
});
const near = (mode: string, topologyKey = host): Partial<PodSpec> => ({
  affinity: {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: { mode } } }],
    },
  },
});
const spread = (topologyKey: string, extra: object = {}): Partial<PodSpec> => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { mode: 'drive' } },
      ...extra,
    },
  ],
});

interface Case {
  nodes: NodeObject[];
  placed?: [Pod, string][];
  pod: Pod;
  /** A node name, or the sentence before ` preemption:`, or all of it. */
  expected: string;
}

const unhelpful = (nodes: number): string =>
  `preemption: 0/${nodes} nodes are available: ${nodes} Preemption is not helpful for scheduling.`;
const noVictims = (nodes: number): string =>
  `preemption: 0/${nodes} nodes are available: ${nodes} No preemption victims found for incoming pod.`;

const cases: Record<string, Case> = {
  'no node at all': { nodes: [], pod: pod('p'), expected: 'no nodes available to schedule pods' },
  'the node with the fewest pods wins': {
    nodes: [node('a'), node('b')],
    placed: [[pod('x'), 'a']],
    pod: pod('p'),
    expected: 'b',
  },
  'among equals the first name wins': { nodes: [node('b'), node('a')], pod: pod('p'), expected: 'a' },
  'too little cpu is left': {
    nodes: [node('a')],
    placed: [[pod('x', requests({ cpu: '7500m' })), 'a']],
    pod: pod('p', requests({ cpu: '501m' })),
    expected: `0/1 nodes are available: 1 Insufficient cpu. ${noVictims(1)}`,
  },
  'exactly enough cpu is left': {
    nodes: [node('a')],
    placed: [[pod('x', requests({ cpu: '7500m' })), 'a']],
    pod: pod('p', requests({ cpu: '0.5' })),
    expected: 'a',
  },
  'more than a node ever has is unresolvable': {
    nodes: [node('a')],
    pod: pod('p', requests({ 'hugepages-2Mi': '9Gi', memory: '65Gi' })),
    expected: `0/1 nodes are available: 1 Insufficient hugepages-2Mi, 1 Insufficient memory. ${unhelpful(1)}`,
  },
  'an extended resource that the node lacks': {
    nodes: [node('a')],
    pod: pod('p', requests({ 'storage.example.com/nics': '1' })),
    expected: `0/1 nodes are available: 1 Insufficient storage.example.com/nics. ${unhelpful(1)}`,
  },
  'drives are taken by a terminating pod until it is gone': {
    nodes: [node('a')],
    placed: [
      [
        {
          ...pod('x', requests({ 'storage.example.com/drives': '2' })),
          metadata: { name: 'x', uid: 'x', namespace: 'default', deletionTimestamp: '2026-01-01T00:00:00Z' },
        },
        'a',
      ],
    ],
    pod: pod('p', requests({ 'storage.example.com/drives': '1' })),
    expected: `0/1 nodes are available: 1 Insufficient storage.example.com/drives. ${noVictims(1)}`,
  },
  'ephemeral storage': {
    nodes: [node('a')],
    pod: pod('p', requests({ 'ephemeral-storage': '101Gi' })),
    expected: `0/1 nodes are available: 1 Insufficient ephemeral-storage. ${unhelpful(1)}`,
  },
  'a limit without a request is the request': {
    nodes: [node('a')],
    pod: pod('p', { containers: [{ name: 'main', resources: { limits: { cpu: '9' } } }] }),
    expected: `0/1 nodes are available: 1 Insufficient cpu. ${unhelpful(1)}`,
  },
  'an init container needs its peak, not a sum': {
    nodes: [node('a')],
    pod: pod('p', {
      containers: [{ name: 'm', resources: { requests: { cpu: '6' } } }],
      initContainers: [{ name: 'i', resources: { requests: { cpu: '8' } } }],
    }),
    expected: 'a',
  },
  'a sidecar counts with the main containers': {
    nodes: [node('a')],
    pod: pod('p', {
      containers: [{ name: 'm', resources: { requests: { cpu: '6' } } }],
      initContainers: [{ name: 's', restartPolicy: 'Always', resources: { requests: { cpu: '3' } } }],
    }),
    expected: `0/1 nodes are available: 1 Insufficient cpu. ${unhelpful(1)}`,
  },
  'the node holds no more pods': {
    nodes: [node('a', { allocatable: { pods: '1' } })],
    placed: [[pod('x'), 'a']],
    pod: pod('p'),
    expected: `0/1 nodes are available: 1 Too many pods. ${noVictims(1)}`,
  },
  'a node selector': {
    nodes: [node('a'), node('b', { labels: { role: 'backend' } })],
    pod: pod('p', { nodeSelector: { role: 'backend' } }),
    expected: 'b',
  },
  'a node selector that nothing matches': {
    nodes: [node('a')],
    pod: pod('p', { nodeSelector: { role: 'backend' } }),
    expected: `0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. ${unhelpful(1)}`,
  },
  'affinity In': {
    nodes: [node('a'), node('b')],
    pod: pod('p', terms({ key: host, operator: 'In', values: ['b'] })),
    expected: 'b',
  },
  'affinity NotIn': {
    nodes: [node('a'), node('b')],
    pod: pod('p', terms({ key: host, operator: 'NotIn', values: ['a'] })),
    expected: 'b',
  },
  'affinity Exists': {
    nodes: [node('a'), node('b', { labels: { k: '' } })],
    pod: pod('p', terms({ key: 'k', operator: 'Exists' })),
    expected: 'b',
  },
  'affinity DoesNotExist': {
    nodes: [node('a', { labels: { k: 'v' } }), node('b')],
    pod: pod('p', terms({ key: 'k', operator: 'DoesNotExist' })),
    expected: 'b',
  },
  'affinity Gt': {
    nodes: [node('a', { labels: { k: '3' } }), node('b', { labels: { k: '4' } })],
    pod: pod('p', terms({ key: 'k', operator: 'Gt', values: ['3'] })),
    expected: 'b',
  },
  'affinity Lt, where text is no number': {
    nodes: [node('a', { labels: { k: 'x' } }), node('b', { labels: { k: '2' } })],
    pod: pod('p', terms({ key: 'k', operator: 'Lt', values: ['3'] })),
    expected: 'b',
  },
  'affinity by the name of a node': { nodes: [node('a'), node('b')], pod: pod('p', named('b')), expected: 'b' },
  'other nodes than the named one are not even looked at': {
    nodes: [node('a'), node('b'), node('c', { unschedulable: true })],
    pod: pod('p', named('c')),
    expected: `0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. ${unhelpful(3)}`,
  },
  'a cordoned node': {
    nodes: [
      node('a', { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }),
    ],
    pod: pod('p'),
    expected: `0/1 nodes are available: 1 node(s) were unschedulable. ${unhelpful(1)}`,
  },
  'a cordoned node, tolerated': {
    nodes: [node('a', { unschedulable: true })],
    pod: pod('p', { tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }] }),
    expected: 'a',
  },
  'a taint with a value': {
    nodes: [node('a', { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] })],
    pod: pod('p', { tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'storage' }] }),
    expected: `0/1 nodes are available: 1 node(s) had untolerated taint {dedicated: gpu}. ${unhelpful(1)}`,
  },
  'a taint without a value': {
    nodes: [node('a', { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] })],
    pod: pod('p'),
    expected: `0/1 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }. ${unhelpful(1)}`,
  },
  'a taint that is only preferred': {
    nodes: [node('a', { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] })],
    pod: pod('p'),
    expected: 'a',
  },
  'a taint that is tolerated': {
    nodes: [node('a', { taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }] })],
    pod: pod('p', { tolerations: [{ key: 'k', operator: 'Equal', value: 'v', effect: 'NoExecute' }] }),
    expected: 'a',
  },
  'a host port that is taken': {
    nodes: [node('a')],
    placed: [[pod('x', { containers: [{ name: 'm', ports: [{ containerPort: 80, hostPort: 8080 }] }] }), 'a']],
    pod: pod('p', { containers: [{ name: 'm', ports: [{ containerPort: 81, hostPort: 8080, hostIP: '10.0.0.1' }] }] }),
    expected: `0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. ${noVictims(1)}`,
  },
  'the same host port of another protocol': {
    nodes: [node('a')],
    placed: [
      [pod('x', { containers: [{ name: 'm', ports: [{ containerPort: 80, hostPort: 8080, protocol: 'UDP' }] }] }), 'a'],
    ],
    pod: pod('p', { containers: [{ name: 'm', ports: [{ containerPort: 80, hostPort: 8080 }] }] }),
    expected: 'a',
  },
  'anti-affinity of the pod': {
    nodes: [node('a'), node('b')],
    placed: [
      [pod('x', {}, { mode: 'drive' }), 'a'],
      [pod('y'), 'b'],
    ],
    pod: pod('p', away('drive')),
    expected: 'b',
  },
  'anti-affinity on every node': {
    nodes: [node('a'), node('b')],
    placed: [
      [pod('x', {}, { mode: 'drive' }), 'a'],
      [pod('y', {}, { mode: 'drive' }), 'b'],
    ],
    pod: pod('p', away('drive')),
    expected: `0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. ${noVictims(2)}`,
  },
  'anti-affinity does not see other namespaces': {
    nodes: [node('a')],
    placed: [[pod('x', {}, { mode: 'drive' }, 'other'), 'a']],
    pod: pod('p', away('drive')),
    expected: 'a',
  },
  'anti-affinity with named namespaces does': {
    nodes: [node('a')],
    placed: [[pod('x', {}, { mode: 'drive' }, 'other'), 'a']],
    pod: pod('p', away('drive', { namespaces: ['other'] })),
    expected: `0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules. ${noVictims(1)}`,
  },
  'anti-affinity with an empty namespace selector sees all': {
    nodes: [node('a')],
    placed: [[pod('x', {}, { mode: 'drive' }, 'other'), 'a']],
    pod: pod('p', away('drive', { namespaceSelector: {} })),
    expected: `0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules. ${noVictims(1)}`,
  },
  'anti-affinity of a pod that is there': {
    nodes: [node('a')],
    placed: [[pod('x', away('drive')), 'a']],
    pod: pod('p', {}, { mode: 'drive' }),
    expected: `0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules. ${noVictims(1)}`,
  },
  'anti-affinity by zone': {
    nodes: [
      node('a', { labels: { zone: '1' } }),
      node('b', { labels: { zone: '1' } }),
      node('c', { labels: { zone: '2' } }),
    ],
    placed: [
      [pod('x', {}, { mode: 'drive' }), 'a'],
      [pod('y'), 'c'],
    ],
    pod: pod('p', away('drive', {}, 'zone')),
    expected: 'c',
  },
  'affinity to a pod': {
    nodes: [node('a'), node('b')],
    placed: [[pod('x', {}, { mode: 's3' }), 'b']],
    pod: pod('p', near('s3')),
    expected: 'b',
  },
  'affinity to a pod that is nowhere': {
    nodes: [node('a')],
    pod: pod('p', near('s3')),
    expected: `0/1 nodes are available: 1 node(s) didn't match pod affinity rules. ${unhelpful(1)}`,
  },
  'affinity to its own kind lets the first one start': {
    nodes: [node('a')],
    pod: pod('p', near('s3'), { mode: 's3' }),
    expected: 'a',
  },
  'affinity to its own kind binds the second one': {
    nodes: [node('a'), node('b')],
    placed: [[pod('x', {}, { mode: 's3' }), 'b']],
    pod: pod('p', near('s3'), { mode: 's3' }),
    expected: 'b',
  },
  'spread over zones': {
    nodes: [node('a', { labels: { zone: '1' } }), node('b', { labels: { zone: '2' } })],
    placed: [
      [pod('x', {}, { mode: 'drive' }), 'a'],
      [pod('y'), 'b'],
      [pod('z'), 'b'],
    ],
    pod: pod('p', spread('zone'), { mode: 'drive' }),
    expected: 'b',
  },
  'spread over zones of which one is full': {
    nodes: [node('a', { labels: { zone: '1' } }), node('b', { labels: { zone: '2' }, allocatable: { cpu: '0' } })],
    placed: [[pod('x', {}, { mode: 'drive' }), 'a']],
    pod: pod('p', { ...spread('zone'), ...requests({ cpu: '1' }) }, { mode: 'drive' }),
    expected:
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints. " +
      'preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.',
  },
  'spread over nodes without the label': {
    nodes: [node('a')],
    pod: pod('p', spread('zone'), { mode: 'drive' }),
    expected: `0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label). ${unhelpful(1)}`,
  },
  'spread does not count terminating pods': {
    nodes: [node('a', { labels: { zone: '1' } }), node('b', { labels: { zone: '2' } })],
    placed: [
      [
        {
          ...pod('x'),
          metadata: {
            name: 'x',
            uid: 'x',
            namespace: 'default',
            labels: { mode: 'drive' },
            deletionTimestamp: '2026-01-01T00:00:00Z',
          },
        },
        'a',
      ],
      [pod('y'), 'b'],
      [pod('z'), 'b'],
    ],
    pod: pod('p', spread('zone'), { mode: 'drive' }),
    expected: 'a',
  },
  'spread with fewer domains than asked for': {
    nodes: [node('a', { labels: { zone: '1' } })],
    placed: [[pod('x', {}, { mode: 'drive' }), 'a']],
    pod: pod('p', spread('zone', { minDomains: 2 }), { mode: 'drive' }),
    expected: `0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints. ${noVictims(1)}`,
  },
  'spread that is only wished for': {
    nodes: [node('a')],
    pod: pod('p', spread('zone', { whenUnsatisfiable: 'ScheduleAnyway' }), { mode: 'drive' }),
    expected: 'a',
  },
  'a priority class that never preempts says so': {
    nodes: [node('a')],
    pod: pod('p', { ...requests({ cpu: '9' }), preemptionPolicy: 'Never' }),
    expected: '0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.',
  },
  'reasons are sorted as text with their counts, and a node gives one filter only': {
    nodes: [
      ...Array.from({ length: 10 }, (_, index) => node(`n${index}`, { allocatable: { cpu: '1', memory: '1Gi' } })),
      node('t', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }], allocatable: { cpu: '1' } }),
      node('s', { labels: { 'kubernetes.io/os': 'windows' } }),
    ],
    pod: pod('p', { ...requests({ cpu: '2', memory: '2Gi' }), nodeSelector: { 'kubernetes.io/os': 'linux' } }),
    expected:
      "0/12 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint {k: v}, 10 Insufficient cpu, 10 Insufficient memory. " +
      unhelpful(12),
  },
};

describe('where a pod is placed', () => {
  it.each(Object.entries(cases))('%s', (_, { nodes, placed = [], pod: wanted, expected }) => {
    const cluster = new SchedulerSnapshot();
    for (const one of nodes) cluster.setNode(one);
    for (const [one, nodeName] of placed) cluster.place(podInfo(one), nodeName);
    const placement = placePod(podInfo(wanted), cluster);
    expect('message' in placement ? placement.message : placement.nodeName).toBe(expected);
  });
});

describe('the snapshot of a scheduler', () => {
  it('count a pod on a node that appears later, and no more when the node is gone and back', () => {
    const cluster = new SchedulerSnapshot();
    cluster.place(podInfo(pod('x', requests({ cpu: '7' }))), 'a');
    cluster.setNode(node('a'));
    expect(cluster.nodes.get('a')?.requested).toEqual({ cpu: 7000 });
    cluster.removeNode('a');
    cluster.setNode(node('a'));
    expect(cluster.nodes.get('a')?.requested).toEqual({ cpu: 7000 });
    expect(cluster.remove('uid-default-x')).toBe(true);
    expect(cluster.nodes.get('a')?.requested).toEqual({ cpu: 0 });
    expect(cluster.remove('uid-default-x')).toBe(false);
  });
});
