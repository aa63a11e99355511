/**
 * Pods beside a container's own: the probe that proves a runtime dead, and the clean-up at the end of a container.
 * Both run one subcommand of the runtime to its end on a given node; a failed one is started again by the kubelet.
 */
import type { KubernetesObject } from '../../../core/contract.ts';
import { applicationLabels, labels, mainContainerName, runtimeCommand } from '../../api/group.ts';
import type { WekaContainer, WekaNode } from '../../api/index.ts';
import type { OperatorConfig } from '../../config.ts';
import { dataUidOf, persistenceBase } from './input.ts';
import { bootScripts, globalPersistence, hostDirectories, mountsOf, type MountedVolume } from './volumes.ts';

/** What is needed of the container that the helper is for. */
export interface HelpedContainer {
  /** The helper is named after it, and stands in its namespace. */
  metadata: Pick<WekaContainer['metadata'], 'name' | 'namespace' | 'uid'>;
  spec: Pick<WekaContainer['spec'], 'name' | 'image' | 'pvc' | 'imagePullSecret'>;
}

interface HelperInput {
  container: HelpedContainer;
  /** The node that the container ran on. */
  nodeName: string;
  /** Its facts, where they are still known. */
  node?: WekaNode | undefined;
  config: OperatorConfig;
  /** What one that was made for something else proves nothing of. */
  madeFor: string;
}

export type HelperPodInput =
  | (HelperInput & { kind: 'probe-lock' })
  | (HelperInput & {
      kind: 'clean-up';
      /** The boot of the node that the order is for; one that was started again since waits for a new order. Empty or absent: not known. */
      bootId?: string;
      /** Serials of the drives to resign; may be empty. */
      resignSerials: string[];
      /** The WekaContainer at whose end it is: its node keeps what was done for it. */
      cleanedFor: string;
      /** The weka cluster whose drives may be erased; undefined: it never joined one, and no drive is its own. */
      clusterGuid?: string | undefined;
      /** Whether the container's data on the node, or on its volume, is removed. */
      cleanDirectory: boolean;
      /** The former container whose data it has adopted; its own uid when absent. */
      dataUid?: string | undefined;
    });

const suffixes = { 'probe-lock': 'probe', 'clean-up': 'cleanup' } as const;

/** In the spec, for metadata of a pod is what webhooks take away: nobody would know the helper again, and it would be made for ever. */
const madeForVariable = 'MADE_FOR';

/** The boot that the order of a clean-up is for. */
export const bootVariable = 'BOOT_ID';

function variableOf(pod: KubernetesObject, variable: string): string | undefined {
  const spec = pod['spec'] as
    { containers?: { name?: string; env?: { name?: string; value?: string }[] }[] } | undefined;
  const main = spec?.containers?.find(({ name }) => name === mainContainerName);
  return main?.env?.find(({ name }) => name === variable)?.value;
}

/** What a helper pod was made for; undefined where it does not say. */
export const madeForOf = (pod: KubernetesObject): string | undefined => variableOf(pod, madeForVariable);

/** One that does not say what it was made for is of no wish at all. */
export function isOfOtherWish(pod: KubernetesObject, wished: KubernetesObject): boolean {
  const madeFor = madeForOf(pod) ?? '';
  return madeFor !== '' && madeFor !== madeForOf(wished);
}

/** A clean-up was ordered in another boot of its machine than this one, and does nothing any more; not where either is not known. */
export function isOfOtherBoot(pod: KubernetesObject, bootId: string): boolean {
  const ordered = variableOf(pod, bootVariable) ?? '';
  return ordered !== '' && bootId !== '' && ordered !== bootId;
}

/** Where the container's data is mounted for removal. */
const dataDirectory = '/persistent';

interface HelperBody {
  image: string;
  arguments: string[];
  env: { name: string; value?: string }[];
  privileged: boolean;
  mounted: MountedVolume[];
}

function probe({ container }: HelperInput): HelperBody {
  const { image, name } = container.spec;
  return { image, arguments: ['probe-lock', name], env: [], privileged: false, mounted: [] };
}

/** The container's directory on the node, or its directory on the volume that it keeps its data on. */
function data(input: HelperPodInput & { kind: 'clean-up' }): MountedVolume {
  const { container, node, config } = input;
  const { pvc } = container.spec;
  const uid = dataUidOf(input);
  if (pvc !== undefined) return globalPersistence(pvc, dataDirectory, `containers/${uid}`);
  const path = hostDirectories.container(persistenceBase(node, config), uid);
  return {
    volume: { name: 'data', hostPath: { path, type: 'DirectoryOrCreate' } },
    mounts: [{ mountPath: dataDirectory }],
  };
}

/** What was done with before on the node, which does not go back where etcd does. */
const record = (base: string): MountedVolume => ({
  volume: { name: 'cleaned', hostPath: { path: hostDirectories.cleaned(base), type: 'DirectoryOrCreate' } },
  mounts: [{ mountPath: '/cleaned' }],
});

function cleanUp(input: HelperPodInput & { kind: 'clean-up' }): HelperBody {
  const { container, config, node, bootId = '', resignSerials, cleanedFor, clusterGuid, cleanDirectory } = input;
  const host = (name: string, path: string, mountPath = path): MountedVolume => ({
    volume: { name, hostPath: { path, type: '' } },
    mounts: [{ mountPath }],
  });
  const variable = (name: string, value: string): { name: string; value?: string } =>
    value === '' ? { name } : { name, value };
  return {
    // only the sign tool's image can resign
    image: resignSerials.length > 0 ? config.signDrivesImage : container.spec.image,
    arguments: ['clean-up'],
    env: [
      variable('NAME', container.spec.name),
      variable('RESIGN_SERIALS', [...resignSerials].sort().join(',')),
      variable('CLUSTER_GUID', clusterGuid ?? ''),
      variable('CLEAN_DIRECTORY', cleanDirectory ? dataDirectory : ''),
      ...(resignSerials.length === 0 ? [] : [variable('CLEANED_FOR', cleanedFor)]),
      ...(bootId === '' ? [] : [variable(bootVariable, bootId)]),
    ],
    privileged: true,
    // udev's database has the serials that the kernel does not publish
    mounted: [
      host('dev', '/dev'),
      host('run', '/run', '/host/run'),
      host('sys', '/sys'),
      ...(resignSerials.length === 0 ? [] : [record(persistenceBase(node, config))]),
      ...(cleanDirectory ? [data(input)] : []),
    ],
  };
}

/**
 * The helper pod. It tolerates all taints, because the node's state is what it is about; it is on the host network,
 * where the runtime's lock is; it carries no role label, or the role's anti-affinity would keep it away.
 */
export function buildHelperPod(input: HelperPodInput): KubernetesObject {
  const { container, nodeName, node, config } = input;
  const { metadata, spec } = container;
  const body = input.kind === 'probe-lock' ? probe(input) : cleanUp(input);
  const mounted = [bootScripts(config.bootConfigMapName), ...body.mounted];
  const hostname = node?.metadata.name === nodeName ? (node.spec.labels[labels.hostname] ?? nodeName) : nodeName;
  const onNode = { matchExpressions: [{ key: labels.hostname, operator: 'In', values: [hostname] }] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${metadata.name}-${suffixes[input.kind]}`,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: { ...applicationLabels },
    },
    spec: {
      restartPolicy: 'OnFailure',
      hostNetwork: true,
      automountServiceAccountToken: false,
      ...((spec.imagePullSecret ?? '') === '' ? {} : { imagePullSecrets: [{ name: spec.imagePullSecret }] }),
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [onNode] } } },
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: mainContainerName,
          image: body.image,
          imagePullPolicy: 'IfNotPresent',
          command: [...runtimeCommand, ...body.arguments],
          terminationMessagePolicy: 'FallbackToLogsOnError',
          ...(body.privileged ? { securityContext: { privileged: true } } : {}),
          env: [...body.env, { name: madeForVariable, value: input.madeFor }],
          resources: { requests: { cpu: '100m', memory: '128Mi' } },
          volumeMounts: mountsOf(mounted),
        },
      ],
      volumes: mounted.map(({ volume }) => volume),
    },
  };
}
