/**
 * A controller from its parts: how its parent is parsed, the facts, the lives that an object may be in, each a list of
 * steps, and what follows from how far they have come. What is the same for all of them stands here: the answer to a spec
 * that is not valid, summary and conditions with their times, operations, events, and when to look again.
 */
import { describeIssues, type Parsed } from './api/parse.ts';
import {
  conditionsOf,
  kstatusTrio,
  withTransitionTimes,
  type Condition,
  type ConditionWish,
  type Summary,
} from './conditions.ts';
import type {
  Decision,
  HookController,
  HookEvent,
  HookRequest,
  Json,
  KubernetesObject,
  Operation,
  RelatedRule,
} from './contract.ts';
import { defined } from './defined.ts';
import { invalidSpec } from './echo.ts';
import { explainDecision } from './explain.ts';
import { readingRequest, type ReadingRequest } from './facts.ts';
import { milestonesIn, type Milestone } from './milestones.ts';
import type { CoreReason } from './reasons.ts';
import { renderSteps, runSteps, type Meanwhile, type Step, type StepsResult } from './steps.ts';

/** A run that reads: it judges, and gives what takes the decision then. */
type Judge = (request: ReadingRequest) => () => Decision;

/** A controller of a function that reads facts; what it reads before it returns is asked before anything is decided. */
export function controllerOf(
  name: string,
  type: HookController['type'],
  judge: Judge,
  { customize, explain, finalizes }: Pick<HookController, 'customize' | 'explain' | 'finalizes'> = {},
): HookController {
  const run: HookController['run'] = (request) => {
    const reading = readingRequest(request);
    const decide = judge(reading);
    let taken: Decision | undefined;
    return { questions: () => [...reading.observed.asked.values()], decision: () => (taken ??= decide()) };
  };
  return defined({
    name,
    type,
    run,
    customize,
    explain,
    finalizes,
    decide: (request: HookRequest) => run(request).decision(),
    observe(request: HookRequest) {
      const { questions, decision } = run(request);
      decision();
      return questions();
    },
  });
}

/** One way in which an object lives, such as coming up or ending. A system binds reasons and events once, as it does for its steps. */
export interface Life<Facts, Reason extends string, Event extends HookEvent, Name extends string = string> {
  /** In their order. */
  steps: readonly Step<Facts, Reason, Event, Name>[];
  /** What becomes of the children when no step is waited for any more. */
  whenDone: Meanwhile;
  /** How the object stands as a whole. */
  summary(facts: Facts, run: StepsResult<Facts, Reason, Event>): Summary<Reason | CoreReason>;
  /** The one word of the status. */
  word?(facts: Facts, run: StepsResult<Facts, Reason, Event>, summary: Summary<Reason | CoreReason>): string;
  /** All conditions after the kstatus trio; those of the steps alone where it is absent. */
  conditions?(
    facts: Facts,
    ofSteps: ConditionWish<Reason | CoreReason>[],
    summary: Summary<Reason | CoreReason>,
    run: StepsResult<Facts, Reason, Event>,
  ): ConditionWish<Reason | CoreReason>[];
  /** Beside those of the steps, in this answer. */
  operations?(facts: Facts, run: StepsResult<Facts, Reason, Event>): Operation[];
  /** Seconds to the next look; that of the steps where it is absent. */
  resync?(facts: Facts, run: StepsResult<Facts, Reason, Event>): number | undefined;
  /** Whether nothing is left to be done for an object that is deleted; a life without it ends nothing. */
  finalized?(facts: Facts, run: StepsResult<Facts, Reason, Event>): boolean | undefined;
}

/** What a status and the children are made of, beside the facts. */
export interface Said<Facts, Reason extends string, Event extends HookEvent, LifeName extends string> {
  life: LifeName;
  run: StepsResult<Facts, Reason, Event>;
  meanwhile: Meanwhile;
}

export interface ControllerDefinition<
  Parent,
  Facts,
  Reason extends string,
  Event extends HookEvent,
  LifeName extends string,
> {
  name: string;
  parse: (object: KubernetesObject) => Parsed<Parent>;
  /** All that steps, children and status rest on, computed once for each run. Reads what every call needs, and nothing else: a step reads for itself. */
  facts(request: ReadingRequest, parent: Parent): Facts;
  lives: Record<LifeName, Life<Facts, Reason, Event>>;
  /** In which of them the object is. */
  life(facts: Facts): NoInfer<LifeName>;
  /** Why the object can not be built although its spec is valid. */
  refused?(facts: Facts): string | undefined;
  /** The conditions as they stand; those of the parent where it is absent. */
  previous?(facts: Facts): readonly Condition[];
  children(facts: Facts, said: Said<Facts, Reason, Event, LifeName>): KubernetesObject[];
  /** The whole status. */
  status(
    facts: Facts,
    said: Said<Facts, Reason, Event, LifeName> & { word: string; conditions: Json },
  ): Record<string, Json>;
  /** What is asked for all the same of an object whose spec is not valid. */
  whileInvalid?(request: ReadingRequest): Operation[];
  /**
   * Whether an object whose spec is not valid has nothing to be ended but its children, such as claims or data. It may go
   * then, once it is deleted and has none. Absent: it is held until the spec is corrected, and its conditions say so.
   */
  leavesNothing?(request: ReadingRequest): boolean;
  /** What an object comes to that is told as an event, once each. */
  milestones?: readonly Milestone<Event>[];
  /** Which related objects to send, by what the spec says. */
  related?: (parent: Parent, object: KubernetesObject) => RelatedRule[];
}

/** Throws when a life names two steps alike: they would be one in conditions, pages and messages. */
function refuseTwins(lives: Record<string, Life<never, string, HookEvent>>): void {
  for (const [life, { steps }] of Object.entries(lives)) {
    const names = steps.map(({ name }) => name);
    const twin = names.find((name, index) => names.indexOf(name) !== index);
    if (twin !== undefined) throw new Error(`life ${life} has two steps ${twin}`);
  }
}

/** The controller of a kind with steps. */
export function defineController<
  Parent,
  Facts,
  Reason extends string,
  Event extends HookEvent,
  LifeName extends string,
>(definition: ControllerDefinition<Parent, Facts, Reason, Event, LifeName>): HookController {
  const { name, parse, lives, related } = definition;
  refuseTwins(lives);

  function invalid(request: ReadingRequest, message: string): () => Decision {
    const operations = definition.whileInvalid?.(request) ?? [];
    return () => ({ ...invalidSpec(request, message), operations });
  }

  function unreadable(request: ReadingRequest, message: string): () => Decision {
    if (!request.finalizing) return invalid(request, message);
    const hasChildren = Object.values(request.children).some((byName) => Object.keys(byName).length > 0);
    if (!hasChildren && definition.leavesNothing?.(request) === true)
      return () => ({ ...invalidSpec(request, message), finalized: true });
    return invalid(request, `${message}; its deletion waits until that is corrected`);
  }

  function judge(request: ReadingRequest): () => Decision {
    const parsed = parse(request.parent);
    if (!parsed.ok) return unreadable(request, describeIssues(parsed.issues));
    const facts = definition.facts(request, parsed.value);
    const refused = definition.refused?.(facts);
    if (refused !== undefined) return invalid(request, refused);
    const chosen = definition.life(facts);
    const life = lives[chosen];
    const run = runSteps(life.steps, facts, request.observed.operations);
    return () => decide(request, facts, chosen, life, run);
  }

  function decide(
    request: ReadingRequest,
    facts: Facts,
    chosen: LifeName,
    life: Life<Facts, Reason, Event>,
    run: StepsResult<Facts, Reason, Event>,
  ): Decision {
    const said = {
      life: chosen,
      run,
      meanwhile: run.blockedBy === undefined ? life.whenDone : (run.blockedBy.step.whileBlocked ?? 'keep'),
    };
    const previous = definition.previous?.(facts) ?? conditionsOf(request.parent);
    const summary = life.summary(facts, run);
    const ofSteps = renderSteps(run, previous);
    const wishes = [...kstatusTrio(summary), ...(life.conditions?.(facts, ofSteps, summary, run) ?? ofSteps)];
    const conditions = withTransitionTimes(
      wishes,
      [...previous],
      request.context.now,
      request.parent.metadata.generation ?? 0,
    );
    const finalized = life.finalized?.(facts, run);
    const milestones = milestonesIn(definition.milestones ?? [], {
      before: previous,
      after: conditions,
      generation: request.parent.metadata.generation ?? 0,
      finalized: finalized === true,
    });
    return defined({
      status: definition.status(facts, {
        ...said,
        word: life.word?.(facts, run, summary) ?? '',
        conditions: conditions as unknown as Json,
      }),
      children: definition.children(facts, said),
      operations: [...run.operations, ...(life.operations?.(facts, run) ?? [])],
      events: [...run.events, ...milestones],
      finalized,
      resyncAfterSeconds: life.resync === undefined ? run.resyncAfterSeconds : life.resync(facts, run),
    });
  }

  const customize = (object: KubernetesObject): RelatedRule[] => {
    const parsed = parse(object);
    return parsed.ok && related !== undefined ? related(parsed.value, object) : [];
  };
  const finalizes = Object.values<Life<Facts, Reason, Event>>(lives).some((life) => life.finalized !== undefined);
  return controllerOf(name, 'composite', judge, {
    ...(related === undefined ? {} : { customize }),
    explain: (request: HookRequest) => explainDecision(definition, request),
    ...(finalizes ? { finalizes } : {}),
  });
}
