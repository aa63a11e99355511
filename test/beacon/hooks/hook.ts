/** The Beacon controller: one ConfigMap with the message. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { conditionsOf } from '../../../hooks/core/conditions.ts';
import { defineController } from '../../../hooks/core/controller.ts';
import { echoChildren } from '../../../hooks/core/echo.ts';
import { lastingSummary } from '../../../hooks/core/summary.ts';
import { parseBeacon } from './api.ts';
import { beaconFacts, type BeaconFacts } from './facts.ts';
import type { Life } from './reasons.ts';
import { beaconEndSteps, beaconSteps } from './steps.ts';

/** Listed in each answer while the Beacon lives: a child that is left out is deleted. */
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

/** `finalized` is why there is a finalize hook: Metacontroller holds the Beacon, and asks it in place of sync. */
const ending: Life<BeaconFacts> = {
  steps: beaconEndSteps,
  whenDone: 'omit',
  summary(_facts, { blockedBy }) {
    const blocked = blockedBy?.outcome;
    const reason = blocked === undefined ? 'Dark' : blocked.state === 'unknown' ? 'FactUnknown' : blocked.reason;
    return { state: 'progressing', reason, message: blocked?.message ?? 'everything goes' };
  },
  finalized: (_facts, { blockedBy }) => (blockedBy === undefined ? true : undefined),
};

export const beaconController = defineController({
  name: 'beacon',
  parse: parseBeacon,
  facts: beaconFacts,
  lives: { shining, ending },
  life: ({ request }) => (request.finalizing ? 'ending' : 'shining'),
  children(facts, { life, meanwhile }) {
    if (meanwhile === 'omit') return [];
    return life === 'ending' ? echoChildren(facts.request) : [configMap(facts)];
  },
  status: ({ request: { parent } }, { conditions }) => ({
    observedGeneration: parent.metadata.generation ?? 0,
    conditions,
  }),
  related({ metadata: { namespace = '' }, spec: { lamp } }) {
    return lamp === undefined ? [] : [{ apiVersion: 'v1', resource: 'pods', namespace, names: [lamp] }];
  },
});
