/** The other process of `hooks replay --against`: gets one order, says one thing, ends. */
import { pathToFileURL } from 'node:url';
import { UsageError } from '../usage-error.ts';
import type { Order, Said } from './against.ts';
import { selected } from './given.ts';
import { replay, type ReplayedSystem } from './replay.ts';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

async function carryOut({ systems, given }: Order): Promise<Said> {
  let loaded: { systems: readonly ReplayedSystem[] };
  try {
    loaded = (await import(pathToFileURL(systems).href)) as typeof loaded;
  } catch (error) {
    return { refused: `the hooks of ${systems} cannot be loaded: ${messageOf(error)}` };
  }
  try {
    return { report: replay(selected(given), loaded.systems) };
  } catch (error) {
    return error instanceof UsageError ? { refused: error.message } : { failed: messageOf(error) };
  }
}

process.once('message', (order) => {
  void carryOut(order as Order).then((said) => process.send?.(said, () => process.disconnect()));
});
