/** Makes a life that fails shorter, as long as it fails in the same check: halves first, then one trouble after the other. */
import type { Life, Scheduled } from './life.ts';

/** Which check the life breaks; undefined when it passes. */
export type Judge = (life: Life) => Promise<string | undefined>;

/** At most `tries` lives are run. */
export async function shrink(life: Life, check: string, judge: Judge, tries: number): Promise<Life> {
  let best = life;
  let left = tries;
  const failsWith = async (schedule: Scheduled[]): Promise<boolean> => {
    if (left <= 0 || schedule.length === best.schedule.length) return false;
    left -= 1;
    const shorter = { ...best, schedule };
    if ((await judge(shorter)) !== check) return false;
    best = shorter;
    return true;
  };
  for (let size = Math.ceil(life.schedule.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < best.schedule.length && left > 0;) {
      const rest = [...best.schedule.slice(0, start), ...best.schedule.slice(start + size)];
      if (!(await failsWith(rest))) start += size;
    }
  }
  return best;
}
