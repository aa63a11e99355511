import { describe, expect, it } from 'vitest';
import { podLive } from '../../core/families/pods.ts';
import type { HookRequest, KubernetesObject } from '../../core/contract.ts';
import { apiVersion, containerConditions } from '../api/group.ts';
import { operatorConfig } from '../config.ts';
import { clusterLook } from './live.ts';
import { wekaNodeController } from './weka-node.ts';

const image = 'quay.io/weka.io/weka-in-container:4.4.5.118-k8s';
const bootId = 'boot-1';

const node: KubernetesObject = {
  apiVersion, kind: 'WekaNode', metadata: { name: 'node-1', uid: 'node-uid', generation: 1 },
  spec: { nodeUid: 'uid-1', labels: {}, taints: [], unschedulable: false, ready: true, bootId, internalIps: ['10.0.0.1'], drives: [], blockedDrives: [], allocatable: { cpuMillis: 1, memoryMib: 1, hugepages2Mib: 0, hugepages1Gib: 0 } },
  status: { discovery: { bootId, schema: 3, isHt: false } },
};

const claims: KubernetesObject = {
  apiVersion, kind: 'WekaClaims', metadata: { name: 'node-node-1' },
  spec: { holders: { 'uid-1': {
    namespace: 'default', name: 'demo-drive-0', clusterUid: 'cluster', mode: 'drive', image, drives: [],
    incarnation: { podUid: 'pod-uid', nodeName: 'node-1', bootId },
  } } },
};
const ports: KubernetesObject = {
  apiVersion, kind: 'WekaClaims', metadata: { name: 'ports' },
  spec: { ranges: { cluster: { namespace: 'default', name: 'demo', basePort: 35000, portRange: 500 } } },
};
const facts = {
  [podLive({ namespace: 'default', name: 'demo-drive-0' }, 0).id]: { exists: true, uid: 'pod-uid', controllerUid: 'uid-1', phase: 'Running', privileged: true },
  [clusterLook({ namespace: 'default', name: 'demo' }, 0).id]: { exists: true, uid: 'cluster', labels: {}, fields: {} },
};

function decide(helpers: KubernetesObject[], now: string) {
  const request: HookRequest = {
    controller: { apiVersion: 'metacontroller.k8s.io/v1alpha1', kind: 'CompositeController', metadata: { name: 'wekanode' } },
    parent: node, finalizing: false,
    children: { 'WekaContainer.weka.weka.io/v1alpha1': Object.fromEntries(helpers.map((helper) => [`weka-operator-system/${helper.metadata.name}`, helper])) },
    related: { 'WekaClaims.weka.weka.io/v1alpha1': { 'node-node-1': claims, ports } },
    observed: { facts: Object.fromEntries(Object.entries(facts).map(([id, value]) => [id, { observedAt: now, value }])), operations: {} },
    context: { now, entropy: '0', operatorNamespace: 'weka-operator-system', config: operatorConfig.parse({}) as never },
  };
  return wekaNodeController.decide(request);
}

describe('a driver loader that failed', () => {
  const [loader] = decide([], '2026-01-01T00:00:00Z').children;
  const failed = {
    ...loader, metadata: { ...loader?.metadata, uid: 'helper-uid', creationTimestamp: '2026-01-01T00:00:00Z' },
    status: {
      result: JSON.stringify({ err: 'download failed: no route', drivers_loaded: false }),
      conditions: [{ type: containerConditions.resultsReceived, status: 'True', reason: 'Success', message: '', lastTransitionTime: '2026-01-01T00:01:00Z', observedGeneration: 1 }],
    },
  } as KubernetesObject;

  it.each([
    ['stays for a minute after its result', '2026-01-01T00:01:59Z', [loader?.metadata.name]],
    ['then goes, so that another one tries', '2026-01-01T00:02:00Z', []],
  ])('%s', (_sentence, now, names) => {
    const decision = decide([failed], now);
    expect(decision.children.map(({ metadata }) => metadata.name)).toEqual(names);
    expect(JSON.stringify(decision.status['conditions'])).toContain('loading failed: download failed: no route');
    expect(decision.resyncAfterSeconds).toBeLessThanOrEqual(10);
  });
});
