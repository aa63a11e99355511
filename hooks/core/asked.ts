/**
 * What an object asks for, as data: whether it does is judged here of an object that a hook has, and said in CEL to an API
 * server that has not stored it yet. A test compares the two.
 */

/** A field by its way from the object, such as `spec.network.mode`. Each part is a name that CEL can select. */
type Path = string;

/** Of a field that is absent none holds. */
export type Ask =
  | { at: Path; is: 'set' | 'on' | 'text' | 'positive' | 'filled' }
  /** One of these texts. */
  | { at: Path; in: readonly string[] }
  /** Another text than the other field has; neither is absent. */
  | { at: Path; unlike: Path }
  /** Another value than before the update. A hook has no object of before: it is told what has changed for what was made of it. */
  | { changed: Path }
  | { all: readonly Ask[] }
  | { any: readonly Ask[] }
  | { not: Ask };

/** The field holds anything. */
export const isSet = (at: Path): Ask => ({ at, is: 'set' });
/** The flag is true. */
export const isOn = (at: Path): Ask => ({ at, is: 'on' });
/** The text is not empty. */
export const hasText = (at: Path): Ask => ({ at, is: 'text' });
/** The number is greater than zero. */
export const isPositive = (at: Path): Ask => ({ at, is: 'positive' });
/** The list has items. */
export const isFilled = (at: Path): Ask => ({ at, is: 'filled' });
/** The text is one of these. */
export const isOneOf = (at: Path, ...values: string[]): Ask => ({ at, in: values });
/** The text is there, and is none of these. */
export const isOtherThan = (at: Path, ...values: string[]): Ask => ({
  all: [isSet(at), { not: isOneOf(at, ...values) }],
});

const valueAt = (object: unknown, path: Path): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? (value as Record<string, unknown>)[key]
          : undefined,
      object,
    ) ?? undefined;

const judges: Record<Extract<Ask, { is: string }>['is'], (value: unknown) => boolean> = {
  set: (value) => value !== undefined,
  on: (value) => value === true,
  text: (value) => typeof value === 'string' && value !== '',
  positive: (value) => typeof value === 'number' && value > 0,
  filled: (value) => Array.isArray(value) && value.length > 0,
};

/**
 * Whether the object asks for it.
 * @param changed the fields of which something still has the value of before
 */
export function asks(ask: Ask, object: object, changed: readonly string[] = []): boolean {
  if ('all' in ask) return ask.all.every((one) => asks(one, object, changed));
  if ('any' in ask) return ask.any.some((one) => asks(one, object, changed));
  if ('not' in ask) return !asks(ask.not, object, changed);
  if ('changed' in ask) return changed.includes(ask.changed);
  const value = valueAt(object, ask.at);
  if ('in' in ask) return typeof value === 'string' && ask.in.includes(value);
  if ('unlike' in ask) {
    const other = valueAt(object, ask.unlike);
    return value !== undefined && other !== undefined && value !== other;
  }
  return judges[ask.is](value);
}

/** Words that a selector of CEL can not be. */
const keywords = ['false', 'in', 'null', 'true'];

/** The field, as an expression: `object.spec.network`. Throws for a part that is no selector. */
function selected(path: Path, of = 'object'): string {
  const wrong = path.split('.').find((part) => !/^[A-Za-z_]\w*$/.test(part) || keywords.includes(part));
  if (wrong !== undefined) throw new Error(`${path}: ${wrong} can not be selected in CEL`);
  return `${of}.${path}`;
}

/** That each part on the way is there; to select what is not is an error. */
function present(path: Path, of?: string): string[] {
  const parts = path.split('.');
  return parts.map((_part, index) => `has(${selected(parts.slice(0, index + 1).join('.'), of)})`);
}

/** The same of a field that is only looked for. An API server takes one whose schema gives no type for no field of its parent, unless that has none itself. */
function there(path: Path): string[] {
  const parts = path.split('.');
  const leaf = parts.pop()!;
  return parts.length === 0
    ? present(path)
    : [...present(parts.join('.')), `has(dyn(${selected(parts.join('.'))}).${leaf})`];
}

const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const expressions: Record<Exclude<Extract<Ask, { is: string }>['is'], 'set'>, (field: string) => string[]> = {
  on: (field) => [field],
  text: (field) => [`${field} != ''`],
  positive: (field) => [`${field} > 0`],
  filled: (field) => [`size(${field}) > 0`],
};

const joined = (parts: readonly string[], by: '&&' | '||', ofNone: string): string =>
  parts.length === 0 ? ofNone : parts.length === 1 ? parts[0]! : `(${parts.join(` ${by} `)})`;

/**
 * The same in CEL, over `object` and `oldObject` of an admission policy; true where it is asked for. Each field is tested before it
 * is read, and nothing is walked through, so that the cost is bounded by the length of the expression.
 */
export function celOf(ask: Ask): string {
  if ('all' in ask) return joined(ask.all.map(celOf), '&&', 'true');
  if ('any' in ask) return joined(ask.any.map(celOf), '||', 'false');
  if ('not' in ask) return `!${celOf(ask.not)}`;
  if ('changed' in ask) {
    const path = ask.changed;
    const both = [...present(path), ...present(path, 'oldObject')];
    return joined(
      ["request.operation == 'UPDATE'", ...both, `${selected(path)} != ${selected(path, 'oldObject')}`],
      '&&',
      '',
    );
  }
  const field = selected(ask.at);
  if ('in' in ask) return joined([...present(ask.at), `${field} in [${ask.in.map(literal).join(', ')}]`], '&&', '');
  if ('unlike' in ask)
    return joined([...present(ask.at), ...present(ask.unlike), `${field} != ${selected(ask.unlike)}`], '&&', '');
  if (ask.is === 'set') return joined(there(ask.at), '&&', '');
  return joined([...present(ask.at), ...expressions[ask.is](field)], '&&', '');
}
