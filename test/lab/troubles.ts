/** What people and machines do to a cluster at the worst moment. What must hold whatever they do: invariants.ts. */
import type { Random } from '../../lab/random.ts';
import { invariantsOf } from './invariants.ts';
import type { World } from './world.ts';

export interface Trouble {
  what: string;
  act(world: World, random: Random): void;
}

const anyOf = (world: World, kind: string, random: Random): string | undefined => {
  const names = world.lab.all(kind).filter(({ metadata }) => metadata.namespace === 'default').map(({ metadata }) => metadata.name);
  return names[random.integer(Math.max(1, names.length))];
};

const quietly = (work: () => void): void => {
  try {
    work();
  } catch {
    // the object went away in the same moment
  }
};

export const troubles: readonly Trouble[] = [
  { what: 'a person deletes a pod', act: (world, random) => { const name = anyOf(world, 'Pod', random); if (name !== undefined) quietly(() => world.delete('Pod', name)); } },
  { what: 'a person deletes all pods', act: (world) => { for (const pod of world.lab.all('Pod')) if (pod.metadata.namespace === 'default') quietly(() => world.delete('Pod', pod.metadata.name)); } },
  { what: 'a person force-deletes a pod', act: (world, random) => { const name = anyOf(world, 'Pod', random); if (name !== undefined) quietly(() => world.delete('Pod', name, { gracePeriodSeconds: 0 })); } },
  { what: 'a person changes the memory', act: (world, random) => quietly(() => world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { drive: random.integer(1000) } } })) },
  { what: 'a person takes a label off a pod', act: (world, random) => { const name = anyOf(world, 'Pod', random); if (name !== undefined) quietly(() => world.patch('Pod', name, { metadata: { labels: { 'weka.io/mode': null } } })); } },
  { what: 'watches break', act: (world) => world.lab.store.breakWatches({ forget: true }) },
];

/** Sentences about what must never be; empty in a healthy world. What was done to weka is judged at that moment, from the first call on. */
export const violations = (world: World): string[] => invariantsOf(world).check();
