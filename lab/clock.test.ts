import { setTimeout as realDelay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { VirtualClock, sleep } from './clock.ts';

describe('VirtualClock', () => {
  it('runs events in time order and ends at the time asked for', async () => {
    const clock = new VirtualClock({ start: 0 });
    const seen: string[] = [];
    for (const delay of [50, 10, 30, 20, 40]) clock.after(delay, () => seen.push(`${delay} at ${clock.now()}`));
    await clock.advance(45);
    expect(seen).toEqual(['10 at 10', '20 at 20', '30 at 30', '40 at 40']);
    expect(clock.now()).toBe(45);
  });

  it('settles promises before time moves on', async () => {
    const clock = new VirtualClock({ start: 0 });
    const seen: string[] = [];
    clock.after(1, () => {
      void (async () => {
        for (let hop = 0; hop < 100; hop++) await Promise.resolve();
        seen.push(`done at ${clock.now()}`);
      })();
    });
    clock.after(2, () => seen.push('second event'));
    await clock.advance(5);
    expect(seen).toEqual(['done at 1', 'second event']);
  });

  it('waits for tracked real I/O and for watched counters', async () => {
    const clock = new VirtualClock({ start: 0 });
    const seen: string[] = [];
    let open = 0;
    clock.watchInFlight(() => open);
    clock.after(1, () => {
      void clock.track(realDelay(5)).then(() => seen.push('tracked'));
      open = 1;
      setTimeout(() => {
        seen.push('counted');
        open = 0;
      }, 15);
    });
    clock.after(2, () => seen.push('second event'));
    await clock.advance(5);
    expect(seen).toEqual(['tracked', 'counted', 'second event']);
  });

  it('orders events of one instant by the seed: same seed same order, some other seed another order', async () => {
    const order = async (seed: number): Promise<string> => {
      const clock = new VirtualClock({ seed });
      const seen: number[] = [];
      for (let index = 0; index < 8; index++) clock.after(1, () => seen.push(index));
      await clock.advance(1);
      return seen.join('');
    };
    expect(await order(7)).toBe(await order(7));
    expect(new Set([await order(1), await order(2), await order(3)]).size).toBeGreaterThan(1);
  });

  it('does not run a cancelled event', async () => {
    const clock = new VirtualClock();
    let runs = 0;
    clock.after(1, () => runs++)();
    await clock.advance(2);
    expect(runs).toBe(0);
  });

  it('runUntil stops at the predicate, at the end of time, or at the event limit', async () => {
    const clock = new VirtualClock({ start: 0 });
    let ticks = 0;
    const tick = (): void => {
      ticks++;
      clock.after(10, tick);
    };
    clock.after(10, tick);
    expect(await clock.runUntil(() => ticks === 3)).toBe(true);
    expect(clock.now()).toBe(30);
    expect(await clock.runUntil(() => false, { maxMilliseconds: 100 })).toBe(false);
    expect(await clock.runUntil(() => false, { maxEvents: 5 })).toBe(false);
    expect(ticks).toBeLessThan(25);
  });

  it('sleep resolves in a loop driven by the clock', async () => {
    const clock = new VirtualClock({ start: 0 });
    const woken: number[] = [];
    void (async () => {
      for (let round = 0; round < 3; round++) {
        await sleep(clock, 100);
        woken.push(clock.now());
      }
    })();
    await clock.advance(250);
    expect(woken).toEqual([100, 200]);
  });
});
