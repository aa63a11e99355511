/**
 * A life cycle as an ordered list of steps, each a pure check. The list runs top to bottom; the first step that is not
 * done blocks the later ones, except where a step is `independent`. The same list renders conditions and the docs page.
 */
import type { ConditionWish, Condition } from './conditions.ts';
import type { HookEvent, Operation, OperationOutcome } from './contract.ts';

export type Outcome =
  | { state: 'done'; message?: string }
  /** Does not apply to this object: no condition is shown. */
  | { state: 'skipped' }
  /** Something outside has to happen first. */
  | { state: 'wait'; reason: string; message: string; retryAfterSeconds: number; events?: HookEvent[] }
  /** Operations are asked for until their effect is observed. */
  | { state: 'act'; reason: string; message: string; retryAfterSeconds: number; operations: Operation[]; events?: HookEvent[] }
  /** The facts needed are not known: the previous condition is carried and nothing is done. */
  | { state: 'unknown'; message: string; retryAfterSeconds: number }
  /** Nothing helps but a person. */
  | { state: 'stalled'; reason: string; message: string; events?: HookEvent[] };

/** What becomes of the children: missing ones are created; those that are there stay and no other one comes; they go. */
export type Meanwhile = 'create' | 'keep' | 'omit';

export interface Step<Facts, Name extends string = string> {
  name: Name;
  /** The condition type that shows it; upstream's name where upstream has one. */
  condition?: string;
  /** `once` is skipped when `latched` says that its effect exists outside; `independent` never blocks later steps. */
  mode: 'once' | 'always' | 'independent';
  /** The upstream status string while this step is the one that is waited for. */
  status?: string;
  /** What becomes of the children while this step is the one that is waited for; `keep` where nothing is said. */
  whileBlocked?: Meanwhile;
  /** One sentence for the page of states. */
  summary: string;
  latched?(facts: Facts): boolean;
  check(facts: Facts): Outcome;
}

/** What the page of states shows of a step, whatever its facts are. */
export type StepRow = Pick<Step<never>, 'name' | 'condition' | 'status' | 'mode' | 'summary'>;

export interface StepResult<Facts, Name extends string = string> {
  step: Step<Facts, Name>;
  /** Absent: not reached. */
  outcome?: Outcome;
}

export interface StepsResult<Facts, Name extends string = string> {
  results: StepResult<Facts, Name>[];
  /** The first step that is not done and not independent; absent when all is done. */
  blockedBy?: StepResult<Facts, Name> & { outcome: Outcome };
  operations: Operation[];
  events: HookEvent[];
  /** Seconds; the soonest of all that wait. */
  resyncAfterSeconds?: number;
}

const isDone = (outcome: Outcome): boolean => outcome.state === 'done' || outcome.state === 'skipped';

/** What is done again because it failed says why it failed. */
function withLastError(outcome: Outcome, remembered: Record<string, OperationOutcome>): Outcome {
  if (outcome.state !== 'act') return outcome;
  const error = outcome.operations.map(({ id }) => remembered[id]?.error).find((one) => one !== undefined);
  return error === undefined ? outcome : { ...outcome, message: `${outcome.message}; last try: ${error}` };
}

/**
 * Runs the list. Total: a check must not throw.
 * @param remembered what became of operations that were asked for before
 */
export function runSteps<Facts, Name extends string>(
  steps: readonly Step<Facts, Name>[],
  facts: Facts,
  remembered: Record<string, OperationOutcome> = {},
): StepsResult<Facts, Name> {
  const run: StepsResult<Facts, Name> = { results: [], operations: [], events: [] };
  for (const step of steps) {
    if (run.blockedBy !== undefined && step.mode !== 'independent') {
      run.results.push({ step });
      continue;
    }
    const latched = step.mode === 'once' && step.latched?.(facts) === true;
    const outcome: Outcome = latched ? { state: 'done' } : withLastError(step.check(facts), remembered);
    const result = { step, outcome };
    run.results.push(result);
    if (outcome.state === 'act') run.operations.push(...outcome.operations);
    if ('events' in outcome && outcome.events) run.events.push(...outcome.events);
    if ('retryAfterSeconds' in outcome) {
      run.resyncAfterSeconds = Math.min(run.resyncAfterSeconds ?? Infinity, outcome.retryAfterSeconds);
    }
    if (!isDone(outcome) && step.mode !== 'independent') run.blockedBy = result;
  }
  return run;
}

/** What is shown of a step that was not reached: true stays true where it is latched, or where only a fact is missing. */
function notReached(type: string, mode: Step<unknown>['mode'], blockedBy: StepsResult<never>['blockedBy'], old: Condition | undefined): ConditionWish {
  const lasting = mode === 'once' || blockedBy?.outcome.state === 'unknown';
  if (lasting && old?.status === 'True') return old;
  return { type, status: 'Unknown', reason: 'NotReached', message: `comes after ${blockedBy?.step.name ?? ''}` };
}

function renderOne(type: string, outcome: Outcome, old: Condition | undefined): ConditionWish[] {
  switch (outcome.state) {
    case 'skipped':
      return [];
    case 'done':
      return [{ type, status: 'True', reason: 'Success', message: outcome.message ?? '' }];
    case 'unknown':
      return [old ?? { type, status: 'Unknown', reason: 'FactUnknown', message: outcome.message }];
    default:
      return [{ type, status: 'False', reason: outcome.reason, message: outcome.message }];
  }
}

/** One condition for each step that has a condition type; several steps may share one, then the first undone step shows. */
export function renderSteps<Facts>(run: StepsResult<Facts>, previous: readonly Condition[]): ConditionWish[] {
  const byType = new Map<string, ConditionWish>();
  for (const { step, outcome } of run.results) {
    if (step.condition === undefined) continue;
    const old = previous.find((condition) => condition.type === step.condition);
    const wishes = outcome === undefined ? [notReached(step.condition, step.mode, run.blockedBy, old)] : renderOne(step.condition, outcome, old);
    for (const { type, status, reason, message } of wishes) {
      const shown = byType.get(type);
      if (shown === undefined || shown.status === 'True') byType.set(type, { type, status, reason, message });
    }
  }
  return [...byType.values()];
}

export const done = (message?: string): Outcome => (message === undefined ? { state: 'done' } : { state: 'done', message });
export const skipped: Outcome = { state: 'skipped' };
export const wait = (reason: string, message: string, retryAfterSeconds: number, events: HookEvent[] = []): Outcome => ({
  state: 'wait', reason, message, retryAfterSeconds, events,
});
export const act = (reason: string, message: string, operations: Operation[], retryAfterSeconds = 1, events: HookEvent[] = []): Outcome => ({
  state: 'act', reason, message, retryAfterSeconds, operations, events,
});
export const unknown = (message: string, retryAfterSeconds = 2): Outcome => ({ state: 'unknown', message, retryAfterSeconds });
export const stalled = (reason: string, message: string, events: HookEvent[] = []): Outcome => ({ state: 'stalled', reason, message, events });
