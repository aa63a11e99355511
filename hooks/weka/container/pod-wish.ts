/** The pod that a container wishes for, built from its facts. */
import type { Json, KubernetesObject } from '../../core/contract.ts';
import { once } from '../once.ts';
import { buildPod } from './pod/pod.ts';
import { configurationHash, hashedConfiguration } from './pod/hash.ts';
import { dataOwner } from './data.ts';
import { nodeFactsText, type ContainerFacts } from './facts.ts';
import { recordAnnotations, shortened } from './pod-record.ts';

/** `passing`: not yet, in place of never. */
export type PodWish = { pod: KubernetesObject } | { refused: string; passing?: true };

/** The fields that a configuration hash is made of, as a record has them. */
export const wishedConfiguration = ({
  container,
  config,
}: Pick<ContainerFacts, 'container' | 'config'>): Record<string, Json> =>
  shortened({ ...hashedConfiguration(container), podConfigVersion: config.podConfigVersion });

/** The hash of the wished configuration. */
export const configHash = once(({ container, config }: ContainerFacts): string =>
  configurationHash(container, config.podConfigVersion),
);

/** Made once for all who ask for it. */
export const wishedPod = once((facts: ContainerFacts): PodWish => {
  const node =
    facts.node ??
    (facts.nodeName === undefined ? facts.candidates.find(({ status }) => status?.discovery !== undefined) : undefined);
  const dataUid = dataOwner(facts);
  if (dataUid === undefined)
    return { refused: 'its claim is not known, which says whose data on the node is its own', passing: true };
  const wish = buildPod({
    container: facts.container,
    dataUid,
    node,
    nodeName: facts.nodeName,
    allocation: facts.holder,
    clusterUid: facts.clusterUid,
    config: facts.config,
    configHash: configHash(facts),
    joinIpPorts: facts.joined ? undefined : facts.members?.spec.joinIpPorts,
  });
  if ('refused' in wish) return wish;
  const { metadata } = wish.pod;
  const builtFor = nodeFactsText(node?.status?.discovery ?? { isHt: false });
  const record = recordAnnotations(wish.pod, wishedConfiguration(facts), builtFor);
  return { pod: { ...wish.pod, metadata: { ...metadata, annotations: { ...metadata.annotations, ...record } } } };
});
