/** What the spec of a WekaClient says about each of its containers (docs/weka/reference.md#clients): a table of fields, no decisions. */
import type { Json } from '../../core/contract.ts';
import { labels } from '../api/group.ts';
import type { WekaClient } from '../api/index.ts';
import { compact } from '../cluster/containers.ts';
import { expandedTolerations } from '../cluster/tolerations.ts';
import { inherited } from '../container/pod/labels.ts';
import { secretName } from './target.ts';

/** MiB of hugepages for each core, and MiB of all of them that weka is not given (docs/weka/reference.md#hugepages). */
const hugepagesPerCore = 1500;
const hugepagesOffset = 200;

/** A value of 0 means the default, as upstream's Go types have it. */
const or = (value: number | undefined, fallback: number): number =>
  value === undefined || value === 0 ? fallback : value;

/** Cores that the spec asks for. */
export const wishedCores = ({ spec }: WekaClient): number => or(spec.coresNum, 1);

/**
 * All fields that do not differ from node to node. The node selector is not among them: a container is bound to its
 * node by name, and must get its next pod also on a node that has ceased to match.
 * @param cores of the container; not less than it has
 */
export function containerSpec(client: WekaClient, cores: number): Record<string, Json> {
  const { spec } = client;
  const overrides = spec.overrides ?? {};
  const secret = secretName(client);
  return compact({
    mode: 'client',
    imagePullSecret: spec.imagePullSecret,
    numCores: cores,
    hugepages: or(spec.hugepages, hugepagesPerCore * cores),
    hugepagesOffset: or(spec.hugepagesOffset, hugepagesOffset),
    hugepagesSize: '2Mi',
    port: spec.port === 0 ? undefined : spec.port,
    agentPort: spec.agentPort === 0 ? undefined : spec.agentPort,
    portRange: spec.portRange as Json | undefined,
    network: spec.network as Json | undefined,
    wekaSecretRef: secret === undefined ? undefined : { secretKeyRef: { key: secret } },
    driversDistService: spec.driversDistService,
    cpuPolicy: spec.cpuPolicy,
    coreIds: spec.coreIds,
    tracesConfiguration: spec.tracesConfiguration,
    tolerations: expandedTolerations(spec) as unknown as Json,
    additionalMemory: spec.additionalMemory,
    resources: spec.resources as Json | undefined,
    additionalSecrets:
      spec.wekaHome?.cacertSecret === undefined ? undefined : { 'wekahome-cacert': spec.wekaHome.cacertSecret },
    serviceAccountName: spec.serviceAccountName,
    pvc: spec.globalPVC as Json | undefined,
    autoRemoveTimeout: spec.autoRemoveTimeout,
    dropAffinityConstraints: overrides.dropAffinityConstraints,
    // only what is set, so that an override which a person sets on one container stays
    overrides: compact({ skipActiveMountsCheck: overrides.skipActiveMountsCheck }),
  });
}

/** Labels and annotations of each container (docs/weka/reference.md#labels-and-annotations). */
export function containerMetadata(client: WekaClient): {
  labels: Record<string, string>;
  annotations?: Record<string, string>;
} {
  const { metadata, spec } = client;
  const annotations = inherited(metadata.annotations);
  const target = spec.targetCluster?.name ?? '';
  return {
    labels: {
      ...inherited(metadata.labels),
      [labels.app]: 'weka',
      [labels.mode]: 'client',
      [labels.clientName]: metadata.name,
      ...(target === '' ? {} : { [labels.targetClusterName]: target }),
    },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}
