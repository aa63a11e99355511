/**
 * Why Metacontroller could not create a child. It says so in an event on the parent and nowhere else: a quota, a webhook or a
 * missing ServiceAccount would read as if all were going on.
 */
import { findCondition, type Condition } from './conditions.ts';
import type { HookRequest, Observation } from './contract.ts';
import { factValue, readingRequest, type Readable } from './facts.ts';
import { recentEvents } from './families/objects.ts';

/** Seconds. A child that is simply being created is there by then. */
const patience = 3;
/** Seconds. Metacontroller counts repeats on one event, of a busy object once in five minutes. */
const maxAge = 5;

/** The condition of a parent that tells of a missing child, and its reason then. */
export interface MissingChild {
  type: string;
  reason: string;
}

const eventsOf = ({ metadata: { namespace, name, uid } }: HookRequest['parent']) =>
  (namespace === undefined || uid === undefined ? undefined : recentEvents({ namespace, name, uid }, 'SyncError', maxAge));

function missing({ parent }: HookRequest, { type, reason }: MissingChild): Condition | undefined {
  const condition = findCondition(parent, type);
  return condition?.status === 'False' && condition.reason === reason ? condition : undefined;
}

/** What is asked of the sidecar once a child has been missing for a while, by controllers that list their questions. */
export function refusalObservations(request: HookRequest, child: MissingChild): Observation[] {
  const reading = readingRequest(request);
  refusalOf(reading, child);
  return [...reading.observed.asked.values()];
}

/** The error chain without what Metacontroller puts before the words of the API server. */
const words = (message: string): string | undefined => /can't reconcile children for \S+ [^:]*: (.*)/s.exec(message)?.[1];

/**
 * The words with which the API server has refused a child since it is missing; undefined where it has not, or nothing is known
 * of it. Asked for once the child has been missing for a while.
 */
export function refusalOf(request: HookRequest & { observed: Readable }, child: MissingChild): string | undefined {
  const wanted = eventsOf(request.parent);
  const condition = missing(request, child);
  if (wanted === undefined || condition === undefined) return undefined;
  const since = Date.parse(condition.lastTransitionTime);
  // also where the time can not be read
  if (!(Date.parse(request.context.now) - since >= patience * 1000)) return undefined;
  const fact = factValue(request.observed, wanted);
  if (fact.state === 'unknown') return undefined;
  return fact.value.events.filter(({ lastAt }) => Date.parse(lastAt) >= since).map(({ message }) => words(message)).find((text) => text !== undefined);
}
