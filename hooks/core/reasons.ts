/**
 * Reasons: the words of conditions and events that programs read. Each stands in a table, of its system or of this room,
 * with what it means and what to do: outcomes, summaries and events take no other, and the page of troubleshooting and the
 * throttles of events are made of the same rows.
 */

interface Told {
  /** What is so, after the reason in a table of the docs. */
  meaning: string;
  /** What a person does; empty where nothing helps, or nothing has to. */
  cure: string;
}

/** A reason that conditions have. An `event` is told as one as well, or only so. */
export type ReasonRow = Told &
  (
    | { event?: never; throttleSeconds?: never }
    | {
        event: 'Normal' | 'Warning';
        /**
         * Seconds between two events of one object, type and reason, whatever they say. Without it repeats are told by their
         * message, so that three drives that are added at once are three events.
         */
        throttleSeconds?: number;
      }
  );

/** Reasons by name, in the order in which they are shown. */
export type ReasonTable = Readonly<Record<string, ReasonRow>>;

/** The tables of a system, each by the question that it answers. A reason may stand in several, with another meaning in each. */
export type Reasons = Readonly<Record<string, ReasonTable>>;

/** The rows of several reasons that mean the same. */
export function together<const Name extends string, const Row extends ReasonRow>(
  names: readonly Name[],
  row: Row,
): Record<Name, Row> {
  return Object.fromEntries(names.map((name) => [name, row])) as Record<Name, Row>;
}

/** What this room says of any object; a system has these rows in its tables, or does not compile. */
export const coreReasons = {
  InvalidSpec: {
    meaning: 'the spec, or a field that this release refuses, is named in the message; nothing is changed',
    cure: 'correct the field',
    event: 'Warning',
  },
  NotSupported: {
    meaning: 'this release does not act on the kind, or builds no pod of the mode',
    cure: '[what is not supported](../README.md#what-is-not-supported)',
    event: 'Warning',
  },
  FieldsIgnored: {
    meaning: 'fields are set that have no effect',
    cure: 'remove them, or live with it',
    event: 'Warning',
  },
  FactUnknown: {
    meaning: 'the sidecar could not read what is needed; the message says what',
    cure: 'seconds are normal; otherwise look at the log of the container `sidecar`, and whether pods can be executed in',
  },
  NotReached: { meaning: 'comes after the step in the message', cure: 'look at that step' },
} satisfies ReasonTable;

/** What this room says of an object that is well. */
export const coreWellReasons = {
  Success: { meaning: 'what the condition is named after holds', cure: '' },
  Settled: { meaning: 'nothing is under way, or nothing is stuck', cure: '' },
} satisfies ReasonTable;

/** What the fence before a successor says, for systems that have pods. */
export const fenceReasons = {
  PodReleased: {
    meaning:
      'the pod of the container has lost its labels, so that Metacontroller let go of it: it runs, and nobody may stop it. Where the claims of the node do not know it, as of a pod that came back from a backup, it is only a pod of this name without an owner. Condition `PodOwned`: it has its labels and no owner, as under a webhook that takes owner references off',
    cure: "exempt the pods in the webhook that the message speaks of, where it does; the command in the message, also when the pod is being deleted; a pod that is not the container's: delete it",
    event: 'Warning',
  },
  PodUnknown: { meaning: 'the name has not been read live', cure: 'as `FactUnknown`', event: 'Warning' },
  PodStillExists: {
    meaning: 'a pod of this container exists that Metacontroller does not see',
    cure: "wait; if it stays, its labels were changed: compare them with another pod's",
    event: 'Warning',
  },
  NameTaken: {
    meaning: 'a pod of this name belongs to something else',
    cure: 'delete that; of one that is being deleted the message says what lets it go',
    event: 'Warning',
  },
  WaitingForProofOfDeath: {
    meaning: 'the pod vanished without permission, by a forced deletion or with its node',
    cure: 'bring the node back, reboot it, taint it out-of-service or delete the Node',
    event: 'Warning',
  },
} satisfies ReasonTable;

export type CoreReason = keyof typeof coreReasons | keyof typeof coreWellReasons;
export type CoreEvent = EventOf<{ core: typeof coreReasons }>;
export type FenceReason = keyof typeof fenceReasons;

type KeysWith<Table, Type> = Table extends unknown
  ? { [Name in keyof Table]: Table[Name] extends { event: Type } ? Name : never }[keyof Table] & string
  : never;

/** The names of all reasons of some tables. */
export type ReasonOf<Tables extends Reasons> = Tables[keyof Tables] extends infer Table
  ? Table extends unknown
    ? keyof Table & string
    : never
  : never;

/** The events that some tables have: each reason with the type of its row. */
export type EventOf<Tables extends Reasons> =
  | { type: 'Warning'; reason: KeysWith<Tables[keyof Tables], 'Warning'>; message: string }
  | { type: 'Normal'; reason: KeysWith<Tables[keyof Tables], 'Normal'>; message: string };

declare const carriedMark: unique symbol;
/** A reason that stands in the status of an object. An earlier release may have written it, so it need not be in any table. */
export type CarriedReason = string & { readonly [carriedMark]: true };

/** What a condition says, to be said again as it is. */
export function carried({ reason, message }: { reason: string; message: string }): {
  reason: CarriedReason;
  message: string;
} {
  return { reason: reason as CarriedReason, message };
}

/** The throttles that some systems set themselves, in seconds by reason. Throws when two rows contradict each other. */
export function throttledReasonsOf(systems: readonly { reasons: Reasons }[]): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  const rows = systems.flatMap(({ reasons }) => Object.values(reasons)).flatMap((table) => Object.entries(table));
  for (const [reason, { throttleSeconds }] of rows) {
    if (throttleSeconds === undefined) continue;
    if ((found[reason] ?? throttleSeconds) !== throttleSeconds)
      throw new Error(`two throttles for events of the reason ${reason}`);
    found[reason] = throttleSeconds;
  }
  return found;
}
