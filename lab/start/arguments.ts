/** The command line of `npm start`. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { dirname, join, resolve } from 'node:path';
import { repository } from '../repository.ts';
import { awaitedKinds } from '../system.ts';
import { labSystems } from '../systems.ts';

/** Something the user gave is wrong: told in one message, exit status 2. */
export class InputError extends Error {}

export interface StartOptions {
  /** Nodes of the lab. */
  nodes: number;
  /** Manifests to apply, in order; `-` is standard input. */
  apply: string[];
  /** The condition that everything applied is to have that is waited for. */
  until: string;
  /** End once `until` holds, or when it does not within `timeoutSeconds`. */
  exit: boolean;
  timeoutSeconds: number;
  /** Port of the API; absent: the usual one, or a free one when that is taken. */
  port?: number;
  /** Absolute. */
  kubeconfig: string;
  /** Where the decisions of the hooks are recorded, absolute. */
  record: string;
  pods: 'simulated' | 'process';
  quiet: boolean;
}

export const sampleManifest = join(repository, labSystems[0].samples, 'minimal.yaml');

function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum)
      throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
    return value;
  };
}

function conditionType(text: string): string {
  if (!/^[A-Z][A-Za-z0-9]*$/.test(text))
    throw new InvalidArgumentError('It must be the type of a condition, such as Ready.');
  return text;
}

function command(): Command {
  const titles = labSystems.map(({ title }) => title).join(' and of ');
  const processes = labSystems.flatMap((one) => one.processes ?? []).join(', ');
  return new Command('npm start --')
    .description(
      `Starts a lab on this machine: a Kubernetes API, nodes and pods that are simulated, a model of ${titles}, and the real operator (hooks and sidecar). kubectl works on it. Ctrl-C ends it.`,
    )
    .option('--nodes <number>', 'nodes of the lab, each with 32 cores and 4 drives', integer(1, 1000), 6)
    .option(
      '--apply <file>',
      'manifest to apply in place of the sample; may be repeated, - is standard input',
      (file, files: string[] | undefined) => [...(files ?? []), file],
    )
    .option(
      '--until <condition>',
      `condition of every applied ${awaitedKinds(labSystems).join(' and ')} that is waited for`,
      conditionType,
      'Ready',
    )
    .option('--exit', 'end when the condition is reached (status 0) or the time is over (status 1)')
    .option('--timeout <seconds>', 'how long --exit waits', integer(1, 86_400), 120)
    .option(
      '--port <number>',
      'port of the API on 127.0.0.1, 0 for any free one (default: 6480, or a free one)',
      integer(0, 65_535),
    )
    .option('--kubeconfig <path>', 'where the kubeconfig of the lab is written', join('.lab', 'kubeconfig'))
    .option(
      '--record <directory>',
      'where the decisions are recorded, for hooks show and replay (default: record, beside the kubeconfig)',
    )
    .addOption(
      new Option('--pods <kind>', `simulated pods, or ${processes} as real processes (Linux, python3)`)
        .choices(['simulated', 'process'])
        .default('simulated'),
    )
    .option('--quiet', 'no view of the cluster coming up')
    .addHelpText(
      'after',
      '\nExit status: 0 ended, or reached; 1 not reached in time, or failed; 2 bad input, such as a manifest that the API refuses.',
    )
    .allowExcessArguments()
    .exitOverride();
}

type Parsed = Omit<StartOptions, 'record' | 'timeoutSeconds' | 'apply' | 'exit' | 'quiet'> & {
  timeout: number;
  apply?: string[];
  record?: string;
  exit?: true;
  quiet?: true;
};

/**
 * Reads the arguments that follow the script's name. `--help` gives its text in place of options. Throws InputError.
 * @param directory where relative paths begin
 */
export function parseArguments(args: string[], directory: string): StartOptions | { help: string } {
  const parser = command().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  try {
    parser.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { help: helpText(parser) };
    throw new InputError(error.message.replace(/^error: /, ''));
  }
  if (parser.args.length > 0)
    throw new InputError(`unexpected argument '${parser.args[0] ?? ''}'; manifests are given with --apply`);
  const {
    timeout,
    apply = [sampleManifest],
    kubeconfig,
    record,
    exit = false,
    quiet = false,
    ...rest
  } = parser.opts<Parsed>();
  const config = resolve(directory, kubeconfig);
  return {
    ...rest,
    exit,
    quiet,
    timeoutSeconds: timeout,
    apply: apply.map((file) => (file === '-' ? file : resolve(directory, file))),
    kubeconfig: config,
    // two labs have two kubeconfigs, and so two records
    record: record === undefined ? join(dirname(config), 'record') : resolve(directory, record),
  };
}

function helpText(parser: Command): string {
  let text = '';
  parser.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}
