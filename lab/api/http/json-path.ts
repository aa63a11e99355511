/** The JSONPath of printer columns: `.a.b`, `['a']`, `[0]`, `[*]` and `[?(@.type=="Ready")]`. */
import { asList, isObject } from '../store/json.ts';

type Step = { key: string } | { index: number } | { all: true } | { where: string[]; equals: unknown };

const stepPattern =
  /^(?:\.((?:\\.|[^.[\\])+)|\[(['"])(.*?)\2\]|\[(-?\d+)\]|(\.?\[\*\]|\.\*)|\[\?\(@((?:\.[^=\s.]+)+)\s*==\s*("[^"]*"|'[^']*'|[^)]+)\)\])/;

/** Throws for a path outside the subset. */
function parseJsonPath(path: string): Step[] {
  let rest = path
    .trim()
    .replace(/^\{(.*)\}$/, '$1')
    .replace(/^\$/, '');
  if (rest !== '' && rest[0] !== '.' && rest[0] !== '[') rest = `.${rest}`;
  const steps: Step[] = [];
  while (rest !== '' && rest !== '.') {
    const match = stepPattern.exec(rest);
    if (match === null) throw new Error(`JSONPath ${path} is not understood from ${rest}`);
    steps.push(stepOf(match));
    rest = rest.slice(match[0].length);
  }
  return steps;
}

function stepOf(match: RegExpExecArray): Step {
  const [, plain, , quoted, index, all, where, equals] = match;
  if (all !== undefined) return { all: true };
  if (plain !== undefined) return { key: plain.replaceAll(/\\(.)/g, '$1') };
  if (quoted !== undefined) return { key: quoted };
  if (index !== undefined) return { index: Number(index) };
  const literal = (equals ?? '').trim();
  return {
    where: (where ?? '').slice(1).split('.'),
    equals: literal.startsWith("'") ? literal.slice(1, -1) : (JSON.parse(literal) as unknown),
  };
}

function follow(step: Step, value: unknown): unknown[] {
  if ('key' in step) return isObject(value) && Object.hasOwn(value, step.key) ? [value[step.key]] : [];
  if ('all' in step) return isObject(value) ? Object.values(value) : asList(value);
  if ('index' in step) return Array.isArray(value) && value.at(step.index) !== undefined ? [value.at(step.index)] : [];
  return asList(value).filter((item) => {
    const found = step.where.reduce<unknown>((part, key) => (isObject(part) ? part[key] : undefined), item);
    return found === step.equals;
  });
}

/** A function from an object to all values at the path; a path that is not understood finds nothing. */
export function compileJsonPath(path: string): (object: unknown) => unknown[] {
  let steps: Step[];
  try {
    steps = parseJsonPath(path);
  } catch {
    return () => [];
  }
  return (object) =>
    steps.reduce<unknown[]>((values, step) => values.flatMap((value) => follow(step, value)), [object]);
}
