/** What befalls a cluster: a row of a table, whose arguments are drawn beforehand. */
import type { Random } from '../../lab/random.ts';
import type { Stage } from './stage.ts';
import type { SimulatedWorld } from './system.ts';

/** Plain data: a trouble with the same arguments does the same. A fraction in [0, 1) picks one of what is there then. */
export type Arguments = Record<string, number | string | boolean>;

/** What was done, for the story, and how it is undone; absent where nothing lasts. */
export interface Begun {
  story: string;
  end?: () => void;
}

export interface Trouble<World extends SimulatedWorld = SimulatedWorld> {
  /** Words joined by hyphens. */
  name: string;
  /** Who brings it about: a machine or a network, the operator's own programs, or a person. */
  by: 'fault' | 'operator' | 'person';
  /** How often it is drawn; 2 when absent. */
  weight?: number;
  onceALife?: true;
  /** `seconds`, where there is such an argument, is how long it lasts. */
  draw(random: Random): Arguments;
  /** Does it. A text in place of what was done says why it does not apply now. */
  begin(stage: Stage<World>, args: Arguments): Begun | string;
}

/** `seconds` of a trouble that lasts. */
export const lasting = (random: Random, least: number, most: number): number =>
  least + random.integer(most - least + 1);

/** A fraction that picks one of what is there. */
export const which = (random: Random): number => Math.floor(random.next() * 10_000) / 10_000;

/** The one that a fraction picks; undefined of nothing. */
export const picked = <Item>(items: readonly Item[], fraction: unknown): Item | undefined =>
  items[Math.floor(Number(fraction) * items.length)];

/** Why a trouble does not apply. */
export const none = 'there is none';

/** A row for one object that is picked. */
export function toOne(
  find: (stage: Stage, fraction: unknown) => string | undefined,
  act: (stage: Stage, name: string) => Begun | string,
): Pick<Trouble, 'draw' | 'begin'> {
  return {
    draw: (random) => ({ which: which(random) }),
    begin(stage, args) {
      const name = find(stage, args['which']);
      return name === undefined ? none : act(stage, name);
    },
  };
}
