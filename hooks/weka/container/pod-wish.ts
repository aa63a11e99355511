/** The pod that a container wishes for, built from its facts. */
import type { Json, KubernetesObject } from '../../core/contract.ts';
import type { WekaContainer } from '../api/index.ts';
import type { OperatorConfig } from '../config.ts';
import { onceWith } from '../once.ts';
import { buildPod, type PodInput } from './pod/pod.ts';
import { configurationHash, hashedConfiguration } from './pod/hash.ts';
import { dataOwner } from './data.ts';
import { nodeFactsText, type ContainerFacts } from './facts.ts';
import { recordAnnotations, shortened } from './pod-record.ts';

/** `passing`: not yet, in place of never. */
export type PodWish = { pod: KubernetesObject } | { refused: string; passing?: true };

type Configured = Pick<ContainerFacts, 'container' | 'config'>;

const configurationOf = onceWith(
  (container: WekaContainer, version: Pick<OperatorConfig, 'podConfigVersion'>): Record<string, Json> =>
    shortened({ ...hashedConfiguration(container), ...version }),
);
const hashOf = onceWith((container: WekaContainer, { podConfigVersion }: Pick<OperatorConfig, 'podConfigVersion'>) =>
  configurationHash(container, podConfigVersion),
);

/** The fields that a configuration hash is made of, as a record has them. */
export const wishedConfiguration = ({ container, config: { podConfigVersion } }: Configured): Record<string, Json> =>
  configurationOf(container, { podConfigVersion });

/** The hash of the wished configuration. */
export const configHash = ({ container, config: { podConfigVersion } }: Configured): string =>
  hashOf(container, { podConfigVersion });

interface WishedFor extends Omit<PodInput, 'container' | 'allocation' | 'configHash'> {
  wekaPort: number | undefined;
  agentPort: number | undefined;
}

/** A pod with the record of its wish. */
const recordedPod = onceWith((container: WekaContainer, { wekaPort, agentPort, ...input }: WishedFor): PodWish => {
  const { config, node } = input;
  const allocation = { wekaPort, agentPort };
  const wish = buildPod({ ...input, container, allocation, configHash: configHash({ container, config }) });
  if ('refused' in wish) return wish;
  const { metadata } = wish.pod;
  const builtFor = nodeFactsText(node?.status?.discovery ?? { isHt: false });
  const record = recordAnnotations(wish.pod, wishedConfiguration({ container, config }), builtFor);
  return { pod: { ...wish.pod, metadata: { ...metadata, annotations: { ...metadata.annotations, ...record } } } };
});

/** Made once for all who ask for it: nobody changes it. */
export function wishedPod(facts: ContainerFacts): PodWish {
  const node =
    facts.node ??
    (facts.nodeName === undefined ? facts.candidates.find(({ status }) => status?.discovery !== undefined) : undefined);
  const dataUid = dataOwner(facts);
  if (dataUid === undefined)
    return { refused: 'its claim is not known, which says whose data on the node is its own', passing: true };
  const { container, config, nodeName, clusterUid, holder, members, joined } = facts;
  return recordedPod(container, {
    config,
    node,
    nodeName,
    dataUid,
    clusterUid,
    wekaPort: holder?.wekaPort,
    agentPort: holder?.agentPort,
    joinIpPorts: joined ? undefined : members?.spec.joinIpPorts,
  });
}
