/** What becomes of each field of a change, by the tables that the systems have: their definitions, and what they do not act on. */
import { asks } from '../../hooks/core/asked.ts';
import { conditionsOf } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import {
  warningOf,
  warningOfKind,
  type FieldNotSupported,
  type KindNotSupported,
} from '../../hooks/core/not-supported.ts';
import { asList, asObject, asObjects, asText } from '../../lab/api/store/json.ts';
import type { ApiError } from '../../lab/contract.ts';
import type { LabSystem } from '../../lab/system.ts';
import type { ChangedField } from './changed-fields.ts';

/**
 * `acted on`: it counts. `fixed`: it counted once, such as when something was formed, and can not be changed any more.
 * `not supported`: nothing comes of it. `refused`: as long as it stands, nothing of the object is done. `not applied`: it would
 * count, but something else of the change is refused.
 */
export type Verdict = 'acted on' | 'fixed' | 'not supported' | 'refused' | 'not applied';

export interface FieldVerdict extends ChangedField {
  verdict: Verdict;
  /** One sentence; absent where it is acted on. */
  why?: string;
}

/** One flaw that an API server names. */
interface Cause {
  field: string;
  message: string;
}

function causesOf(error: ApiError): Cause[] {
  const unknown = [...error.message.matchAll(/unknown field "([^"]+)"/g)].map(([, field = '']) => ({
    field,
    message: 'there is no such field',
  }));
  const causes = asObjects(error.details?.['causes']).map((cause) => ({
    field: asText(cause['field']),
    message: asText(cause['message']),
  }));
  return [...unknown, ...causes];
}

/** Messages of all rules of a schema that compare with the object of before. */
function transitionMessages(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(transitionMessages);
  const rules = asObjects(asObject(schema)['x-kubernetes-validations']);
  return [
    ...rules.filter(({ rule }) => /\boldSelf\b/.test(asText(rule))).map(({ message }) => asText(message)),
    ...Object.values(asObject(schema)).flatMap((part) =>
      typeof part === 'object' && part !== null ? transitionMessages(part) : [],
    ),
  ];
}

function fixedMessages(kind: string, systems: readonly LabSystem[]): string[] {
  const definition = systems
    .flatMap((one) => one.definitions())
    .find(({ spec }) => asObject(asObject(spec)['names'])['kind'] === kind);
  return asList(asObject(definition?.['spec'])['versions']).flatMap(transitionMessages);
}

const touches = (one: string, other: string): boolean =>
  one === other ||
  [one, other].some((path) =>
    [`${path}.`, `${path}[`].some((start) => one.startsWith(start) || other.startsWith(start)),
  );

/** Where a sentence of an API server repeats the value, its end says what is wrong with it. */
const longestSentence = 200;
function sentence(message: string): string {
  if (message.length <= longestSentence) return message;
  const end = message.lastIndexOf('}: ');
  return end < 0 ? `${message.slice(0, longestSentence)}...` : message.slice(end + 3);
}

export interface Judged {
  fields: FieldVerdict[];
  /** Why nothing of the object is done, one sentence. */
  refused?: string;
}

/** Of a change that the API server does not take. */
export function judgedByServer(
  kind: string,
  fields: readonly ChangedField[],
  error: ApiError,
  systems: readonly LabSystem[],
): Judged {
  const fixed = fixedMessages(kind, systems);
  const causes = causesOf(error);
  const own = causes.map(({ field, message }) => {
    const rule = fixed.find((text) => message.endsWith(text));
    return {
      field,
      why: rule ?? sentence(message),
      verdict: rule === undefined ? ('refused' as const) : ('fixed' as const),
    };
  });
  const matched = new Set<(typeof own)[number]>();
  const judged = fields.map((field): FieldVerdict => {
    const cause = own.find((one) => touches(one.field, field.path));
    if (cause === undefined) return { ...field, verdict: 'not applied', why: 'the API server refuses the change' };
    matched.add(cause);
    return { ...field, verdict: cause.verdict, why: cause.why };
  });
  const others = own.filter((one) => !matched.has(one));
  return {
    fields: [...judged, ...others.map(({ field, verdict, why }) => ({ path: field, verdict, why }))],
    refused: causes.length === 0 ? sentence(error.message) : own.map(({ field, why }) => `${field}: ${why}`).join('; '),
  };
}

const rowsOf = (kind: string, systems: readonly LabSystem[]): KindNotSupported['fields'] =>
  systems.flatMap(({ system }) => system.notSupported ?? []).find((one) => one.kind === kind)?.fields ?? [];

/** Why the hook of the object does nothing for it. */
function invalidity(object: KubernetesObject | undefined): string | undefined {
  const stalled = object === undefined ? undefined : conditionsOf(object).find(({ type }) => type === 'Stalled');
  return stalled?.status === 'True' && stalled.reason === 'InvalidSpec' ? stalled.message : undefined;
}

function rowFor(
  rows: readonly FieldNotSupported[],
  path: string,
  { before, after, changed }: { before: object; after: object; changed: string[] },
): FieldNotSupported | undefined {
  return rows.find(
    (row) =>
      touches(row.path, path) &&
      (asks(row.when, after, changed) || (row.effect === 'ignored' && asks(row.when, before, changed))),
  );
}

/**
 * Of a change that the API server takes.
 * @param before undefined: it is a new object
 * @param decided as it is after the hooks have decided on it
 */
export function judgedByTables(
  fields: readonly ChangedField[],
  {
    before,
    after,
    decided,
  }: { before: KubernetesObject | undefined; after: KubernetesObject; decided: KubernetesObject | undefined },
  systems: readonly LabSystem[],
): Judged {
  const rows = rowsOf(after.kind, systems);
  if (rows === 'all')
    return { fields: fields.map((field) => ({ ...field, verdict: 'not supported', why: warningOfKind(after.kind) })) };
  const changed = fields.map(({ path }) => path);
  // some rows compare with what the hooks have said of the object
  const objects = { before: before ?? {}, after: { ...after, status: decided?.['status'] }, changed };
  const refused = invalidity(decided);
  const judged = fields.map((field): FieldVerdict => {
    const row = rowFor(rows, field.path, objects);
    if (row !== undefined)
      return { ...field, verdict: row.effect === 'refused' ? 'refused' : 'not supported', why: warningOf(row) };
    return refused === undefined
      ? { ...field, verdict: 'acted on' }
      : { ...field, verdict: 'not applied', why: 'nothing is done until what is refused is taken back' };
  });
  // what is asked for now although its own field has not been touched
  const others = rows
    .filter(
      (row) =>
        !changed.some((path) => touches(row.path, path)) &&
        asks(row.when, objects.after, changed) &&
        !asks(row.when, objects.before, changed),
    )
    .map((row): FieldVerdict => ({
      path: row.path,
      verdict: row.effect === 'refused' ? 'refused' : 'not supported',
      why: warningOf(row),
    }));
  return { fields: [...judged, ...others], ...(refused === undefined ? {} : { refused }) };
}
