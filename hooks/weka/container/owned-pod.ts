/** The pod has no owner, although Metacontroller gives it one in each call: somebody takes it off again, and nothing can be run in it. */
import { skipped, wait } from '../../core/steps.ts';
import { mutatingWebhooks } from './pod/rewritten.ts';
import type { Outcome, Step } from '../reasons.ts';
import { givesBack, type ContainerFacts } from './facts.ts';

function owned(facts: ContainerFacts): Outcome {
  const { pod, name, namespace, report } = facts;
  // of one that terminates the fence says it, for nobody adopts that; one that still answers is owned again before that ends
  if (pod?.running !== true || pod.terminating || pod.nodeNotReady || report !== undefined) return skipped;
  const { ownerReferences = [] } = pod.object.metadata;
  if (ownerReferences.some(({ controller }) => controller === true)) return skipped;
  return wait(
    'PodReleased',
    `pod ${name} has no owner, so that nothing is run in it and it is not told that it may stop; Metacontroller gives it back within seconds, and where that does not last a webhook or policy takes it off again, ${mutatingWebhooks}: exempt the pods of namespace ${namespace} there; ${givesBack(facts)} does it at once`,
    10,
  );
}

export const ownedStep = {
  name: 'PodOwned',
  condition: 'PodOwned',
  mode: 'independent',
  summary: 'The pod has its owner. Shown only while it has none.',
  check: owned,
} as const satisfies Step<ContainerFacts>;
