/** Kinds that the API has and this release does not act on: each object says so itself, and nothing else happens. */
import { conditionsOf, kstatusTrio, withTransitionTimes } from './conditions.ts';
import type { Decision, HookController, HookRequest, Json } from './contract.ts';
import { echoChildren } from './echo.ts';

function decide(request: HookRequest): Decision {
  const { parent, context } = request;
  const message = `this release does not act on ${parent.kind} objects`;
  const wishes = kstatusTrio({ state: 'stalled', reason: 'NotSupported', message });
  const conditions = withTransitionTimes(wishes, conditionsOf(parent), context.now, parent.metadata.generation ?? 0);
  return {
    status: { ...((parent['status'] ?? {}) as Record<string, Json>), conditions: conditions as unknown as Json },
    children: echoChildren(request),
    operations: [],
    events: [{ type: 'Warning', reason: 'NotSupported', message }],
    ...(request.finalizing ? { finalized: true } : {}),
  };
}

/** A controller that only answers for the objects of a kind. */
export function notSupported(name: string): HookController {
  return { name, type: 'composite', observe: () => [], decide };
}
