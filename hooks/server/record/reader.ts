/** Reading a record: the decisions in it, in their order, as they were taken. */
import type { HookRequest, Json, KubernetesObject, ObjectsByKind } from '../../core/contract.ts';
import {
  membersOf,
  RecordError,
  recordVersion,
  type DecisionLine,
  type Recorded,
  type Reference,
  type References,
  type SegmentHead,
  type ValueLine,
} from './format.ts';

type Line = SegmentHead | ValueLine | DecisionLine;

interface OpenSegment {
  head: SegmentHead;
  values: Map<Reference, unknown>;
}

function opened(head: SegmentHead): OpenSegment {
  if (head.record !== recordVersion)
    throw new RecordError(`its format is ${String(head.record)}, and this program reads ${recordVersion}`);
  return { head, values: new Map() };
}

function lineOf(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    throw new RecordError(`a line of it is no JSON: ${text.slice(0, 40)}`);
  }
}

function decided({ request, decision, ...of }: DecisionLine, { head, values }: OpenSegment): Recorded {
  const value = (reference: Reference): unknown => {
    if (!values.has(reference)) throw new RecordError(`a decision of ${of.at} names ${reference}, which is not in it`);
    return values.get(reference);
  };
  const object = (reference: Reference): KubernetesObject => value(reference) as KubernetesObject;
  const objects = (byKind: References): ObjectsByKind =>
    Object.fromEntries(
      Object.entries(byKind).map(([kind, byName]) => [
        kind,
        Object.fromEntries(
          Object.entries(value(byName) as Record<string, Reference>).map(([name, one]) => [name, object(one)]),
        ),
      ]),
    );
  const { observed, context } = request;
  const facts = Object.entries(observed.facts).map(([id, { value: known, ...fact }]) => [
    id,
    known === undefined ? fact : { ...fact, value: value(known) },
  ]);
  return {
    ...of,
    release: head.release,
    replica: head.replica,
    request: {
      controller: object(request.controller),
      parent: object(request.parent),
      children: objects(request.children),
      related: objects(request.related),
      finalizing: request.finalizing,
      observed: {
        facts: Object.fromEntries(facts) as HookRequest['observed']['facts'],
        operations: observed.operations,
      },
      context: { ...context, config: value(context.config) as Record<string, Json> },
    },
    decision: {
      ...decision,
      status: value(decision.status) as Record<string, Json>,
      children: (value(decision.children) as Reference[]).map(object),
    },
  };
}

/**
 * The decisions of a record, which may be several, one behind the other. What is not read yet is not held as objects.
 * Throws RecordError where it is no record, of a newer format, damaged or cut off.
 */
export function* decisionsIn(bytes: Buffer): Generator<Recorded> {
  let open: OpenSegment | undefined;
  for (const text of membersOf(bytes)) {
    for (const one of text.split('\n').filter((line) => line !== '')) {
      const line = lineOf(one);
      if ('record' in line) open = opened(line);
      else if (open === undefined) throw new RecordError('it is no record');
      else if ('id' in line) open.values.set(line.id, line.is);
      else if ('decision' in line) yield decided(line, open);
    }
  }
}

/** The decisions of several records in the order of their times; the first named comes first at the same time. */
export function* mergedByTime(records: Iterable<Recorded>[]): Generator<Recorded> {
  const heads = records.map((record) => {
    const iterator = record[Symbol.iterator]();
    return { iterator, next: iterator.next() };
  });
  for (;;) {
    const first = heads
      .filter(({ next }) => next.done !== true)
      .reduce<(typeof heads)[number] | undefined>(
        (earliest, head) =>
          earliest === undefined || (head.next.value as Recorded).at < (earliest.next.value as Recorded).at
            ? head
            : earliest,
        undefined,
      );
    if (first === undefined || first.next.done === true) return;
    yield first.next.value;
    first.next = first.iterator.next();
  }
}
