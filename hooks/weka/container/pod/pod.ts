/**
 * The pod of a WekaContainer (docs/weka/reference.md#the-pod): the frame, and the parts that the other files of this folder build.
 * Pure; when a pod is made, replaced or ended is decided elsewhere. Metacontroller adds the owner reference.
 */
import type { KubernetesObject } from '../../../core/contract.ts';
import { mainContainerName, priorityClasses, runtimeCommand } from '../../api/group.ts';
import { modeTraits, type Mode } from '../../api/modes.ts';
import { environment } from './environment.ts';
import { copiesForeignFiles, livesOnCos, refusal, usesHostNetwork, type PodInput } from './input.ts';
import { podAnnotations, podLabels } from './labels.ts';
import { affinity, topologySpread } from './placement.ts';
import { resources } from './resources.ts';
import { tolerations } from './tolerations.ts';
import { mountsOf, volumes } from './volumes.ts';

export type { PodInput } from './input.ts';

/** Seconds that the kubelet waits after TERM. */
export function gracePeriodSeconds(mode: Mode): number {
  return modeTraits[mode].pod.gracePeriodSeconds;
}

interface ContainerPort {
  name?: string;
  containerPort: number;
  hostPort?: number;
  hostIP?: string;
  protocol: string;
}

/** The deprecated list of numbers, and the ports that replace it. On the host network a port is the node's own. */
function ports(input: PodInput): ContainerPort[] {
  const { exposePorts = [], exposedPorts = [] } = input.container.spec;
  const described = [...exposePorts.map((containerPort) => ({ containerPort, protocol: 'TCP' })), ...exposedPorts];
  return described.map(({ containerPort, protocol, ...rest }) => ({
    ...(JSON.parse(JSON.stringify(rest)) as Partial<ContainerPort>),
    containerPort,
    protocol,
    ...(usesHostNetwork(input) ? { hostPort: containerPort } : {}),
  }));
}

function initContainers(input: PodInput): Record<string, unknown>[] {
  const { container, config } = input;
  const shared = '/shared-weka-version-data';
  return [
    ...(copiesForeignFiles(container)
      ? [
          {
            name: 'init-setup',
            image: container.spec.instructions?.payload ?? '',
            command: ['sh', '-c', `mkdir -p ${shared}/dist && cp -r /opt/weka/dist/* ${shared}/dist/`],
            volumeMounts: [{ name: 'shared-weka-version-data', mountPath: shared }],
          },
        ]
      : []),
    ...(livesOnCos(input)
      ? [
          {
            name: 'uio-loader-init',
            image: config.maintenanceImage,
            command: ['modprobe', 'uio'],
            securityContext: { privileged: true },
            volumeMounts: [{ name: 'host-modules', mountPath: '/lib/modules', readOnly: true }],
          },
        ]
      : []),
  ];
}

function dnsPolicy(input: PodInput): string | undefined {
  return usesHostNetwork(input) ? input.config.dnsPolicyHostNetwork : input.config.dnsPolicyKubernetesNetwork;
}

/** Fields of the pod that stand there only when they say something: the API server drops what says nothing. */
function optionalFields(input: PodInput): Record<string, unknown> {
  const { spec } = input.container;
  const spread = topologySpread(input);
  const first = initContainers(input);
  const policy = dnsPolicy(input);
  return {
    ...(usesHostNetwork(input) ? { hostNetwork: true } : {}),
    ...(spec.hostPID === true || livesOnCos(input) ? { hostPID: true } : {}),
    ...(policy === undefined ? {} : { dnsPolicy: policy }),
    ...((spec.serviceAccountName ?? '') === '' ? {} : { serviceAccountName: spec.serviceAccountName }),
    ...((spec.imagePullSecret ?? '') === '' ? {} : { imagePullSecrets: [{ name: spec.imagePullSecret }] }),
    ...(spread.length > 0 ? { topologySpreadConstraints: spread } : {}),
    ...(first.length > 0 ? { initContainers: first } : {}),
  };
}

/**
 * The pod, or why there is none in one sentence. Everything is written as the API server would write it back, so that
 * an unchanged wish is never a difference.
 */
export function buildPod(input: PodInput): { pod: KubernetesObject } | { refused: string } {
  const refused = refusal(input);
  if (refused !== undefined) return { refused };
  const { container, nodeName } = input;
  const { metadata, spec } = container;
  const mounted = volumes(input);
  const exposed = ports(input);
  return {
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        labels: podLabels(input),
        annotations: podAnnotations(input),
      },
      spec: {
        terminationGracePeriodSeconds: gracePeriodSeconds(spec.mode),
        priorityClassName: nodeName === undefined ? priorityClasses.initial : priorityClasses.targeted,
        // nothing in the pod speaks to the API server
        automountServiceAccountToken: false,
        ...optionalFields(input),
        affinity: affinity(input),
        tolerations: tolerations(container, input.config),
        containers: [
          {
            name: mainContainerName,
            image: spec.image,
            imagePullPolicy: 'IfNotPresent',
            command: runtimeCommand,
            securityContext: { privileged: true },
            env: environment(input),
            resources: resources(input),
            ...(exposed.length > 0 ? { ports: exposed } : {}),
            volumeMounts: mountsOf(mounted),
          },
        ],
        volumes: mounted.map(({ volume }) => volume),
      },
    },
  };
}
