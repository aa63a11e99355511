/** Label and field selectors in the notation of the query string. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import type { ListOptions } from '../../contract.ts';
import { badRequest } from './errors.ts';
import { asText, valueAt } from './json.ts';
import type { ResourceDefinition } from './types.ts';

export type Predicate = (object: KubernetesObject) => boolean;

type LabelTest = (value: string | undefined) => boolean;

const setBased = /^([^\s!=,()]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const equality = /^([^\s!=,()]+)\s*(==|=|!=)\s*([^\s!=,()]*)$/;
const existence = /^(!?)\s*([^\s!=,()]+)$/;
const comparison = /^([^\s!=,()<>]+)\s*([<>])\s*(-?\d+)$/;

/** Commas separate requirements, except within the parentheses of a set. */
function requirements(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function labelTest(text: string): { key: string; test: LabelTest } {
  const ordered = comparison.exec(text);
  if (ordered) {
    const [, key = '', sign, bound] = ordered;
    const test: LabelTest = (value) =>
      value !== undefined &&
      /^-?\d+$/.test(value) &&
      (sign === '<' ? Number(value) < Number(bound) : Number(value) > Number(bound));
    return { key, test };
  }
  const set = setBased.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    const test: LabelTest =
      operator === 'in'
        ? (value) => value !== undefined && values.has(value)
        : (value) => value === undefined || !values.has(value);
    return { key, test };
  }
  const equal = equality.exec(text);
  if (equal) {
    const [, key = '', operator, wanted] = equal;
    return { key, test: operator === '!=' ? (value) => value !== wanted : (value) => value === wanted };
  }
  const exists = existence.exec(text);
  if (exists) {
    const [, negation, key = ''] = exists;
    return { key, test: negation === '!' ? (value) => value === undefined : (value) => value !== undefined };
  }
  throw badRequest(
    `unable to parse requirement: found '${text}', expected: an identifier with '=', '!=', 'in', 'notin', '<', '>' or nothing`,
  );
}

/** A predicate on labels; an empty selector matches everything. Throws 400 for what it cannot read. */
export function parseLabelSelector(selector: string): Predicate {
  const tests = requirements(selector).map(labelTest);
  return (object) => tests.every(({ key, test }) => test(object.metadata.labels?.[key]));
}

/** A missing field counts as empty text and as `false`. Throws 400 for a field the kind does not offer. */
export function parseFieldSelector(selector: string, definition: ResourceDefinition): Predicate {
  const offered = [
    'metadata.name',
    ...(definition.namespaced ? ['metadata.namespace'] : []),
    ...definition.selectableFields,
  ];
  const tests = requirements(selector).map((text) => {
    const parts = /^([^=!]+?)\s*(==|=|!=)\s*(.*)$/.exec(text);
    if (!parts) throw badRequest(`invalid selector: '${text}'; can't understand '${text}'`);
    const [, field = '', operator, wanted] = parts;
    if (!offered.includes(field)) throw badRequest(`field label not supported: ${field}`);
    return { field, wanted: wanted ?? '', equal: operator !== '!=' };
  });
  return (object) =>
    tests.every(({ field, wanted, equal }) => sameText(fieldText(valueAt(object, field)), wanted) === equal);
}

// an absent boolean is false to the server
function sameText(text: string, wanted: string): boolean {
  return text === wanted || (text === '' && wanted === 'false');
}

function fieldText(value: unknown): string {
  // `source` of an event is an object whose component is meant
  if (typeof value === 'object' && value !== null) return fieldText(valueAt(value, 'component'));
  return asText(value);
}

/** What list and watch of these options show. */
export function selection(definition: ResourceDefinition, options: ListOptions): Predicate {
  const byLabel = parseLabelSelector(options.labelSelector ?? '');
  const byField = parseFieldSelector(options.fieldSelector ?? '', definition);
  const namespace = definition.namespaced && options.namespace !== '' ? options.namespace : undefined;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) && byLabel(object) && byField(object);
}
