/**
 * What the cluster's hook asks the sidecar. A settled cluster asks for one `weka status` a minute and for what may be lost, and
 * every five minutes whether weka takes the passwords of its Secrets.
 */
import type { Observation } from '../../core/contract.ts';
import { claimsRead } from '../../core/families/claims.ts';
import { serverTime } from '../../core/families/objects.ts';
import { secretKeys } from '../../core/families/secrets.ts';
import { refusalObservations, type MissingChild } from '../../core/refused-child.ts';
import { clusterConditions } from '../api/group.ts';
import { claimsNames } from '../api/index.ts';
import { runtimeReport, wekaQuery } from '../catalogue.ts';
import type { Reason } from '../reasons.ts';
import type { WekaQueryName } from '../queries.ts';
import { credentialObservations } from './credentials.ts';
import type { ClusterFacts } from './facts.ts';
import { nameObservations } from './names.ts';
import { wasRefused } from './reach.ts';
import { secretNames } from './secrets.ts';

/** How old an answer may be, in seconds; see the ages of a container. */
const ages = ({ config: { lookSeconds } }: ClusterFacts) => ({
  moving: lookSeconds / 2,
  // written by nobody but the sidecar, which forgets the old answer then
  secrets: 5,
  settled: 50,
});

const isTrue = (facts: ClusterFacts, type: string): boolean =>
  facts.cluster.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;

function ready(facts: ClusterFacts): boolean {
  const condition = facts.cluster.status?.conditions?.find(({ type }) => type === 'Ready');
  return condition?.status === 'True' && condition.observedGeneration === facts.cluster.metadata.generation;
}

/** How it is said that containers are missing. */
export const missingContainers: MissingChild<Reason> = { type: clusterConditions.podsCreated, reason: 'CreatingContainers' };

/** Queries that are needed only until a step is done; afterwards their effect is looked at once a minute. */
const queries: readonly WekaQueryName[] = ['status', 'overrides', 'users', 'filesystemGroups', 'filesystems'];

export function clusterObservations(facts: ClusterFacts): Observation[] {
  const { moving, secrets, settled } = ages(facts);
  const age = ready(facts) ? settled : moving;
  const secretsRead = (maxAge: number): Observation[] => Object.values(secretNames(facts)).map((name) => secretKeys({ namespace: facts.namespace, name }, maxAge));
  if (facts.phase !== 'active') {
    return [claimsRead(claimsNames.ofPorts, moving), claimsRead(claimsNames.ofCluster(facts.uid), moving), ...secretsRead(facts.phase === 'destroying' ? secrets : settled), ...(facts.phase === 'grace' ? [serverTime(moving)] : [])];
  }
  const forming = facts.guid === undefined && isTrue(facts, clusterConditions.podsCreated) && facts.containers.every((view) => view.running || view.terminating);
  const refusals = refusalObservations(facts.request, missingContainers);
  return [
    claimsRead(claimsNames.ofPorts, age),
    claimsRead(claimsNames.ofCluster(facts.uid), age),
    ...secretsRead(ready(facts) ? settled : secrets),
    ...credentialObservations(facts),
    ...(forming || facts.guid === undefined ? facts.containers.flatMap((view) => (view.pod === undefined ? [] : [runtimeReport(view.pod, moving)])) : []),
    ...refusals,
    // what was refused for a reason is said; what is simply not there may be somebody else's
    ...(refusals.length === 0 ? [] : nameObservations(facts, moving)),
    ...(facts.executor === undefined ? [] : (wasRefused(facts) ? ['status' as const] : queries).map((query) => wekaQuery(facts.executor!, query, age))),
  ];
}
