/** One life as data: what happens when. Made from a seed beforehand, so that it can be replayed, written down and shortened. */
import { createRandom, type Random } from '../../lab/random.ts';
import type { Arguments, Trouble } from './trouble.ts';

export interface Scheduled {
  /** Seconds since all was whole for the first time. */
  at: number;
  /** Of a trouble. */
  name: string;
  arguments: Arguments;
}

export interface Life {
  /** Of everything that is not in the schedule: order within an instant, ages, jitter, serials. */
  seed: number;
  /** Of all roles together. */
  containers: number;
  nodes: number;
  /** How it ends when all is calm again. */
  ending:
    | 'stays'
    | 'deleted'
    | 'deleted-in-the-foreground'
    | 'deleted-with-its-namespace'
    | 'deleted-with-its-namespace-at-once';
  /** Oldest first. */
  schedule: Scheduled[];
}

/** How large a life is. */
export interface Measure {
  containers: number;
  troubles: number;
  /** Kinds of trouble, at least; fewer where fewer are asked for. */
  kinds: number;
  /** Seconds from the first trouble to the last, at least. */
  seconds: number;
}

export const wholeLife: Measure = { containers: 12, troubles: 20, kinds: 8, seconds: 7200 };
export const shortLife: Measure = { containers: 6, troubles: 10, kinds: 6, seconds: 1200 };

const endings: readonly Life['ending'][] = [
  'stays',
  'deleted',
  'deleted-in-the-foreground',
  'deleted-with-its-namespace',
  'deleted-with-its-namespace-at-once',
];

/** The life of that seed; the same for ever as long as the table of troubles is the same. */
export function lifeOf(seed: number, measure: Measure, troubles: readonly Trouble[]): Life {
  const random = createRandom(Math.imul(seed, 7919) + 17);
  const chosen = kindsOf(random, measure, troubles);
  const gaps = chosen.map(() => gap(random));
  const sum = gaps.reduce((total, one) => total + one, 0);
  let at = 0;
  const schedule = chosen.map((trouble, index): Scheduled => {
    at += ((gaps[index] ?? 0) * measure.seconds) / sum;
    return { at: Math.round(at), name: trouble.name, arguments: trouble.draw(random) };
  });
  return {
    seed,
    containers: measure.containers,
    nodes: measure.containers / 2 + 1,
    ending: endings[random.integer(endings.length)] ?? 'stays',
    schedule,
  };
}

/** Half of all troubles come in the midst of what the one before has begun. */
function gap(random: Random): number {
  return random.next() < 0.5 ? random.next() * 0.15 : 0.3 + random.next() * 2;
}

/** Different ones first, then any, in any order. */
function kindsOf(random: Random, { troubles: count, kinds }: Measure, troubles: readonly Trouble[]): Trouble[] {
  const weighted = troubles.flatMap((trouble) => Array.from({ length: trouble.weight ?? 2 }, () => trouble));
  const different = [...new Set(random.shuffle(weighted))].slice(0, kinds);
  const again = weighted.filter(({ onceALife }) => onceALife !== true);
  const rest = Array.from(
    { length: Math.max(0, count - different.length) },
    () => again[random.integer(again.length)],
  ).filter((one) => one !== undefined);
  return random.shuffle([...different, ...rest]);
}
