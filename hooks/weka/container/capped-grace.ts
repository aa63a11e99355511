/** A pod blocks at its end until it may stop, for as long as the kubelet lets it: admission, or who deletes it, may have made that short. */
import { skipped, wait } from '../../core/steps.ts';
import { is } from '../api/modes.ts';
import type { Outcome, Step } from '../reasons.ts';
import type { ContainerFacts } from './facts.ts';
import { gracePeriodSeconds } from './pod/pod.ts';

interface RawPod {
  metadata: { deletionGracePeriodSeconds?: number };
  spec?: { terminationGracePeriodSeconds?: number };
}

function unhurried({ pod, name, namespace, container: { spec } }: ContainerFacts): Outcome {
  // of one that has ended nothing is left that could be killed
  if (pod === undefined || pod.ended !== undefined || !is(spec.mode, 'claims')) return skipped;
  const { metadata, spec: raw } = pod.object as RawPod;
  const given = pod.terminating
    ? (metadata.deletionGracePeriodSeconds ?? raw?.terminationGracePeriodSeconds)
    : raw?.terminationGracePeriodSeconds;
  const wished = gracePeriodSeconds(spec.mode);
  if (given === undefined || given >= wished) return skipped;
  const message = pod.terminating
    ? `the kubelet kills the pod ${given} s after it was deleted, whether or not it may stop: it was deleted with that grace period, or admission has lowered it`
    : `a webhook or policy has lowered terminationGracePeriodSeconds of pod ${name} from ${wished} to ${given}: once deleted it is killed after that time, whether or not weka bears it; exempt the pods of namespace ${namespace} there, then delete the pods one after the other`;
  return wait('GraceCapped', message, 60, [{ type: 'Warning', reason: 'GraceCapped', message }]);
}

export const graceStep = {
  name: 'GraceUncapped',
  condition: 'GraceUncapped',
  mode: 'independent',
  summary: 'The kubelet waits as long as the pod asks for before it kills it. Shown only while it does not.',
  check: unhurried,
} as const satisfies Step<ContainerFacts>;
