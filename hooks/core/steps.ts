/**
 * A life cycle as an ordered list of steps, each a pure check. The list runs top to bottom; the first step that is not
 * done blocks the later ones, except where a step is `independent`. The same list renders conditions and the docs page.
 */
import type { ConditionWish, Condition } from './conditions.ts';
import type { HookEvent, Operation, OperationOutcome } from './contract.ts';
import { carried, type CoreReason } from './reasons.ts';

/**
 * What a check says. A system binds both parameters once, beside its table: a reason or an event that does not stand there
 * does not compile.
 */
export type Outcome<Reason extends string, Event extends HookEvent> =
  | { state: 'done'; message?: string }
  /** Does not apply to this object: no condition is shown. */
  | { state: 'skipped' }
  /** Something outside has to happen first. */
  | { state: 'wait'; reason: Reason; message: string; retryAfterSeconds: number; events?: Event[] }
  /** Operations are asked for until their effect is observed. */
  | {
      state: 'act';
      reason: Reason;
      message: string;
      retryAfterSeconds: number;
      operations: Operation[];
      events?: Event[];
    }
  /** The facts needed are not known: the previous condition is carried and nothing is done. */
  | { state: 'unknown'; message: string; retryAfterSeconds: number }
  /** Nothing helps but a person. */
  | { state: 'stalled'; reason: Reason; message: string; events?: Event[] };

/** What becomes of the children: missing ones are created; those that are there stay and no other one comes; they go. */
export type Meanwhile = 'create' | 'keep' | 'omit';

type Undone<Result> = Exclude<Result, { state: 'done' | 'skipped' }>;

export interface Step<Facts, Reason extends string, Event extends HookEvent, Name extends string = string> {
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
  check(facts: Facts): Outcome<Reason, Event>;
}

/** What the page of states shows of a step, whatever its facts are. */
export type StepRow = Pick<Step<never, string, HookEvent>, 'name' | 'condition' | 'status' | 'mode' | 'summary'>;

export interface StepResult<Facts, Reason extends string, Event extends HookEvent, Name extends string = string> {
  step: Step<Facts, Reason, Event, Name>;
  /** Absent: not reached. */
  outcome?: Outcome<Reason, Event>;
}

export interface StepsResult<Facts, Reason extends string, Event extends HookEvent, Name extends string = string> {
  results: StepResult<Facts, Reason, Event, Name>[];
  /** The first step that is not done and not independent; absent when all is done. */
  blockedBy?: { step: Step<Facts, Reason, Event, Name>; outcome: Undone<Outcome<Reason, Event>> };
  operations: Operation[];
  events: Event[];
  /** Seconds; the soonest of all that wait. */
  resyncAfterSeconds?: number;
}

const isUndone = <Reason extends string, Event extends HookEvent>(
  outcome: Outcome<Reason, Event>,
): outcome is Undone<Outcome<Reason, Event>> => outcome.state !== 'done' && outcome.state !== 'skipped';

/** What is done again because it failed says why it failed. */
function withLastError<Reason extends string, Event extends HookEvent>(
  outcome: Outcome<Reason, Event>,
  remembered: Record<string, OperationOutcome>,
): Outcome<Reason, Event> {
  if (outcome.state !== 'act') return outcome;
  const error = outcome.operations.map(({ id }) => remembered[id]?.error).find((one) => one !== undefined);
  return error === undefined ? outcome : { ...outcome, message: `${outcome.message}; last try: ${error}` };
}

/**
 * Runs the list. Total: a check must not throw.
 * @param remembered what became of operations that were asked for before
 */
export function runSteps<Facts, Reason extends string, Event extends HookEvent, Name extends string>(
  steps: readonly Step<Facts, Reason, Event, Name>[],
  facts: Facts,
  remembered: Record<string, OperationOutcome> = {},
): StepsResult<Facts, Reason, Event, Name> {
  const run: StepsResult<Facts, Reason, Event, Name> = { results: [], operations: [], events: [] };
  for (const step of steps) {
    if (run.blockedBy !== undefined && step.mode !== 'independent') {
      run.results.push({ step });
      continue;
    }
    const latched = step.mode === 'once' && step.latched?.(facts) === true;
    const outcome: Outcome<Reason, Event> = latched ? { state: 'done' } : withLastError(step.check(facts), remembered);
    const result = { step, outcome };
    run.results.push(result);
    // two steps may ask for the same, which is then done once
    if (outcome.state === 'act')
      run.operations.push(...outcome.operations.filter(({ id }) => run.operations.every((one) => one.id !== id)));
    if ('events' in outcome && outcome.events) run.events.push(...outcome.events);
    if ('retryAfterSeconds' in outcome) {
      run.resyncAfterSeconds = Math.min(run.resyncAfterSeconds ?? Infinity, outcome.retryAfterSeconds);
    }
    if (isUndone(outcome) && step.mode !== 'independent') run.blockedBy = { step, outcome };
  }
  return run;
}

/** The condition as it stands. */
const asBefore = (old: Condition): ConditionWish<never> => ({ type: old.type, status: old.status, ...carried(old) });

/** What is shown of a step that was not reached: true stays true where it is latched, or where only a fact is missing. */
function notReached(
  { condition: type = '', mode }: StepRow,
  blockedBy: StepsResult<never, string, HookEvent>['blockedBy'],
  old: Condition | undefined,
): ConditionWish<CoreReason> {
  const lasting = mode === 'once' || blockedBy?.outcome.state === 'unknown';
  if (lasting && old?.status === 'True') return asBefore(old);
  return { type, status: 'Unknown', reason: 'NotReached', message: `comes after ${blockedBy?.step.name ?? ''}` };
}

function renderOne<Reason extends string>(
  type: string,
  outcome: Outcome<Reason, HookEvent>,
  old: Condition | undefined,
): ConditionWish<Reason | CoreReason>[] {
  switch (outcome.state) {
    case 'skipped':
      return [];
    case 'done':
      return [{ type, status: 'True', reason: 'Success', message: outcome.message ?? '' }];
    case 'unknown':
      return [
        old === undefined
          ? { type, status: 'Unknown', reason: 'FactUnknown', message: outcome.message }
          : asBefore(old),
      ];
    default:
      return [{ type, status: 'False', reason: outcome.reason, message: outcome.message }];
  }
}

/** One condition for each step that has a condition type; several steps may share one, then the first undone step shows. */
export function renderSteps<Facts, Reason extends string>(
  run: StepsResult<Facts, Reason, HookEvent>,
  previous: readonly Condition[],
): ConditionWish<Reason | CoreReason>[] {
  const byType = new Map<string, ConditionWish<Reason | CoreReason>>();
  for (const { step, outcome } of run.results) {
    if (step.condition === undefined) continue;
    const old = previous.find((condition) => condition.type === step.condition);
    const wishes =
      outcome === undefined ? [notReached(step, run.blockedBy, old)] : renderOne(step.condition, outcome, old);
    for (const wish of wishes) {
      const shown = byType.get(wish.type);
      if (shown === undefined || shown.status === 'True') byType.set(wish.type, wish);
    }
  }
  return [...byType.values()];
}

export const done = (message?: string): Outcome<never, never> =>
  message === undefined ? { state: 'done' } : { state: 'done', message };
export const skipped: Outcome<never, never> = { state: 'skipped' };
export const wait = <Reason extends string, Event extends HookEvent = never>(
  reason: Reason,
  message: string,
  retryAfterSeconds: number,
  events: Event[] = [],
): Outcome<Reason, Event> => ({ state: 'wait', reason, message, retryAfterSeconds, events });
export const act = <Reason extends string, Event extends HookEvent = never>(
  reason: Reason,
  message: string,
  operations: Operation[],
  retryAfterSeconds = 1,
  events: Event[] = [],
): Outcome<Reason, Event> => ({ state: 'act', reason, message, retryAfterSeconds, operations, events });
export const unknown = (message: string, retryAfterSeconds = 2): Outcome<never, never> => ({
  state: 'unknown',
  message,
  retryAfterSeconds,
});
export const stalled = <Reason extends string, Event extends HookEvent = never>(
  reason: Reason,
  message: string,
  events: Event[] = [],
): Outcome<Reason, Event> => ({ state: 'stalled', reason, message, events });
