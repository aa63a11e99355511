/** The command line of `hooks`. */
import { Command } from 'commander';
import { checkCommand } from './check/command.ts';
import { completionCommand } from './completion/command.ts';
import { decideCommands, type Terminal } from './decide.ts';
import { labCommand } from './lab.ts';
import { planCommand } from './plan/command.ts';
import { replayCommand, showCommand } from './records/commands.ts';
import { copyCommand } from './records/copy.ts';
import { reportCommand } from './report/command.ts';
import { renderCommand } from './render/command.ts';
import { statusCommand } from './status/command.ts';
import { whyCommand } from './why/command.ts';

/** That it throws, and does not end the process, is a setting of each command. */
function throwing(command: Command): Command {
  command.exitOverride().commands.forEach(throwing);
  return command;
}

/** The command; its actions read and print at the terminal. `parseAsync` rejects with CommanderError, UsageError, or why something failed. */
export function hooksProgram(terminal: Terminal): Command {
  const program = new Command('hooks').description(
    'Tells how objects stand, what they wait for, what would come of a change and how the hooks decide, and acts on a lab, with your kubeconfig and your rights.',
  );
  const write = (text: string): void => terminal.write(text);
  const commands = [
    statusCommand(terminal),
    whyCommand(write),
    renderCommand(terminal),
    planCommand(terminal),
    copyCommand(write),
    showCommand(write),
    replayCommand(write),
    reportCommand(write),
    checkCommand(terminal),
    ...decideCommands(terminal),
  ];
  for (const command of commands) program.addCommand(command);
  return throwing(
    program
      .option('--kubeconfig <path>', 'path of the kubeconfig (default: $KUBECONFIG)')
      .option('--context <name>', 'context of the kubeconfig (default: the current one)')
      .addCommand(labCommand(write))
      .addCommand(completionCommand(write, () => program))
      .addHelpText('after', '\nExit status, where a verb says nothing else: 0 done; 1 refused or failed; 2 bad input.'),
  );
}
