/** The WekaClient controller: one WekaContainer of mode client on each node that matches, and their end. */
import { isUsable, type Condition } from '../../core/conditions.ts';
import type { RelatedRule } from '../../core/contract.ts';
import { defineController } from '../../core/controller.ts';
import { notSupportedCondition } from '../../core/not-supported.ts';
import { lastingSummary } from '../../core/summary.ts';
import { apiVersion } from '../api/group.ts';
import { membersName, parseWekaClient, type WekaClient } from '../api/index.ts';
import { clientMilestones } from '../milestones.ts';
import type { Life, Summary } from '../reasons.ts';
import { clientSteps } from './bring-up.ts';
import { wantedContainers } from './containers.ts';
import { clientDeletionSteps } from './deletion.ts';
import { clientFacts, type ClientFacts } from './facts.ts';
import { clientStatus, degraded } from './status.ts';
import { targetOf } from './target.ts';
import { unsupportedClientFields } from './unsupported.ts';

const previous = ({ client }: ClientFacts): Condition[] => (client.status?.conditions ?? []) as Condition[];

/** Where no pod can come any more, those that are there end as soon as their mounts allow it. */
function namespaceEnding({ namespaceEnds, namespace }: ClientFacts): Summary | undefined {
  if (!namespaceEnds) return undefined;
  const message = `namespace ${namespace} is being deleted, and nothing can be created in it any more: each container stops as soon as no mount depends on it`;
  return { state: 'stalled', reason: 'NamespaceTerminating', message };
}

const living: Life<ClientFacts> = {
  steps: clientSteps,
  whenDone: 'create',
  summary: (facts, run) =>
    namespaceEnding(facts) ??
    lastingSummary(run, previous(facts), facts.client.metadata.generation ?? 0, {
      reason: 'Running',
      message: `${facts.plan.present.length} clients run`,
    }),
  word: (_facts, { blockedBy }, summary) => (isUsable(summary) ? 'Running' : (blockedBy?.step.status ?? 'Init')),
  conditions: (facts, ofSteps) => [
    degraded(facts),
    ...notSupportedCondition(unsupportedClientFields(facts.client, facts.plan.outdated)),
    ...ofSteps,
  ],
};

const ending: Life<ClientFacts> = {
  steps: clientDeletionSteps,
  whenDone: 'omit',
  summary(_facts, { blockedBy }) {
    const blocked = blockedBy?.outcome;
    const reason = blocked !== undefined && 'reason' in blocked ? blocked.reason : 'Destroyed';
    const message = blocked !== undefined && 'message' in blocked ? (blocked.message ?? '') : 'everything is gone';
    return { state: 'progressing', reason, message };
  },
  word: () => 'Destroying',
  finalized: ({ request }, { blockedBy }) => (request.finalizing && blockedBy === undefined ? true : undefined),
};

function related(client: WekaClient): RelatedRule[] {
  const target = (client.spec.joinIpPorts ?? []).length > 0 ? undefined : targetOf(client);
  return [
    { apiVersion, resource: 'wekanodes', labelSelector: { matchLabels: { ...client.spec.nodeSelector } } },
    ...(target === undefined
      ? []
      : [{ apiVersion, resource: 'wekamembers', namespace: target.namespace, names: [membersName(target.name)] }]),
  ];
}

export const wekaClientController = defineController({
  name: 'wekaclient',
  milestones: clientMilestones,
  parse: parseWekaClient,
  facts: clientFacts,
  lives: { living, ending },
  life: (facts) => (facts.ending ? 'ending' : 'living'),
  previous,
  children: ({ client, uid, plan, join, namespaceEnds }, { life, meanwhile }) =>
    meanwhile === 'omit'
      ? []
      : wantedContainers({
          client,
          uid,
          plan,
          join,
          grows: meanwhile === 'create' && !namespaceEnds,
          ...(life === 'ending' ? { state: 'destroying' } : {}),
        }),
  status: clientStatus,
  related,
});
