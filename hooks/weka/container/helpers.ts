/** Helper pods of a container: the probe that proves a runtime dead, and the clean-up at its end. */
import type { KubernetesObject } from '../../core/contract.ts';
import { buildHelperPod } from './pod/helper-pod.ts';
import type { ContainerFacts } from './facts.ts';
import { childPod, type PodView } from './pod-view.ts';

export const probeName = (container: string): string => `${container}-probe`;
export const cleanUpName = (container: string): string => `${container}-cleanup`;
/** The pod whose death a probe is to prove: a probe of an older case proves nothing. */
export const provesAnnotation = 'weka.io/proves-death-of';

/** The probe has obtained the lock of the runtime of that pod. */
export function probeSucceeded(facts: ContainerFacts, podUid: string): boolean {
  const probe = childPod(facts.request, probeName(facts.name));
  return probe?.phase === 'Succeeded' && probe.object.metadata.annotations?.[provesAnnotation] === podUid;
}

/** The probe for the runtime of that pod, on the node that it ran on. */
export function probePod(facts: ContainerFacts, podUid: string, nodeName: string): KubernetesObject {
  const pod = buildHelperPod({ kind: 'probe-lock', container: facts.container, nodeName, config: facts.config, node: facts.node });
  pod.metadata.annotations = { ...pod.metadata.annotations, [provesAnnotation]: podUid };
  return pod;
}

/** The clean-up on the node that holds the container's data: wipes what the spec does not ask to keep. */
export function cleanUpPod(facts: ContainerFacts, nodeName: string): KubernetesObject {
  const overrides = facts.container.spec.overrides ?? {};
  return buildHelperPod({
    kind: 'clean-up', container: facts.container, nodeName, config: facts.config, node: facts.node,
    resignSerials: overrides.skipDrivesForceResign === true ? [] : (facts.holder?.drives ?? []),
    cleanDirectory: overrides.skipCleanupPersistentDir !== true,
  });
}

export function cleanUpView(facts: ContainerFacts): PodView | undefined {
  return childPod(facts.request, cleanUpName(facts.name));
}
