/** The Beacon controller: one ConfigMap with the message. */
import { describeIssues } from '../../../hooks/core/api/parse.ts';
import { conditionsOf, kstatusTrio, withTransitionTimes } from '../../../hooks/core/conditions.ts';
import { listing } from '../../../hooks/core/controller.ts';
import type { Decision, HookRequest, Json, KubernetesObject } from '../../../hooks/core/contract.ts';
import { defined } from '../../../hooks/core/defined.ts';
import { invalidSpec } from '../../../hooks/core/echo.ts';
import { renderSteps, runSteps } from '../../../hooks/core/steps.ts';
import { lastingSummary } from '../../../hooks/core/summary.ts';
import { parseBeacon } from './api.ts';
import { beaconFacts, beaconObservations, type BeaconFacts } from './facts.ts';
import { beaconSteps } from './steps.ts';

/** Listed in each answer: a child that is left out is deleted. */
const configMap = ({ configMapAddress, wished }: BeaconFacts): KubernetesObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...configMapAddress }, data: { ...wished } });

function decide(request: HookRequest): Decision {
  const parsed = parseBeacon(request.parent);
  if (!parsed.ok) return invalidSpec(request, describeIssues(parsed.issues));
  const { generation = 0 } = parsed.value.metadata;
  const facts = beaconFacts(request, parsed.value);
  const run = runSteps(beaconSteps, facts, request.observed.operations);
  const previous = conditionsOf(request.parent);
  const summary = lastingSummary(run, previous, generation, { reason: 'Shining', message: facts.wished.message });
  const conditions = withTransitionTimes([...kstatusTrio(summary), ...renderSteps(run, previous)], previous, request.context.now, generation);
  return defined({
    status: { observedGeneration: generation, conditions: conditions as unknown as Json },
    children: [configMap(facts)],
    operations: run.operations,
    events: run.events,
    resyncAfterSeconds: run.resyncAfterSeconds,
  });
}

export const beaconController = listing({
  name: 'beacon',
  type: 'composite',
  observe(request) {
    const parsed = parseBeacon(request.parent);
    return parsed.ok ? beaconObservations(beaconFacts(request, parsed.value)) : [];
  },
  decide,
  customize(parent) {
    const parsed = parseBeacon(parent);
    if (!parsed.ok || parsed.value.spec.lamp === undefined) return [];
    const { metadata: { namespace = '' }, spec: { lamp } } = parsed.value;
    return [{ apiVersion: 'v1', resource: 'pods', namespace, names: [lamp] }];
  },
});
