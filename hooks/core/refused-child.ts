/**
 * Why Metacontroller could not create a child. It says so in an event on the parent and nowhere else: a quota, a webhook or a
 * missing ServiceAccount would read as if all were going on.
 */
import { findCondition, type Condition } from './conditions.ts';
import type { HookRequest } from './contract.ts';
import { hasPassed } from './deadlines.ts';
import { factValue, type ReadingRequest } from './facts.ts';
import { recentEvents } from './families/objects.ts';

/** Seconds. A child that is simply being created is there by then. */
const patience = 3;
/** Seconds. Metacontroller counts repeats on one event, of a busy object once in five minutes. */
const maxAge = 5;

/** The condition of a parent that tells of a missing child, and its reason then. */
export interface MissingChild<Reason extends string> {
  type: string;
  reason: Reason;
}

const eventsOf = ({ metadata: { namespace, name, uid } }: HookRequest['parent']) =>
  namespace === undefined || uid === undefined
    ? undefined
    : recentEvents({ namespace, name, uid }, 'SyncError', maxAge);

function missing({ parent }: HookRequest, { type, reason }: MissingChild<string>): Condition | undefined {
  const condition = findCondition(parent, type);
  return condition?.status === 'False' && condition.reason === reason ? condition : undefined;
}

/** A child is missing for longer than it takes to create one. */
export function isMissingLong(request: HookRequest, child: MissingChild<string>): boolean {
  const condition = missing(request, child);
  return condition !== undefined && hasPassed(condition.lastTransitionTime, patience, request.context.now);
}

/** The error chain without what Metacontroller puts before the words of the API server. */
const words = (message: string): string | undefined =>
  /can't reconcile children for \S+ [^:]*: (.*)/s.exec(message)?.[1];

/**
 * The words with which the API server has refused a child since it is missing; undefined where it has not, or nothing is known
 * of it. Asked for once the child has been missing for a while.
 */
export function refusalOf(request: ReadingRequest, child: MissingChild<string>): string | undefined {
  const wanted = eventsOf(request.parent);
  const condition = missing(request, child);
  if (wanted === undefined || condition === undefined || !isMissingLong(request, child)) return undefined;
  const since = Date.parse(condition.lastTransitionTime);
  const fact = factValue(request.observed, wanted);
  if (fact.state === 'unknown') return undefined;
  return fact.value.events
    .filter(({ lastAt }) => Date.parse(lastAt) >= since)
    .map(({ message }) => words(message))
    .find((text) => text !== undefined);
}

/**
 * Where to look for these words when they are not known: the event comes late or never where Metacontroller has reported much
 * of the object already. Undefined while a child that is simply being created may still come.
 * @param kind of the parent, as kubectl takes it
 */
export function whereRefusalStands(
  request: HookRequest,
  child: MissingChild<string>,
  kind: string,
): string | undefined {
  if (!isMissingLong(request, child)) return undefined;
  const { namespace = 'default', name } = request.parent.metadata;
  return `if the API server refuses it, its words are in an event SyncError (kubectl events -n ${namespace} --for ${kind}/${name}), or, where that was dropped, in the log of Metacontroller`;
}
