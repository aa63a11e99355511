/** How old an answer may be. Costs are bounded here: the ages decide how often a pod is executed in. */
import type { WekaContainer } from '../api/index.ts';
import { is } from '../api/modes.ts';
import type { OperatorConfig } from '../config.ts';
import { rollDueCondition } from '../roll-word.ts';
import type { ContainerPod } from './child-pod.ts';

/**
 * Seconds; a settled container is looked at once a minute, with the resync period. Half the time between two looks: at the
 * whole of it, each second look would find the answer of the one before fresh enough.
 */
export const ages = ({ config: { lookSeconds } }: { config: OperatorConfig }) => ({
  helper: lookSeconds / 4,
  moving: lookSeconds / 2,
  settled: 50,
});

/**
 * Seconds. Of a living container the owner is looked at for its finalizer only, of one that ends or pauses for what it says of that.
 * @param erases what comes next erases: a deletion that was cancelled this moment has to be heard
 */
export function ownerAge({ metadata, spec }: WekaContainer, erases = false): number {
  if (erases) return 0;
  if (metadata.deletionTimestamp !== undefined || spec.state === 'paused') return 5;
  // its cluster writes that this moment, and whose word it is tells what the cluster is by now
  return spec.state === 'destroying' ? 1 : 50;
}

/**
 * Seconds, of the claims of its cluster: who waits for its place in the order of a roll looks every five seconds whether it is
 * next, and another replica may have written that. One look does for all that wait.
 */
export const turnAge = ({ status }: WekaContainer, age: number): number =>
  status?.conditions?.some((one) => one.type === rollDueCondition && one.status === 'True') === true
    ? Math.min(age, 2)
    : age;

/** Seconds, of the namespace. One look does for all containers in it. */
export const namespaceAge = 2;

/** Seconds. Those that have the turn of a cluster may have vanished. */
export const turnHolderAge = 10;

/** Whether the container was Ready when it was last looked at, and its spec asks for nothing else now. */
function wasReady({ status, spec, metadata }: WekaContainer, pod: ContainerPod | undefined): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return (
    ready?.status === 'True' &&
    ready.observedGeneration === metadata.generation &&
    spec.state === 'active' &&
    pod?.running === true &&
    !pod.terminating
  );
}

/** Seconds, of the container's own claims and report, which are read before anything else is known. */
export function lookAge(container: WekaContainer, pod: ContainerPod | undefined, config: OperatorConfig): number {
  const { helper, moving, settled } = ages({ config });
  return wasReady(container, pod) ? settled : is(container.spec.mode, 'oneOff') ? helper : moving;
}
