/** `hooks plan`: what would come of a change of a live cluster. */
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { systems } from '../../hooks/systems.ts';
import { connect, type Connection, type ConnectionOptions } from '../connection.ts';
import type { Terminal } from '../decide.ts';
import { nameText, objectNamed } from '../kinds.ts';
import { wishesIn } from '../manifests.ts';
import { StatusError, UsageError } from '../usage-error.ts';
import type { Plan } from './plan.ts';
import { needsCheckout } from '../checkout.ts';
import type { Change } from './wishes.ts';

export const planStatuses = { same: 0, differs: 1, badInput: 2, refused: 3, failed: 4 } as const;

interface Options extends ConnectionOptions {
  filename?: string;
  patch?: string;
  namespace?: string;
  output: 'table' | 'json' | 'yaml';
}

const formats: Record<Exclude<Options['output'], 'table'>, (plan: Plan) => string> = {
  json: (plan) => `${JSON.stringify(plan, null, 2)}\n`,
  yaml: (plan) => stringify(plan),
};

function patchIn(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--patch is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError('--patch is no JSON object');
  return value as Record<string, unknown>;
}

/** What the user wants to be changed. Throws UsageError. */
function changesOf(named: string | undefined, options: Options, namespace: string): Change[] {
  const { filename, patch } = options;
  if (filename !== undefined) {
    if (named !== undefined || patch !== undefined)
      throw new UsageError('give either --filename, or KIND/NAME with --patch');
    return wishesIn(filename, namespace, options.namespace !== undefined).map((apply) => ({ apply }));
  }
  if (named === undefined || patch === undefined)
    throw new UsageError('give either --filename, or KIND/NAME with --patch');
  const { name, kind } = objectNamed(named);
  const place = kind.scope === 'Namespaced' ? { namespace } : {};
  return [
    { patch: patchIn(patch), of: { apiVersion: `${kind.group}/${kind.version}`, kind: kind.kind, name, ...place } },
  ];
}

/** The exit status that says what the plan says. */
export function statusOf({ changes, pods, creates, updates, deletes, destroys }: Plan): number {
  if (changes.some(({ refused }) => refused !== undefined)) return planStatuses.refused;
  const quiet =
    changes.every(({ does }) => does === 'nothing') &&
    pods.every(({ already }) => already === true) &&
    [creates, updates, deletes, destroys].every((list) => list.length === 0);
  return quiet ? planStatuses.same : planStatuses.differs;
}

async function planned(connection: Connection, changes: Change[], namespace: string): Promise<Plan> {
  // last: reading all of the lab takes a while, which --help and bad input need not wait for
  const [{ planOf }, { NoSuchChange }, { readLive }, { labSystems }] = await Promise.all([
    import('./plan.ts'),
    import('./wishes.ts'),
    import('./read.ts'),
    import('../../lab/systems.ts'),
  ]);
  try {
    const present = labSystems.filter(({ system }) => systems.includes(system));
    return await planOf(await readLive(connection, namespace, Date.now()), changes, present);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw error instanceof NoSuchChange ? new UsageError(message) : new StatusError(message, planStatuses.failed);
  }
}

/** The command. */
export function planCommand(terminal: Terminal): Command {
  const command = new Command('plan')
    .description(
      'tells what would come of a change: fields, pods that restart and why, what is created, goes or is destroyed, and whether it fits',
    )
    .argument('[kind/name]', `the object that --patch is about, ${nameText}`)
    .option('-f, --filename <file>', 'manifest as for kubectl apply; - is the standard input')
    .option('--patch <json>', 'merge patch as for kubectl patch --type=merge')
    .option('-n, --namespace <namespace>', 'its namespace (default: that of the context)')
    .addOption(new Option('-o, --output <format>', 'format').choices(['table', 'json', 'yaml']).default('table'))
    .addHelpText(
      'after',
      '\nReads with your rights, and writes nothing. Exit status: 0 nothing differs; 1 something does; 2 bad input; 3 the change is refused; 4 failed.',
    );
  return command.action(async (named: string | undefined) => {
    needsCheckout('plan');
    const options = command.optsWithGlobals<Options>();
    const connection = connect(options);
    const namespace = options.namespace ?? connection.namespace;
    // bad input is told before anything is asked
    const changes = changesOf(named, options, namespace);
    const plan = await planned(connection, changes, namespace);
    const { told } = await import('./told.ts');
    terminal.write(options.output === 'table' ? told(plan) : formats[options.output](plan));
    terminal.end?.(statusOf(plan));
  });
}
