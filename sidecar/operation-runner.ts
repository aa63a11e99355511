/**
 * Operations in flight and what became of earlier ones. One at a time in a pod or on an object; a wish that is in
 * flight is joined, one that has just been finished is not run again, any other is: it is wanted again for a reason.
 */
import type { Operation, OperationOutcome } from '../hooks/core/contract.ts';
import { canonicalJson } from '../hooks/core/operations.ts';
import { timestampOf } from './context.ts';
import type { SidecarListener } from './engine.ts';
import type { FactCache } from './fact-cache.ts';
import { objection, perform, type Surroundings } from './perform.ts';
import { addressOf } from './registry.ts';
import { Lanes, Memory, Slots, settledWithin } from './scheduling.ts';

interface Running {
  id: string;
  address: string;
  outcome: OperationOutcome;
  /** Milliseconds; undefined while it is under way. */
  finishedAt?: number;
  work: Promise<void>;
}

export interface OperationLimits {
  /** Outcomes that are remembered. */
  outcomes: number;
  /** Operations at one time, in all pods. */
  operations: number;
}

/** A repeat within this time of the end, in milliseconds, gets the remembered outcome. */
const repeatMillis = 2000;

export class OperationRunner {
  private readonly remembered: Memory<Running>;
  private readonly lanes = new Lanes();
  private readonly slots: Slots;
  private readonly around: Surroundings;
  private readonly listener: SidecarListener;
  private readonly facts: FactCache;

  constructor(around: Surroundings, limits: OperationLimits, listener: SidecarListener, facts: FactCache) {
    this.around = around;
    this.listener = listener;
    this.facts = facts;
    this.remembered = new Memory(limits.outcomes);
    this.slots = new Slots(limits.operations);
  }

  /** Starts or joins what is asked for, and tells after at most `waitMillis` how each stands, by operation id. */
  async run(operations: Operation[], waitMillis: number): Promise<Record<string, OperationOutcome>> {
    const started = operations.map((operation) => [operation.id, this.start(operation)] as const);
    const underWay = started.filter(([, running]) => running.finishedAt === undefined);
    await settledWithin(
      this.around.clock,
      underWay.map(([, running]) => running.work),
      waitMillis,
    );
    return Object.fromEntries(started.map(([id, running]) => [id, running.outcome]));
  }

  /** Outcomes of the operations on these addresses, by operation id. */
  outcomes(addresses: Set<string>): Record<string, OperationOutcome> {
    const found: Record<string, OperationOutcome> = {};
    for (const { id, address, outcome } of this.remembered.values()) if (addresses.has(address)) found[id] = outcome;
    return found;
  }

  /** Everything that is under way. */
  underWay(): Promise<void>[] {
    return [...this.remembered.values()].filter(({ finishedAt }) => finishedAt === undefined).map(({ work }) => work);
  }

  private start(operation: Operation): Running {
    const { clock } = this.around;
    const { id, kind, target, args } = operation;
    const at = timestampOf(clock, clock.now());
    const error = objection(operation, 'operation', this.around);
    if (error !== undefined) {
      const refused: Running = {
        id,
        address: addressOf(target),
        outcome: { state: 'failed', at, error },
        finishedAt: clock.now(),
        work: Promise.resolve(),
      };
      this.listener.onOperation?.({
        operation,
        outcome: refused.outcome,
        changed: false,
        milliseconds: 0,
        attempts: 0,
      });
      return refused;
    }
    const key = canonicalJson([kind, { ...target }, args]);
    const earlier = this.remembered.get(key);
    if (
      earlier !== undefined &&
      (earlier.finishedAt === undefined || clock.now() - earlier.finishedAt < repeatMillis)
    ) {
      return earlier;
    }
    const running: Running = {
      id,
      address: addressOf(target),
      outcome: { state: 'pending', at },
      work: Promise.resolve(),
    };
    this.remembered.set(key, running);
    running.work = this.lanes.run(this.around.registry.laneOf(operation), () =>
      this.slots.run(() => this.perform(operation, running)),
    );
    return running;
  }

  private async perform(operation: Operation, running: Running): Promise<void> {
    const { clock } = this.around;
    const begun = clock.now();
    const performed = await perform(operation, this.around, (observation) => this.facts.recall(observation));
    // also after a failure: it may have got half way
    this.facts.invalidate(this.around.registry.touched(operation).addresses);
    this.facts.learn(performed.learned, begun);
    const finishedAt = clock.now();
    const at = timestampOf(clock, finishedAt);
    running.outcome = performed.ok
      ? { state: 'succeeded', at }
      : { state: 'failed', at, error: performed.error, ...(performed.superseded ? { superseded: true } : {}) };
    running.finishedAt = finishedAt;
    const changed = performed.ok && (performed.value as { changed: boolean }).changed;
    this.listener.onOperation?.({
      operation,
      outcome: running.outcome,
      changed,
      milliseconds: finishedAt - begun,
      attempts: performed.attempts,
    });
  }
}
