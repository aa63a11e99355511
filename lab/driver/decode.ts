/**
 * Decoding of hook answers as the real one does it: case-sensitive keys, wrong types and trailing text are errors,
 * unknown and duplicate keys are reported apart because only strict mode minds them.
 */
import { messageOf } from './errors.ts';

/** What is expected at a place. `opaque` is not looked into; `any` is searched for duplicate keys only. `go` is the type that messages name. */
export type Shape =
  | { is: 'opaque' | 'any' | 'string' | 'number' | 'boolean' }
  | { is: 'map'; of: Shape }
  | { is: 'list'; of: Shape; go: string }
  | { is: 'struct'; fields: Record<string, Shape> };

export interface Decoded {
  value: unknown;
  /** `unknown field "a.b"` and `duplicate field "a.b"`, each once, in order of appearance. */
  strictErrors: string[];
}

/** Throws with a sentence about the first syntax or type error. `structName` is Go's, such as `v2.CompositeHookResponse`. */
export function decode(text: string, shape: Shape, structName: string): Decoded {
  if (text.trim() === '') throw new Error('unexpected end of JSON input');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(messageOf(error));
  }
  checkTypes(value, shape, '', structName);
  const strictErrors = new Set<string>();
  // what JSON.stringify wrote has no key twice, and so nothing that only its text shows
  if (JSON.stringify(value) === text) unknownFields(value, shape, '', strictErrors);
  else new Scanner(text, strictErrors).value(shape, '');
  return { value, strictErrors: [...strictErrors] };
}

/** What JSON must have there, and the type that Go's messages name. */
const expected: Record<Shape['is'], { json?: string; go: string }> = {
  opaque: { go: 'interface {}' },
  any: { go: 'interface {}' },
  string: { json: 'string', go: 'string' },
  number: { json: 'number', go: 'float64' },
  boolean: { json: 'bool', go: 'bool' },
  list: { json: 'array', go: '[]string' },
  map: { json: 'object', go: 'map[string]interface {}' },
  struct: { json: 'object', go: 'struct' },
};

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Null is the zero value of every type. */
function checkTypes(value: unknown, shape: Shape, path: string, structName: string): void {
  const { json, go } = expected[shape.is];
  if (value === null || json === undefined) return;
  if (typeOf(value) !== json) {
    const place = path === '' ? 'Go value' : `Go struct field ${structName.split('.').at(-1)}.${path}`;
    const type = path === '' ? structName : shape.is === 'list' ? shape.go : go;
    throw new Error(`json: cannot unmarshal ${typeOf(value)} into ${place} of type ${type}`);
  }
  if (shape.is === 'list') {
    for (const item of value as unknown[]) checkTypes(item, shape.of, path, structName);
  }
  if (shape.is === 'map' || shape.is === 'struct') {
    for (const [key, member] of Object.entries(value as object))
      checkTypes(member, memberShape(shape, key), join(path, key), structName);
  }
}

function memberShape(shape: Shape & { is: 'map' | 'struct' }, key: string): Shape {
  if (shape.is === 'map') return shape.of;
  return Object.hasOwn(shape.fields, key) ? shape.fields[key]! : { is: 'opaque' };
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** What the scanner says of a text without duplicate keys. */
function unknownFields(value: unknown, shape: Shape, path: string, errors: Set<string>): void {
  if (Array.isArray(value)) {
    if (shape.is === 'list') value.forEach((item, index) => unknownFields(item, shape.of, `${path}[${index}]`, errors));
    return;
  }
  if (value === null || typeof value !== 'object' || (shape.is !== 'map' && shape.is !== 'struct')) return;
  for (const [key, member] of Object.entries(value)) {
    const inner = join(path, key);
    if (shape.is === 'struct' && !Object.hasOwn(shape.fields, key)) errors.add(`unknown field "${inner}"`);
    else unknownFields(member, memberShape(shape, key), inner, errors);
  }
}

const any: Shape = { is: 'any' };

/** Walks text that JSON.parse has accepted, to see the keys that it has merged. */
class Scanner {
  private readonly text: string;
  private readonly errors: Set<string>;
  private at = 0;

  constructor(text: string, errors: Set<string>) {
    this.text = text;
    this.errors = errors;
  }

  value(shape: Shape, path: string): void {
    this.space();
    const first = this.text[this.at];
    if (first === '{') this.object(shape, path);
    else if (first === '[') this.array(shape, path);
    else if (first === '"') this.string();
    else while (this.at < this.text.length && !',]} \n\r\t'.includes(this.text[this.at]!)) this.at++;
  }

  private object(shape: Shape, path: string): void {
    const seen = new Set<string>();
    this.at++;
    for (this.space(); this.text[this.at] !== '}'; this.space()) {
      const key = this.string();
      const inner = this.member(shape, join(path, key), key, seen);
      this.space();
      this.at++;
      this.value(inner, join(path, key));
      this.comma();
    }
    this.at++;
  }

  private member(shape: Shape, path: string, key: string, seen: Set<string>): Shape {
    if (shape.is === 'opaque') return shape;
    if (seen.has(key)) this.errors.add(`duplicate field "${path}"`);
    seen.add(key);
    if (shape.is === 'map') return shape.of;
    if (shape.is !== 'struct') return any;
    const known = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    if (known === undefined) this.errors.add(`unknown field "${path}"`);
    return known ?? { is: 'opaque' };
  }

  private array(shape: Shape, path: string): void {
    const inner = shape.is === 'list' ? shape.of : shape.is === 'opaque' ? shape : any;
    this.at++;
    let index = 0;
    for (this.space(); this.text[this.at] !== ']'; this.space()) {
      this.value(inner, `${path}[${index++}]`);
      this.comma();
    }
    this.at++;
  }

  private string(): string {
    const start = this.at++;
    const end = this.text.indexOf('"', this.at);
    const plain = this.text.slice(this.at, end);
    if (!plain.includes('\\')) {
      this.at = end + 1;
      return plain;
    }
    while (this.text[this.at] !== '"') this.at += this.text[this.at] === '\\' ? 2 : 1;
    this.at++;
    return JSON.parse(this.text.slice(start, this.at)) as string;
  }

  private space(): void {
    // what JSON.stringify writes has none
    while (this.text.charCodeAt(this.at) <= 0x20) this.at++;
  }

  private comma(): void {
    this.space();
    if (this.text[this.at] === ',') this.at++;
  }
}
