/** A replay by the hooks of another checkout, in a process of its own: its modules are others of the same names. */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { needsCheckout } from '../checkout.ts';
import { UsageError } from '../usage-error.ts';
import type { Given } from './given.ts';
import type { Report } from './replay.ts';

/** What the child is told. */
export interface Order {
  /** The module with the systems of the other checkout. */
  systems: string;
  given: Given;
}

/** What it says: the report; or why there is none, and whether that is for who asked. */
export type Said = { report: Report } | { refused: string } | { failed: string };

const child = join(import.meta.dirname, 'against-child.ts');

/** Rejects with UsageError where the directory has no hooks, or they cannot be loaded. */
export function replayAgainst(directory: string, { files, selection }: Given): Promise<Report> {
  const systems = resolve(directory, 'hooks/systems.ts');
  needsCheckout('replay --against');
  if (!existsSync(systems)) throw new UsageError(`${directory} is no checkout: it has no hooks/systems.ts`);
  const order: Order = { systems, given: { files: files.map((file) => resolve(file)), selection } };
  return new Promise((done, failed) => {
    const running = fork(child, {
      execArgv: ['--enable-source-maps', '--import', import.meta.resolve('tsx')],
      // what the other hooks print is none of the report
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let said: Said | undefined;
    running.on('message', (message) => {
      said = message as Said;
    });
    running.on('error', failed);
    running.on('exit', (code) => {
      if (said === undefined) failed(new Error(`the hooks of ${directory} ended with ${code ?? 'a signal'}`));
      else if ('report' in said) done(said.report);
      else failed('refused' in said ? new UsageError(said.refused) : new Error(said.failed));
    });
    running.send(order);
  });
}
