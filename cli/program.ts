/** The command line of `hooks`. */
import { Command } from 'commander';
import { labCommand } from './lab.ts';

/** That it throws, and does not end the process, is a setting of each command. */
function throwing(command: Command): Command {
  command.exitOverride().commands.forEach(throwing);
  return command;
}

/** The command; its actions give what is to be printed to `write`. `parseAsync` rejects with CommanderError, UsageError, or why something failed. */
export function hooksProgram(write: (text: string) => void): Command {
  return throwing(
    new Command('hooks')
      .description('Acts on a lab, with your kubeconfig and your rights.')
      .option('--kubeconfig <path>', 'path of the kubeconfig (default: $KUBECONFIG)')
      .option('--context <name>', 'context of the kubeconfig (default: the current one)')
      .addCommand(labCommand(write))
      .addHelpText('after', '\nExit status: 0 done; 1 refused or failed; 2 bad input.'),
  );
}
