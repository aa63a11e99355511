/** What the simulator knows of a system: its part of the world, what befalls it, what it promises, and when all is whole. */
import type { HookController, KubernetesObject } from '../../hooks/core/contract.ts';
import type { VirtualClock } from '../../lab/clock.ts';
import type { DeleteOptions } from '../../lab/contract.ts';
import type { Lab, LabOptions } from '../../lab/lab.ts';
import type { Watch } from './check.ts';
import type { Life } from './life.ts';
import type { Stage } from './stage.ts';
import type { Trouble } from './trouble.ts';

export type Loose = KubernetesObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> };

/** A lab, and words for its objects; namespace `default` where none is given. */
export interface SimulatedWorld {
  clock: VirtualClock;
  lab: Lab;
  apply(object: KubernetesObject): unknown;
  get(kind: string, name: string, namespace?: string): Loose | undefined;
  list(kind: string): Loose[];
  /** A JSON merge patch. */
  patch(kind: string, name: string, merge: object): void;
  delete(kind: string, name: string, options?: DeleteOptions): void;
  picture(): string;
}

/** A fault of the operator that is found and not mended yet, or a trouble of which nobody has looked at lives yet: no life draws it until somebody has. */
export interface KnownFault {
  /** Name of a trouble. */
  trouble: string;
  /** What goes wrong. */
  reason: string;
}

export type StageOptions = Omit<LabOptions, 'systems' | 'pace' | 'clock'> & { clock: VirtualClock; seed: number };

export interface SimulatedSystem {
  /** That of its folders. */
  name: string;
  controllers: readonly HookController[];
  /** A lab to which what lives the life is applied, and nothing else. */
  start(life: Life, options: StageOptions): Promise<SimulatedWorld>;
  /** All that can befall it. */
  troubles: readonly Trouble[];
  knownFaults: readonly KnownFault[];
  /** What it promises, for people. */
  promises: readonly { name: string; promise: string }[];
  /** Watches the promises from now on. */
  watch(stage: Stage, isHindered: () => boolean): Watch;
  /** Why it is not whole, a sentence each; the first ones are cheap to find. */
  lacking(stage: Stage): Iterable<string>;
  /** Does what conditions ask a person for; the sentences say what was done. */
  doAsAsked(stage: Stage): string[];
  /** Ends it as the life says; the sentence says how. */
  end(stage: Stage): string;
  /** How long what is deleted is kept. */
  graceSeconds: number;
  /** What is left after its end, a sentence each. */
  leftovers(stage: Stage): string[];
}

/** Those troubles that lives are made of: all but what is held out for a fault that is known. */
export const drawnOf = ({ troubles, knownFaults }: SimulatedSystem): Trouble[] =>
  troubles.filter(({ name }) => knownFaults.every(({ trouble }) => trouble !== name));

/** Throws for a name that is not known, with those that are. */
export function troubleOf({ troubles }: SimulatedSystem, name: string): Trouble {
  const found = troubles.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`there is no trouble ${name}; known are ${troubles.map((one) => one.name).join(', ')}`);
  return found;
}
