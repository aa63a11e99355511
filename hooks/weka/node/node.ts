/** The Node decorator: one small WekaNode per Node, so that status reports of kubelets do not reach the other hooks. */
import { controllerOf } from '../../core/controller.ts';
import type { Decision, HookRequest, Json, KubernetesObject } from '../../core/contract.ts';
import { parseMebibytes, parseMillicores } from '../../core/quantities.ts';
import { annotations, apiVersion } from '../api/group.ts';

interface RawNode {
  spec?: { taints?: { key?: string; value?: string; effect?: string }[]; unschedulable?: boolean; providerID?: string };
  status?: {
    conditions?: { type?: string; status?: string }[];
    nodeInfo?: { bootID?: string; kernelVersion?: string; architecture?: string; osImage?: string };
    addresses?: { type?: string; address?: string }[];
    allocatable?: Record<string, string>;
  };
}

/** A JSON array of texts in an annotation; anything else counts as empty, for annotations are written by many. */
export function serials(text: string | undefined): string[] {
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
  } catch {
    return [];
  }
}

function allocatable(amounts: Record<string, string>): Json {
  const read = (key: string, parse: (quantity: string) => number | undefined): number | undefined =>
    amounts[key] === undefined ? undefined : parse(amounts[key]);
  const gibibytes = (quantity: string): number | undefined => parseMebibytes(quantity);
  return definedOnly({
    cpuMillis: read('cpu', parseMillicores),
    memoryMib: read('memory', parseMebibytes),
    hugepages2Mib: read('hugepages-2Mi', parseMebibytes),
    hugepages1Gib: read('hugepages-1Gi', gibibytes),
  });
}

const definedOnly = (fields: Record<string, Json | undefined>): Record<string, Json> =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined));

/** What the hooks need of a Node; nothing in it moves with a kubelet's heartbeat. */
export function wekaNodeSpec(node: KubernetesObject): Record<string, Json> {
  const { spec = {}, status = {} } = node as unknown as RawNode;
  const blocked = serials(node.metadata.annotations?.[annotations.blockedDrives]);
  const signed = serials(node.metadata.annotations?.[annotations.wekaDrives]);
  // an annotation may be 256 KiB of serials
  const isBlocked = new Set(blocked);
  const info = status.nodeInfo ?? {};
  return definedOnly({
    nodeUid: node.metadata.uid ?? '',
    labels: { ...node.metadata.labels },
    taints: (spec.taints ?? []).map(({ key = '', value, effect = 'NoSchedule' }) =>
      definedOnly({ key, value: value === '' ? undefined : value, effect }),
    ),
    unschedulable: spec.unschedulable === true,
    ready: (status.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    bootId: info.bootID,
    kernel: info.kernelVersion,
    architecture: info.architecture,
    osImage: info.osImage,
    providerId: spec.providerID,
    internalIps: (status.addresses ?? []).flatMap(({ type, address }) =>
      type === 'InternalIP' && address !== undefined ? [address] : [],
    ),
    drives: signed.filter((serial) => !isBlocked.has(serial)),
    blockedDrives: blocked,
    allocatable: allocatable(status.allocatable ?? {}),
  });
}

function decide(request: HookRequest): Decision {
  const { parent } = request;
  const wekaNode: KubernetesObject = {
    apiVersion,
    kind: 'WekaNode',
    // the node's own labels select it, so that a WekaCluster's node selector finds the WekaNode
    metadata: { name: parent.metadata.name, labels: { ...parent.metadata.labels } },
    spec: wekaNodeSpec(parent),
  };
  return {
    status: {},
    children: parent.metadata.deletionTimestamp === undefined ? [wekaNode] : [],
    operations: [],
    events: [],
  };
}

export const nodeController = controllerOf('node', 'decorator', (request) => () => decide(request));
