/** The sidecar as the hook server sees it. Implementations: HTTP over a Unix socket, and in-process for tests. */
import type { Fact, HookEvent, Observation, Operation, OperationOutcome } from './contract.ts';

/** The object that an event is about. */
export interface EventSubject {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
  uid: string;
}

export interface ObserveAnswer {
  /** By `Observation.id`; a fact that could not be had in time is absent. */
  facts: Record<string, Fact>;
  /** Remembered operations on the targets of the observations, by `Operation.id`. */
  operations: Record<string, OperationOutcome>;
}

export interface OperationsAnswer {
  /** By `Operation.id`; one for each that was asked for. */
  operations: Record<string, OperationOutcome>;
}

/** Every call rejects with a SidecarError only. `waitMillis` is how long the sidecar may wait for unfinished work. */
export interface Sidecar {
  observe(observations: Observation[], waitMillis: number): Promise<ObserveAnswer>;
  operations(operations: Operation[], waitMillis: number): Promise<OperationsAnswer>;
  events(subject: EventSubject, events: HookEvent[]): Promise<{ accepted: number }>;
}

/** `unavailable`: no answer (nothing listens, timeout); `refused`: the request is not valid; `failed`: a fault inside. */
export type SidecarErrorReason = 'unavailable' | 'refused' | 'failed';

export class SidecarError extends Error {
  readonly reason: SidecarErrorReason;
  constructor(reason: SidecarErrorReason, message: string) {
    super(message);
    this.name = 'SidecarError';
    this.reason = reason;
  }
}
