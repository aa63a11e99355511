/**
 * The two clocks of the lab: the machine's, and a virtual one in which time moves only when nothing is left to do at
 * the present instant. Chance is not here (random.ts).
 */
import { setImmediate as nextImmediate } from 'node:timers/promises';
import type { Clock } from './contract.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

/** The clock of the machine. Timers do not keep the process alive. */
export class RealClock implements Clock {
  now(): number {
    return Date.now();
  }

  after(milliseconds: number, run: () => void): () => void {
    // setTimeout fires at once beyond 2^31 - 1 ms
    const timer = setTimeout(run, Math.min(Math.max(milliseconds, 0), 2_147_483_647));
    timer.unref();
    return () => clearTimeout(timer);
  }
}

interface Timer {
  at: number;
  tie: number;
  sequence: number;
  run: () => void;
  cancelled: boolean;
}

/** When a run gives up. */
export interface RunLimits {
  /** Virtual time that may pass. Default: one hour. */
  maxMilliseconds?: number;
  /** Events that may run; the guard against a loop that never lets time move. Default: one million. */
  maxEvents?: number;
}

export interface VirtualClockOptions {
  /** Orders events of one instant. Default: 1. */
  seed?: number;
  /** First instant, milliseconds since the epoch. Default: 2026-01-01T00:00:00Z. */
  start?: number;
}

/**
 * A clock that a test or a simulation drives. Events run in time order, events of one instant in an order drawn from
 * the seed. Between two events all promises settle: microtasks always, and real I/O (a socket, a child process, a
 * file) where whoever started it told the clock through `track` or `watchInFlight`. Waiting on this clock is never
 * counted as in flight: time would not move any more.
 */
export class VirtualClock implements Clock {
  private readonly timers: Timer[] = [];
  private readonly counters = new Set<() => number>();
  private readonly random: Random;
  private time: number;
  private sequence = 0;
  private tracked = 0;

  constructor(options: VirtualClockOptions = {}) {
    this.random = createRandom(options.seed ?? 1);
    this.time = options.start ?? Date.UTC(2026, 0, 1);
  }

  now(): number {
    return this.time;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer: Timer = {
      at: this.time + Math.max(0, milliseconds),
      tie: this.random.next(),
      sequence: this.sequence++,
      run,
      cancelled: false,
    };
    push(this.timers, timer);
    return () => {
      timer.cancelled = true;
    };
  }

  /** Counts real I/O until it ends, and hands the promise on. */
  async track<Value>(work: Promise<Value>): Promise<Value> {
    this.tracked++;
    try {
      return await work;
    } finally {
      this.tracked--;
    }
  }

  /** `counter` gives the number of real I/O operations under way; the returned function forgets it. */
  watchInFlight(counter: () => number): () => void {
    this.counters.add(counter);
    return () => this.counters.delete(counter);
  }

  /** Resolves when everything that can happen without time passing has happened, except timers that are due. */
  async settle(): Promise<void> {
    do await nextImmediate();
    while (this.inFlight() > 0);
  }

  /** Runs the next event; false if there is none up to `until` (then time stands still). */
  async step(until: number = Number.POSITIVE_INFINITY): Promise<boolean> {
    await this.settle();
    return this.settledStep(until);
  }

  /** The same when all is settled already. */
  private async settledStep(until: number): Promise<boolean> {
    while (this.timers[0]?.cancelled === true) pop(this.timers);
    const next = this.timers[0];
    if (next === undefined || next.at > until) return false;
    pop(this.timers);
    this.time = Math.max(this.time, next.at);
    next.run();
    await this.settle();
    return true;
  }

  /** Lets `milliseconds` pass with everything that falls due in them. Rejects when an event throws, or past `maxEvents`. */
  async advance(milliseconds: number, limits: Pick<RunLimits, 'maxEvents'> = {}): Promise<void> {
    const end = this.time + milliseconds;
    const maxEvents = limits.maxEvents ?? 1_000_000;
    let events = 0;
    await this.settle();
    while (await this.settledStep(end)) {
      if (++events > maxEvents)
        throw new Error(`more than ${maxEvents} events within ${milliseconds} ms of virtual time`);
    }
    this.time = end;
  }

  /** Runs events until `predicate` holds (asked when all is settled); false when a limit was reached or nothing is left. */
  async runUntil(predicate: () => boolean, limits: RunLimits = {}): Promise<boolean> {
    const end = this.time + (limits.maxMilliseconds ?? 3_600_000);
    await this.settle();
    for (let events = 0; events <= (limits.maxEvents ?? 1_000_000); events++) {
      if (predicate()) return true;
      if (!(await this.settledStep(end))) return false;
    }
    return false;
  }

  private inFlight(): number {
    let sum = this.tracked;
    for (const counter of this.counters) sum += counter();
    return sum;
  }
}

/** Waits on the clock. */
export function sleep(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
}

// a binary heap: a run of thousands of pods holds as many timers

function before(left: Timer, right: Timer): boolean {
  if (left.at !== right.at) return left.at < right.at;
  if (left.tie !== right.tie) return left.tie < right.tie;
  return left.sequence < right.sequence;
}

function push(heap: Timer[], timer: Timer): void {
  let index = heap.push(timer) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!before(heap[index]!, heap[parent]!)) return;
    [heap[index], heap[parent]] = [heap[parent]!, heap[index]!];
    index = parent;
  }
}

function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  let index = 0;
  for (;;) {
    let smallest = index;
    for (const child of [2 * index + 1, 2 * index + 2]) {
      if (child < heap.length && before(heap[child]!, heap[smallest]!)) smallest = child;
    }
    if (smallest === index) return;
    [heap[index], heap[smallest]] = [heap[smallest]!, heap[index]!];
    index = smallest;
  }
}

/** What a sidecar of the lab is given: one clock, which shows the calendar's time as well. */
export const sidecarClock = (clock: Clock): Clock & { wallTime(): number } => ({
  now: () => clock.now(),
  wallTime: () => clock.now(),
  after: (milliseconds, run) => clock.after(milliseconds, run),
});
