/** Timers by name: at most one of a name is set, and all can be cancelled together. */
import type { Clock } from '../contract.ts';

export class NamedTimers {
  private readonly clock: Clock;
  private readonly cancels = new Map<string, () => void>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Calls `run` after `milliseconds`, in the place of the timer of that name. */
  set(name: string, milliseconds: number, run: () => void): void {
    this.cancels.get(name)?.();
    const cancel = this.clock.after(milliseconds, () => {
      this.cancels.delete(name);
      run();
    });
    this.cancels.set(name, cancel);
  }

  has(name: string): boolean {
    return this.cancels.has(name);
  }

  cancel(name: string): void {
    this.cancels.get(name)?.();
    this.cancels.delete(name);
  }

  cancelAll(): void {
    for (const cancel of this.cancels.values()) cancel();
    this.cancels.clear();
  }
}
