/**
 * Transition times only grow (docs/adr/0021-transition-times-only-grow.md). No decision rests on what is remembered here:
 * lost, it costs some writes.
 */
import { conditionsOf, type Condition } from '../core/conditions.ts';
import type { Json, KubernetesObject } from '../core/contract.ts';

/** Objects that are remembered; the one that was seen longest ago is forgotten. */
const limit = 20_000;

export interface TransitionTimes {
  /** The status with the latest time at which each condition is known to have become what it is now. */
  settle(parent: KubernetesObject, status: Record<string, Json>): Record<string, Json>;
}

export function transitionTimes(): TransitionTimes {
  const known = new Map<string, Map<string, Condition>>();
  const learn = (of: Map<string, Condition>, conditions: readonly Condition[]): void => {
    for (const condition of conditions) {
      const before = of.get(condition.type)?.lastTransitionTime ?? '1970-01-01T00:00:00Z';
      // the same text is the same time, and parsing is what this costs
      if (condition.lastTransitionTime === before || Date.parse(condition.lastTransitionTime) >= Date.parse(before))
        of.set(condition.type, condition);
    }
  };
  return {
    settle(parent, status) {
      const { conditions } = status;
      const { uid } = parent.metadata;
      if (!Array.isArray(conditions) || uid === undefined) return status;
      const of = known.get(uid) ?? new Map<string, Condition>();
      known.delete(uid);
      known.set(uid, of);
      const [oldest] = known.keys();
      if (known.size > limit && oldest !== undefined) known.delete(oldest);
      learn(of, conditionsOf(parent));
      const answered = (conditions as unknown as Condition[]).map((condition) => {
        const latest = of.get(condition.type);
        return latest?.status === condition.status &&
          latest.lastTransitionTime !== condition.lastTransitionTime &&
          Date.parse(latest.lastTransitionTime) > Date.parse(condition.lastTransitionTime)
          ? { ...condition, lastTransitionTime: latest.lastTransitionTime }
          : condition;
      });
      learn(of, answered);
      return { ...status, conditions: answered as unknown as Json };
    },
  };
}
