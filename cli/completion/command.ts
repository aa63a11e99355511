/** `hooks completion SHELL`: what a shell needs to complete verbs, options and kinds. */
import { Argument, Command } from 'commander';
import { scripts } from './scripts.ts';
import { treeOf } from './tree.ts';

/**
 * The command; it prints to `write`.
 * @param program with all its verbs, asked for when the command runs
 */
export function completionCommand(write: (text: string) => void, program: () => Command): Command {
  return new Command('completion')
    .description('prints what a shell needs to complete verbs, options and kinds')
    .addArgument(new Argument('<shell>', 'whose').choices(Object.keys(scripts)))
    .addHelpText(
      'after',
      '\nThe scripts complete a command of the name hooks, such as an alias for this one:\n' +
        '  source <(hooks completion bash)    in ~/.bashrc\n' +
        '  source <(hooks completion zsh)     in ~/.zshrc, after compinit\n' +
        '  hooks completion fish | source     in ~/.config/fish/config.fish',
    )
    .action((shell: keyof typeof scripts) => write(`${scripts[shell](treeOf(program()))}\n`));
}
