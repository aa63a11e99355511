/** What a cluster looks at, and how old an answer may be. Read by who rests a decision on it. */
import { factValue, type KnownFact, type UnknownFact } from '../../core/facts.ts';
import { serverTime } from '../../core/families/objects.ts';
import { secretKeys } from '../../core/families/secrets.ts';
import { clusterConditions } from '../api/group.ts';
import type { WekaCluster } from '../api/index.ts';
import { runtimeReport, wekaQuery } from '../catalogue.ts';
import type { WekaAnswer, WekaQueryName } from '../queries.ts';
import type { Reason } from '../reasons.ts';
import type { RuntimeReport } from '../runtime-report.ts';
import type { ContainerView } from './container-view.ts';
import type { ClusterFacts } from './facts.ts';

/** It is deleted, and that was not taken back. */
export const isDeleted = ({ metadata, spec }: WekaCluster): boolean =>
  metadata.deletionTimestamp !== undefined && spec.overrides?.cancelDeletion !== true;

/**
 * How old an answer may be, in seconds; see the ages of a container. A settled cluster asks for one `weka status` a minute and
 * for what may be lost.
 */
const ages = ({ config: { lookSeconds } }: Pick<ClusterFacts, 'config'>) => ({ moving: lookSeconds / 2, settled: 50 });

/** Of a Secret: written by nobody but the sidecar, which forgets the old answer then. */
const secretSeconds = 5;

/** Of the namespace. */
export const namespaceAge = 2;

/** Of what is looked at until it is there. */
export const movingAge = (facts: Pick<ClusterFacts, 'config'>): number => ages(facts).moving;

/** As it stands, for the spec as it is. */
const isReady = ({ status, metadata: { generation } }: WekaCluster): boolean =>
  status?.conditions?.some(
    (one) => one.type === 'Ready' && one.status === 'True' && one.observedGeneration === generation,
  ) === true;

const isStopped = (cluster: WekaCluster): boolean => isDeleted(cluster) || cluster.spec.overrides?.paused === true;

/** Of what a cluster that is settled looks at as well. */
export function lookAge({ cluster, config }: Pick<ClusterFacts, 'cluster' | 'config'>): number {
  const { moving, settled } = ages({ config });
  return isReady(cluster) && !isStopped(cluster) ? settled : moving;
}

const secretAge = (facts: ClusterFacts): number =>
  facts.phase === 'destroying' || (facts.phase === 'active' && !isReady(facts.cluster))
    ? secretSeconds
    : ages(facts).settled;

/** Weka has refused the operator at the last look: one question is enough to see whether it still does. */
const wasRefused = ({ cluster }: Pick<ClusterFacts, 'cluster'>): boolean =>
  cluster.status?.conditions?.some(
    ({ type, status, reason }) =>
      type === clusterConditions.clusterReachable && status === 'False' && reason === refusal,
  ) === true;

/** The reason with which that is said. */
export const refusal = 'CredentialsRefused' satisfies Reason;

export type SecretFact = { state: 'unknown' } | { state: 'absent' } | PresentSecret;

export interface PresentSecret {
  state: 'present';
  uid: string;
  resourceVersion?: string | undefined;
  ownerUid?: string | undefined;
  referenced?: true | undefined;
  deletion?: { deletionTimestamp: string; finalizers: string[] } | undefined;
  keys: string[];
  public: Record<string, string | undefined>;
}

/** What is known of a Secret; never a value that is secret. */
export function secretFact(
  facts: Pick<ClusterFacts, 'request' | 'namespace'>,
  name: string,
  maxAgeSeconds: number,
): SecretFact {
  const fact = factValue(facts.request.observed, secretKeys({ namespace: facts.namespace, name }, maxAgeSeconds));
  if (fact.state === 'unknown') return { state: 'unknown' };
  const { exists, ...found } = fact.value;
  return exists ? { state: 'present', ...(found as Omit<PresentSecret, 'state'>) } : { state: 'absent' };
}

/** The same of one of the cluster. */
export const clusterSecret = (facts: ClusterFacts, name: string): SecretFact =>
  secretFact(facts, name, secretAge(facts));

type Asker = Pick<ClusterFacts, 'request' | 'cluster' | 'config' | 'executor'>;

/** The answer of a weka query in the executor, or why there is none; undefined where it is not asked. */
export function answerOf<N extends WekaQueryName>(
  facts: Asker,
  query: N,
): KnownFact<WekaAnswer<N>> | UnknownFact | undefined {
  if (facts.executor === undefined || (query !== 'status' && wasRefused(facts))) return undefined;
  return factValue(facts.request.observed, wekaQuery(facts.executor, query, lookAge(facts)));
}

/** The answer of a weka query in the executor, if it is known. */
export function answered<N extends WekaQueryName>(facts: Asker, query: N): WekaAnswer<N> | undefined {
  const fact = answerOf(facts, query);
  return fact?.state === 'known' ? fact.value : undefined;
}

/** All that the steps of a cluster that lives ask weka. */
const questions = [
  'status',
  'overrides',
  'users',
  'filesystemGroups',
  'filesystems',
] as const satisfies readonly WekaQueryName[];

/** A settled cluster looks at all of it at each poll: as the steps come to it these would be as many rounds, each of a command in a pod. */
export function askAhead(facts: Asker): void {
  if (isReady(facts.cluster)) for (const query of questions) answerOf(facts, query);
}

/** The clock of the API server, RFC 3339; undefined: not known. */
export function serverNow(facts: ClusterFacts): string | undefined {
  const clock = factValue(facts.request.observed, serverTime(movingAge(facts)));
  return clock.state === 'known' ? clock.value.time : undefined;
}

/** What the runtime of a container's pod says, if it was asked. */
export function reportOf(facts: ClusterFacts, view: ContainerView): RuntimeReport | undefined {
  if (view.pod === undefined) return undefined;
  const fact = factValue(facts.request.observed, runtimeReport(view.pod, movingAge(facts)));
  return fact.state === 'known' ? fact.value : undefined;
}
