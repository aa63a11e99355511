import { describe, expect, it } from 'vitest';
import { VirtualClock, sleep } from '../clock.ts';
import { WorkQueue } from './queue.ts';

function newQueue(options: { workers?: number; takes?: number } = {}) {
  const clock = new VirtualClock({ start: 0 });
  const starts: string[] = [];
  const queue = new WorkQueue(clock, options.workers ?? 5, async (key) => {
    starts.push(`${key} at ${clock.now()}`);
    await sleep(clock, options.takes ?? 0);
  });
  queue.start();
  return { clock, queue, starts };
}

describe('WorkQueue', () => {
  it('is a set: additions before the sync starts make one', async () => {
    const { clock, queue, starts } = newQueue();
    for (let index = 0; index < 10; index++) queue.add('a');
    await clock.advance(1);
    expect(starts).toEqual(['a at 0']);
  });

  it('never works on one key twice at once, and once more for additions meanwhile', async () => {
    const { clock, queue, starts } = newQueue({ takes: 100 });
    queue.add('a');
    await clock.advance(10);
    for (let index = 0; index < 10; index++) queue.add('a');
    await clock.advance(500);
    expect(starts).toEqual(['a at 0', 'a at 100']);
  });

  it('has no more syncs under way than workers', async () => {
    const { clock, queue, starts } = newQueue({ workers: 2, takes: 100 });
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await clock.advance(50);
    expect(queue.inFlight()).toBe(2);
    await clock.advance(100);
    expect(starts).toEqual(['a at 0', 'b at 0', 'c at 100']);
  });

  it('keeps one timer per key, the earliest', async () => {
    const { clock, queue, starts } = newQueue();
    queue.addAfter('a', 5000);
    queue.addAfter('a', 2000);
    queue.addAfter('a', 9000);
    await clock.advance(20_000);
    expect(starts).toEqual(['a at 2000']);
  });

  it('backs off per key from 5 ms to 1000 s, and starts anew when forgotten', async () => {
    const { clock, queue, starts } = newQueue();
    const delays: number[] = [];
    for (let failure = 0; failure < 20; failure++) {
      const asked = clock.now();
      queue.addRateLimited('a');
      await clock.runUntil(() => starts.length > failure);
      delays.push(clock.now() - asked);
    }
    expect(delays.slice(0, 5)).toEqual([5, 10, 20, 40, 80]);
    expect(delays.slice(-2)).toEqual([1_000_000, 1_000_000]);
    queue.forget('a');
    const asked = clock.now();
    queue.addRateLimited('a');
    await clock.runUntil(() => starts.length > 20);
    expect(clock.now() - asked).toBe(5);
  });

  it('shares a bucket of 100 and 10 per second among all keys', async () => {
    const { clock, queue, starts } = newQueue();
    for (let index = 0; index < 120; index++) queue.addRateLimited(`key ${index}`);
    await clock.advance(50);
    expect(starts).toHaveLength(100);
    await clock.advance(1000);
    expect(starts).toHaveLength(110);
    await clock.advance(1000);
    expect(starts).toHaveLength(120);
  });

  it('does nothing any more once stopped', async () => {
    const { clock, queue, starts } = newQueue();
    queue.addAfter('a', 10);
    queue.stop();
    queue.add('b');
    await clock.advance(100);
    expect(starts).toEqual([]);
  });
});
