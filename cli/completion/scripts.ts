/** Completion scripts: tables of a shell made of the tree of verbs. They ask no program, so that a tab takes no time. */
import { allOf, type Choice, type Verb } from './tree.ts';

/** In single quotes, as bash and zsh read them. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
/** The same for fish. */
const fishQuoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** `place:word` for each of the words, as patterns of a `case`. */
const patterns = (path: string, words: readonly string[]): string =>
  words.map((word) => quoted(`${path}:${word}`)).join('|');

const withValue = ({ options }: Verb): Choice[] => options.filter(({ takesValue }) => takesValue);

/** From the words in front of the cursor: at which verb it stands, and of which option it is the value. */
function walk(verbs: readonly Verb[], first: string): string[] {
  return [
    `  for ((index = ${first}; index < cursor; index++)); do`,
    '    word="${words[index]}"',
    '    [[ "$word" == "=" ]] && continue',
    '    if [[ -n "$option" ]]; then option=; continue; fi',
    '    case "$place:$word" in',
    ...verbs.flatMap((verb) => {
      const names = withValue(verb).flatMap((option) => option.names);
      return [
        ...(names.length === 0 ? [] : [`      ${patterns(verb.path, names)}) option="$place:$word" ;;`]),
        ...verb.verbs.map(({ name, path }) => `      ${patterns(verb.path, [name])}) place=${quoted(path)} ;;`),
      ];
    }),
    '    esac',
    '  done',
  ];
}

const optionNames = ({ options }: Verb): string[] => options.flatMap(({ names }) => names);
const nextWords = ({ verbs, words }: Verb): string[] => [...verbs.map(({ name }) => name), ...words];

function bash(program: Verb): string {
  const verbs = allOf(program);
  const { name } = program;
  return [
    `# bash completion of ${name}`,
    `_${name}() {`,
    '  local current="${COMP_WORDS[COMP_CWORD]}" cursor="$COMP_CWORD" place= option= found= word index',
    '  local -a words=("${COMP_WORDS[@]}")',
    '  COMPREPLY=()',
    '  [[ "$current" == "=" ]] && current=',
    ...walk(verbs, '1'),
    '  if [[ -n "$option" ]]; then',
    '    case "$option" in',
    ...verbs.flatMap((verb) =>
      withValue(verb)
        .filter(({ values }) => values.length > 0)
        .map(({ names, values }) => `      ${patterns(verb.path, names)}) found=${quoted(values.join(' '))} ;;`),
    ),
    '      *) return 0 ;; # a file, as without completion',
    '    esac',
    '  else',
    '    case "$place:$current" in',
    ...verbs.flatMap((verb) => [
      `      ${quoted(`${verb.path}:`)}-*) found=${quoted(optionNames(verb).join(' '))} ;;`,
      `      ${quoted(`${verb.path}:`)}*) found=${quoted(nextWords(verb).join(' '))} ;;`,
    ]),
    '    esac',
    '  fi',
    '  COMPREPLY=($(compgen -W "$found" -- "$current"))',
    '  if [[ "${COMPREPLY[0]}" == */ ]]; then compopt -o nospace 2>/dev/null; fi',
    '  return 0',
    '}',
    `complete -o default -F _${name} ${name}`,
  ].join('\n');
}

/** `word:what it is`, as `_describe` of zsh reads it. */
const described = (word: string, description: string): string =>
  quoted(`${word.replaceAll(':', '\\:')}:${description.replaceAll('\n', ' ')}`);

function zsh(program: Verb): string {
  const verbs = allOf(program);
  const { name } = program;
  const offer = (what: string, entries: readonly string[]): string =>
    `found=(${entries.join(' ')}); _describe -t ${what}s ${what} found`;
  return [
    `#compdef ${name}`,
    `_${name}() {`,
    '  local current="${words[CURRENT]}" cursor="$CURRENT" place= option= word index',
    '  local -a found',
    ...walk(verbs, '2'),
    '  if [[ -n "$option" ]]; then',
    '    case "$option" in',
    ...verbs.flatMap((verb) =>
      withValue(verb)
        .filter(({ values }) => values.length > 0)
        .map(({ names, values }) => `      ${patterns(verb.path, names)}) compadd -- ${values.join(' ')} ;;`),
    ),
    '      *) _files ;;',
    '    esac',
    '    return',
    '  fi',
    '  case "$place:$current" in',
    ...verbs.flatMap((verb) => {
      const options = verb.options.flatMap((one) => one.names.map((option) => described(option, one.description)));
      const below = verb.verbs.map((one) => described(one.name, one.description));
      const goesOn = verb.words.filter((word) => word.endsWith('/'));
      const whole = verb.words.filter((word) => !word.endsWith('/'));
      const offers = [
        ...(below.length === 0 ? [] : [offer('verb', below)]),
        ...(goesOn.length === 0 ? [] : [`compadd -S '' -- ${goesOn.join(' ')}`]),
        ...(whole.length === 0 ? [] : [`compadd -- ${whole.join(' ')}`]),
      ];
      return [
        `    ${quoted(`${verb.path}:`)}-*) ${offer('option', options)} ;;`,
        `    ${quoted(`${verb.path}:`)}*) ${offers.length === 0 ? '_files' : offers.join('; ')} ;;`,
      ];
    }),
    '  esac',
    '}',
    '# loaded from a file by its first use, or read by source',
    `if [[ "\${funcstack[1]}" == _${name} ]]; then _${name}; else compdef _${name} ${name}; fi`,
  ].join('\n');
}

function fish(program: Verb): string {
  const verbs = allOf(program);
  const { name } = program;
  const at = ({ path }: Verb): string => `complete -c ${name} -n ${fishQuoted(`__${name}_at ${fishQuoted(path)}`)}`;
  const flags = (names: readonly string[]): string =>
    names.map((one) => (one.startsWith('--') ? `-l ${one.slice(2)}` : `-s ${one.slice(1)}`)).join(' ');
  const value = ({ takesValue, values }: Choice): string =>
    !takesValue ? '' : values.length === 0 ? ' -r' : ` -x -a ${fishQuoted(values.join(' '))}`;
  return [
    `# fish completion of ${name}`,
    `function __${name}_at`,
    '  set -l place ""',
    '  set -l skip ""',
    '  set -l words (commandline -opc)',
    '  for word in $words[2..-1]',
    '    if test -n "$skip"',
    '      set skip ""',
    '      continue',
    '    end',
    '    switch "$place:$word"',
    ...verbs.flatMap((verb) => {
      const names = withValue(verb).flatMap((option) => option.names);
      return [
        ...(names.length === 0
          ? []
          : [`      case ${names.map((one) => fishQuoted(`${verb.path}:${one}`)).join(' ')}`, '        set skip 1']),
        ...verb.verbs.flatMap((one) => [
          `      case ${fishQuoted(`${verb.path}:${one.name}`)}`,
          `        set place ${fishQuoted(one.path)}`,
        ]),
      ];
    }),
    '    end',
    '  end',
    '  test "$place" = "$argv[1]"',
    'end',
    ...verbs.flatMap((verb) => [
      ...verb.verbs.map((one) => `${at(verb)} -f -a ${fishQuoted(one.name)} -d ${fishQuoted(one.description)}`),
      ...(verb.words.length === 0 ? [] : [`${at(verb)} -f -a ${fishQuoted(verb.words.join(' '))}`]),
      ...verb.options.map((one) => `${at(verb)} ${flags(one.names)}${value(one)} -d ${fishQuoted(one.description)}`),
    ]),
  ].join('\n');
}

/** By the name of the shell. */
export const scripts = { bash, zsh, fish } as const satisfies Record<string, (program: Verb) => string>;
