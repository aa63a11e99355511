/** `hooks plan`: what would come of a change of a live cluster. */
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { systems } from '../../hooks/systems.ts';
import { connect, type Connection, type ConnectionOptions } from '../connection.ts';
import type { Terminal } from '../decide.ts';
import { nameText, objectNamed } from '../kinds.ts';
import { wishesIn } from '../manifests.ts';
import { StatusError, UsageError } from '../usage-error.ts';
import { mishapNamed, mishapsText } from './mishaps.ts';
import type { Plan } from './plan.ts';
import type { Mishap, Simulation } from './simulation.ts';
import { needsCheckout } from '../checkout.ts';
import type { Change } from './wishes.ts';

export const planStatuses = { same: 0, differs: 1, badInput: 2, refused: 3, failed: 4 } as const;

interface Options extends ConnectionOptions {
  filename?: string;
  patch?: string;
  simulate?: boolean;
  whatIf?: string[];
  namespace?: string;
  output: 'table' | 'json' | 'yaml';
}

/** What was asked, and what came of it. */
type Answer = Partial<Plan> & { whatIf?: string[]; simulation?: Simulation };

const formats: Record<Exclude<Options['output'], 'table'>, (answer: Answer) => string> = {
  json: (answer) => `${JSON.stringify(answer, null, 2)}\n`,
  yaml: (answer) => stringify(answer),
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

/** What is wrong with the input is told as that, all else by a status of its own. */
async function told<Found>(
  work: () => Promise<Found>,
  ofInput: readonly (new (message: string) => Error)[],
): Promise<Found> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isInput = ofInput.some((kind) => error instanceof kind);
    throw isInput ? new UsageError(message) : new StatusError(message, planStatuses.failed);
  }
}

interface Asked {
  changes: Change[];
  mishaps: Mishap[];
  simulate: boolean;
}

/** What of it is shown, and the status that says it. */
async function answerTo(
  { changes, mishaps, simulate }: Asked,
  connection: Connection,
  namespace: string,
): Promise<{ answer: Answer; text: string; status: number }> {
  // last: reading all of the lab takes a while, which --help and bad input need not wait for
  const [{ planOf }, { NoSuchChange }, { readLive }, { labSystems }, { NoSuchMishap, simulationOf }, texts] =
    await Promise.all([
      import('./plan.ts'),
      import('./wishes.ts'),
      import('./read.ts'),
      import('../../lab/systems.ts'),
      import('./simulation.ts'),
      Promise.all([import('./told.ts'), import('./simulation-told.ts')]),
    ]);
  const [{ told: toldPlan }, { assumedOfBoth, toldInTwin, toldOfMishaps }] = texts;
  const present = labSystems.filter(({ system }) => systems.includes(system));
  return told(async () => {
    const live = await readLive(connection, namespace, Date.now());
    if (mishaps.length > 0) {
      const simulation = await simulationOf(live, { mishaps }, present);
      const status = simulation.steps.length === 0 ? planStatuses.same : planStatuses.differs;
      const answer = { whatIf: mishaps.map(({ text }) => text), simulation };
      return { answer, text: toldOfMishaps(mishaps, simulation), status };
    }
    const plan = await planOf(live, changes, present);
    const status = statusOf(plan);
    if (!simulate || status === planStatuses.refused) return { answer: plan, text: toldPlan(plan), status };
    const simulation = await simulationOf(live, { changes }, present);
    const answer = { ...plan, assumes: assumedOfBoth(plan, simulation), simulation };
    return { answer, text: toldInTwin(plan, simulation), status };
  }, [NoSuchChange, NoSuchMishap]);
}

/** What the user asks. Throws UsageError. */
function askedBy(named: string | undefined, options: Options, namespace: string): Asked {
  const { filename, patch, whatIf = [], simulate = false } = options;
  if (whatIf.length === 0) return { changes: changesOf(named, options, namespace), mishaps: [], simulate };
  if (named !== undefined || filename !== undefined || patch !== undefined)
    throw new UsageError('give either --what-if, or a change');
  return { changes: [], mishaps: whatIf.map(mishapNamed), simulate };
}

const collected = (value: string, before: string[] = []): string[] => [...before, value];

/** The command. */
export function planCommand(terminal: Terminal): Command {
  const command = new Command('plan')
    .description(
      'tells what would come of a change: fields, pods that restart and why, what is created, goes or is destroyed, and whether it fits',
    )
    .argument('[kind/name]', `the object that --patch is about, ${nameText}`)
    .option('-f, --filename <file>', 'manifest as for kubectl apply; - is the standard input')
    .option('--patch <json>', 'merge patch as for kubectl patch --type=merge')
    .option(
      '--simulate',
      'makes the change in a twin of the cluster as well: tells each step with its time, and how long all takes',
    )
    .option(
      '--what-if <mishap>',
      `in place of a change: what would come of it, seen in a twin; may be given again (${mishapsText})`,
      collected,
    )
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
    const asked = askedBy(named, options, namespace);
    const { answer, text, status } = await answerTo(asked, connection, namespace);
    terminal.write(options.output === 'table' ? text : formats[options.output](answer));
    terminal.end?.(status);
  });
}
