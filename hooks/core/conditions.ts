/** Conditions as meta/v1 has them, and the kstatus trio that kubectl wait, Flux and Argo CD read. */
import type { KubernetesObject } from './contract.ts';
import type { CarriedReason, CoreReason } from './reasons.ts';

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  /** CamelCase token for programs; differs between outcomes. */
  reason: string;
  /** A sentence for people. */
  message: string;
  /** RFC 3339; moves only when `status` moves. */
  lastTransitionTime: string;
  observedGeneration: number;
}

/** A condition without its times. A system binds the parameter once, to the names in its table of reasons. */
export interface ConditionWish<Reason extends string> extends Pick<Condition, 'type' | 'status' | 'message'> {
  reason: Reason | CarriedReason;
}

/** The conditions that the object carries now; malformed entries are left out, for a status is only a cache. */
export function conditionsOf(object: KubernetesObject): Condition[] {
  const status = object['status'] as { conditions?: unknown } | undefined;
  if (!Array.isArray(status?.conditions)) return [];
  return status.conditions.filter(
    (entry): entry is Condition =>
      entry !== null &&
      typeof entry === 'object' &&
      typeof (entry as Condition).type === 'string' &&
      typeof (entry as Condition).status === 'string',
  );
}

export function findCondition(object: KubernetesObject, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

export function isTrue(object: KubernetesObject, type: string): boolean {
  return findCondition(object, type)?.status === 'True';
}

/**
 * The wished conditions with their times: `lastTransitionTime` is carried over where the status stays.
 * @param now RFC 3339
 */
export function withTransitionTimes(
  wishes: ConditionWish<string>[],
  previous: Condition[],
  now: string,
  generation: number,
): Condition[] {
  const before = new Map(previous.map((condition) => [condition.type, condition]));
  // meta/v1 times have whole seconds
  const second = now.replace(/\.\d+Z$/, 'Z');
  return wishes.map((wish) => {
    const old = before.get(wish.type);
    return {
      ...wish,
      lastTransitionTime: old?.status === wish.status && old.lastTransitionTime ? old.lastTransitionTime : second,
      observedGeneration: generation,
    };
  });
}

/** Where an object stands as a whole, for the kstatus trio. */
export type Summary<Reason extends string> =
  | { state: 'ready'; reason: Reason | CarriedReason; message: string }
  /** On its way; `ready` stays what it was when the object had been ready before and only lost protection. */
  | { state: 'progressing'; reason: Reason | CarriedReason; message: string; ready?: boolean }
  /** Nothing moves until a person acts. */
  | { state: 'stalled'; reason: Reason | CarriedReason; message: string; ready?: boolean };

/** Whether it is called Ready, settled or not. */
export const isUsable = (summary: Summary<string>): boolean => summary.state === 'ready' || summary.ready === true;

/** Ready, Reconciling and Stalled, always all three. */
export function kstatusTrio<Reason extends string>(summary: Summary<Reason>): ConditionWish<Reason | CoreReason>[] {
  const { reason, message } = summary;
  const settled = { reason: 'Settled', message: '' } as const;
  return [
    { type: 'Ready', status: isUsable(summary) ? 'True' : 'False', reason, message },
    summary.state === 'progressing'
      ? { type: 'Reconciling', status: 'True', reason, message }
      : { type: 'Reconciling', status: 'False', ...settled },
    summary.state === 'stalled'
      ? { type: 'Stalled', status: 'True', reason, message }
      : { type: 'Stalled', status: 'False', ...settled },
  ];
}
