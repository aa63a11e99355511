/** Objects for requests of any size, as small as a hook can read them: growth is measured, not what an object costs. */
import type { HookRequest, Json, KubernetesObject, ObjectsByKind } from '../../../hooks/core/contract.ts';

export const apiVersion = 'weka.weka.io/v1alpha1';
export const image = 'quay.io/weka.io/weka-in-container:4.4.5';
export const guid = 'a3c2b1d0-0000-4000-8000-00000000da7a';
export const portRange = { basePort: 35_000, portRange: 500 };
const now = '2026-01-01T01:00:00Z';
export const longAgo = '2026-01-01T00:00:00Z';
/** Nodes in one failure domain. */
const domainSize = 8;

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_none, index) => make(index));

export const object = (
  kind: string,
  name: string,
  more: { metadata?: object; spec?: object; status?: object } = {},
): KubernetesObject => ({
  apiVersion,
  kind,
  ...more,
  metadata: { name, uid: `uid-of-${name}`, generation: 1, ...more.metadata },
});

function byKind(objects: readonly KubernetesObject[]): ObjectsByKind {
  const map: ObjectsByKind = {};
  for (const one of objects) (map[`${one.kind}.${one.apiVersion}`] ??= {})[one.metadata.name] = one;
  return map;
}

export const condition = (type: string, status: 'True' | 'False') => ({
  type,
  status,
  reason: 'Success',
  message: '',
  lastTransitionTime: longAgo,
  observedGeneration: 1,
});

export interface Content {
  children?: KubernetesObject[];
  related?: KubernetesObject[];
  /** Values by observation id. */
  facts?: Record<string, Json>;
}

export function requestOf(parent: KubernetesObject, { children = [], related = [], facts = {} }: Content): HookRequest {
  return {
    controller: {
      apiVersion: 'metacontroller.k8s.io/v1alpha1',
      kind: 'CompositeController',
      metadata: { name: parent.kind.toLowerCase() },
    },
    parent,
    children: byKind(children),
    related: byKind(related),
    finalizing: false,
    observed: {
      facts: Object.fromEntries(Object.entries(facts).map(([id, value]) => [id, { observedAt: now, value }])),
      operations: {},
    },
    context: { now, entropy: 'e0', operatorNamespace: 'weka-operator-system', config: {} },
  };
}

export const node = (index: number): KubernetesObject =>
  object('WekaNode', `node-${index}`, {
    spec: {
      nodeUid: `uid-of-node-${index}`,
      labels: { zone: `zone-${Math.floor(index / domainSize)}` },
      ready: true,
      bootId: 'boot',
      drives: [`SERIAL${index}`],
    },
  });

export interface ContainerChange {
  metadata?: object;
  status?: object;
}

/** A container that runs as a member on the node of its number, unless its metadata or status are given. */
export function container(name: string, mode: string, index: number, change: ContainerChange = {}): KubernetesObject {
  return object('WekaContainer', name, {
    metadata: { namespace: 'default', ...change.metadata },
    spec: {
      name: `${mode}x${index}`,
      mode,
      image,
      portRange,
      nodeAffinity: `node-${index}`,
      ...(mode === 'drive' ? { numDrives: 1 } : {}),
    },
    status: change.status ?? {
      conditions: [condition('WekaRunning', 'True'), condition('Ready', 'True')],
      podUid: `pod-of-${name}`,
      managementIPs: [`10.0.${index >> 8}.${index & 255}`],
      allocations: { wekaPort: 35_000, drives: [`SERIAL${index}`] },
      containerID: index,
      clusterID: guid,
      internalStatus: 'READY',
    },
  });
}

/** What a pod of a weka cluster of so many containers says of it, half of them with a drive each. */
export function wordOf(pod: string, size: number): Record<string, Json> {
  const half = Math.ceil(size / 2);
  const role = (index: number): string => (index < half ? 'drive' : 'compute');
  return {
    [`weka.query default/${pod} {"query":"containers"}`]: times(size, (index) => ({
      host_id: `HostId<${index}>`,
      status: 'UP',
      container_name: `${role(index)}x${index}`,
      mode: 'backend',
      failure_domain: `domain-${index}`,
    })),
    [`weka.query default/${pod} {"query":"drives"}`]: times(half, (index) => ({
      uuid: `drive-${index}`,
      host_id: `HostId<${index}>`,
      serial_number: `SERIAL${index}`,
      status: 'ACTIVE',
    })),
    [`weka.query default/${pod} {"query":"status"}`]: {
      guid,
      status: 'OK',
      io_status: 'STARTED',
      stripe_data_drives: 3,
      stripe_protection_drives: 2,
      drives: { active: half, total: half },
      containers: { drives: { active: half, total: half }, computes: { active: size - half, total: size - half } },
    },
  };
}
