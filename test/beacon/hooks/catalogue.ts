/** What the sidecar does for beacon beside the generic families: it talks to lamps. Shapes and constructors only. */
import { z } from 'zod';
import { execRules } from '../../../hooks/core/access.ts';
import {
  changedResult,
  entry,
  noArguments,
  podReference,
  podTarget,
  type Catalogue,
  type PodTarget,
  type TypedObservation,
} from '../../../hooks/core/catalogue.ts';
import type { Operation } from '../../../hooks/core/contract.ts';
import { observation, operation } from '../../../hooks/core/operations.ts';

const shown = z.strictObject({ message: z.string().max(120), colour: z.string().max(16) });
export type Shown = z.infer<typeof shown>;

export const beaconCatalogue = {
  'beacon.shown': entry({
    kind: 'beacon.shown',
    type: 'observation',
    target: podTarget,
    args: noArguments,
    result: shown,
    rbac: execRules,
    description: 'Asks a lamp what it shows.',
    spokenInPod: true,
  }),
  'beacon.show': entry({
    kind: 'beacon.show',
    type: 'operation',
    target: podTarget,
    args: shown,
    result: changedResult,
    rbac: execRules,
    description: 'Has a lamp show a message.',
    idempotence: 'A lamp that shows it already goes on.',
    deadlineSeconds: () => 30,
  }),
} satisfies Catalogue;
export type BeaconCatalogue = typeof beaconCatalogue;

/** Observes what a lamp shows. */
export function lampShown(lamp: PodTarget, maxAgeSeconds: number): TypedObservation<Shown> {
  return observation('beacon.shown', podReference(lamp), maxAgeSeconds);
}

/** Has a lamp show a message. */
export function showMessage(lamp: PodTarget, { message, colour }: Shown): Operation {
  return operation('beacon.show', podReference(lamp), { message, colour });
}
