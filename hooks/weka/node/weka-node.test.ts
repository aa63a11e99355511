import { describe, expect, it } from 'vitest';
import { podLive } from '../../core/families/pods.ts';
import type { HookRequest, KubernetesObject } from '../../core/contract.ts';
import { apiVersion } from '../api/group.ts';
import { operatorConfig } from '../config.ts';
import { clusterLook } from './live.ts';
import { wekaNodeController } from './weka-node.ts';

const image = 'quay.io/weka.io/weka-in-container:4.4.5.118-k8s';
const bootId = 'boot-1';

const node: KubernetesObject = {
  apiVersion,
  kind: 'WekaNode',
  metadata: { name: 'node-1', uid: 'node-uid', generation: 1 },
  spec: {
    nodeUid: 'uid-1',
    labels: {},
    taints: [],
    unschedulable: false,
    ready: true,
    bootId,
    internalIps: ['10.0.0.1'],
    drives: [],
    blockedDrives: [],
    allocatable: { cpuMillis: 1, memoryMib: 1, hugepages2Mib: 0, hugepages1Gib: 0 },
  },
  status: { discovery: { bootId, schema: 3, isHt: false } },
};

const claims: KubernetesObject = {
  apiVersion,
  kind: 'WekaClaims',
  metadata: { name: 'node-node-1' },
  spec: {
    holders: {
      'uid-1': {
        namespace: 'default',
        name: 'demo-drive-0',
        clusterUid: 'cluster',
        mode: 'drive',
        image,
        drives: [],
        incarnation: { podUid: 'pod-uid', nodeName: 'node-1', bootId },
      },
    },
  },
};
const ports: KubernetesObject = {
  apiVersion,
  kind: 'WekaClaims',
  metadata: { name: 'ports' },
  spec: { ranges: { cluster: { namespace: 'default', name: 'demo', basePort: 35000, portRange: 500 } } },
};
const facts = {
  [podLive({ namespace: 'default', name: 'demo-drive-0' }, 0).id]: {
    exists: true,
    uid: 'pod-uid',
    controllerUid: 'uid-1',
    phase: 'Running',
    privileged: true,
  },
  [clusterLook({ namespace: 'default', name: 'demo' }, 0).id]: { exists: true, uid: 'cluster', labels: {}, fields: {} },
};

function decide(helpers: KubernetesObject[], now: string) {
  const request: HookRequest = {
    controller: {
      apiVersion: 'metacontroller.k8s.io/v1alpha1',
      kind: 'CompositeController',
      metadata: { name: 'wekanode' },
    },
    parent: node,
    finalizing: false,
    children: {
      'WekaContainer.weka.weka.io/v1alpha1': Object.fromEntries(
        helpers.map((helper) => [`weka-operator-system/${helper.metadata.name}`, helper]),
      ),
    },
    related: { 'WekaClaims.weka.weka.io/v1alpha1': { 'node-node-1': claims, ports } },
    observed: {
      facts: Object.fromEntries(Object.entries(facts).map(([id, value]) => [id, { observedAt: now, value }])),
      operations: {},
    },
    context: {
      now,
      entropy: '0',
      operatorNamespace: 'weka-operator-system',
      config: operatorConfig.parse({}) as never,
    },
  };
  return wekaNodeController.decide(request);
}

describe('a driver loader', () => {
  const [loader] = decide([], '2026-01-01T00:00:00Z').children;
  const made = (status: object): KubernetesObject =>
    ({
      ...loader,
      metadata: { ...loader?.metadata, uid: 'helper-uid', creationTimestamp: '2026-01-01T00:00:00Z' },
      status,
    }) as KubernetesObject;
  const failed = made({ result: JSON.stringify({ err: 'download failed: no route', drivers_loaded: false }) });
  const silent = made({
    conditions: [
      {
        type: 'Ready',
        status: 'False',
        reason: 'PodNotRunning',
        message: 'waits until the pod runs: ImagePullBackOff',
        lastTransitionTime: '2026-01-01T00:00:10Z',
      },
    ],
  });

  it.each<[string, KubernetesObject, string, number, RegExp]>([
    [
      'that failed goes at once, and its reason is kept',
      failed,
      '2026-01-01T00:01:00Z',
      0,
      /loading failed: download failed: no route/,
    ],
    [
      'that has not reported yet stays',
      silent,
      '2026-01-01T00:04:59Z',
      1,
      /waits until the pod runs: ImagePullBackOff/,
    ],
    [
      'that never reports is given up, with its last words',
      silent,
      '2026-01-01T00:05:00Z',
      0,
      /did not report within 300 s: waits until the pod runs: ImagePullBackOff/,
    ],
  ])('%s', (_sentence, helper, now, children, words) => {
    const decision = decide([helper], now);
    expect(decision.children).toHaveLength(children);
    expect(JSON.stringify(decision.status['conditions'])).toMatch(words);
    expect(decision.status['failedLoads'] ?? []).toHaveLength(1 - children);
    expect(decision.resyncAfterSeconds).toBeLessThanOrEqual(10);
  });
});
