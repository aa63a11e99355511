/**
 * A twin of a live cluster: a lab on a virtual clock whose store has the objects of that cluster, and whose machines, pods and
 * systems are as these objects say, as if all of it had come to be here. What is done to it is done to nothing else.
 */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { VirtualClock } from '../clock.ts';
import { createLab, type Lab } from '../lab.ts';
import { createRandom } from '../random.ts';
import type { LabSystem } from '../system.ts';
import { bootFilesThatAreThere, putLive, type LiveObjects } from './live.ts';
import { addMachines } from './machines.ts';
import { withValues } from './values.ts';

export interface Twin {
  lab: Lab;
  clock: VirtualClock;
  /** What the objects do not say, and how it is in the twin; sentences. */
  assumes: string[];
  /** Objects of kinds that it does not have, which are not in it. */
  left: KubernetesObject[];
  stop(): void;
}

/** Of another seed than a lab's: uids that are drawn here must not be there already. */
const defaultSeed = 0x74_77_69_6e;

/** Rejects where an object can not be stored. */
export async function createTwin(
  { objects, now, config }: LiveObjects,
  systems: readonly LabSystem[],
  seed: number = defaultSeed,
): Promise<Twin> {
  const clock = new VirtualClock({ start: now, seed });
  const random = createRandom(seed);
  const made = systems.flatMap((one) => one.unreadObjects?.(objects) ?? []);
  const all = withValues([...objects, ...made], systems, () => random.next());
  const assumes: string[] = [];
  let left: KubernetesObject[] = [];
  const lab = await createLab({
    clock,
    seed,
    systems,
    nodes: 0,
    config: { ...bootFilesThatAreThere(systems, objects), ...config },
    begin({ store, hardware, models }) {
      const dark = addMachines(hardware, objects, systems);
      left = putLive(store, all);
      assumes.push(
        ...dark.map((name) => `node ${name} is not ready now: nothing of it runs, and it does not come back`),
        ...models.flatMap((model) => model.adopt?.(all) ?? []),
      );
    },
  });
  return { lab, clock, assumes, left, stop: () => lab.stop() };
}
