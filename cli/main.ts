/** `hooks`: the hooks and the lab from the command line. Here: the process and its exit status. */
import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { hooksProgram } from './program.ts';
import { StatusError } from './usage-error.ts';

// whoever read the output has seen enough: hooks show RECORD | head
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await hooksProgram({
    write: (text) => process.stdout.write(text),
    read: () => readFileSync(0, 'utf8'),
    end: (status) => (process.exitCode = status),
  }).parseAsync();
} catch (error) {
  // commander has written what is wrong
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof StatusError ? error.status : 1;
  }
}
