/** `hooks`: acts on a lab from the command line. Here: the process and its exit status. */
import { CommanderError } from 'commander';
import { hooksProgram } from './program.ts';
import { UsageError } from './usage-error.ts';

try {
  await hooksProgram((text) => process.stdout.write(text)).parseAsync();
} catch (error) {
  // commander has written what is wrong
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
