/** How a decision comes about: each step with its outcome, and with what it has read for that. */
import { describeIssues } from './api/parse.ts';
import type { ExplainedStep, Explanation, HookEvent, HookRequest, Observation } from './contract.ts';
import type { ControllerDefinition } from './controller.ts';
import { defined } from './defined.ts';
import { readingRequest } from './facts.ts';
import { runSteps, type Outcome, type Step } from './steps.ts';

/** Remembers what is looked up: to read a fact is to look whether it was asked for. */
class Recorded extends Map<string, Observation> {
  private looked = new Set<string>();
  override get(id: string): Observation | undefined {
    this.looked.add(id);
    return super.get(id);
  }
  /** What was looked up since the last time. */
  take(): string[] {
    const taken = [...this.looked];
    this.looked = new Set();
    return taken;
  }
}

function explained(
  { name, summary }: Pick<Step<never, string, HookEvent>, 'name' | 'summary'>,
  outcome: Outcome<string, HookEvent> | undefined,
  read: string[],
): ExplainedStep {
  if (outcome === undefined) return { name, summary, state: 'not reached', read, operations: [] };
  return defined({
    name,
    summary,
    state: outcome.state,
    reason: 'reason' in outcome ? outcome.reason : undefined,
    message: 'message' in outcome ? outcome.message : undefined,
    read,
    operations: outcome.state === 'act' ? outcome.operations : [],
  });
}

/** Runs the steps of the life that the object is in. A fact that is computed once and kept is read by who comes to it first. */
export function explainDecision<Parent, Facts, Reason extends string, Event extends HookEvent, LifeName extends string>(
  definition: Pick<
    ControllerDefinition<Parent, Facts, Reason, Event, LifeName>,
    'parse' | 'facts' | 'lives' | 'life' | 'refused'
  >,
  given: HookRequest,
): Explanation {
  const asked = new Recorded();
  const reading = readingRequest(given);
  const request = { ...reading, observed: { ...reading.observed, asked } };
  const parsed = definition.parse(request.parent);
  if (!parsed.ok) return { refused: describeIssues(parsed.issues), read: [], steps: [] };
  const facts = definition.facts(request, parsed.value);
  const refused = definition.refused?.(facts);
  const life = definition.life(facts);
  const read = asked.take();
  if (refused !== undefined) return { refused, read, steps: [] };
  const readBy = new Map<string, string[]>();
  const traced = definition.lives[life].steps.map((step) => ({
    ...step,
    check(about: Facts) {
      const outcome = step.check(about);
      readBy.set(step.name, asked.take());
      return outcome;
    },
  }));
  const run = runSteps(traced, facts, request.observed.operations);
  return defined({
    life,
    read,
    steps: run.results.map(({ step, outcome }) => explained(step, outcome, readBy.get(step.name) ?? [])),
    blockedBy: run.blockedBy?.step.name,
  });
}
