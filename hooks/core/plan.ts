/**
 * What a system can say, of one call of a hook, about what is to become of the pod and the data of its object: for who asks
 * what a change would do. By the same facts and functions as the decision, whatever has to be waited for before.
 */
import type { HookRequest, KubernetesObject } from './contract.ts';

export interface PodFate {
  /** `restarts`: another one takes its place. `stops`: none does, as long as the wish is this. `starts`: there is none yet. */
  does: 'restarts' | 'stops' | 'starts';
  /** One sentence; of one that restarts, which part of the wish is another one than it was built from. */
  because: string;
  /** Why it is left as it is for now, one sentence. */
  held?: string;
  /** The one that is to come. */
  next?: KubernetesObject;
}

/** Something that is wished and finds no node. */
export interface Unplaced {
  /** Such as `2 containers of a role`. */
  what: string;
  /** Why each node that was looked at does not do. */
  nodes: { node: string; why: string }[];
}

export interface Fate {
  /** Absent: the one that is there stays as it is, or there is none and none comes. */
  pod?: PodFate & { name: string };
  unplaced?: readonly Unplaced[];
  /** What is lost for good by what the object is to be, each named: drives that are erased, data that is removed. */
  destroys: readonly string[];
}

/** By the name of the controller whose hook is called; one that is not there has neither pods nor data. */
export type Fates = Readonly<Record<string, (request: HookRequest) => Fate>>;
