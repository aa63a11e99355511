/** In what two decisions differ: each place by a path that names things as people do, and the kind of place. */
import { isDeepStrictEqual } from 'node:util';

export interface Difference {
  /** Such as `children[Pod default/demo].spec.nodeName`. */
  path: string;
  /** The same without names, such as `children[Pod].spec.nodeName`: what many decisions have in common. */
  place: string;
  /** Absent: it was not there. */
  was?: unknown;
  /** Absent: it is not there any more. */
  now?: unknown;
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => value !== null && typeof value === 'object' && !Array.isArray(value);

interface Named {
  /** Tells it from the others of its list. */
  key: string;
  /** The kind of thing. */
  kind: string;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** What a thing in a list is called; undefined where it has no name. */
function nameOf(item: unknown): Named | undefined {
  if (!isTree(item)) return undefined;
  const { metadata, kind, target, type, reason, name } = item;
  if (isTree(metadata) && text(kind) !== undefined) {
    const full = [text(metadata['namespace']), text(metadata['name'])].filter((part) => part !== undefined).join('/');
    return { key: `${String(kind)} ${full}`, kind: String(kind) };
  }
  if (isTree(target) && text(kind) !== undefined)
    return { key: `${String(kind)} ${text(target['name']) ?? ''}`, kind: String(kind) };
  // an event has both, and is called by its reason; a condition by its type
  const word = 'lastTransitionTime' in item ? text(type) : (text(reason) ?? text(name) ?? text(type));
  return word === undefined ? undefined : { key: word, kind: 'name' in item ? '' : word };
}

type Things = Map<string, { kind: string; item: unknown }>;

/** The things of a list by what they are called, the second of a name with a number. */
function byName(items: readonly unknown[]): Things {
  const seen = new Map<string, number>();
  return new Map(
    items.map((item) => {
      const { key, kind } = nameOf(item) ?? { key: '', kind: '' };
      const count = (seen.get(key) ?? 0) + 1;
      seen.set(key, count);
      return [count === 1 ? key : `${key} ${count}`, { kind, item }];
    }),
  );
}

/** Two lists by what their things are called; by their places where one has no name. */
function keyed(was: readonly unknown[], now: readonly unknown[]): [Things, Things] {
  const named = [...was, ...now].every((item) => nameOf(item) !== undefined);
  const things = (items: readonly unknown[]): Things =>
    named ? byName(items) : new Map(items.map((item, index) => [String(index), { kind: '', item }]));
  return [things(was), things(now)];
}

/** Of an operation this follows from the rest. */
const derived = (value: Tree): boolean => isTree(value['target']) && 'args' in value;

function* compared(was: unknown, now: unknown, path: string, place: string): Generator<Difference> {
  if (isDeepStrictEqual(was, now)) return;
  if (Array.isArray(was) && Array.isArray(now)) {
    const [before, after] = keyed(was, now);
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const [one, other] = [before.get(key), after.get(key)];
      const kind = one?.kind ?? other?.kind ?? '';
      yield* compared(one?.item, other?.item, `${path}[${key}]`, `${place}[${kind}]`);
    }
  } else if (isTree(was) && isTree(now)) {
    const dot = path === '' ? '' : '.';
    for (const field of new Set([...Object.keys(was), ...Object.keys(now)])) {
      if (field === 'id' && derived(was) && derived(now)) continue;
      yield* compared(was[field], now[field], `${path}${dot}${field}`, `${place}${dot}${field}`);
    }
  } else yield { path, place, ...(was === undefined ? {} : { was }), ...(now === undefined ? {} : { now }) };
}

/** All places in which two values of JSON differ; none where they are the same. */
export function differencesOf(was: unknown, now: unknown): Difference[] {
  if (isDeepStrictEqual(was, now)) return [];
  const found = [...compared(was, now, '', '')];
  return found.length > 0 ? found : [{ path: 'the order of a list', place: 'the order of a list', was, now }];
}
