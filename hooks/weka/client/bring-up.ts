/** The life of a client, from the cluster to join to a container on each node, as a list of steps. */
import { refusalOf, type MissingChild } from '../../core/refused-child.ts';
import { done, skipped, stalled, unknown, wait } from '../../core/steps.ts';
import { noNode } from '../no-node.ts';
import { isOutdated, readyCondition, upToDateCondition, type ContainerView } from '../cluster/container-view.ts';
import type { Outcome, Reason, Step } from '../reasons.ts';
import { serves } from './containers.ts';
import { nameTaken, secretOf, type ClientFacts } from './facts.ts';
import { containerName } from './names.ts';

/** How it is said that containers are missing. */
const missingContainers: MissingChild<Reason> = { type: 'ContainersCreated', reason: 'CreatingContainers' };

/** The WekaCluster and the nodes report by themselves; only the Secret has to be looked at. Seconds. */
const look = 10;

function targetKnown({ join, plan }: ClientFacts): Outcome {
  if (join.state === 'given') return done(`${join.addresses.length} addresses are given`);
  if (join.state === 'known') return done(`weka cluster ${join.clusterGuid}`);
  if (join.reason === 'NoTarget') return stalled('NoTarget', join.message);
  // who is there has its addresses already
  return plan.missing.length === 0 && plan.present.length > 0
    ? done('known to the containers that are there')
    : wait('WaitForTarget', join.message, look);
}

function secretExists(facts: ClientFacts): Outcome {
  const { secret: name, client, namespace, plan } = facts;
  if (name === undefined) return skipped;
  const fact = secretOf(facts, name);
  if (fact.state === 'unknown') return unknown(`the Secret ${name} has not been read`);
  if (fact.state === 'absent') {
    const target = client.spec.targetCluster?.namespace ?? namespace;
    const copy = target === namespace || target === '' ? '' : `; copy it from namespace ${target}`;
    return wait('WaitForSecret', `there is no Secret ${name} in namespace ${namespace}${copy}`, look);
  }
  // of a Secret that the WekaCluster makes it is known that a token is to come
  const expected = (client.spec.wekaSecretRef ?? '') === '' && !fact.keys.includes('join-secret');
  if (expected && plan.missing.length > 0)
    return wait(
      'WaitForJoinToken',
      `the Secret ${name} has no join-secret yet: the WekaCluster adds it when IO runs`,
      look,
    );
  return done();
}

const refusedText = ({ plan: { refused } }: ClientFacts): string =>
  refused.length === 0
    ? ''
    : `; ${refused
        .slice(0, 3)
        .map(({ node, why }) => `${node} ${why}`)
        .join(', ')}${refused.length > 3 ? ` and ${refused.length - 3} more` : ''}`;

function containersExist(facts: ClientFacts): Outcome {
  const { plan, nodes } = facts;
  if (nodes.length === 0 && plan.present.length === 0)
    return wait('NoNode', noNode([facts.client.spec.nodeSelector ?? {}]), 60);
  const [first] = plan.missing;
  const count = plan.present.length + plan.missing.length;
  if (first !== undefined && nameTaken(facts))
    return wait(
      'NameTaken',
      `WekaContainer ${containerName(facts.client.metadata.name, first)} for node ${first.name} exists and is no child of this client; delete it, or name the client otherwise`,
      30,
    );
  const refused = refusalOf(facts.request, missingContainers);
  if (first !== undefined && refused !== undefined)
    return wait(
      'CreatingContainers',
      `${plan.present.length} of ${count} containers exist; the API server refuses more: ${refused}`,
      5,
    );
  if (first !== undefined)
    return wait(
      'CreatingContainers',
      `${plan.present.length} of ${count} containers exist; the next is for node ${first.name}`,
      2,
    );
  return done(`${count} containers${refusedText(facts)}`);
}

/** Containers that do not serve mounts now. */
export const notRunning = ({ plan }: ClientFacts): ContainerView[] => plan.present.filter((view) => !serves(view));

function containersRun(facts: ClientFacts): Outcome {
  const waiting = notRunning(facts);
  const [first] = waiting;
  if (first === undefined) return done();
  const count = facts.plan.present.length;
  return wait(
    'ClientsNotRunning',
    `${count - waiting.length} of ${count} clients run; ${first.name}: ${readyCondition(first)?.message || 'is starting'}`,
    30,
  );
}

/** Seconds. The containers report by themselves when they have changed. */
const rollLook = 600;

function upToDate({ plan }: ClientFacts): Outcome {
  const outdated = plan.present
    .filter(isOutdated)
    .map((view) => `${view.name}: ${upToDateCondition(view)?.message ?? ''}`);
  const [first] = outdated;
  if (first === undefined) return done();
  return wait(
    'RollPending',
    `${outdated.length} of ${plan.present.length} pods are of an earlier spec; ${first}`,
    rollLook,
  );
}

/** In the order of a client's life. */
export const clientSteps = [
  // without addresses or credentials a container would come up for nothing, and its pod would have to be replaced
  {
    name: 'Target',
    condition: 'TargetKnown',
    mode: 'always',
    status: 'Init',
    whileBlocked: 'keep',
    summary: 'The addresses of the weka cluster are known: it is formed, or the spec gives them.',
    check: targetKnown,
  },
  {
    name: 'Secret',
    condition: 'SecretExists',
    mode: 'always',
    status: 'Init',
    whileBlocked: 'keep',
    summary: 'The Secret with the credentials is in the namespace of the client.',
    check: secretExists,
  },
  {
    name: 'Containers',
    condition: 'ContainersCreated',
    mode: 'always',
    status: 'Init',
    whileBlocked: 'create',
    summary: 'Each node that matches has a container, unless it is cordoned, not ready or tainted.',
    check: containersExist,
  },
  {
    name: 'Running',
    condition: 'ClientsRunning',
    mode: 'always',
    status: 'Init',
    whileBlocked: 'create',
    summary: 'All containers run and are members of the weka cluster.',
    check: containersRun,
  },
  {
    name: 'UpToDate',
    condition: 'ClientsUpToDate',
    mode: 'independent',
    summary: 'All pods are of the present spec; a pod is replaced when no mount depends on it.',
    check: upToDate,
  },
] as const satisfies readonly Step<ClientFacts>[];
