/** The Beacon controller: one ConfigMap with the message. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { conditionsOf } from '../../../hooks/core/conditions.ts';
import { defineController } from '../../../hooks/core/controller.ts';
import { lastingSummary } from '../../../hooks/core/summary.ts';
import { parseBeacon } from './api.ts';
import { beaconFacts, type BeaconFacts } from './facts.ts';
import type { Life } from './reasons.ts';
import { beaconSteps } from './steps.ts';

/** Listed in each answer: a child that is left out is deleted. */
const configMap = ({ configMapAddress, wished }: BeaconFacts): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...configMapAddress },
  data: { ...wished },
});

const shining: Life<BeaconFacts> = {
  steps: beaconSteps,
  whenDone: 'create',
  summary: ({ request: { parent }, wished }, run) =>
    lastingSummary(run, conditionsOf(parent), parent.metadata.generation ?? 0, {
      reason: 'Shining',
      message: wished.message,
    }),
};

export const beaconController = defineController({
  name: 'beacon',
  parse: parseBeacon,
  facts: beaconFacts,
  lives: { shining },
  life: () => 'shining',
  children: (facts) => [configMap(facts)],
  status: ({ request: { parent } }, { conditions }) => ({
    observedGeneration: parent.metadata.generation ?? 0,
    conditions,
  }),
  related({ metadata: { namespace = '' }, spec: { lamp } }) {
    return lamp === undefined ? [] : [{ apiVersion: 'v1', resource: 'pods', namespace, names: [lamp] }];
  },
});
