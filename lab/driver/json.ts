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
const escaped = /["\\\u0000-\u001f<>&\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function quote(text: string): string {
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

/** Compact JSON with sorted keys and Go's escapes. Undefined members are left out, as JSON.stringify does. */
export function goJson(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map((item) => (item === undefined ? 'null' : goJson(item))).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([left], [right]) => compareText(left, right));
    return `{${members.map(([key, member]) => `${quote(key)}:${goJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
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
    leftKeys.every((key) => Object.hasOwn(right, key) && deepEqual((left as Record<string, unknown>)[key], rightTree[key]))
  );
}
