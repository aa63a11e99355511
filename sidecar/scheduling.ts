/** Small pieces of the engine: lanes, a bound on what runs at one time, waiting with an end, a bounded memory. */
import type { SidecarClock } from './context.ts';

/** Runs tasks of one lane in order of arrival; lanes do not wait for each other. A failed task does not stop its lane. */
export class Lanes {
  private readonly tails = new Map<string, Promise<unknown>>();

  run<T>(lane: string, task: () => Promise<T>): Promise<T> {
    const tail = this.tails.get(lane);
    // the first task of a lane starts at once, not a turn of the event loop later
    const result = tail === undefined ? task() : tail.then(task, task);
    this.tails.set(lane, result);
    const forget = (): void => {
      if (this.tails.get(lane) === result) this.tails.delete(lane);
    };
    result.then(forget, forget);
    return result;
  }
}

/** At most `count` tasks at one time; the others wait in order. */
export class Slots {
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(count: number) {
    this.free = count;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}

/** Resolves when all of them are settled, or after `milliseconds`, whatever comes first. Never rejects. */
export async function settledWithin(
  clock: SidecarClock,
  work: Promise<unknown>[],
  milliseconds: number,
): Promise<void> {
  if (work.length === 0 || milliseconds <= 0) return;
  let cancel = (): void => undefined;
  const timeout = new Promise<void>((resolve) => {
    cancel = clock.after(milliseconds, resolve);
  });
  await Promise.race([Promise.allSettled(work), timeout]);
  cancel();
}

/** Resolves after `milliseconds` of the clock. */
export function pause(clock: SidecarClock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => void clock.after(milliseconds, resolve));
}

/** A map that forgets what was not used for longest. */
export class Memory<Value> {
  private readonly entries = new Map<string, Value>();
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  get(key: string): Value | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size > this.limit) {
      const [oldest] = this.entries.keys();
      if (oldest !== undefined) this.entries.delete(oldest);
    }
  }

  values(): Iterable<Value> {
    return this.entries.values();
  }
}
