/**
 * JSON as Go's encoder writes it, and equality as Go's reflect.DeepEqual sees it. The text matters: it is stored in the
 * last-applied annotation, and any change of it is a difference.
 */

const escapes: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

// Go escapes HTML characters and the two line separators too; Go's decoder makes the replacement character of a lone surrogate
const escaped =
  /["\\\u0000-\u001f<>&\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** What most texts have nothing of. */
const suspicious = /["\\\u0000-\u001f<>&\u2028\u2029\ud800-\udfff]/;

function quote(text: string): string {
  if (!suspicious.test(text)) return `"${text}"`;
  return `"${text.replace(escaped, (character) => {
    const code = character.charCodeAt(0);
    if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
    return escapes[character] ?? `\\u${code.toString(16).padStart(4, '0')}`;
  })}"`;
}

/** Order of Go strings: by UTF-8 bytes, which differs from UTF-16 order beyond the basic plane only. */
export function compareText(left: string, right: string): number {
  if (/[\ud800-\udfff]/.test(left + right)) return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Texts of frozen Kubernetes objects: the same ones stand in request after request. Whoever freezes such an object freezes all of it. */
const texts = new WeakMap<object, string>();

/** Compact JSON with sorted keys and Go's escapes. Undefined members are left out, as JSON.stringify does. */
export function goJson(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map((item) => (item === undefined ? 'null' : goJson(item))).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (!('apiVersion' in value) || !Object.isFrozen(value)) return membersJson(value as Record<string, unknown>);
  const known = texts.get(value) ?? membersJson(value);
  texts.set(value, known);
  return known;
}

function membersJson(value: Record<string, unknown>): string {
  const keys = Object.keys(value).sort();
  // the default order is that of UTF-16
  if (keys.some((key) => suspicious.test(key))) keys.sort(compareText);
  const members: string[] = [];
  for (const key of keys) if (value[key] !== undefined) members.push(`${quote(key)}:${goJson(value[key])}`);
  return `{${members.join(',')}}`;
}

/** A deep copy of plain JSON that may be changed, without members of the name `__proto__`; many times faster than structuredClone. */
export function copyJson<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map((item: unknown) => copyJson(item)) as Value;
  if (value === null || typeof value !== 'object') return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value))
    if (key !== '__proto__') copy[key] = copyJson((value as Record<string, unknown>)[key]);
  return copy as Value;
}

/** Deep equality of plain JSON; an absent member differs from a null one. */
export function deepEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => deepEqual(item, right[index]));
  }
  const leftKeys = Object.keys(left);
  const rightTree = right as Record<string, unknown>;
  return (
    leftKeys.length === Object.keys(right).length &&
    leftKeys.every(
      (key) => Object.hasOwn(right, key) && deepEqual((left as Record<string, unknown>)[key], rightTree[key]),
    )
  );
}
