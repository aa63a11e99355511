/** Two calls with the same request give the same decision, and none changes what it was given. */
import { isDeepStrictEqual } from 'node:util';
import type { Decision, HookController, HookRequest } from '../../../hooks/core/contract.ts';

/** Each so-many-th decision is taken twice: all of them would take half as long again. */
const every = 20;

/** Watches the decisions of these controllers; the returned function ends it. */
export function watchDecisions(controllers: readonly HookController[], broken: (text: string) => void): () => void {
  const originals = controllers.map((controller) => [controller, controller.run] as const);
  let count = 0;
  for (const [controller, run] of originals) {
    controller.run = (request) => {
      count += 1;
      if (count % every !== 0) return run(request);
      const decide = (given: HookRequest): Decision => run(given).decision();
      const copy = structuredClone(request);
      const decision = decide(request);
      if (!isDeepStrictEqual(copy, request))
        broken(`${controller.name} changes the request that it decides on, about ${request.parent.metadata.name}`);
      if (!isDeepStrictEqual(decide(copy), decision))
        broken(`${controller.name} decides otherwise on the same request, about ${request.parent.metadata.name}`);
      return run(request);
    };
  }
  return () => {
    for (const [controller, run] of originals) controller.run = run;
  };
}
