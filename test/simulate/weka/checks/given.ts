/** Where the checks of weka look. */
import type { Orders } from '../../../lab/orders.ts';
import type { LabWorld } from '../../../lab/world.ts';
import type { Check, Scene } from '../../check.ts';
import type { WekaStage } from '../stage.ts';

export interface WekaGiven {
  world: LabWorld;
  orders: Orders;
}

export type WekaScene = Scene & WekaGiven;
export type WekaCheck = Check<WekaGiven>;

/** What can be judged only at the ways between the programs. */
export type WekaStageCheck = Check<WekaGiven & { stage: WekaStage }>;
