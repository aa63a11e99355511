/** All reasons of a Beacon, and what its steps say: bound to the tables, so that a reason without a row does not compile. */
import type { Life as AnyLife } from '../../../hooks/core/controller.ts';
import {
  coreReasons,
  coreWellReasons,
  type EventOf,
  type ReasonOf,
  type Reasons,
} from '../../../hooks/core/reasons.ts';
import type { Outcome as AnyOutcome, Step as AnyStep } from '../../../hooks/core/steps.ts';

export const beaconReasons = {
  any: coreReasons,
  beacon: {
    ConfigMapConflict: {
      meaning: 'a ConfigMap of the name is there that belongs to somebody else',
      cure: 'delete it, or name the Beacon otherwise',
    },
    NotPublished: { meaning: 'the ConfigMap is written', cure: '' },
    LampNotRunning: { meaning: 'the pod that `spec.lamp` names does not run', cure: '`kubectl describe pod LAMP`' },
    StillLit: {
      meaning: 'the lamp is told to show nothing before the Beacon goes',
      cure: 'log of the lamp, if it stays',
    },
    OtherMessage: { meaning: 'the lamp is told the message', cure: 'log of the lamp, if it stays' },
  },
  well: {
    ...coreWellReasons,
    Dark: { meaning: 'the lamp shows nothing any more, and everything goes', cure: '' },
    Shining: { meaning: 'the message is published, and the lamp shows it', cure: '' },
  },
} satisfies Reasons;

export type Reason = ReasonOf<typeof beaconReasons>;
export type Event = EventOf<typeof beaconReasons>;
export type Outcome = AnyOutcome<Reason, Event>;
export type Step<Facts> = AnyStep<Facts, Reason, Event>;
export type Life<Facts> = AnyLife<Facts, Reason, Event>;
