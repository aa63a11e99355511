/** What a pod is built from, and the small questions that several parts of the builder ask of it. */
import type { WekaContainer, WekaNode } from '../../api/index.ts';
import { is, modeTraits } from '../../api/modes.ts';
import type { OperatorConfig } from '../../config.ts';

export interface PodInput {
  /** Parsed, so with defaults. Its namespace and uid must be known. */
  container: WekaContainer;
  /**
   * The node that the pod is for, or one whose facts stand for all candidates because they agree on them. Absent when
   * nothing is known: then cores are counted as without hyper-threads and paths are those of a plain Linux.
   */
  node?: WekaNode | undefined;
  /** The node that the pod is bound to; absent leaves the choice to the scheduler. */
  nodeName?: string | undefined;
  /** The ports that the container holds; absent ports are allocated after the pod is scheduled. */
  allocation?: { wekaPort?: number | undefined; agentPort?: number | undefined } | undefined;
  /** Absent for containers of no WekaCluster. */
  clusterUid?: string | undefined;
  config: OperatorConfig;
  /** The former container whose data on the node it has adopted, by its claim; its own uid when absent. */
  dataUid?: string | undefined;
  /** Of `configurationHash`. */
  configHash: string;
  /** `ip:port` of members to join; the container's own list when absent. */
  joinIpPorts?: string[] | undefined;
}

/** After whom the container's data on its node is named. The spec does not say it: a word there may name anybody. */
export const dataUidOf = ({
  container,
  dataUid,
}: Pick<PodInput, 'dataUid'> & { container: { metadata: Pick<WekaContainer['metadata'], 'uid'> } }): string =>
  dataUid ?? container.metadata.uid ?? '';

/** Why no pod can be built of the container, or undefined. */
export function refusal({ container }: PodInput): string | undefined {
  const { mode, cpuPolicy, coreIds, instructions } = container.spec;
  if (!modeTraits[mode].pod.built) return `pods of mode ${mode} are not supported`;
  if (cpuPolicy === 'manual' && (coreIds ?? []).length === 0) return 'cpuPolicy manual needs coreIds';
  if (copiesForeignFiles(container) && instructions?.payload === '')
    return 'the instruction names no image to load drivers of';
  return undefined;
}

/** Cores that weka uses; a container of weka has at least one. */
export function coresOf({ spec }: WekaContainer): number {
  return spec.numCores ?? (is(spec.mode, 'weka') ? 1 : 0);
}

/** Cores that weka does not use; some modes have none, whatever the spec says. */
export function extraCoresOf({ spec }: WekaContainer): number {
  return modeTraits[spec.mode].pod.extraCores ? (spec.extraCores ?? 0) : 0;
}

/** Whether several clusters share the physical drives of the node. */
export function sharesDrives({ spec }: WekaContainer): boolean {
  return (spec.driveCapacity ?? 0) > 0 || (spec.containerCapacity ?? 0) > 0;
}

/** The loader runs an image of its own and takes the driver files of the image in the payload. */
export function copiesForeignFiles({ spec }: WekaContainer): boolean {
  return is(spec.mode, 'loadsDrivers') && spec.instructions?.type === 'copy-weka-files-to-driver-loader';
}

export type HostSystem = 'default' | 'rhcos' | 'cos';

/** The operating system of the node, as far as paths and drivers differ by it. */
export function hostSystem(node: WekaNode | undefined): HostSystem {
  const os = node?.status?.discovery?.os;
  return os === 'rhcos' || os === 'cos' ? os : 'default';
}

/** Driver containers on Google COS live in the namespaces of the node. */
export function livesOnCos(input: Pick<PodInput, 'container' | 'node'>): boolean {
  return is(input.container.spec.mode, 'drivers') && hostSystem(input.node) === 'cos';
}

export function usesHostNetwork(input: Pick<PodInput, 'container' | 'node'>): boolean {
  return is(input.container.spec.mode, 'hostNetwork') || livesOnCos(input);
}

/** Directory of all weka data on the node. */
export function persistenceBase(node: WekaNode | undefined, config: OperatorConfig): string {
  return config.persistencePaths[hostSystem(node)];
}
