/** The WekaClient controller: one WekaContainer of mode client on each node that matches, and their end. */
import { describeIssues } from '../../core/api/parse.ts';
import { kstatusTrio, type Condition } from '../../core/conditions.ts';
import { listing } from '../../core/controller.ts';
import type { Decision, HookRequest, Observation, RelatedRule } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { invalidSpec } from '../../core/echo.ts';
import { secretKeys } from '../../core/families/secrets.ts';
import { notSupportedCondition } from '../../core/not-supported.ts';
import { refusalObservations } from '../../core/refused-child.ts';
import { renderSteps, runSteps } from '../../core/steps.ts';
import { lastingSummary } from '../../core/summary.ts';
import { apiVersion } from '../api/group.ts';
import { membersName, parseWekaClient, type WekaClient } from '../api/index.ts';
import { clientSteps, missingContainers } from './bring-up.ts';
import { wantedContainers } from './containers.ts';
import { clientDeletionSteps } from './deletion.ts';
import { clientFacts, nameObservation, type ClientFacts } from './facts.ts';
import { clientStatus, degraded } from './status.ts';
import { secretName, targetOf } from './target.ts';
import { unsupportedClientFields } from './unsupported.ts';

const previousConditions = ({ client }: ClientFacts): Condition[] => (client.status?.conditions ?? []) as Condition[];

function active(facts: ClientFacts): Decision {
  const run = runSteps(clientSteps, facts, facts.request.observed.operations);
  const { client, uid, plan, join } = facts;
  const whole = { reason: 'Running', message: `${plan.present.length} clients run` };
  // without addresses or credentials a container would come up for nothing, and its pod would have to be replaced
  const grows = !['Target', 'Secret'].includes(run.blockedBy?.step.name ?? '');
  const summary = lastingSummary(run, previousConditions(facts), client.metadata.generation ?? 0, whole);
  const settled = summary.state === 'ready' || summary.ready === true;
  const wishes = [
    ...kstatusTrio(summary),
    degraded(facts),
    ...notSupportedCondition(unsupportedClientFields(client, plan.outdated)),
    ...renderSteps(run, previousConditions(facts)),
  ];
  return defined({
    status: clientStatus(facts, settled ? 'Running' : (run.blockedBy?.step.status ?? 'Init'), wishes),
    children: wantedContainers({ client, uid, plan, join, grows }),
    operations: run.operations,
    events: run.events,
    resyncAfterSeconds: run.resyncAfterSeconds,
  });
}

function ending(facts: ClientFacts): Decision {
  const run = runSteps(clientDeletionSteps, facts, facts.request.observed.operations);
  const { client, uid, plan, join } = facts;
  const blocked = run.blockedBy?.outcome;
  const reason = blocked !== undefined && 'reason' in blocked ? blocked.reason : 'Destroyed';
  const message = blocked !== undefined && 'message' in blocked ? (blocked.message ?? '') : 'everything is gone';
  const announcing = run.blockedBy?.step.name === 'Announced';
  return defined({
    status: clientStatus(facts, 'Destroying', [...kstatusTrio({ state: 'progressing', reason, message }), ...renderSteps(run, previousConditions(facts))]),
    children: announcing ? wantedContainers({ client, uid, plan, join, grows: false, state: 'destroying' }) : [],
    operations: run.operations,
    events: run.events,
    finalized: facts.request.finalizing && run.blockedBy === undefined ? true : undefined,
    resyncAfterSeconds: run.resyncAfterSeconds,
  });
}

function decide(request: HookRequest): Decision {
  const parsed = parseWekaClient(request.parent);
  if (!parsed.ok) return invalidSpec(request, describeIssues(parsed.issues));
  const facts = clientFacts(request, parsed.value);
  return facts.ending ? ending(facts) : active(facts);
}

function related(client: WekaClient): RelatedRule[] {
  const target = (client.spec.joinIpPorts ?? []).length > 0 ? undefined : targetOf(client);
  return [
    { apiVersion, resource: 'wekanodes', labelSelector: { matchLabels: { ...client.spec.nodeSelector } } },
    ...(target === undefined ? [] : [{ apiVersion, resource: 'wekamembers', namespace: target.namespace, names: [membersName(target.name)] }]),
  ];
}

/** How old a look may be, in seconds, less than until the next one. The Secret changes by hand only, and thousands of containers call. */
const ages = { secret: 8, name: 1 };

/** The Secret always; the name of the next container only when it was already waited for, for that takes all facts. */
function observations(request: HookRequest, client: WekaClient): Observation[] {
  const { namespace = '', deletionTimestamp } = client.metadata;
  if (request.finalizing || deletionTimestamp !== undefined) return [];
  const name = secretName(client);
  const waiting = client.status?.conditions?.some(({ type, status }) => type === 'ContainersCreated' && status === 'False') === true;
  const taken = waiting ? nameObservation(clientFacts(request, client), ages.name) : undefined;
  return [
    ...(name === undefined ? [] : [secretKeys({ namespace, name }, ages.secret)]),
    ...(taken === undefined ? [] : [taken]),
    ...refusalObservations(request, missingContainers),
  ];
}

export const wekaClientController = listing({
  name: 'wekaclient',
  type: 'composite',
  observe(request) {
    const parsed = parseWekaClient(request.parent);
    return parsed.ok ? observations(request, parsed.value) : [];
  },
  decide,
  customize(parent) {
    const parsed = parseWekaClient(parent);
    return parsed.ok ? related(parsed.value) : [];
  },
});
