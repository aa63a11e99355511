/** Facts of a WekaCluster `demo` for tests of its steps: what is there and what was read; all else follows as in the hook. */
import type { TypedObservation } from '../../core/catalogue.ts';
import type { Fact, HookRequest, Json, KubernetesObject, ObjectsByKind } from '../../core/contract.ts';
import { readingRequest } from '../../core/facts.ts';
import { claimsRead } from '../../core/families/claims.ts';
import { secretKeys } from '../../core/families/secrets.ts';
import { apiVersion } from '../api/group.ts';
import { claimsNames, parseWekaCluster, type WekaClaimsSpec } from '../api/index.ts';
import { operatorConfig } from '../config.ts';
import { clusterFacts, type ClusterFacts } from './facts.ts';

type Fields = Record<string, unknown>;
type Answers = Record<string, Fact>;

export const uid = 'uid-of-demo';
export const now = '2026-01-01T00:10:00Z';
const namespace = 'default';

/** What the sidecar has read. */
export const read = <Value>(wanted: TypedObservation<Value>, value: Value): Answers => ({
  [wanted.id]: { observedAt: now, value: value as Json },
});

/** The claims object of that name, at resourceVersion 7; without a spec there is none. */
export const claims = (name: string, spec?: WekaClaimsSpec): Answers =>
  read(
    claimsRead(name, 0),
    spec === undefined
      ? { exists: false }
      : { exists: true, uid: `uid-of-${name}`, resourceVersion: '7', spec: spec as Record<string, Json> },
  );

export const clusterClaims = (spec?: WekaClaimsSpec): Answers =>
  claims(claimsNames.ofCluster(uid), spec === undefined ? undefined : { ofCluster: uid, ...spec });
export const portClaims = (spec?: WekaClaimsSpec): Answers => claims(claimsNames.ofPorts, spec);

/** A Secret; of nobody where no owner is named, and absent where it is `undefined`. */
export const secret = (
  name: string,
  found?: { ownerUid?: string; referenced?: true; deletion?: { deletionTimestamp: string; finalizers: string[] } },
): Answers =>
  read(
    secretKeys({ namespace, name }, 0),
    found === undefined
      ? { exists: false }
      : { exists: true, uid: `uid-of-${name}`, keys: ['password'], public: {}, ...found },
  );

/** A WekaContainer of the cluster, of the role in its name. */
export function container(
  name: string,
  { spec = {}, status = {}, metadata = {} }: { spec?: Fields; status?: Fields; metadata?: Fields } = {},
): KubernetesObject {
  const mode = name.split('-')[1] ?? '';
  return {
    apiVersion,
    kind: 'WekaContainer',
    metadata: { name, namespace, uid: `uid-of-${name}`, ...metadata },
    spec: { name: `${mode}x${name}`, mode, ...spec },
    status,
  };
}

/** Status of a container whose weka container runs, and which is a member where it has a number. */
export const running = (name: string, more: Fields = {}): Fields => ({
  podUid: `pod-of-${name}`,
  managementIPs: ['10.0.0.1'],
  allocations: { wekaPort: 35000, drives: ['SERIAL'] },
  conditions: [
    {
      type: 'WekaRunning',
      status: 'True',
      reason: 'Success',
      message: '',
      lastTransitionTime: now,
      observedGeneration: 1,
    },
  ],
  ...more,
});

export const node = (name: string, status: Fields = {}): KubernetesObject => ({
  apiVersion,
  kind: 'WekaNode',
  metadata: { name, uid: `uid-of-${name}` },
  spec: { nodeUid: `uid-of-${name}`, ready: true, drives: [] },
  status,
});

export interface Given {
  spec?: Fields;
  status?: Fields;
  metadata?: Fields;
  containers?: KubernetesObject[];
  /** WekaContainers that are no children of the cluster. */
  others?: KubernetesObject[];
  nodes?: KubernetesObject[];
  answers?: Answers[];
}

const byName = (objects: readonly KubernetesObject[]): Record<string, KubernetesObject> =>
  Object.fromEntries(
    objects.map((object) => [[object.metadata.namespace, object.metadata.name].filter(Boolean).join('/'), object]),
  );
const ofKind = (kind: string, objects: readonly KubernetesObject[]): ObjectsByKind => ({
  [`${kind}.${apiVersion}`]: byName(objects),
});

/** A cluster of one drive and one compute container, unless the spec says otherwise. */
export function factsOf({
  spec = {},
  status = {},
  metadata = {},
  containers = [],
  others = [],
  nodes = [node('node-1')],
  answers = [],
}: Given = {}): ClusterFacts {
  const parent = {
    apiVersion,
    kind: 'WekaCluster',
    metadata: { name: 'demo', namespace, uid, generation: 1, ...metadata },
    spec: {
      image: 'quay.io/weka.io/weka-in-container:4.4.5',
      dynamicTemplate: { driveContainers: 1, computeContainers: 1 },
      ...spec,
    },
    status,
  };
  const cluster = parseWekaCluster(parent);
  if (!cluster.ok) throw new Error(JSON.stringify(cluster.issues));
  const request: HookRequest = {
    controller: parent,
    parent,
    children: ofKind('WekaContainer', containers),
    related: { ...ofKind('WekaNode', nodes), ...ofKind('WekaContainer', others) },
    finalizing: false,
    observed: { facts: Object.assign({}, ...answers) as Answers, operations: {} },
    context: {
      now,
      entropy: 'e0',
      operatorNamespace: 'operator',
      config: operatorConfig.parse({}) as unknown as Record<string, Json>,
    },
  };
  return clusterFacts(readingRequest(request), cluster.value);
}
