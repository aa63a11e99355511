/** Drives the collectors: each change wakes them up, and the clock runs them a little later, as in a real cluster. */
import type { Clock } from '../../contract.ts';
import type { Change, State } from './state.ts';

export interface Collector {
  /** Takes note of a change; true if there is something to do. */
  observe(change: Change): boolean;
  /** Does what is queued; true if that left something to do at once. */
  run(): boolean;
}

/** More rounds than any real chain of owners needs: a guard against two collectors that undo each other's work. */
const mostRounds = 1000;

/** Returns the function that runs everything to the end now. `delay` in milliseconds. */
export function driveCollectors(state: State, clock: Clock, collectors: Collector[], delay: number): () => void {
  let scheduled: (() => void) | undefined;

  const runOnce = (): void => {
    scheduled = undefined;
    if (collectors.map((collector) => collector.run()).some(Boolean)) schedule();
  };
  const schedule = (): void => {
    scheduled ??= clock.after(delay, runOnce);
  };
  state.onChange((change) => {
    if (collectors.map((collector) => collector.observe(change)).some(Boolean)) schedule();
  });

  return () => {
    scheduled?.();
    for (let round = 0; collectors.map((collector) => collector.run()).some(Boolean); round += 1) {
      if (round > mostRounds) throw new Error('the collectors find no end');
    }
    scheduled?.();
    scheduled = undefined;
  };
}
