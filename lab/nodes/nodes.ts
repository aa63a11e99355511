/**
 * Node objects of the lab: what a machine looks like to Kubernetes. Pure builders; what happens to nodes and machines
 * later is in machines.ts.
 */
import { podCidr } from './addresses.ts';
import type { NodeHardware } from './hardware.ts';
import type { Condition, NodeObject, Quantities, Taint } from './core-types.ts';

/** What of a node is not a fact of its hardware. */
export interface NodeProfile {
  /** Besides hostname, os, arch and zone. */
  labels: Record<string, string>;
  annotations: Record<string, string>;
  taints: Taint[];
  /** Value of `topology.kubernetes.io/zone`. */
  zone: string;
  memoryMib: number;
  hugepages2Mib: number;
  hugepages1Gib: number;
  ephemeralStorageGib: number;
  /** Pods that the kubelet admits. */
  pods: number;
  extendedResources: Quantities;
}

/** What a system shows of a machine on its Node: what its own daemons would have written there. */
export type NodeAdditions = (
  hardware: NodeHardware,
) => Partial<Pick<NodeProfile, 'labels' | 'annotations' | 'extendedResources'>>;

/** A node with room for a few large pods. */
export const defaultNodeProfile: NodeProfile = {
  labels: {},
  annotations: {},
  taints: [],
  zone: 'zone-1',
  memoryMib: 384 * 1024,
  hugepages2Mib: 128 * 1024,
  hugepages1Gib: 0,
  ephemeralStorageGib: 400,
  pods: 110,
  extendedResources: {},
};

/**
 * The profile of a machine: the defaults, the additions of all systems, and what is given for this one. Labels that are given
 * are all that there are; annotations and extended resources are added to these.
 */
export function nodeProfile(
  hardware: NodeHardware,
  additions: readonly NodeAdditions[],
  given: Partial<NodeProfile> = {},
): NodeProfile {
  const all = additions.map((additionsOf) => additionsOf(hardware));
  return {
    ...defaultNodeProfile,
    labels: Object.assign({}, ...all.map(({ labels }) => labels)) as Record<string, string>,
    ...given,
    annotations: Object.assign({}, ...all.map(({ annotations }) => annotations), given.annotations) as Record<
      string,
      string
    >,
    extendedResources: Object.assign(
      {},
      ...all.map(({ extendedResources }) => extendedResources),
      given.extendedResources,
    ) as Quantities,
  };
}

function resources(hardware: NodeHardware, profile: NodeProfile): Quantities {
  return {
    cpu: String(hardware.numCpus),
    memory: `${profile.memoryMib}Mi`,
    'ephemeral-storage': `${profile.ephemeralStorageGib}Gi`,
    'hugepages-2Mi': profile.hugepages2Mib === 0 ? '0' : `${profile.hugepages2Mib}Mi`,
    'hugepages-1Gi': profile.hugepages1Gib === 0 ? '0' : `${profile.hugepages1Gib}Gi`,
    pods: String(profile.pods),
    ...profile.extendedResources,
  };
}

/** The conditions that a healthy kubelet reports; `now` in RFC 3339. */
export function healthyConditions(now: string): Condition[] {
  const sufficient = (type: string, reason: string, what: string): Condition => ({
    type,
    status: 'False',
    reason,
    message: `kubelet has ${what}`,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return [
    sufficient('MemoryPressure', 'KubeletHasSufficientMemory', 'sufficient memory available'),
    sufficient('DiskPressure', 'KubeletHasNoDiskPressure', 'no disk pressure'),
    sufficient('PIDPressure', 'KubeletHasSufficientPID', 'sufficient PID available'),
    {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    },
  ];
}

const osImages: Record<string, string> = {
  ubuntu: 'Ubuntu 24.04.1 LTS',
  rhcos: 'Red Hat Enterprise Linux CoreOS 417.94.202411261619-0',
  cos: 'Container-Optimized OS from Google',
};

/** `status.nodeInfo`. Only boot id, kernel, architecture and image differ between lab nodes. */
export function nodeInfo(hardware: NodeHardware): Record<string, string> {
  return {
    architecture: hardware.architecture,
    bootID: hardware.bootId,
    containerRuntimeVersion: 'containerd://1.7.24',
    kernelVersion: hardware.kernel,
    kubeProxyVersion: 'v1.32.0',
    kubeletVersion: 'v1.32.0',
    machineID: hardware.name,
    operatingSystem: 'linux',
    osImage: osImages[hardware.os] ?? hardware.os,
    systemUUID: hardware.name,
  };
}

export const nodeAddresses = ({ ip, name }: NodeHardware): { type: string; address: string }[] => [
  { type: 'InternalIP', address: ip },
  { type: 'Hostname', address: name },
];

/** The Node of a machine, healthy; `now` in RFC 3339. */
export function nodeObject(hardware: NodeHardware, profile: NodeProfile, now: string): NodeObject {
  const amounts = resources(hardware, profile);
  const cidr = podCidr(hardware.ip);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: hardware.name,
      labels: {
        'kubernetes.io/hostname': hardware.name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': hardware.architecture,
        'topology.kubernetes.io/zone': profile.zone,
        ...profile.labels,
      },
      annotations: profile.annotations,
    },
    spec: { podCIDR: cidr, podCIDRs: [cidr], ...(profile.taints.length === 0 ? {} : { taints: profile.taints }) },
    status: {
      capacity: amounts,
      allocatable: amounts,
      conditions: healthyConditions(now),
      addresses: nodeAddresses(hardware),
      nodeInfo: nodeInfo(hardware),
    },
  };
}
