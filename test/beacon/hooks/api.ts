/** The API of beacon: one kind. Its type, its CRD, its field docs and its validation come from the schema. */
import type { z } from 'zod';
import { ageColumn, apiGroup, nameAtMost, readyColumns } from '../../../hooks/core/api/kind.ts';
import { parse } from '../../../hooks/core/api/parse.ts';
import { withRules } from '../../../hooks/core/api/rules.ts';
import { conditions, object, observedGeneration, text } from '../../../hooks/core/api/schema.ts';

export const beaconGroup = apiGroup({ group: 'beacon.example.com', version: 'v1', categories: ['beacon'] });

const spec = object({
  message: text(120).min(1).describe('is what is shown'),
  lamp: text()
    .min(1)
    .optional()
    .describe('names the pod that shows the message; it belongs to the Beacon or to a StatefulSet of it'),
});

const status = object({
  conditions: conditions().optional().describe('say where the beacon stands'),
  observedGeneration: observedGeneration(),
});

export const beaconSchema = withRules(beaconGroup.customResource('Beacon', spec, status), [
  nameAtMost(246, 'the name of its ConfigMap is <name>-beacon'),
]);
export type Beacon = z.output<typeof beaconSchema>;

/** The Beacon, or what is wrong with it. */
export const parseBeacon = (input: unknown) => parse(beaconSchema, input);

export const beaconKinds = [
  beaconGroup.kind({
    kind: 'Beacon',
    plural: 'beacons',
    singular: 'beacon',
    shortNames: [],
    scope: 'Namespaced',
    description: 'Beacon is a message that is published in a ConfigMap and shown by a lamp.',
    schema: beaconSchema,
    columns: [{ name: 'Message', type: 'string', jsonPath: '.spec.message' }, ...readyColumns, ageColumn],
  }),
];
