/** Facts of a WekaContainer `demo-drive-0` for tests of its steps: a member that runs in a whole cluster, and what a test is about on top. */
import type { PodTarget, TypedObservation } from '../../core/catalogue.ts';
import type { Fact, Json, KubernetesObject } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { readingRequest } from '../../core/facts.ts';
import { annotations, apiVersion, mainContainerName } from '../api/group.ts';
import {
  claimsNames,
  parseWekaContainer,
  parseWekaMembers,
  parseWekaNode,
  type ClaimHolder,
  type WekaClaimsSpec,
} from '../api/index.ts';
import { wekaQuery } from '../catalogue.ts';
import type { KnownClaims } from '../claims/claims.ts';
import { operatorConfig } from '../config.ts';
import type { WekaStatus } from '../queries.ts';
import type { RuntimeReport } from '../runtime-report.ts';
import type { WekaContainers, WekaMember } from '../weka-containers.ts';
import { childPod, type ContainerPod } from './child-pod.ts';
import type { ContainerFacts } from './facts.ts';
import { configurationHash } from './pod/hash.ts';

type Fields = Record<string, unknown>;
type Answers = Record<string, Fact>;

export const now = '2026-01-01T00:10:00Z';
export const uid = 'uid-of-drive-0';
export const clusterUid = 'uid-of-demo';
export const namespace = 'default';
const image = 'quay.io/weka.io/weka-in-container:4.4.5';
const config = operatorConfig.parse({});
const parsed = <Value>(result: { ok: true; value: Value } | { ok: false; issues: object[] }): Value => {
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result.value;
};

/** What the sidecar has read. */
export const read = <Value>(wanted: TypedObservation<Value>, value: Value): Answers => ({
  [wanted.id]: { observedAt: now, value: value as Json },
});

/** The claim of the container on its node. */
export const holder = (change: Partial<ClaimHolder> = {}): ClaimHolder => ({
  namespace,
  name: 'demo-drive-0',
  mode: 'drive',
  image,
  drives: ['SERIAL0'],
  incarnation: { podUid: 'pod-0', nodeName: 'node-1', bootId: 'boot-1' },
  ...change,
});
const known = (name: string, spec: WekaClaimsSpec): KnownClaims => ({
  state: 'known',
  name,
  uid: `uid-of-${name}`,
  resourceVersion: '7',
  spec,
});
export const nodeClaims = (own?: ClaimHolder, others: Record<string, ClaimHolder> = {}): KnownClaims =>
  known(claimsNames.ofNode('node-1'), { holders: { ...others, ...(own === undefined ? {} : { [uid]: own }) } });
export const clusterClaims = (spec: WekaClaimsSpec = {}): KnownClaims => known(claimsNames.ofCluster(clusterUid), spec);
export const unread = { state: 'unknown', name: 'any', reason: 'not read' } as const;

/** Six drive and three compute containers, each of a failure domain of its own; this one has number 0. */
export const members = (change: Record<number, Partial<WekaMember>> = {}): WekaMember[] =>
  Array.from({ length: 9 }, (_none, hostId) => {
    const role = hostId < 6 ? ('drive' as const) : ('compute' as const);
    return {
      hostId,
      name: `${role}x${hostId}`,
      role,
      status: 'UP',
      failureDomain: `domain-${hostId}`,
      ...change[hostId],
    };
  });
/** The same as a list that is known. */
export const inWeka = (change?: Record<number, Partial<WekaMember>>) => ({
  state: 'known' as const,
  members: members(change),
});
/** The members object of a cluster that wishes for so many drive containers, and three compute containers. */
export const wishing = (drive: number) =>
  parsed(
    parseWekaMembers({
      apiVersion,
      kind: 'WekaMembers',
      metadata: { name: 'demo-members', namespace },
      spec: { wished: { drive, compute: 3 } },
    }),
  );
/** A weka cluster that is whole. */
export const wholeStatus: WekaStatus = {
  status: 'OK',
  io_status: 'STARTED',
  guid: 'guid',
  stripe_data_drives: 3,
  stripe_protection_drives: 2,
  drives: { active: 6, total: 6 },
  containers: { drives: { active: 6, total: 6 }, computes: { active: 3, total: 3 } },
};
const self = { namespace, name: 'demo-drive-0', uid: 'pod-0' };
export const other = { namespace, name: 'demo-drive-1', uid: 'pod-1' };
export const second = { namespace, name: 'demo-drive-2', uid: 'pod-2' };

export const node = (spec: Fields = {}) =>
  parsed(
    parseWekaNode({
      apiVersion,
      kind: 'WekaNode',
      metadata: { name: 'node-1', uid: 'uid-of-node-1' },
      spec: {
        nodeUid: 'uid-of-node-1',
        ready: true,
        bootId: 'boot-1',
        drives: ['SERIAL0'],
        labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': 'node-1', 'kubernetes.io/arch': 'amd64' },
        ...spec,
      },
      status: { discovery: { bootId: 'boot-1', schema: 3, isHt: false }, drivers: [{ image, bootId: 'boot-1' }] },
    }),
  );

/** As it stays when it is deleted and somebody else has put a finalizer on it. */
export const held = <Held extends { metadata: object }>(object: Held): Held => ({
  ...object,
  metadata: { ...object.metadata, deletionTimestamp: now, finalizers: ['example.com/hold'] },
});

export const report = (change: Partial<RuntimeReport> = {}): RuntimeReport => ({
  schema: 1,
  mode: 'drive',
  name: 'drivex0',
  podUid: 'pod-0',
  bootId: 'boot-1',
  generation: '1',
  persistencyConfigured: true,
  phase: 'running',
  message: '',
  exiting: false,
  allowStop: false,
  allowForceStop: false,
  resources: null,
  missingDriver: '',
  managementIps: [],
  wekaPort: null,
  agentPort: null,
  featureFlags: null,
  drives: null,
  results: null,
  local: [{ name: 'drivex0', runStatus: 'Running', internalStatus: { display_status: 'READY' } }],
  identity: { clusterGuid: 'guid', hostId: 0 },
  ...change,
});

/** A pod in namespace default of which the main container runs. */
export const podObject = (
  name: string,
  { metadata = {}, status = {}, spec = {} }: { metadata?: Fields; status?: Fields; spec?: Fields } = {},
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, uid: 'pod-0', ...metadata },
  spec: { nodeName: 'node-1', containers: [{ name: mainContainerName, image }], ...spec },
  status: { phase: 'Running', containerStatuses: [{ name: mainContainerName, state: { running: {} } }], ...status },
});

/** What a helper pod is wished to be, once it is there. */
export const helperObject = (
  { metadata: { name }, spec: wished }: KubernetesObject,
  { metadata = {}, status = {}, spec = {} }: { metadata?: Fields; status?: Fields; spec?: Fields } = {},
): KubernetesObject => podObject(name, { metadata, status, spec: { ...(wished as Fields), ...spec } });

export interface Given {
  spec?: Fields;
  metadata?: Fields;
  status?: Fields;
  /** Helper pods of the container. */
  helpers?: KubernetesObject[];
  answers?: Answers[];
}

/** What is answered in pods; where nothing is said all is whole, and undefined is no answer. */
interface Said {
  /** `weka status` in the pod of the container. */
  ownStatus?: WekaStatus | undefined;
  /** The same in that of the other member; what it counts is what it lists, where nothing else is said. */
  otherStatus?: WekaStatus | undefined;
  /** What the other member lists, and a second one, which is not there where nothing is said. */
  inWeka?: WekaContainers | undefined;
  witness?: WekaContainers;
}

/** A change of facts, or of what is answered; undefined takes one away. */
export type Change = { [Field in keyof ContainerFacts]?: ContainerFacts[Field] | undefined } & Said;

/** A weka cluster that is whole for who counts these containers. */
function counting(found: WekaContainers | undefined): WekaStatus {
  const total = (role: string): number =>
    found?.state === 'known' ? found.members.filter((one) => one.role === role).length : 0;
  const [drives, computes] = [total('drive'), total('compute')];
  return found?.state === 'known'
    ? {
        ...wholeStatus,
        containers: { drives: { active: drives, total: drives }, computes: { active: computes, total: computes } },
      }
    : wholeStatus;
}

/** The answers of one member. */
function saidBy(pod: PodTarget, found: WekaContainers | undefined, status: WekaStatus | undefined): Answers {
  const entries =
    found?.state !== 'known'
      ? undefined
      : found.members.map(({ hostId, name = '', failureDomain = null, ...entry }) => ({
          host_id: `HostId<${hostId}>`,
          container_name: name,
          failure_domain: failureDomain,
          status: entry.status,
        }));
  return {
    ...(status === undefined ? {} : read(wekaQuery(pod, 'status', 0), status)),
    ...(entries === undefined ? {} : read(wekaQuery(pod, 'containers', 0), entries)),
  };
}

/** A member lists the drives of all others, and none of the container. */
export const letGo = (speaker: PodTarget): Answers =>
  read(
    wekaQuery(speaker, 'drives', 0),
    [1, 2, 3, 4, 5, 6].map((index) => ({
      uuid: `uuid-${index}`,
      status: 'ACTIVE',
      serial_number: `SERIAL${index}`,
      host_id: `HostId<${index}>`,
    })),
  );

/** The facts of the container with these changes. */
export function factsOf(
  change: Change = {},
  { spec = {}, metadata = {}, status = {}, helpers = [], answers = [] }: Given = {},
): ContainerFacts {
  const {
    ownStatus,
    otherStatus,
    inWeka: listed,
    witness,
    ...changed
  } = { ownStatus: wholeStatus, inWeka: inWeka(), otherStatus: counting(change.inWeka), ...change };
  const owner = { apiVersion, kind: 'WekaCluster', name: 'demo', uid: clusterUid, controller: true };
  const container = parsed(
    parseWekaContainer({
      apiVersion,
      kind: 'WekaContainer',
      metadata: { name: 'demo-drive-0', namespace, uid, ownerReferences: [owner], ...metadata },
      spec: {
        image,
        name: 'drivex0',
        mode: 'drive',
        numDrives: 1,
        nodeAffinity: 'node-1',
        portRange: { basePort: 35000, portRange: 500 },
        ...spec,
      },
      status,
    }),
  );
  const wished = {
    [annotations.configHash]: configurationHash(container, config.podConfigVersion),
    [annotations.wished]: JSON.stringify({ image, affinity: 'any', configuration: {} }),
  };
  const object = podObject('demo-drive-0', { metadata: { annotations: wished } });
  const facts = Object.assign(
    {},
    saidBy(self, undefined, ownStatus),
    saidBy(other, listed, otherStatus),
    saidBy(second, witness, counting(witness)),
    ...answers,
  ) as Answers;
  const request = readingRequest({
    controller: object,
    parent: container,
    finalizing: false,
    related: {},
    children: {
      'Pod.v1': Object.fromEntries([object, ...helpers].map((one) => [`${namespace}/${one.metadata.name}`, one])),
    },
    observed: { facts, operations: {} },
    context: { now, entropy: 'e0', operatorNamespace: 'operator', config: {} },
  });
  const own = holder();
  const alone = 'otherMember' in change && change.otherMember === undefined;
  const speakers = [
    { pod: other, containerId: 1 },
    ...(witness === undefined ? [] : [{ pod: second, containerId: 2 }]),
  ];
  const base: ContainerFacts = {
    request,
    container,
    uid,
    namespace,
    name: 'demo-drive-0',
    now,
    config,
    state: 'active',
    owner: { state: 'living', cancelled: false },
    clusterUid,
    clusterName: 'demo',
    pod: childPod(request, 'demo-drive-0')!,
    nodeName: 'node-1',
    claimedNode: 'node-1',
    node: node(),
    candidates: [node()],
    members: wishing(6),
    nodeClaims: nodeClaims(own),
    holder: own,
    clusterClaims: clusterClaims(),
    turn: { state: 'free' },
    report: report(),
    reportMissing: '',
    joined: true,
    identityKnown: true,
    containerId: 0,
    clusterGuid: 'guid',
    executor: self,
    otherMember: other,
    speakers: alone ? [] : speakers,
    age: 50,
    statusDoubtful: false,
    namespaceEnds: false,
  };
  return defined({ ...base, ...changed }) as ContainerFacts;
}

/** The pod of the container, terminating. */
export const terminating = (change: Partial<ContainerPod> = {}): ContainerPod => ({
  ...factsOf().pod!,
  terminating: true,
  ...change,
});

const by = { containerUid: uid, namespace, name: 'demo-drive-0', reason: 'roll', at: now };
export const ourTurn = { state: 'ours', as: 'holder', by, shared: false } as const;
export const takenTurn = {
  state: 'taken',
  holder: 'default/demo-drive-1 (roll)',
  by: { ...by, containerUid: 'uid-of-drive-1', name: 'demo-drive-1' },
} as const;
