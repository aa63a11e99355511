/** Reading what the sidecar observed. To read a fact is to ask for it: nothing else says what a hook wants to know. */
import type { HookRequest, Observation, OperationOutcome, Observed, Operation } from './contract.ts';
import type { TypedObservation } from './catalogue.ts';

/** What was observed, as one run of a hook reads it, with the questions that it has read so far. */
export interface Reading extends Observed {
  /** By `Observation.id`, whether or not there is an answer. */
  readonly asked: Map<string, Observation>;
}

/** A request whose facts are read. */
export interface ReadingRequest extends HookRequest {
  observed: Reading;
}

/** The request for one run, in which nothing has been read yet. */
export const readingRequest = (request: HookRequest): ReadingRequest => ({
  ...request,
  observed: { ...request.observed, asked: new Map<string, Observation>() },
});

export interface KnownFact<Value> {
  state: 'known';
  value: Value;
}

export interface UnknownFact {
  state: 'unknown';
  /** One sentence. */
  reason: string;
  /** With what it was answered in place of a value; absent: it has no answer. */
  error?: string;
}

/**
 * Asks for a fact that is not read yet: for what is needed as soon as another answer is there, and would cost a round of
 * its own. Of several wishes for one fact the youngest counts.
 */
export function ask({ asked }: Reading, wanted: Observation): void {
  const before = asked.get(wanted.id);
  if (before === undefined || wanted.maxAgeSeconds < before.maxAgeSeconds) asked.set(wanted.id, wanted);
}

/**
 * Reads the answer to an observation, and asks for it. Unknown is not "no": a destructive step waits on it. How old the
 * answer may be is part of the question, so whoever reads says it.
 */
export function factValue<Value>(reading: Reading, wanted: TypedObservation<Value>): KnownFact<Value> | UnknownFact {
  ask(reading, wanted);
  const fact = reading.facts[wanted.id];
  if (fact === undefined)
    return { state: 'unknown', reason: `${wanted.kind} of ${wanted.target.name} has not been read yet` };
  if (fact.error !== undefined) return { state: 'unknown', reason: fact.error, error: fact.error };
  if (fact.value === undefined)
    return { state: 'unknown', reason: `${wanted.kind} of ${wanted.target.name} has no value` };
  // the sidecar checked the value against the schema of the observation's kind when it read it
  return { state: 'known', value: fact.value as Value };
}

/** The clock of this replica and of its sidecar, RFC 3339; see `Context`. */
export const ownNow = ({ context }: Pick<HookRequest, 'context'>): string => context.ownNow ?? context.now;

/** Seconds from a moment to `now` (both RFC 3339); a clock that ran ahead gives 0. */
export function secondsSince(moment: string, now: string): number {
  return Math.max(0, (Date.parse(now) - Date.parse(moment)) / 1000);
}

/** What the sidecar remembers of an operation; undefined also after a restart of the sidecar. */
export function operationOutcome(observed: Observed, wanted: Operation): OperationOutcome | undefined {
  return observed.operations[wanted.id];
}
