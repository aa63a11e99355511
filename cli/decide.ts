/** `hooks explain|sync|finalize|customize|observe CONTROLLER < request.json`: one decision, on what stands in a request. */
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { ZodError } from 'zod';
import { hookNames } from '../hooks/server/calls.ts';
import { answerHook, controllerNamed, controllers, requestFor } from '../hooks/server/hook.ts';
import { told } from './explained.ts';
import { UsageError } from './usage-error.ts';

export interface Terminal {
  write(text: string): void;
  /** All of the standard input. */
  read(): string;
  /** Sets the exit status of a command that has done its work; 0 where it is not called. */
  end?(status: number): void;
  /** What is written is seen by a person at once; absent: it goes into a file or a program. */
  screen?: { columns(): number; rows(): number; color: boolean };
  /** Aborted once the person wants it to end; from then on its process is asked no more, and ends when it likes. Absent: it ends with its process. */
  interruption?(): AbortSignal;
}

const controllerArgument = ['<controller>', `one of ${controllers.map(({ name }) => name).join(', ')}`] as const;

const summaries = {
  sync: 'prints what the sync hook answers',
  finalize: 'prints what the finalize hook answers',
  customize: 'prints which related objects the customize hook asks for',
  observe: 'prints what the hook would ask the sidecar',
} as const;

/** What the input is, or what is wrong with it, in one line. */
function input(terminal: Terminal): unknown {
  try {
    return JSON.parse(terminal.read());
  } catch (error) {
    throw new UsageError(`the request is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whatever is wrong with the request or the name of the controller is for who gave it. */
function asUsage<Found>(work: () => Found): Found {
  try {
    return work();
  } catch (error) {
    if (error instanceof ZodError)
      throw new UsageError(
        error.issues.map(({ path, message }) => `${path.join('.') || 'the request'}: ${message}`).join('; '),
      );
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Of `-o`. */
export const formats = {
  json: (value: unknown) => `${JSON.stringify(value, null, 2)}\n`,
  yaml: (value: unknown) => stringify(value),
} as const;

function explainCommand(terminal: Terminal): Command {
  const command = new Command('explain')
    .description('tells of one decision each step, its outcome and the facts that it has read')
    .argument(...controllerArgument)
    .addOption(new Option('-o, --output <format>', 'for programs').choices(Object.keys(formats)));
  return command.action((name: string, { output }: { output?: keyof typeof formats }) => {
    const controller = asUsage(() => controllerNamed(name));
    if (controller.explain === undefined)
      throw new UsageError(`controller ${name} has no steps; sync prints what it answers`);
    const request = asUsage(() => requestFor(controller, input(terminal)));
    const explanation = controller.explain(request);
    terminal.write(output === undefined ? told(explanation, request) : formats[output](explanation));
  });
}

/** One command for each hook, and `explain`. */
export function decideCommands(terminal: Terminal): Command[] {
  const answering = [...hookNames, 'observe' as const].map((hook) =>
    new Command(hook)
      .description(summaries[hook])
      .argument(...controllerArgument)
      .action((name: string) =>
        terminal.write(formats.json(asUsage(() => answerHook(controllerNamed(name).name, hook, input(terminal))))),
      ),
  );
  return [explainCommand(terminal), ...answering];
}
