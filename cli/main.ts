#!/usr/bin/env node
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

const { stdout } = process;
const screen = {
  columns: () => stdout.columns,
  rows: () => stdout.rows,
  color: process.env['NO_COLOR'] === undefined,
};
const interrupted = new AbortController();

/** A second Ctrl-C ends the process whatever it does. */
function interruption(): AbortSignal {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  return interrupted.signal;
}

try {
  await hooksProgram({
    write: (text) => stdout.write(text),
    read: () => readFileSync(0, 'utf8'),
    end: (status) => (process.exitCode = status),
    ...(stdout.isTTY ? { screen } : {}),
    interruption,
  }).parseAsync();
  // nobody waits for an answer that is still on its way
  if (interrupted.signal.aborted) process.exit();
} catch (error) {
  // commander has written what is wrong
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof StatusError ? error.status : 1;
  }
}
