/**
 * What an API has and this release does not act on, as rows: a field that is set is named in a condition, and in a warning when it is
 * applied; an object of a whole kind says so itself.
 */
import { asks, type Ask } from './asked.ts';
import { conditionsOf, kstatusTrio, withTransitionTimes, type ConditionWish } from './conditions.ts';
import type { Decision, HookController, HookRequest, Json } from './contract.ts';
import { controllerOf } from './controller.ts';
import { echoChildren } from './echo.ts';
import type { CoreEvent, CoreReason } from './reasons.ts';

/** A field of a kind that nothing acts on. */
export interface FieldNotSupported {
  /** As people write it, such as `spec.replicas`. */
  path: string;
  /** Of what of the field nothing comes, such as `other than manual`; absent: of all of it. */
  only?: string;
  /** `refused`: going on without it would build something else than was asked for. */
  effect: 'ignored' | 'refused';
  when: Ask;
  /** What a person does; absent: leaves it out. */
  instead?: string;
}

/** What of a kind nothing acts on: fields, or all of it. */
export interface KindNotSupported {
  kind: string;
  fields: readonly FieldNotSupported[] | 'all';
}

/** The field as it is named in conditions, warnings and pages. */
export const nameOf = ({ path, only }: Pick<FieldNotSupported, 'path' | 'only'>): string =>
  only === undefined ? path : `${path} (${only})`;

/**
 * The names of what is set and not supported.
 * @param changed fields of which something still has the value of before
 */
export function fieldsNotSupported(
  table: readonly FieldNotSupported[],
  object: object,
  changed: readonly string[] = [],
): { refused: string[]; ignored: string[] } {
  const set = table.filter(({ when }) => asks(when, object, changed));
  const names = (effect: FieldNotSupported['effect']): string[] =>
    set.filter((entry) => entry.effect === effect).map(nameOf);
  return { refused: names('refused'), ignored: names('ignored') };
}

/** What is said when a field is applied: one sentence, short, for an API server cuts what is long. */
export function warningOf({ effect, instead, ...field }: FieldNotSupported): string {
  const cure = instead ?? 'leave it out';
  return effect === 'ignored'
    ? `${nameOf(field)} has no effect in this release: ${cure}`
    : `${nameOf(field)} is refused by this release: ${cure}, until then nothing is built or changed`;
}

/** What is said when an object of a kind is applied on which nothing acts. */
export const warningOfKind = (kind: string): string =>
  `this release does not act on ${kind} objects: nothing comes of it`;

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
