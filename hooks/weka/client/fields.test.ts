/** No field of a WekaClient is accepted and ignored: each one changes what is created or looked at, or is named in a condition. */
import { describe, expect, it } from 'vitest';
import type { HookRequest, KubernetesObject } from '../../core/contract.ts';
import { apiVersion } from '../api/group.ts';
import { upstreamFields } from '../api/upstream-fields.ts';
import { wekaClientController } from './hook.ts';

const image = 'quay.io/weka.io/weka-in-container:4.4.5';
const now = '2026-01-01T00:00:00Z';

/** Another value than the default, for each field. */
const spec: Record<string, unknown> = {
  image: 'quay.io/weka.io/weka-in-container:4.4.6',
  imagePullSecret: 'pull',
  port: 46000,
  agentPort: 46200,
  portRange: { basePort: 46000, portRange: 500 },
  nodeSelector: { 'weka.io/role': 'app' },
  wekaSecretRef: 'credentials',
  network: { ethDevice: 'eth1' },
  driversDistService: 'https://drivers.example',
  joinIpPorts: ['192.0.2.1:14000'],
  targetCluster: { name: 'other', namespace: 'default' },
  cpuPolicy: 'dedicated',
  cpuRequest: '500m',
  coresNum: 2,
  coreIds: [2, 3],
  tracesConfiguration: { maxCapacityPerIoNode: 5 },
  tolerations: ['example.com/apps'],
  rawTolerations: [{ key: 'a', operator: 'Exists' }],
  serviceAccountName: 'apps',
  additionalMemory: 100,
  resources: { requests: { memory: '8Gi' } },
  hugepages: 4000,
  hugepagesOffset: 300,
  wekaHomeConfig: { cacertSecret: 'ca' },
  wekaHome: { cacertSecret: 'ca' },
  upgradePolicy: { type: 'rolling' },
  allowHotUpgrade: true,
  autoRemoveTimeout: '1h',
  globalPVC: { name: 'data' },
  csiConfig: { csiGroup: 'group' },
};
const overrides: Record<string, unknown> = {
  driversBuildId: '5',
  driversLoaderImage: 'loader:1',
  machineIdentifierNodeRef: 'metadata.uid',
  wekaContainerName: 'own',
  forceDrain: true,
  skipActiveMountsCheck: true,
  umountOnHost: true,
  dropAffinityConstraints: true,
};

/** What comes of a client on one node: what it relates to, observes, creates, and which of its fields it says are ignored. */
function effect(fields: object): unknown {
  const parent: KubernetesObject = {
    apiVersion,
    kind: 'WekaClient',
    metadata: { name: 'apps', namespace: 'default', uid: 'a-b', generation: 1 },
    spec: { image, targetCluster: { name: 'demo', namespace: 'default' }, ...fields },
  };
  const secret = (
    name: string,
  ): [string, { observedAt: string; value: { exists: true; uid: string; keys: string[]; public: object } }] => [
    `secret.keys default/${name}`,
    { observedAt: now, value: { exists: true, uid: 's', keys: ['join-secret'], public: {} } },
  ];
  const members = (cluster: string): KubernetesObject => ({
    apiVersion,
    kind: 'WekaMembers',
    metadata: { name: `${cluster}-members`, namespace: 'default' },
    spec: { clusterGuid: `guid-of-${cluster}`, members: [], joinIpPorts: ['10.0.0.1:35000'] },
  });
  const request = {
    controller: parent,
    parent,
    children: {},
    finalizing: false,
    related: {
      [`WekaNode.${apiVersion}`]: {
        n1: {
          apiVersion,
          kind: 'WekaNode',
          metadata: { name: 'n1' },
          spec: { nodeUid: 'u1', ready: true, labels: {} },
        },
      },
      [`WekaMembers.${apiVersion}`]: {
        'default/demo-members': members('demo'),
        'default/other-members': members('other'),
      },
    },
    observed: {
      facts: Object.fromEntries(['weka-client-demo', 'weka-client-other', 'credentials'].map(secret)),
      operations: {},
    },
    context: { now, entropy: '', operatorNamespace: 'weka', config: {} },
  } as unknown as HookRequest;
  const { children, status } = wekaClientController.decide(request);
  expect(children).toHaveLength(1);
  const ignored = (status['conditions'] as { type: string; message: string }[]).find(
    ({ type }) => type === 'NotSupported',
  )?.message;
  return {
    children,
    ignored,
    related: wekaClientController.customize?.(parent, request.context),
    observed: wekaClientController.observe(request),
  };
}

const names = (object: string): string[] =>
  Object.values(upstreamFields[object] ?? {}).flatMap((group) => group.split(' '));

describe('a field of a WekaClient', () => {
  it('has a value here, whichever upstream has', () => {
    expect([...Object.keys(spec), 'overrides'].sort()).toEqual(names('WekaClientSpec').sort());
    expect(Object.keys(overrides).sort()).toEqual(names('WekaClientSpecOverrides').sort());
  });

  it.each(Object.entries(spec))('spec.%s has an effect or is named', (field, value) => {
    expect(effect({ [field]: value })).not.toEqual(effect({}));
  });

  it.each(Object.entries(overrides))('spec.overrides.%s has an effect or is named', (field, value) => {
    expect(effect({ overrides: { [field]: value } })).not.toEqual(effect({}));
  });
});
