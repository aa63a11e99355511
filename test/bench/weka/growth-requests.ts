/** Requests that grow: whatever a hook goes through may be as long as is asked for. */
import type { HookRequest, Json, KubernetesObject } from '../../../hooks/core/contract.ts';
import { ownerObservation } from '../../../hooks/weka/container/order.ts';
import { clusterLook, containerLook, membersLook } from '../../../hooks/weka/node/live.ts';
import type { GrowthCase } from '../system.ts';
import {
  apiVersion,
  condition,
  container,
  guid,
  image,
  longAgo,
  node,
  object,
  portRange,
  requestOf,
  times,
  wordOf,
  type ContainerChange,
} from './growth-objects.ts';

const demo = { namespace: 'default', name: 'demo' };
type Facts = Record<string, Json>;

/** A cluster that wishes so many containers, half of them for drives, with as many nodes; `change` absent: none exists. */
function cluster(size: number, change: ((index: number) => ContainerChange) | undefined): HookRequest {
  const half = Math.ceil(size / 2);
  const parent = object('WekaCluster', 'demo', {
    metadata: { namespace: 'default' },
    spec: {
      image,
      failureDomain: { label: 'zone' },
      dynamicTemplate: { driveContainers: half, computeContainers: half },
    },
  });
  const containers =
    change === undefined
      ? []
      : ['drive', 'compute'].flatMap((mode) =>
          times(half, (index) => container(`demo-${mode}-${index}`, mode, index, change(index))),
        );
  return requestOf(parent, {
    children: containers,
    related: times(size, node),
    facts: {
      'claims.read ports': {
        exists: true,
        resourceVersion: '1',
        spec: { ranges: { 'uid-of-demo': { ...demo, ...portRange } } },
      },
      'claims.read cluster-uid-of-demo': { exists: false },
    },
  });
}

/** As many as a cluster names. */
const named = 12;
const members = times(named, (index) => ({
  containerUid: `uid-of-member-${index}`,
  containerName: `member-${index}`,
  podUid: `pod-of-member-${index}`,
  mode: 'drive',
  containerId: index,
  address: '10.0.0.1',
}));
const membersObject: KubernetesObject = object('WekaMembers', 'demo-members', {
  metadata: { namespace: 'default', labels: { 'weka.io/cluster-id': 'uid-of-demo' } },
  spec: {
    clusterGuid: guid,
    basePort: 35_000,
    wished: { drive: 1, compute: 1 },
    members,
    joinIpPorts: times(named, (index) => `10.0.0.${index}:35000`),
  },
});
const words = (size: number): Facts =>
  Object.assign({}, ...members.map(({ containerName }) => wordOf(containerName, size))) as Facts;

function client(size: number, present: boolean): HookRequest {
  const parent = object('WekaClient', 'apps', {
    metadata: { namespace: 'default' },
    spec: { image, targetCluster: demo, nodeSelector: { role: 'app' } },
  });
  return requestOf(parent, {
    children: times(present ? size : 0, (index) => container(`apps-node-${index}`, 'client', index)),
    related: [...times(size, node), membersObject],
    facts: {
      'secret.keys default/weka-client-demo': {
        exists: true,
        uid: 'uid-of-secret',
        resourceVersion: '1',
        keys: ['join-secret', 'org', 'password', 'username'],
        public: {},
      },
    },
  });
}

/** A node whose holders are all gone, each of which has to be proven by what weka says of all its containers. */
function nodeOfGone(size: number): HookRequest {
  const gone = times(size, (index) => ({
    namespace: 'default',
    name: `gone-${index}`,
    mode: 'drive',
    image,
    clusterUid: 'uid-of-demo',
    clusterName: 'demo',
    wekaName: `gone${index}`,
    drives: [`GONE${index}`],
    incarnation: { podUid: `pod-${index}`, nodeName: 'node-0', bootId: 'boot' },
    stopAllowed: `pod-${index}`,
  }));
  const holders = Object.fromEntries(gone.map((holder) => [`uid-of-${holder.name}`, holder]));
  const looks = gone.flatMap((holder) => [
    containerLook(holder, 0).id,
    containerLook(holder, 0, ['spec.mode']).id,
    `pod.live default/${holder.name}`,
  ]);
  return requestOf(node(0), {
    related: [object('WekaClaims', 'node-node-0', { spec: { holders } })],
    facts: {
      ...words(size),
      ...Object.fromEntries(looks.map((id) => [id, { exists: false }])),
      'claims.read node-node-0': { exists: true, resourceVersion: '1', spec: { holders } },
      [clusterLook(demo, 0).id]: { exists: true, uid: 'uid-of-demo', labels: {}, fields: {} },
      [membersLook(demo, 0).id]: {
        exists: true,
        uid: 'uid-of-members',
        labels: { 'weka.io/cluster-id': 'uid-of-demo' },
        fields: { 'spec.clusterGuid': guid, 'spec.members': members },
      },
    },
  });
}

/** A container that is deleted, in a weka cluster of so many and on a node with as many other holders. */
function leaving(size: number): HookRequest {
  const parent = container('demo-drive-0', 'drive', 0, {
    metadata: {
      deletionTimestamp: longAgo,
      ownerReferences: [{ apiVersion, kind: 'WekaCluster', name: 'demo', uid: 'uid-of-demo', controller: true }],
    },
    status: { uid: 'uid-of-demo-drive-0', containerID: 0, clusterID: guid, nodeAffinity: 'node-0' },
  });
  const holders = Object.fromEntries(
    times(size, (index) => [
      `uid-of-demo-drive-${index}`,
      {
        namespace: 'default',
        name: `demo-drive-${index}`,
        mode: 'drive',
        image,
        drives: [`SERIAL${index}`],
        agentPort: 36_000 + index,
        clusterUid: 'uid-of-demo',
      },
    ]),
  );
  return requestOf(parent, {
    related: [node(0), membersObject],
    facts: {
      ...words(size),
      'claims.read node-node-0': { exists: true, resourceVersion: '1', spec: { holders } },
      'claims.read cluster-uid-of-demo': { exists: true, resourceVersion: '1', spec: {} },
      [ownerObservation('default', 'demo', 0).id]: {
        exists: true,
        uid: 'uid-of-demo',
        labels: {},
        fields: {},
        finalizers: [],
      },
    },
  });
}

const terminating: ContainerChange = { metadata: { deletionTimestamp: longAgo } };
const refused: ContainerChange = { status: { conditions: [condition('PodScheduled', 'False')] } };

export const growthCases: readonly GrowthCase[] = [
  { name: 'WekaCluster, all missing', controller: 'wekacluster', request: (size) => cluster(size, undefined) },
  { name: 'WekaCluster, all present', controller: 'wekacluster', request: (size) => cluster(size, () => ({})) },
  {
    name: 'WekaCluster, half terminating',
    controller: 'wekacluster',
    request: (size) => cluster(size, (index) => (index % 2 === 0 ? {} : terminating)),
  },
  {
    name: 'WekaCluster, all refused by the scheduler',
    controller: 'wekacluster',
    request: (size) => cluster(size, () => refused),
  },
  { name: 'WekaClient, all missing', controller: 'wekaclient', request: (size) => client(size, false) },
  { name: 'WekaClient, all present', controller: 'wekaclient', request: (size) => client(size, true) },
  { name: 'WekaNode, all holders gone', controller: 'wekanode', request: nodeOfGone },
  { name: 'WekaContainer, leaves its weka cluster', controller: 'wekacontainer', request: leaving },
];
