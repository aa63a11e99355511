/** What an API has and this release does not act on: a field that is set is named in a condition, an object of a whole kind says so itself. */
import { conditionsOf, kstatusTrio, withTransitionTimes, type ConditionWish } from './conditions.ts';
import type { Decision, HookController, HookRequest, Json } from './contract.ts';
import { controllerOf } from './controller.ts';
import { echoChildren } from './echo.ts';
import type { CoreEvent, CoreReason } from './reasons.ts';

/** A field of a kind, or what else is asked for in a way of its own. */
export interface FieldNotSupported<Asked> {
  /** As people write it, such as `spec.replicas`. */
  path: string;
  /** `refused`: going on without it would build something else than was asked for. */
  effect: 'ignored' | 'refused';
  isSet(asked: Asked): boolean;
}

/** Whether a flag or a text asks for something. */
export const asksForSomething = (value: unknown): boolean => value !== undefined && value !== false && value !== '';

/** The paths of what is set and not supported. */
export function fieldsNotSupported<Asked>(
  table: readonly FieldNotSupported<Asked>[],
  asked: Asked,
): { refused: string[]; ignored: string[] } {
  const set = table.filter((entry) => entry.isSet(asked));
  const paths = (effect: FieldNotSupported<Asked>['effect']): string[] =>
    set.filter((entry) => entry.effect === effect).map(({ path }) => path);
  return { refused: paths('refused'), ignored: paths('ignored') };
}

/** Shown only where something is set that has no effect. */
export function notSupportedCondition(ignored: readonly string[]): ConditionWish<CoreReason>[] {
  if (ignored.length === 0) return [];
  return [
    {
      type: 'NotSupported',
      status: 'True',
      reason: 'FieldsIgnored',
      message: `this release does not act on ${ignored.join(', ')}`,
    },
  ];
}

function decide(request: HookRequest): Decision {
  const { parent, context } = request;
  const message = `this release does not act on ${parent.kind} objects`;
  const event: CoreEvent = { type: 'Warning', reason: 'NotSupported', message };
  const wishes = kstatusTrio<CoreReason>({ state: 'stalled', reason: event.reason, message });
  const conditions = withTransitionTimes(wishes, conditionsOf(parent), context.now, parent.metadata.generation ?? 0);
  return {
    status: { ...((parent['status'] ?? {}) as Record<string, Json>), conditions: conditions as unknown as Json },
    children: echoChildren(request),
    operations: [],
    events: [event],
    ...(request.finalizing ? { finalized: true } : {}),
  };
}

/** A controller that only answers for the objects of a kind. */
export function notSupported(name: string): HookController {
  return controllerOf(name, 'composite', (request) => () => decide(request));
}
