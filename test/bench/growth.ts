/** How the processor time of `decide` grows with what is in its request: without HTTP, against the same hook with less in it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { controllersOf } from '../../hooks/core/system.ts';
import { systems } from '../../hooks/systems.ts';
import type { Measure } from './measure.ts';
import { median } from './median.ts';
import type { GrowthCase } from './system.ts';

/** Containers, nodes or holders. */
const sizes = [300, 1000, 3000];
const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
const rounds = { warm: 2, kept: 9 };

/** What sorting costs: the most that any step of a hook may grow. */
const sorting = (size: number): number => size * Math.log(size);

/** What making large requests leaves behind is not to be collected while a hook is timed. */
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Milliseconds of one call. As many are made as come to the largest size, so that each sample goes through as many objects. */
function millisecondsOf({ controller: name, request }: GrowthCase, size: number): number {
  const controller = controllersOf(systems).find((one) => one.name === name);
  if (controller === undefined) throw new Error(`no controller ${name}`);
  // hooks remember what they have read of an object: each call gets objects of its own, as from the network
  const requests = Array.from({ length: Math.round(most / size) }, () => request(size));
  collectGarbage();
  const began = process.cpuUsage();
  for (const one of requests) controller.decide(one);
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000 / requests.length;
}

const nameOf = ({ name }: GrowthCase): string => `${name}: decide for ${most} to ${least}`;

/** The largest size against the smallest, all sizes in turns. */
function measureGrowth(one: GrowthCase): Measure {
  const samples = new Map(sizes.map((size) => [size, [] as number[]]));
  for (let round = 0; round < rounds.warm + rounds.kept; round += 1) {
    for (const size of sizes) {
      const milliseconds = millisecondsOf(one, size);
      if (round >= rounds.warm) samples.get(size)?.push(milliseconds);
    }
  }
  const taken = (size: number): number => median(samples.get(size) ?? []);
  return {
    name: nameOf(one),
    unit: 'ratio',
    value: taken(most) / taken(least),
    goal: sorting(most) / sorting(least),
    detail: sizes.map((size) => `${size} in ${taken(size).toFixed(taken(size) < 10 ? 1 : 0)} ms`).join(', '),
  };
}

/** All whose name has the text in it. */
export const measureAllGrowth = (cases: readonly GrowthCase[], only: string): Measure[] =>
  cases.filter((one) => nameOf(one).includes(only)).map(measureGrowth);
