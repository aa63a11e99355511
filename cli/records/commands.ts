/** `hooks show` and `hooks replay`: what was decided, and whether it would be decided again. No cluster is asked. */
import { isDeepStrictEqual } from 'node:util';
import { Command, Option } from 'commander';
import type { Recorded } from '../../hooks/server/record/format.ts';
import { controllers } from '../../hooks/server/hook.ts';
import { systems } from '../../hooks/systems.ts';
import { formats } from '../decide.ts';
import { told } from '../explained.ts';
import { UsageError } from '../usage-error.ts';
import { replayAgainst } from './against.ts';
import { givenOf, selected, type Given, type Selection } from './given.ts';
import { writeGolden } from './golden.ts';
import { replay, type Report } from './replay.ts';
import { decisionLine, reportText, saysOf } from './told.ts';

type Write = (text: string) => void;
interface Options extends Pick<Selection, 'namespace' | 'at'> {
  output?: keyof typeof formats;
}

const files = [
  '<file...>',
  'records, or directories in which one is written, such as .lab/record; several are merged by time. At the end perhaps KIND/NAME: the decisions on that object',
] as const;

function recordCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument(...files)
    .usage('FILE... [KIND/NAME] [options]')
    .option('-n, --namespace <namespace>', 'of objects in that namespace (default: in all)')
    .option('--at <time>', 'of each object the last decision by then, such as 2026-01-01T00:05:00Z')
    .addOption(new Option('-o, --output <format>', 'for programs').choices(Object.keys(formats)));
}

const controllerOf = ({ controller }: Recorded) => controllers.find(({ name }) => name === controller);

/** The decision with its steps, as these hooks take it. */
function steps(recorded: Recorded): string {
  const { request, decision, release, replica } = recorded;
  const controller = controllerOf(recorded);
  const lines = [decisionLine(recorded, false), `decided by ${replica} (${release})`];
  if (controller?.explain === undefined)
    return [...lines, `controller ${recorded.controller} has no steps`, ''].join('\n');
  const again: unknown = JSON.parse(JSON.stringify(controller.decide(request)));
  if (!isDeepStrictEqual(again, decision))
    lines.push('these hooks decide otherwise, hooks replay says in what; the steps are theirs');
  return `${lines.join('\n')}\n${told(controller.explain(request), request)}`;
}

/** A decision in short, for programs. */
function summary(recorded: Recorded): object {
  const { at, replica, release, controller, hook, request } = recorded;
  const { kind, metadata } = request.parent;
  return {
    at,
    replica,
    release,
    controller,
    hook,
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    says: saysOf(recorded),
  };
}

const whole = (recorded: Recorded): object => recorded;

/** A line for each. Only the lines are held: a record may be larger than the memory. */
function list(decisions: Iterable<Recorded>): string {
  const replicas = new Set<string>();
  const lines = Array.from(decisions, (one) => {
    replicas.add(one.replica);
    return [decisionLine(one, false), decisionLine(one, true)] as const;
  });
  return lines.map(([line, withReplica]) => `${replicas.size > 1 ? withReplica : line}\n`).join('');
}

/** Lists decisions, or tells one of them; it prints to `write`. */
export function showCommand(write: Write): Command {
  const command = recordCommand('show', 'lists the decisions of a record by time; with --at tells each with its steps');
  return command.action((words: string[], { output, ...options }: Options) => {
    const decisions = selected(givenOf(words, options));
    if (output !== undefined) write(formats[output](Array.from(decisions, options.at === undefined ? summary : whole)));
    else if (options.at === undefined) write(list(decisions));
    else write(Array.from(decisions, steps).join('\n'));
  });
}

/** The decision of that place; the last one where it is absent. */
function decisionAt(given: Given, index: number | undefined): Recorded {
  let last: Recorded | undefined;
  let place = 0;
  for (const one of selected(given)) {
    last = one;
    if (place === index) break;
    place += 1;
  }
  return last!;
}

/** Takes recorded decisions again; it prints to `write`. */
export function replayCommand(write: Write): Command {
  const command = recordCommand(
    'replay',
    'takes the decisions of a record again, and tells which come out otherwise, by what differs',
  )
    .option('--against <directory>', 'by the hooks of another checkout, with its own node_modules (default: by these)')
    .option(
      '--golden <directory>',
      'writes one of them, the first that differs or else the last, as a pair of test/golden',
    )
    .addHelpText('after', '\nExit status: 0 all the same; 1 some differ; 2 bad input.');
  return command.action(async (words: string[], options: Options & { against?: string; golden?: string }) => {
    const { output, against, golden } = options;
    const given = givenOf(words, options);
    const report: Report =
      against === undefined ? replay(selected(given), systems) : await replayAgainst(against, given);
    const [first] = report.groups;
    if (golden !== undefined) {
      const recorded = decisionAt(given, first?.first.index);
      const controller = controllerOf(recorded);
      if (controller === undefined) throw new UsageError(`there is no controller ${recorded.controller}`);
      const path = writeGolden(golden, recorded, controller.type);
      if (output === undefined) write(`wrote ${path}.request.json and .decision.json\n`);
    }
    write(output === undefined ? reportText(report) : formats[output](report));
    const different = report.decisions - report.same;
    if (different > 0) throw new Error(`${different} of ${report.decisions} decisions come out otherwise`);
  });
}
