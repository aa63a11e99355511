/**
 * Answers of `weka ... --json` that are not as they should be, for tests of what a gate makes of them. What the agent says
 * of its host (`local ...`) is left alone: a runtime reads that.
 */
import type { Clock, ExecResult } from '../contract.ts';
import type { Distortion } from './state.ts';

/** Which entries or fields to leave out; the path is that of the value: keys and indexes. */
export type Omission = (path: readonly string[], value: unknown) => boolean;

/** Nothing in it: `[]` for a list, `{}` for a document. */
export const emptied: Distortion = changed((value) => (Array.isArray(value) ? [] : {}));

/** Entries of lists and fields of documents, at any depth, are missing. */
export const without = (omits: Omission): Distortion => changed((value) => prune(value, omits, []));

/** Fields of these names are missing, wherever they stand. */
export const withoutFields = (...names: string[]): Distortion => without((path) => names.includes(path.at(-1) ?? ''));

/** Each entry and each field is missing with this chance. */
export const thinned = (random: () => number, chance: number): Distortion => without(() => random() < chance);

/** The right answer, so much later. */
export const late =
  (clock: Clock, milliseconds: number): Distortion =>
  async (argv, answer) => {
    if (isLocal(argv)) return answer;
    await new Promise<void>((resolve) => {
      clock.after(milliseconds, resolve);
    });
    return answer;
  };

/** A member that hears nothing any more: it repeats its first answer to each question, successes only. */
export function stale(): Distortion {
  const first = new Map<string, ExecResult>();
  return (argv, answer) => {
    if (isLocal(argv)) return answer;
    const question = argv.join(' ');
    const known = first.get(question);
    if (known === undefined && answer.exitCode === 0) first.set(question, answer);
    return known ?? answer;
  };
}

const isLocal = (argv: string[]): boolean => argv[0] === 'local';

function changed(change: (value: unknown) => unknown): Distortion {
  return (argv, answer) => {
    if (isLocal(argv) || answer.exitCode !== 0) return answer;
    return { ...answer, stdout: `${JSON.stringify(change(JSON.parse(answer.stdout)), null, 4)}\n` };
  };
}

function prune(value: unknown, omits: Omission, path: string[]): unknown {
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const place = [...path, key];
    return omits(place, inner) ? [] : [[key, prune(inner, omits, place)]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
