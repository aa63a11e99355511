/** Reading what the sidecar observed. */
import type { OperationOutcome, Observed, Operation } from './contract.ts';
import type { TypedObservation } from './catalogue.ts';

export interface KnownFact<Value> {
  state: 'known';
  value: Value;
  /** RFC 3339. */
  observedAt: string;
}

export interface UnknownFact {
  state: 'unknown';
  /** One sentence. */
  reason: string;
}

/**
 * The answer to an observation. Unknown is not "no": a destructive step waits on it. Its age is not judged here;
 * see `ageSeconds`.
 */
export function factValue<Value>(observed: Observed, wanted: TypedObservation<Value>): KnownFact<Value> | UnknownFact {
  const fact = observed.facts[wanted.id];
  if (fact === undefined) return { state: 'unknown', reason: `${wanted.kind} of ${wanted.target.name} has not been read yet` };
  if (fact.error !== undefined) return { state: 'unknown', reason: fact.error };
  if (fact.value === undefined) return { state: 'unknown', reason: `${wanted.kind} of ${wanted.target.name} has no value` };
  // the sidecar checked the value against the schema of the observation's kind when it read it
  return { state: 'known', value: fact.value as Value, observedAt: fact.observedAt };
}

/** Seconds from the observation to `now` (both RFC 3339); a clock that ran ahead gives 0. */
export function ageSeconds(fact: { observedAt: string }, now: string): number {
  return Math.max(0, (Date.parse(now) - Date.parse(fact.observedAt)) / 1000);
}

/** What the sidecar remembers of an operation; undefined also after a restart of the sidecar. */
export function operationOutcome(observed: Observed, wanted: Operation): OperationOutcome | undefined {
  return observed.operations[wanted.id];
}
