/** A promise of the operator and how it is watched: what is done is judged in the moment of the deed, what is only so or not after each write. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { SimulatedWorld } from './system.ts';

/** A sentence about what must not be, and how long, in milliseconds, it may be so. */
export type Finding = [text: string, tolerance: number];

/** Whom a check tells, and what calls it. */
export interface Scene {
  /** Says that the promise is broken; the same sentence counts once. */
  broken(text: string): void;
  /** Asks after each write to the API of these kinds and after whatever the system does beside it; what is found counts when it lasted as long as it may. */
  whileSo(look: () => Finding[], kinds: readonly string[]): void;
  /** Hears of each write of the API, within it. */
  onWrite(listener: (before: KubernetesObject | undefined, after: KubernetesObject | undefined) => void): void;
}

/** `Given`: where it looks. */
export interface Check<Given = unknown> {
  /** Words joined by hyphens. */
  name: string;
  /** What is promised; begins with the number of the section where it is one of those of the design. */
  promise: string;
  watch(scene: Scene & Given): void;
}

export interface Broken {
  check: string;
  text: string;
}

export interface Watch {
  /** What was broken so far, oldest first. */
  readonly broken: readonly Broken[];
  /** Looks at everything that is only so or not, at once. */
  look(): void;
  end(): void;
}

export interface WatchOptions {
  /** While it is so, such as with the hooks away, what may be so for a while may be so for longer. */
  isHindered?(): boolean;
  /** Calls the listener after each change that is no write to the API; the returned function ends that. */
  onChange?(listener: () => void): () => void;
}

/** Watches a world from now on. */
export function watchChecks<Given extends { world: Pick<SimulatedWorld, 'clock' | 'lab'> }>(
  given: Given,
  checks: readonly Check<Given>[],
  { isHindered = () => false, onChange = () => () => undefined }: WatchOptions = {},
): Watch {
  const { world } = given;
  const broken: Broken[] = [];
  const looks: (() => void)[] = [];
  const ends: (() => void)[] = [];
  let ended = false;
  for (const { name, watch } of checks) {
    const tell = (text: string): void => {
      if (!broken.some((one) => one.check === name && one.text === text)) broken.push({ check: name, text });
    };
    watch({
      ...given,
      broken: tell,
      onWrite: (listener) => void ends.push(world.lab.store.onChange(({ before, after }) => listener(before, after))),
      whileSo(look, kinds) {
        const since = new Map<string, number>();
        let asked = false;
        const judge = (): void => {
          const now = world.clock.now();
          const wrong = look();
          const texts = new Set(wrong.map(([text]) => text));
          for (const text of since.keys()) if (!texts.has(text)) since.delete(text);
          for (const [text, tolerance] of wrong) {
            const begun = isHindered() && tolerance > 0 ? now : (since.get(text) ?? now);
            // now or after a hindrance: looked at again when its time is over
            if (begun === now && tolerance > 0) world.clock.after(tolerance, soon);
            since.set(text, begun);
            if (now - begun >= tolerance) tell(text);
          }
        };
        const soon = (): void => {
          if (asked || ended) return;
          asked = true;
          // after the event that is running: what it writes belongs together
          world.clock.after(0, () => {
            asked = false;
            if (!ended) judge();
          });
        };
        looks.push(judge);
        ends.push(
          world.lab.store.onChange(({ before, after }) => {
            if (kinds.includes((after ?? before)?.kind ?? '')) soon();
          }),
        );
        ends.push(onChange(soon));
      },
    });
  }
  return {
    broken,
    look() {
      for (const look of looks) look();
    },
    end() {
      ended = true;
      for (const end of ends) end();
    },
  };
}
