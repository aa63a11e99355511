/** All reasons of Weka, and what its steps say: bound to the tables, so that a reason without a row does not compile. */
import type { ConditionWish as AnyConditionWish, Summary as AnySummary } from '../core/conditions.ts';
import type { Life as AnyLife } from '../core/controller.ts';
import { coreReasons, type EventOf, type ReasonOf, type Reasons } from '../core/reasons.ts';
import type { Outcome as AnyOutcome, Step as AnyStep, StepsResult as AnyStepsResult } from '../core/steps.ts';
import { clientReasons } from './reasons/client.ts';
import { clusterReasons } from './reasons/cluster.ts';
import { containerReasons } from './reasons/container.ts';
import { deletionReasons } from './reasons/deletion.ts';
import { nodeReasons } from './reasons/node.ts';
import { replacingReasons } from './reasons/replacing.ts';
import { stoppingReasons } from './reasons/stopping.ts';
import { wellReasons } from './reasons/well.ts';

export const wekaReasons = {
  any: coreReasons,
  cluster: clusterReasons,
  container: containerReasons,
  client: clientReasons,
  node: nodeReasons,
  stopping: stoppingReasons,
  replacing: replacingReasons,
  deletion: deletionReasons,
  well: wellReasons,
} satisfies Reasons;

export type Reason = ReasonOf<typeof wekaReasons>;
export type Event = EventOf<typeof wekaReasons>;
/** Reasons of events of one type. */
export type EventReason<Type extends Event['type']> = Extract<Event, { type: Type }>['reason'];
export type Outcome = AnyOutcome<Reason, Event>;
export type Step<Facts> = AnyStep<Facts, Reason, Event>;
export type Life<Facts> = AnyLife<Facts, Reason, Event>;
export type StepsResult<Facts> = AnyStepsResult<Facts, Reason, Event>;
export type Summary = AnySummary<Reason>;
export type ConditionWish = AnyConditionWish<Reason>;
