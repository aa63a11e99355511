/** Whether weka answers. What it last said does not stand for ever: after two minutes without an answer the cluster says so. */
import { hasPassed } from '../../core/deadlines.ts';
import { carried } from '../../core/reasons.ts';
import { clusterConditions } from '../api/group.ts';
import { refusedCredentials } from '../queries.ts';
import type { ConditionWish, Summary } from '../reasons.ts';
import type { ClusterFacts } from './facts.ts';
import { answerOf, refusal } from './looks.ts';
import { secretNames } from './secrets.ts';

/** How long silence is a passing matter, such as that of one pod that is asked. Seconds. */
const patience = 120;

/** Weka locks out whoever comes too often with a wrong password, and whoever is silent for long is not asked each second. Seconds. */
const pause = 15;

export interface Reach {
  /** Shown only while weka does not answer. */
  condition?: ConditionWish;
  /** Nothing that weka said before is to be believed any more. */
  doubt?: Pick<ConditionWish, 'reason' | 'message'>;
  /** Seconds in which it is not asked again. */
  pauseSeconds?: number;
}

/** Why the last `weka status` has no answer; undefined when it has one or when it was not read. */
function failure(facts: ClusterFacts): string | undefined {
  const answer = answerOf(facts, 'status');
  return answer?.state === 'unknown' ? answer.error : undefined;
}

function wishOf(facts: ClusterFacts, error: string): ConditionWish {
  const shown = { type: clusterConditions.clusterReachable, status: 'False' as const };
  if (!refusedCredentials.test(error)) return { ...shown, reason: 'NoAnswer', message: error };
  return {
    ...shown,
    reason: refusal,
    message: `weka refuses user name and password of Secret ${secretNames(facts).operator}, put back what it had: ${error}`,
  };
}

export function reachOf(facts: ClusterFacts): Reach {
  const before = facts.cluster.status?.conditions?.find(
    ({ type, status }) => type === clusterConditions.clusterReachable && status === 'False',
  );
  const error = failure(facts);
  if (facts.wekaStatus !== undefined || (error === undefined && before === undefined)) return {};
  // a look that is late is no answer either
  const condition =
    error === undefined && before !== undefined
      ? { type: before.type, status: 'False' as const, ...carried(before) }
      : wishOf(facts, error ?? '');
  const since = before === undefined ? facts.now : before.lastTransitionTime;
  if (!hasPassed(since, patience, facts.now))
    return { condition, ...(condition.reason === refusal ? { pauseSeconds: pause } : {}) };
  return { condition, doubt: { reason: condition.reason, message: condition.message }, pauseSeconds: pause };
}

/** Ready stays, for mounts go on without us; but nothing is settled that could not be looked at. */
export function doubted({ doubt }: Reach, summary: Summary, waitsForFacts: boolean): Summary {
  if (doubt === undefined || (summary.state !== 'ready' && !waitsForFacts)) return summary;
  return { state: 'progressing', ...doubt, ready: summary.state === 'ready' || summary.ready === true };
}
