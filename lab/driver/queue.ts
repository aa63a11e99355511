/**
 * The work queue of one controller: a set of keys, each synced by at most one worker at a time, with delayed and
 * rate-limited additions. What a sync does is not here.
 */
import type { Clock } from '../contract.ts';

const exponentialBaseMilliseconds = 5;
const exponentialCapMilliseconds = 1_000_000;
const bucketPerSecond = 10;
const bucketBurst = 100;

interface Waiting {
  readyAt: number;
  cancel: () => void;
}

export class WorkQueue {
  private readonly clock: Clock;
  private readonly workers: number;
  private readonly work: (key: string) => Promise<void>;
  private readonly order: string[] = [];
  private readonly dirty = new Set<string>();
  private readonly processing = new Set<string>();
  private readonly waiting = new Map<string, Waiting>();
  private readonly failures = new Map<string, number>();
  private tokens = bucketBurst;
  private tokensAt: number;
  private running = false;
  private dispatching = false;

  /** `work` must not reject. */
  constructor(clock: Clock, workers: number, work: (key: string) => Promise<void>) {
    this.clock = clock;
    this.workers = workers;
    this.work = work;
    this.tokensAt = clock.now();
  }

  /** Workers begin; keys may have been added before. */
  start(): void {
    this.running = true;
    this.dispatch();
  }

  stop(): void {
    this.running = false;
    for (const { cancel } of this.waiting.values()) cancel();
    this.waiting.clear();
  }

  /** Many additions make one pending sync; an addition during the sync of that key makes one more afterwards. */
  add(key: string): void {
    if (this.dirty.has(key)) return;
    this.dirty.add(key);
    if (this.processing.has(key)) return;
    this.order.push(key);
    this.dispatch();
  }

  /** One timer per key, which is only ever moved earlier. */
  addAfter(key: string, milliseconds: number): void {
    if (milliseconds <= 0) return this.add(key);
    const readyAt = this.clock.now() + milliseconds;
    const known = this.waiting.get(key);
    if (known !== undefined && known.readyAt <= readyAt) return;
    known?.cancel();
    const cancel = this.clock.after(milliseconds, () => {
      this.waiting.delete(key);
      this.add(key);
    });
    this.waiting.set(key, { readyAt, cancel });
  }

  /** After 5, 10, 20 ms ... 1000 s per key, or when the shared bucket (10 per second, 100 at once) allows. */
  addRateLimited(key: string): void {
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    const own = Math.min(exponentialBaseMilliseconds * 2 ** failures, exponentialCapMilliseconds);
    this.addAfter(key, Math.max(own, this.takeToken()));
  }

  /** Ends the back-off of a key. */
  forget(key: string): void {
    this.failures.delete(key);
  }

  /** Keys that wait for a worker, delayed ones not counted. */
  pending(): number {
    return this.dirty.size;
  }

  inFlight(): number {
    return this.processing.size;
  }

  /** Milliseconds until the shared bucket has a token for this call. */
  private takeToken(): number {
    const now = this.clock.now();
    this.tokens = Math.min(bucketBurst, this.tokens + ((now - this.tokensAt) * bucketPerSecond) / 1000) - 1;
    this.tokensAt = now;
    return this.tokens >= 0 ? 0 : (-this.tokens * 1000) / bucketPerSecond;
  }

  /** Never inside the caller, which may be in the middle of a cache update, and once for all its additions. */
  private dispatch(): void {
    if (this.dispatching) return;
    this.dispatching = true;
    queueMicrotask(() => {
      this.dispatching = false;
      while (this.running && this.processing.size < this.workers) {
        const key = this.order.shift();
        if (key === undefined) return;
        this.dirty.delete(key);
        this.processing.add(key);
        void this.process(key);
      }
    });
  }

  private async process(key: string): Promise<void> {
    await this.work(key);
    this.processing.delete(key);
    if (this.dirty.has(key)) this.order.push(key);
    this.dispatch();
  }
}
