/** Looks again and again, until whoever watches has seen enough. What is shown while nothing is answered says how old it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { age } from '../why/told.ts';

/** Milliseconds between two looks. */
const interval = 2000;
/** Milliseconds without an answer after which that is said. */
const patience = 3 * interval;

export interface Watch<View> {
  /** Rejects where there is no answer. */
  look: () => Promise<View>;
  /** @param trouble one sentence: this is not how it is now, but how it was; absent: it has just been read */
  show: (view: View, now: number, trouble: string | undefined) => void;
  /** Milliseconds since the epoch. */
  clock: () => number;
  signal: AbortSignal;
  /** Resolves when the time is over, or there is nothing more to wait for. */
  pause?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

const pauseUnlessEnded = (milliseconds: number, signal: AbortSignal): Promise<unknown> =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Resolves with the last view once it is ended; undefined where there was none. Rejects where the first look does. */
export async function watch<View>({
  look,
  show,
  clock,
  signal,
  pause = pauseUnlessEnded,
}: Watch<View>): Promise<View | undefined> {
  let last: { view: View; at: number } | undefined;
  let failure: { error: unknown } | undefined;
  let pending: Promise<void> | undefined;
  const begin = (): Promise<void> =>
    look()
      .then(
        (view) => {
          last = { view, at: clock() };
          failure = undefined;
        },
        (error: unknown) => {
          failure = { error };
        },
      )
      .finally(() => (pending = undefined));
  const troubleNow = (at: number): string | undefined => {
    const silent = clock() - at > patience;
    if (failure === undefined && !silent) return undefined;
    const why = failure === undefined ? 'there is no answer' : messageOf(failure.error);
    return `not read for ${age(new Date(at).toISOString(), clock())}: ${why}. This is how it was then.`;
  };
  while (!signal.aborted) {
    pending ??= begin();
    await Promise.race([pending, pause(interval, signal)]);
    if (last === undefined && failure !== undefined) throw failure.error;
    if (last !== undefined) show(last.view, clock(), troubleNow(last.at));
    await pause(interval, signal);
  }
  return last?.view;
}
