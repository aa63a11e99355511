/**
 * The engine of the sidecar: a cache of facts and a runner of operations over one access to the cluster. It takes no
 * decision and no input from anywhere else; clock and randomness are given to it. HTTP is not here (server.ts).
 */
import type { Observation, Operation, OperationOutcome } from '../hooks/core/contract.ts';
import type { ObserveAnswer, OperationsAnswer } from '../hooks/core/sidecar.ts';
import { FactCache, type FactCacheLimits } from './fact-cache.ts';
import { OperationRunner, type OperationLimits } from './operation-runner.ts';
import type { Surroundings } from './perform.ts';
import type { SidecarSystem } from './system.ts';
import { addressOf, Registry } from './registry.ts';
import { settledWithin } from './scheduling.ts';

export interface FinishedOperation {
  operation: Operation;
  outcome: OperationOutcome;
  /** Whether something was written; false when the effect was there already. */
  changed: boolean;
  milliseconds: number;
  attempts: number;
}

/** Who wants to know what happens: audit log and metrics. Called synchronously; must not throw. */
export interface SidecarListener {
  onOperation?(finished: FinishedOperation): void;
  onObservation?(finished: { kind: string; ok: boolean; milliseconds: number }): void;
  onCache?(hits: number, misses: number): void;
}

export interface EngineOptions extends Omit<Surroundings, 'registry'> {
  systems: readonly SidecarSystem[];
  limits?: Partial<FactCacheLimits & OperationLimits>;
  listener?: SidecarListener;
}

export interface Engine {
  /** Facts as fresh as asked for, those missing that could not be had within `waitMillis`, and remembered outcomes. */
  observe(observations: Observation[], waitMillis: number): Promise<ObserveAnswer>;
  /** Starts what is asked for; the outcome of what is not finished within `waitMillis` is `pending`. */
  operations(operations: Operation[], waitMillis: number): Promise<OperationsAnswer>;
  /** Waits for what is under way, at most `waitMillis`. Nothing is lost by what remains: it will be asked for again. */
  drain(waitMillis: number): Promise<void>;
}

const defaultLimits: FactCacheLimits & OperationLimits = {
  facts: 20_000,
  readings: 32,
  outcomes: 5000,
  operations: 16,
};

export function createEngine(options: EngineOptions): Engine {
  const limits = { ...defaultLimits, ...options.limits };
  const listener = options.listener ?? {};
  const around: Surroundings = { ...options, registry: new Registry(options.systems) };
  const facts = new FactCache(around, limits, listener);
  const runner = new OperationRunner(around, limits, listener, facts);
  return {
    async observe(observations, waitMillis) {
      const found = await facts.observe(observations, waitMillis);
      const addresses = new Set(observations.map(({ target }) => addressOf(target)));
      return { facts: found, operations: runner.outcomes(addresses) };
    },
    async operations(operations, waitMillis) {
      return { operations: await runner.run(operations, waitMillis) };
    },
    drain: (waitMillis) => settledWithin(options.clock, runner.underWay(), waitMillis),
  };
}
