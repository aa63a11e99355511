/** For tests: the templates of the chart rendered as Helm would, as far as they go. It throws on any function or action that they do not use. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../hooks/core/contract.ts';

export type Values = Record<string, unknown>;
/** The namespace of the release. */
export const namespace = 'weka-operator-system';
export const chart = join(import.meta.dirname, 'helm', 'weka-metacontroller');

type Variables = Record<string, unknown>;

const empty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === false ||
  value === 0 ||
  (Array.isArray(value) && value.length === 0);
const printf = (format: string, ...args: unknown[]): string =>
  args.reduce<string>((text, arg) => text.replace('%s', String(arg)), format);

/** What our templates call, with the arguments in Helm's order: a pipe gives the last one. */
const functions: Record<string, (...args: never[]) => unknown> = {
  append: (list: unknown[], item: unknown) => [...list, item],
  default: (fallback: unknown, value: unknown) => (empty(value) ? fallback : value),
  empty,
  fail: (message: string) => {
    throw new Error(message);
  },
  gt: (a: number, b: number) => a > b,
  has: (item: unknown, list: unknown[]) => list.includes(item),
  join: (separator: string, list: unknown[]) => list.join(separator),
  len: (list: unknown[]) => list.length,
  list: (...items: unknown[]) => items,
  not: empty,
  or: (...values: unknown[]) => values.find((value) => !empty(value)) ?? values.at(-1),
  printf,
  quote: (value: unknown) => JSON.stringify(String(value)),
  sha256sum: (text: string) => createHash('sha256').update(text).digest('hex'),
  ternary: (yes: unknown, no: unknown, condition: boolean) => (condition ? yes : no),
  toJson: (value: unknown) => JSON.stringify(value),
  trunc: (length: number, text: string) => text.slice(0, length),
  uniq: (list: unknown[]) => [...new Set(list)],
};

function termOf(word: string, variables: Variables): unknown {
  if (word.startsWith('"')) return JSON.parse(word);
  if (/^\d+$/.test(word)) return Number(word);
  const [name = '', ...path] = word.split('.');
  if (name !== '' && !name.startsWith('$')) throw new Error(`no such function: ${word}`);
  return path
    .filter((key) => key !== '')
    .reduce<unknown>((value, key) => (value as Values)[key], variables[name === '' ? '.' : name]);
}

/** The value of an expression: functions, terms, parentheses and pipes. */
function evaluate(expression: string, variables: Variables): unknown {
  const words = expression.match(/"(?:[^"\\]|\\.)*"|[()|]|[^\s()|]+/g) ?? [];
  const command = (piped: unknown[]): unknown => {
    const call = functions[words[0] ?? ''];
    if (call !== undefined) words.shift();
    const args: unknown[] = [];
    while (words.length > 0 && words[0] !== ')' && words[0] !== '|') args.push(term());
    if (call !== undefined) return call(...([...args, ...piped] as never[]));
    if (args.length !== 1 || piped.length > 0) throw new Error(`not understood: ${expression}`);
    return args[0];
  };
  const pipe = (): unknown => {
    let value = command([]);
    while (words[0] === '|') {
      words.shift();
      value = command([value]);
    }
    return value;
  };
  const term = (): unknown => {
    const word = words.shift() ?? '';
    if (word !== '(') return termOf(word, variables);
    const value = pipe();
    if (words.shift() !== ')') throw new Error(`not closed: ${expression}`);
    return value;
  };
  return pipe();
}

/** Renders lines up to the `else` or `end` that closes them; takes off what it has read. Where `live` is false nothing is evaluated. */
function renderLines(lines: string[], variables: Variables, live: boolean): { text: string; closed: string } {
  const texts: string[] = [];
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [, word = '', rest = ''] = /^\{\{- (\S+) ?(.*?) ?\}\}$/.exec(line) ?? [];
    if (word === 'else' || word === 'end') return { text: texts.join(''), closed: word };
    if (word === 'if') texts.push(renderIf(lines, variables, live, live && !empty(evaluate(rest, variables))));
    else if (word === 'range') texts.push(renderRange(lines, variables, live, rest));
    else if (word === 'fail') {
      if (live) evaluate(`fail ${rest}`, variables);
    } else if (word !== '/*' && live)
      texts.push(
        `${line.replace(/\{\{ (.+?) \}\}/g, (_all, expression: string) => String(evaluate(expression, variables)))}\n`,
      );
  }
  return { text: texts.join(''), closed: 'nothing' };
}

function renderIf(lines: string[], variables: Variables, live: boolean, holds: boolean): string {
  const then = renderLines(lines, variables, live && holds);
  const otherwise =
    then.closed === 'else' ? renderLines(lines, variables, live && !holds) : { text: '', closed: then.closed };
  if (otherwise.closed !== 'end') throw new Error('an if without its end');
  return then.text + otherwise.text;
}

function renderRange(lines: string[], variables: Variables, live: boolean, head: string): string {
  const [, name = '.', list = ''] = /^(?:(\$\w+) := )?(.*)$/.exec(head) ?? [];
  const items = live ? (evaluate(list, variables) as unknown[]) : [];
  const body = [...lines];
  const { closed } = renderLines(lines, variables, false);
  if (closed !== 'end') throw new Error('a range without its end');
  return items.map((item) => renderLines([...body], { ...variables, [name]: item }, true).text).join('');
}

/** The templates of the chart as they are on the disk. */
export function templatesOnDisk(): string[] {
  return readdirSync(join(chart, 'templates'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(chart, 'templates', name), 'utf8'));
}

export function documents(text: string): KubernetesObject[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap(
    (document) => (document.toJS() as KubernetesObject | null) ?? [],
  );
}

/** The objects that the chart has with these values. Throws what a template fails with. */
export function renderChart(values: Values, templates: readonly string[] = templatesOnDisk()): KubernetesObject[] {
  const root = { Values: values, Release: { Namespace: namespace } };
  return documents(
    templates.map((text) => renderLines(text.trimEnd().split('\n'), { $: root, '.': root }, true).text).join(''),
  );
}
