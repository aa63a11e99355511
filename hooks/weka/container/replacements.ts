/** Replacements of the pod of a container, counted in the claims of its node before they are made. */
import { backOff, withReplacement } from '../../core/back-off.ts';
import { writeClaims } from '../../core/claims.ts';
import type { Json, Operation } from '../../core/contract.ts';
import type { ContainerFacts } from './facts.ts';

/** Counts the replacement of the present pod, where it has not been counted; only what claims something on a node can be. */
export function countOperation({ pod, holder, nodeClaims, uid, now }: ContainerFacts): Operation[] {
  if (
    pod === undefined ||
    holder === undefined ||
    nodeClaims?.state !== 'known' ||
    holder.replacements?.podUid === pod.target.uid
  )
    return [];
  return [
    writeClaims(nodeClaims, [
      {
        path: ['holders', uid, 'replacements'],
        value: withReplacement(holder.replacements, pod.target.uid, now) as unknown as Json,
      },
    ]),
  ];
}

/** As it is once the replacement of the present pod is counted: it may be the one that is too many. */
export function asCounted(facts: ContainerFacts): ContainerFacts {
  const { pod, holder, now } = facts;
  if (pod === undefined || holder === undefined) return facts;
  return { ...facts, holder: { ...holder, replacements: withReplacement(holder.replacements, pod.target.uid, now) } };
}

/** The pod has been replaced too often of late: until when it is left as it is, and what a person may do. */
export function backedOff({ name, namespace, holder, now }: ContainerFacts, cause: string): string | undefined {
  const pause = backOff(holder?.replacements, now);
  if (pause === undefined) return undefined;
  return `the operator has replaced this pod ${pause.count} times since ${pause.since} and waits until ${pause.until}; see ${cause}; kubectl delete pod ${name} -n ${namespace} replaces it at once`;
}
