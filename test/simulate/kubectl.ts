/** A person at a shell, who performs a command as a sentence names it. */
import { attempt } from './stage.ts';
import type { SimulatedWorld } from './system.ts';

type Verb = 'patch' | 'label' | 'annotate' | 'taint' | 'uncordon' | 'delete';

interface Command {
  verb: Verb;
  flags: Record<string, string>;
  kind: string;
  names: string[];
  /** `key=value`, by key. */
  pairs: [string, string][];
  text: string;
}

const found = /kubectl (patch|label|annotate|taint|uncordon|delete) (.*)/s;
const token = /\s*((?:'[^']*'|[^\s'])+)/y;
const pair = /^([\w./-]+)=(.*)$/s;
const ends = /[;,.:)]+$/;

const bare = (word: string): string => word.replaceAll("'", '');

/** The first command of the sentence, which goes on behind it: a word that is no flag, no pair and no name of an object is not of it. */
function commandIn(world: SimulatedWorld, sentence: string): Command | undefined {
  const [, verb, rest = ''] = found.exec(sentence) ?? [];
  if (verb === undefined) return undefined;
  const command: Command = {
    verb: verb as Verb,
    flags: {},
    kind: verb === 'uncordon' ? 'Node' : '',
    names: [],
    pairs: [],
    text: `kubectl ${verb}`,
  };
  token.lastIndex = 0;
  let flag: string | undefined;
  for (let match = token.exec(rest); match !== null; match = token.exec(rest)) {
    const written = match[1] ?? '';
    const word = bare(written.replace(ends, ''));
    if (flag !== undefined) [command.flags[flag], flag] = [word, undefined];
    else if (word === '-n' || word === '-p') flag = word;
    else if (word.startsWith('--')) command.flags[word.replace(/=.*/, '')] = word.replace(/^[^=]*=?/, '');
    else if (command.kind === '') command.kind = kindOf(world, word);
    else if (pair.test(word)) command.pairs.push([word.replace(pair, '$1'), word.replace(pair, '$2')]);
    else if (world.get(command.kind, word, command.flags['-n']) !== undefined) command.names.push(word);
    else break;
    command.text += ` ${written.replace(ends, '')}`;
    if (ends.test(written)) break;
  }
  return command.kind === '' || command.names.length === 0 ? undefined : command;
}

/** Empty where none is served under that name. */
const kindOf = ({ lab }: SimulatedWorld, word: string): string =>
  lab.store.resources().find(({ plural, kind }) => plural === word || kind.toLowerCase() === word.toLowerCase())
    ?.kind ?? '';

interface Taint {
  key: string;
  value: string;
  effect: string;
}

const tainted = (world: SimulatedWorld, name: string, pairs: readonly [string, string][]): object => {
  const taints = pairs.map(([key, value]): Taint => {
    const [text = '', effect = ''] = value.split(':');
    return { key, value: text, effect };
  });
  const before = (world.get('Node', name)?.spec?.['taints'] ?? []) as Taint[];
  return { spec: { taints: [...before.filter(({ key }) => taints.every((one) => one.key !== key)), ...taints] } };
};

function perform(world: SimulatedWorld, { verb, flags, kind, pairs }: Command, name: string): void {
  if (verb === 'delete') return world.delete(kind, name);
  if (verb === 'uncordon') return world.patch(kind, name, { spec: { unschedulable: null } });
  if (verb === 'taint') return world.patch(kind, name, tainted(world, name, pairs));
  if (verb === 'label') return world.patch(kind, name, { metadata: { labels: Object.fromEntries(pairs) } });
  if (verb === 'annotate') return world.patch(kind, name, { metadata: { annotations: Object.fromEntries(pairs) } });
  const { store } = world.lab;
  const definition = store.resources().find((one) => one.kind === kind);
  if (definition === undefined) return;
  const type = flags['--type'] === 'json' ? 'application/json-patch+json' : 'application/merge-patch+json';
  const patch = JSON.parse(flags['-p'] ?? '{}') as object;
  const status = flags['--subresource'] === 'status' ? 'status' : undefined;
  store.patch(definition, definition.namespaced ? (flags['-n'] ?? 'default') : undefined, name, type, patch, status);
}

/** Performs the first command of the sentence that patches, labels, annotates, taints, uncordons or deletes; undefined where there is none, else its text. */
export function asWritten(world: SimulatedWorld, sentence: string): string | undefined {
  const command = commandIn(world, sentence);
  for (const name of command?.names ?? []) attempt(() => command !== undefined && perform(world, command, name));
  return command?.text;
}
