/** What comes of something that is done in a lab: it is watched until nothing happens any more. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { waits } from '../../hooks/core/waits.ts';
import type { VirtualClock } from '../clock.ts';
import type { Lab } from '../lab.ts';
import { recordSteps, type Step } from './steps.ts';

export interface Happening {
  steps: Step[];
  /** Until the last of them that is more than said; see `Step.said`. */
  seconds: number;
  /** Nothing happens any more, as far as was looked. */
  calm: boolean;
  /** How long was looked. */
  lookedSeconds: number;
}

/** Seconds without a step after which nothing more is to be expected, where all is well, and where something waits. */
const quiet = { well: 120, waiting: 900 } as const;
const longestSeconds = 2 * 3600;
const lookMilliseconds = 5000;

/** Objects of the systems that people apply, and their parts. */
export function systemObjects({ store, systems }: Pick<Lab, 'store' | 'systems'>): KubernetesObject[] {
  const kinds = new Set(systems.flatMap(({ view }) => [...view.parents, view.children]));
  return store
    .resources()
    .filter(({ kind, convert }) => kinds.has(kind) && convert === undefined)
    .flatMap((one) => store.list(one).items);
}

/** Who waits, and for which reason. */
const waitingNow = (lab: Lab): Set<string> =>
  new Set(
    systemObjects(lab).flatMap((object) => {
      const condition = waits(object);
      return condition === undefined ? [] : [`${object.metadata.uid} ${condition.reason}`];
    }),
  );

/** Lets time pass until nothing happens any more; false: something does for ever. */
async function settle(
  lab: Lab,
  clock: VirtualClock,
  steps: readonly Step[],
  waitedBefore: ReadonlySet<string>,
): Promise<boolean> {
  const begun = clock.now();
  const isCalm = (): boolean => {
    const still = (clock.now() - begun) / 1000 - (steps.at(-1)?.seconds ?? 0);
    if (still < quiet.well) return false;
    return still >= quiet.waiting || [...waitingNow(lab)].every((one) => waitedBefore.has(one));
  };
  while (!isCalm() && clock.now() - begun < longestSeconds * 1000) await clock.advance(lookMilliseconds);
  return isCalm();
}

/** Does it, and watches what comes of it. */
export async function whatHappens(lab: Lab, clock: VirtualClock, act: () => void | Promise<void>): Promise<Happening> {
  const waitedBefore = waitingNow(lab);
  const begun = clock.now();
  const recorded = recordSteps({ ...lab, clock });
  try {
    await act();
    const calm = await settle(lab, clock, recorded.steps, waitedBefore);
    const lookedSeconds = Math.round((clock.now() - begun) / 1000);
    const seconds = recorded.steps.findLast(({ said }) => said !== true)?.seconds ?? 0;
    return { steps: [...recorded.steps], seconds, calm, lookedSeconds };
  } finally {
    recorded.stop();
  }
}
