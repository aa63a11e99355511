/** Two calls with the same request give the same decision, and none changes what it was given. */
import { isDeepStrictEqual } from 'node:util';
import type { HookController } from '../../../hooks/core/contract.ts';

/** Each so-many-th decision is taken twice: all of them would take half as long again. */
const every = 20;

/** Watches the decisions of these controllers; the returned function ends it. */
export function watchDecisions(controllers: readonly HookController[], broken: (text: string) => void): () => void {
  const originals = controllers.map((controller) => [controller, controller.decide] as const);
  let count = 0;
  for (const [controller, decide] of originals) {
    controller.decide = (request) => {
      count += 1;
      if (count % every !== 0) return decide(request);
      const copy = structuredClone(request);
      const decision = decide(request);
      if (!isDeepStrictEqual(copy, request)) broken(`${controller.name} changes the request that it decides on, about ${request.parent.metadata.name}`);
      if (!isDeepStrictEqual(decide(copy), decision)) broken(`${controller.name} decides otherwise on the same request, about ${request.parent.metadata.name}`);
      return decision;
    };
  }
  return () => {
    for (const [controller, decide] of originals) controller.decide = decide;
  };
}
