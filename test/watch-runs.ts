/** Watching what hooks decide while a lab runs: the decisions that the shell acts on, which rest on all that was asked for them. */
import type { Decision, HookController, HookRequest } from '../hooks/core/contract.ts';

type Seen = (controller: HookController, request: HookRequest, decision: Decision) => void;

/**
 * Calls `seen` with each decision of these controllers. One that has read what was not asked before is left out: it is
 * taken anew with the answers.
 * @returns what ends it
 */
export function watchRuns(controllers: readonly HookController[], seen: Seen): () => void {
  const originals = controllers.map((controller) => [controller, controller.run] as const);
  for (const [controller, run] of originals) {
    controller.run = (request) => {
      const { questions, decision } = run(request);
      return {
        questions,
        decision() {
          const taken = decision();
          if (questions().every(({ id }) => request.observed.facts[id] !== undefined)) seen(controller, request, taken);
          return taken;
        },
      };
    };
  }
  return () => {
    for (const [controller, run] of originals) controller.run = run;
  };
}
