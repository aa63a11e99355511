/**
 * Milestones: what an object comes to once, told as an event. A table of a kind says at which turn of a condition. Nothing is
 * remembered: a turn lies between the status that is stored and the one that is answered, and the event is named after it, so that it
 * is one however often a hook is called before its answer is stored. A settled object has none.
 */
import type { Condition } from './conditions.ts';
import type { HookEvent } from './contract.ts';
import type { CoreEvent } from './reasons.ts';

/** How a condition stands; with a reason, only if it has that. */
interface Standing {
  condition: string;
  status: Condition['status'];
  reason?: string;
}

/** An event without its words: a reason of a row, with the type of that. */
type Told<Event extends HookEvent> = Event extends unknown ? Pick<Event, 'type' | 'reason'> : never;

export interface Milestone<Event extends HookEvent> {
  /** The object comes to it when this begins to hold, or when it may go. */
  when: Standing | 'finalized';
  /** The condition is shown only while it holds. Of all others one that was not shown before is no turn: a pause may have hidden it. */
  appears?: true;
  /** What has to have held before; absent: anything. */
  after?: Standing;
  /** What has to hold as well. */
  and?: Standing;
  event: Told<Event>;
  /** What the event says; absent: what the condition does. */
  message?: string;
}

/** What any kind with a table of what is not supported has among its own. */
export const fieldsIgnoredMilestone = {
  when: { condition: 'NotSupported', status: 'True' },
  appears: true,
  event: { type: 'Warning', reason: 'FieldsIgnored' },
} as const satisfies Milestone<CoreEvent>;

const find = (conditions: readonly Condition[], { condition }: Standing): Condition | undefined =>
  conditions.find(({ type }) => type === condition);

function holds(conditions: readonly Condition[], standing: Standing): boolean {
  const found = find(conditions, standing);
  return found?.status === standing.status && (standing.reason === undefined || found.reason === standing.reason);
}

/** What a call of a hook lies between. */
export interface Turn {
  before: readonly Condition[];
  after: readonly Condition[];
  generation: number;
  finalized: boolean;
}

/** The events of the milestones that lie in a turn. */
export function milestonesIn<Event extends HookEvent>(
  table: readonly Milestone<Event>[],
  { before, after, generation, finalized }: Turn,
): HookEvent[] {
  return table.flatMap(({ when, appears, after: earlier, and, event, message }): HookEvent[] => {
    if (when === 'finalized') return finalized ? [{ ...event, message: message ?? '', once: 'finalized' }] : [];
    if (!holds(after, when) || holds(before, when)) return [];
    const was = find(before, when);
    if (was === undefined && appears !== true) return [];
    if (earlier !== undefined && !holds(before, earlier)) return [];
    if (and !== undefined && !holds(after, and)) return [];
    // what ends with the turn began at a time of its own; where nothing stood before, the spec that brought it says which it is
    const since = was?.lastTransitionTime ?? `generation ${generation}`;
    return [{ ...event, message: message ?? find(after, when)?.message ?? '', once: `${when.condition} ${since}` }];
  });
}
