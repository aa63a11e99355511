/** Which fields of an object a change is about, by their paths. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { fieldPath } from '../../hooks/core/api/parse.ts';
import { equalJson, isObject } from '../../lab/api/store/json.ts';

export interface ChangedField {
  /** Dot form, as in a condition. */
  path: string;
  /** Absent: the field is. */
  before?: unknown;
  after?: unknown;
}

function differences(path: PropertyKey[], before: unknown, after: unknown): ChangedField[] {
  if (equalJson(before, after)) return [];
  // a list is one wish: what stands where in it says nothing
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .flatMap((key) => differences([...path, key], before[key], after[key]));
  if (before === undefined && isObject(after) && Object.keys(after).length > 0)
    return Object.keys(after)
      .sort()
      .flatMap((key) => differences([...path, key], undefined, after[key]));
  if (after === undefined && isObject(before) && Object.keys(before).length > 0)
    return Object.keys(before)
      .sort()
      .flatMap((key) => differences([...path, key], before[key], undefined));
  return [
    {
      path: fieldPath(path),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  ];
}

/** Written by who applies, and no wish. */
const bookkeeping = /last-applied-configuration$/;

const wish = ({ metadata, ...rest }: KubernetesObject): Record<string, unknown> => {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !bookkeeping.test(key));
  const own = Object.fromEntries(
    Object.entries(rest).filter(([field]) => !['apiVersion', 'kind', 'status'].includes(field)),
  );
  return {
    ...own,
    metadata: { labels: { ...metadata.labels }, annotations: Object.fromEntries(annotations) },
  };
};

/** What of the wish is another one: not the status, nor what the server writes. `before` is undefined of a new object. */
export const changedFields = (before: KubernetesObject | undefined, after: KubernetesObject): ChangedField[] =>
  differences([], before === undefined ? { metadata: { labels: {}, annotations: {} } } : wish(before), wish(after));
