/** A command line as a shell has to know it, read from the commander program itself. */
import type { Argument, Command, Option } from 'commander';
import { kinds } from '../kinds.ts';

export interface Choice {
  /** `-o`, `--output`. */
  names: readonly string[];
  description: string;
  takesValue: boolean;
  /** What the value may be; empty: that is not known. */
  values: readonly string[];
}

/** A verb, or the program itself. */
export interface Verb {
  /** The words that lead to it, such as `lab node`; empty for the program. */
  path: string;
  /** The last of them. */
  name: string;
  description: string;
  options: readonly Choice[];
  /** What an argument may be or begins with; one that ends in `/` goes on. */
  words: readonly string[];
  verbs: readonly Verb[];
}

const choiceOf = ({ short, long, description, required, optional, argChoices }: Option): Choice => ({
  names: [short, long].filter((name) => name !== undefined),
  description,
  takesValue: required || optional,
  values: argChoices ?? [],
});

const isObject = (argument: Argument): boolean => argument.name() === 'kind/name';

function verbOf(command: Command, path: readonly string[], common: readonly Choice[]): Verb {
  const own = command.createHelp().visibleOptions(command).map(choiceOf);
  const known = new Set(own.flatMap(({ names }) => names));
  const options = [...own, ...common.filter(({ names }) => !names.some((name) => known.has(name)))];
  return {
    path: path.join(' '),
    name: path.at(-1) ?? command.name(),
    description: command.description(),
    options,
    words: command.registeredArguments.flatMap((argument) =>
      isObject(argument) ? kinds.map(({ singular }) => `${singular}/`) : (argument.argChoices ?? []),
    ),
    verbs: command.commands.map((verb) => verbOf(verb, [...path, verb.name()], path.length === 0 ? own : common)),
  };
}

/** The program with all its verbs; its own options are those of each verb as well. */
export const treeOf = (program: Command): Verb => verbOf(program, [], []);

/** The verb and all below it. */
export const allOf = (verb: Verb): Verb[] => [verb, ...verb.verbs.flatMap(allOf)];
