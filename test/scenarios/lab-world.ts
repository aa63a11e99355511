/** The world of the scenarios in the lab: one machine on a virtual clock, hooks, sidecar and driver as they are. */
import { VirtualClock } from '../../lab/clock.ts';
import { ApiError } from '../../lab/contract.ts';
import type { ResourceInfo } from '../../lab/contract.ts';
import { createWekaLab, type WekaLab, type WekaLabOptions } from '../../lab/weka/lab.ts';
import { picture, type World } from './world.ts';

/** How often a scenario looks, in milliseconds of the lab. */
const lookMillis = 200;

export async function labWorld(seed = 1, options: Pick<WekaLabOptions, 'admission'> = {}): Promise<{ world: World; lab: WekaLab }> {
  const clock = new VirtualClock({ seed });
  const lab = await createWekaLab({ ...options, clock, seed, nodes: 1, machine: { hardware: { drives: ['PRETENDED1', 'PRETENDED2', 'PRETENDED3', 'PRETENDED4'] } } });
  const served = await lab.client.resources();
  const resource = (kind: string): ResourceInfo => {
    const found = served.find((one) => one.kind === kind && (one.group === '' || one.group.includes('weka')));
    if (found === undefined) throw new Error(`${kind} is not served`);
    return found;
  };
  const place = (kind: string, namespace = 'default'): string | undefined => (resource(kind).namespaced ? namespace : undefined);
  const missing = (error: unknown): undefined => {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  };
  const world: World = {
    image: 'quay.io/weka.io/weka-in-container:4.4.5.118-k8s',
    weka: lab.world,
    apply: async (object) => void lab.apply(object),
    get: (kind, name, namespace) => lab.client.get(resource(kind), place(kind, namespace), name).catch(missing),
    list: async (kind) => (await lab.client.list(resource(kind))).items,
    patch: async (kind, name, merge) => void (await lab.client.patch(resource(kind), place(kind), name, 'application/merge-patch+json', merge)),
    delete: async (kind, name, options) => void (await lab.client.delete(resource(kind), place(kind), name, options).catch(missing)),
    evict: async (name) => void (await lab.client.delete(resource('Pod'), 'default', name)),
    async until(what, predicate, seconds) {
      const end = clock.now() + seconds * 1000;
      while (!(await predicate())) {
        if (clock.now() >= end) throw new Error(`not within ${seconds} s: ${what}\n${await picture(world)}`);
        await clock.advance(lookMillis);
      }
    },
    async stays(what, predicate, seconds) {
      const end = clock.now() + seconds * 1000;
      while (clock.now() < end) {
        if (!(await predicate())) throw new Error(`no longer so: ${what}\n${await picture(world)}`);
        await clock.advance(lookMillis);
      }
    },
  };
  return { world, lab };
}
