/** From an object to the root of what it waits for, each link with where that stands. */
import type { Condition } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { defined } from '../../hooks/core/defined.ts';
import type { Leads, ObjectReference } from '../../hooks/core/leads.ts';
import { waits } from '../../hooks/core/waits.ts';

/** What the user may read of a cluster. Both reject with what the API server says. */
export interface Reader {
  /** Undefined: there is none. */
  get(reference: ObjectReference): Promise<KubernetesObject | undefined>;
  /** All objects of the operator in a namespace that have conditions. */
  list(namespace: string | undefined): Promise<KubernetesObject[]>;
}

export interface Link {
  object: ObjectReference;
  /** RFC 3339: it is being deleted since. */
  deletedSince?: string;
  /** What it waits for; absent where it waits for nothing, or can not be read. */
  condition?: Pick<Condition, 'type' | 'reason' | 'message' | 'lastTransitionTime'>;
  /** Where the way to this object stands; absent for the first one. */
  source?: string;
  /** How many others wait for the same reason. */
  others: number;
  /** Why no more is known of it. */
  unread?: string;
}

const referenceTo = ({ apiVersion, kind, metadata: { namespace, name } }: KubernetesObject): ObjectReference =>
  defined({ apiVersion, kind, namespace, name });
const keyOf = ({ kind, namespace, name }: ObjectReference): string => [kind, namespace, name].join('/');
const ownedBy =
  (uid: string | undefined) =>
  ({ metadata }: KubernetesObject): boolean =>
    metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid) === true;

function linkOf(object: KubernetesObject, source: string | undefined, others = 0): Link {
  return defined({
    object: referenceTo(object),
    deletedSince: object.metadata.deletionTimestamp,
    condition: waits(object),
    source,
    others,
  });
}

interface Next {
  object: KubernetesObject;
  source: string;
  others: number;
}

/** Of the children that wait the reason that most of them have, and the one that waits longest for it. */
async function waitingChild(object: KubernetesObject, reader: Reader): Promise<Next | undefined> {
  const children = (await reader.list(object.metadata.namespace)).filter(ownedBy(object.metadata.uid));
  const groups = new Map<string, KubernetesObject[]>();
  for (const child of children) {
    const { reason } = waits(child) ?? {};
    if (reason !== undefined) groups.set(reason, [...(groups.get(reason) ?? []), child]);
  }
  const [largest = []] = [...groups.values()].sort((left, right) => right.length - left.length);
  const since = (one: KubernetesObject): string => waits(one)?.lastTransitionTime ?? '';
  const [longest] = largest.sort((left, right) => since(left).localeCompare(since(right)));
  return longest === undefined
    ? undefined
    : { object: longest, source: 'a child, by its conditions', others: largest.length - 1 };
}

type Followed = Next | { object: ObjectReference; unread: string } | undefined;

async function reached(object: ObjectReference, source: string, reader: Reader): Promise<Followed> {
  const found = await reader.get(object);
  return found === undefined
    ? { object, unread: `is not there; ${source} names it` }
    : { object: found, source, others: 0 };
}

async function follow(object: KubernetesObject, leads: Leads, reader: Reader): Promise<Followed> {
  const condition = waits(object);
  if (condition === undefined) return undefined;
  const lead = Object.hasOwn(leads, condition.reason) ? leads[condition.reason]?.(object) : undefined;
  if (lead === undefined) return waitingChild(object, reader);
  if ('object' in lead) return reached(lead.object, lead.field, reader);
  const found = await reader.get(lead.read);
  if (found === undefined) return { object: lead.read, unread: 'is not there' };
  const next = lead.next(found);
  return next && reached(next.object, `${next.field} of ${lead.read.kind} ${lead.read.name}`, reader);
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The chain from the object to its root. What the user may not read ends it, and says so. */
export async function chainFrom(start: KubernetesObject, leads: Leads, reader: Reader): Promise<Link[]> {
  const links = [linkOf(start, undefined)];
  const seen = new Set([keyOf(referenceTo(start))]);
  for (let object = start; ;) {
    let next: Followed;
    try {
      next = await follow(object, leads, reader);
    } catch (error) {
      const last = links[links.length - 1];
      if (last !== undefined) last.unread = `what it waits for could not be read: ${reasonOf(error)}`;
      return links;
    }
    if (next === undefined) return links;
    if ('unread' in next) return [...links, { object: next.object, others: 0, unread: next.unread }];
    if (seen.has(keyOf(referenceTo(next.object)))) return links;
    seen.add(keyOf(referenceTo(next.object)));
    links.push(linkOf(next.object, next.source, next.others));
    object = next.object;
  }
}
