/** A pod that has not landed yet, and is to go elsewhere. */
import type { ContainerFacts } from './facts.ts';
import { podRecord } from './pod-record.ts';
import type { PodWish } from './pod-wish.ts';

/** A pod that waits for a node is replaced at once when it is to go elsewhere; nothing of it runs yet. */
export function misplaced(facts: ContainerFacts, wish: PodWish): boolean {
  if (facts.pod === undefined || facts.pod.nodeName !== undefined || 'refused' in wish) return false;
  const { affinity } = facts.pod.record;
  return affinity !== undefined && affinity !== podRecord(wish.pod).affinity;
}
