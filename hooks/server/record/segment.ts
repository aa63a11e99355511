/** Writing a segment: each object once by uid and resourceVersion, each other value once by what it says. */
import { hash } from 'node:crypto';
import type { Decision, HookRequest, KubernetesObject, ObjectsByKind } from '../../core/contract.ts';
import { recordVersion, type DecisionLine, type Reference, type References, type SegmentHead } from './format.ts';

/** A decision that is to be recorded. */
export interface Taken {
  at: string;
  controller: string;
  hook: string;
  request: HookRequest;
  decision: Decision;
  redacted?: true;
}

export interface Segment {
  add(taken: Taken): void;
  /** Characters that were not taken yet. */
  readonly pending: number;
  /** The lines since the last time. */
  take(): string;
}

export function segment(head: Omit<SegmentHead, 'record'>): Segment {
  const numbers = new Map<string, Reference>();
  let lines = [JSON.stringify({ record: recordVersion, ...head } satisfies SegmentHead)];
  let pending = 0;
  const write = (line: string): void => {
    lines.push(line);
    pending += line.length + 1;
  };
  const number = (key: string, text: () => string): Reference => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const id = numbers.size + 1;
    numbers.set(key, id);
    write(`{"id":${id},"is":${text()}}`);
    return id;
  };
  const value = (given: unknown): Reference => {
    const text = JSON.stringify(given);
    return number(hash('sha1', text, 'base64'), () => text);
  };
  const lists = new Map<string, Reference>();
  /** Most decisions wish what the one before did: then the whole is looked at once, and not each child. */
  const list = (given: readonly KubernetesObject[]): Reference => {
    const whole = hash('sha1', JSON.stringify(given), 'base64');
    const known = lists.get(whole) ?? value(given.map(value));
    lists.set(whole, known);
    return known;
  };
  const object = (given: KubernetesObject): Reference => {
    const { uid, resourceVersion } = given.metadata;
    return uid === undefined || resourceVersion === undefined
      ? value(given)
      : number(`${uid}/${resourceVersion}`, () => JSON.stringify(given));
  };
  const objects = (byKind: ObjectsByKind): References =>
    Object.fromEntries(
      Object.entries(byKind).map(([kind, byName]) => [
        kind,
        value(Object.fromEntries(Object.entries(byName).map(([name, one]) => [name, object(one)]))),
      ]),
    );
  const factsOf = ({ facts }: HookRequest['observed']): DecisionLine['request']['observed']['facts'] =>
    Object.fromEntries(
      Object.entries(facts).map(([id, { value: known, ...fact }]) => [
        id,
        known === undefined ? fact : { ...fact, value: value(known) },
      ]),
    );
  return {
    get pending() {
      return pending;
    },
    add({ request, decision, ...of }) {
      const { finalizing, observed, context } = request;
      const line: DecisionLine = {
        ...of,
        request: {
          controller: object(request.controller),
          parent: object(request.parent),
          children: objects(request.children),
          related: objects(request.related),
          finalizing,
          observed: { facts: factsOf(observed), operations: observed.operations },
          context: { ...context, config: value(context.config) },
        },
        decision: { ...decision, status: value(decision.status), children: list(decision.children) },
      };
      write(JSON.stringify(line));
    },
    take() {
      const text = `${lines.join('\n')}\n`;
      lines = [];
      pending = 0;
      return text;
    },
  };
}
