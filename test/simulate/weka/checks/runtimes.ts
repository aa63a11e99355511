/** At most one live runtime of each container. */
import type { LabWorld } from '../../../lab/world.ts';
import type { Finding } from '../../check.ts';
import type { WekaCheck } from './given.ts';

/** A pod whose runtime finds the lock taken ends at once. */
export const secondRuntime = 5_000;

interface RuntimeSpec {
  containers?: { name?: string; command?: string[]; args?: string[]; env?: { name: string; value?: string }[] }[];
}

/** The WekaContainer whose runtime runs in the pod; helpers of it run a subcommand. */
export function runtimeOf(pod: object): string | undefined {
  const all = (pod as { spec?: RuntimeSpec }).spec?.containers ?? [];
  // what a webhook injects may stand first
  const main = all.find(({ name }) => name === 'weka-container') ?? all[0];
  const value = (name: string): string | undefined => main?.env?.find((one) => one.name === name)?.value;
  const isHelper = [...(main?.command ?? []), ...(main?.args ?? [])].length > 2;
  return isHelper || !['drive', 'compute'].includes(value('MODE') ?? '') ? undefined : value('WEKA_CONTAINER_ID');
}

function secondRuntimes(world: LabWorld): Finding[] {
  const places = new Map<string, string>();
  return world.lab.kubelet
    .pods()
    .filter(({ running }) => running.includes('weka-container'))
    .flatMap(({ pod, nodeName }): Finding[] => {
      const uid = runtimeOf(pod);
      if (uid === undefined) return [];
      const other = places.get(uid);
      places.set(uid, nodeName);
      if (other === undefined) return [];
      return [
        [
          `two runtimes of ${pod.metadata.name} are alive, on ${other} and ${nodeName}`,
          other === nodeName ? secondRuntime : 0,
        ],
      ];
    });
}

export const runtimeChecks: readonly WekaCheck[] = [
  {
    name: 'one-runtime',
    promise: 'no two live runtimes of one WekaContainer at one time',
    watch: ({ world, whileSo }) => whileSo(() => secondRuntimes(world), ['Pod']),
  },
];
