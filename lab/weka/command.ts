/** What a command of the weka CLI is to the model: its words, its options, where it may run, and how argv is read. */
import type { ExecResult } from '../contract.ts';
import type { WekaPlace } from './place.ts';
import type { Cluster, LocalContainer, Member, SiteState } from './state.ts';

/** How often and with what an option may be given. */
export type OptionKind = 'flag' | 'value' | 'list';

export interface CommandContext {
  site: SiteState;
  place: WekaPlace;
  /** Words after the command's own. */
  positionals: string[];
  options: Options;
  /** The container of the place's data directory. */
  local: LocalContainer | undefined;
  stdin: string;
}

/** A command that needs a cluster gets it. */
export interface ClusterCommandContext extends CommandContext {
  cluster: Cluster;
}

interface CommandBase {
  /** The words, such as `cluster drive add`. */
  words: string;
  options?: Record<string, OptionKind>;
}

/** Answered by the agent of the host, without credentials. */
export interface LocalCommand extends CommandBase {
  scope: 'local';
  run(context: CommandContext): ExecResult | Promise<ExecResult>;
}

/** Answered by a cluster through the local container, which has to be a member that is up. */
export interface ClusterCommand extends CommandBase {
  scope: 'cluster';
  /** `any` user, or only a clusteradmin. */
  role: 'any' | 'clusteradmin';
  run(context: ClusterCommandContext): ExecResult | Promise<ExecResult>;
}

export type Command = LocalCommand | ClusterCommand;

/** Parsed options, by name with their dashes. */
export class Options {
  private readonly values: Map<string, string[]>;
  constructor(values: Map<string, string[]>) {
    this.values = values;
  }
  has(name: string): boolean {
    return this.values.has(name);
  }
  value(name: string): string | undefined {
    return this.values.get(name)?.at(-1);
  }
  list(name: string): string[] {
    return this.values.get(name) ?? [];
  }
  get json(): boolean {
    return this.has('--json') || this.has('-J');
  }
}

export function answer(stdout: string): ExecResult {
  return { exitCode: 0, stdout, stderr: '' };
}

export function answerJson(value: unknown): ExecResult {
  return answer(`${JSON.stringify(value, null, 4)}\n`);
}

/** A refusal, worded as the CLI words it: `error: ...` on stderr. */
export function refuse(message: string, exitCode = 1): ExecResult {
  return { exitCode, stdout: '', stderr: `error: ${message}\n` };
}

const commonOptions: Record<string, OptionKind> = {
  '--json': 'flag',
  '-J': 'flag',
  '--no-header': 'flag',
  '-H': 'value',
  '--HOST': 'value',
  '-C': 'value',
  '--container': 'value',
  '-f': 'flag',
  '--force': 'flag',
  '-v': 'flag',
};

/**
 * Reads what follows the command's words. Everything after `--` is positional. Returns the refusal of an unknown
 * option or of one without its value as a sentence.
 */
export function readArguments(
  args: string[],
  known: Record<string, OptionKind> = {},
): { positionals: string[]; options: Options } | string {
  const kinds = { ...commonOptions, ...known };
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index]!;
    if (argument === '--') {
      positionals.push(...args.slice(index + 1));
      break;
    }
    if (!argument.startsWith('-') || argument === '-') {
      positionals.push(argument);
      continue;
    }
    const equals = argument.startsWith('--') ? argument.indexOf('=') : -1;
    const name = equals < 0 ? argument : argument.slice(0, equals);
    const kind = kinds[name];
    if (kind === undefined) return `unrecognized option ${name}`;
    if (kind === 'flag') {
      values.set(name, []);
      continue;
    }
    const value = equals < 0 ? args[++index] : argument.slice(equals + 1);
    if (value === undefined) return `option ${name} needs a value`;
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return { positionals, options: new Options(values) };
}

/** The command whose words argv begins with (the longest), and the arguments that are left. */
export function findCommand(
  commands: Map<string, Command>,
  argv: string[],
): { command: Command; rest: string[] } | undefined {
  for (let length = Math.min(argv.length, 5); length > 0; length--) {
    const command = commands.get(argv.slice(0, length).join(' '));
    if (command !== undefined) return { command, rest: argv.slice(length) };
  }
  return undefined;
}

/** The member with the id of the command line, or the refusal that weka words for it. */
export function memberById(cluster: Cluster, text: string | undefined): Member | ExecResult {
  const id = Number(text ?? NaN);
  if (!Number.isInteger(id)) return refuse(`invalid container id ${text ?? ''}`);
  return cluster.members.get(id) ?? refuse(`Host HostId<${id}> not found`);
}

export function isRefusal<Value extends object>(value: Value | ExecResult): value is ExecResult {
  return 'exitCode' in value;
}

/** The version of an image: its tag; `4.4.2.157` where nothing says. */
export function versionOf(env: Record<string, string>): string {
  const image = env.CLUSTER_IMAGE_NAME || env.IMAGE_NAME || '';
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return tag ?? '4.4.2.157';
}

/** Runs `act` with the place's container; refuses where there is none. */
export function withLocal(
  context: CommandContext,
  act: (local: LocalContainer) => ReturnType<LocalCommand['run']>,
): ReturnType<LocalCommand['run']> {
  return context.local === undefined ? refuse('There are no weka containers on this host') : act(context.local);
}

/** The parts of a comma list that are not empty. */
export function splitList(text: string): string[] {
  return text.split(',').filter((item) => item !== '');
}
