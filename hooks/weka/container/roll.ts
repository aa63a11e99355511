/** Replacing a running pod whose configuration is no longer the wished one. Pods are never changed in place. */
import { annotations } from '../api/group.ts';
import { configurationHash } from './pod/hash.ts';
import { nodeFactsText, type ContainerFacts } from './facts.ts';

/** On a pod: the node facts that it was built for. */
export const nodeFactsAnnotation = 'weka.io/built-for';

/** Why the live pod has to be replaced, in one sentence; undefined when it need not. */
export function rollReason(facts: ContainerFacts): string | undefined {
  const { pod, container, config } = facts;
  if (pod === undefined) return undefined;
  if (!facts.joined && pod.nodeName !== undefined && facts.nodeName !== undefined && pod.nodeName !== facts.nodeName) {
    return `the pod is on node ${pod.nodeName}, the container belongs on node ${facts.nodeName}`;
  }
  const wished = configurationHash(container, config.podConfigVersion);
  const live = pod.object.metadata.annotations?.[annotations.configHash];
  if (live !== wished) return 'the configuration of the pod has changed';
  const builtFor = pod.object.metadata.annotations?.[nodeFactsAnnotation];
  const discovery = facts.node?.status?.discovery;
  // a pod that never joined may have been built before anything was known of its node
  if (!facts.joined && builtFor !== undefined && discovery !== undefined && pod.nodeName !== undefined && nodeFactsText(discovery) !== builtFor) {
    return `the pod was built for a node with ${builtFor}`;
  }
  if (pod.image !== container.spec.image) return `the image changes from ${pod.image ?? 'none'} to ${container.spec.image}`;
  return undefined;
}

/** A live pod waits to be replaced. */
export function isRolling(facts: ContainerFacts): boolean {
  return facts.pod !== undefined && !facts.pod.terminating && facts.state === 'active' && rollReason(facts) !== undefined;
}
