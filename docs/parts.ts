/** The generated parts of the pages, by name: tables made of the tables in the code. No page is read or written here. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { controls } from '../cli/lab.ts';
import { hooksProgram } from '../cli/program.ts';
import type { ReasonTable } from '../hooks/core/reasons.ts';
import { describeSystemSettings } from '../hooks/core/system.ts';
import type { SettingDescription } from '../hooks/core/settings.ts';
import type { StepRow } from '../hooks/core/steps.ts';
import { describeServerSettings } from '../hooks/server/settings.ts';
import { systems } from '../hooks/systems.ts';
import { refusals } from '../lab/api/http/refusals.ts';
import { describeSidecarSettings } from '../sidecar/config.ts';
import { operationsTable } from '../sidecar/rbac.ts';
import { sidecarSystems } from '../sidecar/systems/index.ts';
import { markdownTable } from './markdown-table.ts';

const code = (text: string | undefined): string => (text === undefined || text === '' ? '' : `\`${text}\``);

function stepTable(steps: readonly StepRow[]): string {
  return markdownTable(
    ['step', 'condition', 'status word', 'mode', 'what holds when it is done'],
    steps.map(({ name, condition, status, mode, summary }) => [name, code(condition), code(status), mode, summary]),
  );
}

function settingsTable(settings: readonly SettingDescription[]): string {
  const shown = (value: unknown): string =>
    value === undefined || (Array.isArray(value) && value.length === 0)
      ? ''
      : code(typeof value === 'string' ? value : JSON.stringify(value));
  return markdownTable(
    ['environment variable', 'meaning', 'default'],
    settings.map(({ env, description, defaultValue }) => [code(env), description, shown(defaultValue)]),
  );
}

/** Reasons that stand one after the other and mean the same share a line. */
function reasonTable(table: ReasonTable): string {
  const lines: { names: string[]; meaning: string; cure: string }[] = [];
  for (const [name, { meaning, cure }] of Object.entries(table)) {
    const last = lines.at(-1);
    if (last?.meaning === meaning && last.cure === cure) last.names.push(name);
    else lines.push({ names: [name], meaning, cure });
  }
  const cured = lines.some(({ cure }) => cure !== '');
  return markdownTable(
    ['reason', 'means', ...(cured ? ['do'] : [])],
    lines.map(({ names, meaning, cure }) => [names.map(code).join(', '), meaning, ...(cured ? [cure] : [])]),
  );
}

/** From a process of its own, whose output is no terminal: its width would shape the text. */
function printedBy(program: string, argument: string): string {
  return execFileSync(process.execPath, ['--import', 'tsx', program, argument], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
  }).trim();
}

const outputOf = (program: string, argument = '--help'): string =>
  `\`\`\`text\n${printedBy(program, argument)}\n\`\`\``;

/** What `--help` of a command prints, at a width of its own. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 110 }).outputHelp();
  return `\`\`\`text\n${text.trim()}\n\`\`\``;
}

/** The command line and each of its verbs. */
function commandsHelp(): string {
  const program = hooksProgram({ write: () => undefined, read: () => '' });
  const verbs = program.commands.map((verb) => `## ${verb.name()}\n\n${helpOf(verb)}`);
  return [helpOf(program), ...verbs].join('\n\n');
}

type Parts = Record<string, () => string>;

/** The tables that only one system has: its steps, its reasons, and those of the module in the folder of its name. All are named after it. */
const partsOfSystems = await Promise.all(
  systems.map(async ({ name, lives, reasons }): Promise<[source: string, parts: Parts][]> => {
    const own = join(import.meta.dirname, name, 'parts.ts');
    const tables = existsSync(own) ? ((await import(own)) as { parts: Parts }).parts : {};
    const named = (parts: [part: string, make: () => string][]): Parts =>
      Object.fromEntries(parts.map(([part, make]) => [`${name}-${part}`, make]));
    return [
      [`the lives of ${name}`, named(Object.entries(lives).map(([life, steps]) => [life, () => stepTable(steps)]))],
      [
        `the reasons of ${name}`,
        named(Object.entries(reasons).map(([question, table]) => [`${question}-reasons`, () => reasonTable(table)])),
      ],
      [`docs/${name}/parts.ts`, named(Object.entries(tables))],
    ];
  }),
);

/** The parts of all sources. Throws when two have one of the same name: a page would show that of the other. */
export function joinedParts(sources: readonly (readonly [source: string, parts: Parts])[]): Parts {
  const from = new Map<string, string>();
  for (const [source, parts] of sources) {
    for (const name of Object.keys(parts)) {
      const other = from.get(name);
      if (other !== undefined) throw new Error(`two generated parts are named ${name}: of ${other} and of ${source}`);
      from.set(name, source);
    }
  }
  return Object.assign({}, ...sources.map(([, parts]) => parts)) as Parts;
}

const common: Parts = {
  operations: () => operationsTable(sidecarSystems),
  'operator-settings': () => settingsTable(describeSystemSettings(systems)),
  'server-settings': () => settingsTable(describeServerSettings()),
  'sidecar-settings': () => settingsTable(describeSidecarSettings()),
  'commands-help': commandsHelp,
  'start-help': () => outputOf('lab/start.ts'),
  'lab-controls': () =>
    markdownTable(
      ['`npm run --silent hooks -- lab ...`', 'does', 'options'],
      controls.map(({ name, operand, operandOptional = false, options = {}, summary }) => [
        code([name, ...(operand === undefined ? [] : [operandOptional ? `[${operand}]` : operand])].join(' ')),
        summary,
        Object.entries(options)
          .map(([option, description]) => `\`--${option}\`: ${description}`)
          .join('; '),
      ]),
    ),
  'cluster-suite-help': () => outputOf('test/cluster/run.ts'),
  'simulate-help': () => outputOf('test/simulate/main.ts'),
  'simulate-list': () => outputOf('test/simulate/main.ts', '--list'),
  mutants: () => printedBy('test/simulate/mutants.ts', '--table'),
  'lab-refusals': () =>
    markdownTable(
      ['not served', 'answer', 'what to do, or why not'],
      refusals.map(({ feature, code: status, reason, message }) => [feature, `${status} ${reason}`, message]),
    ),
};

export const parts: Parts = joinedParts([['docs/parts.ts', common], ...partsOfSystems.flat()]);
