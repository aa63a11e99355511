/** The status of a WekaClient: always complete, derived from facts and steps, without a ticking clock. */
import type { Json } from '../../core/contract.ts';
import type { ConditionWish, Reason } from '../reasons.ts';
import { notRunning } from './bring-up.ts';
import { serves } from './containers.ts';
import type { ClientFacts } from './facts.ts';

const some = (names: readonly string[]): string =>
  `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;

/** Containers that are members of another weka cluster than the one to join. */
function strangers({ plan, join }: ClientFacts): string[] {
  if (join.state !== 'known') return [];
  return plan.present
    .filter(({ status }) => status.clusterID !== undefined && status.clusterID !== join.clusterGuid)
    .map(({ name }) => name);
}

/** What is less than whole in a client that works. */
export function degraded(facts: ClientFacts): ConditionWish {
  const away = notRunning(facts);
  const foreign = strangers(facts);
  const { kept, present } = facts.plan;
  const found: [Reason, string][] = [
    ...(away.length === 0
      ? []
      : [
          [
            'LessThanWhole',
            `${present.length - away.length} of ${present.length} clients run; ${some(away.map(({ name }) => name))} not`,
          ] as [Reason, string],
        ]),
    ...(foreign.length === 0
      ? []
      : [
          [
            'OtherCluster',
            `${some(foreign)} belong to another weka cluster; delete them to have them join this one`,
          ] as [Reason, string],
        ]),
    ...(kept.length === 0
      ? []
      : [
          [
            'SurplusContainers',
            `${some(kept)} on nodes that do not match the node selector; delete them to give them up`,
          ] as [Reason, string],
        ]),
  ];
  const [first] = found;
  return first === undefined
    ? { type: 'Degraded', status: 'False', reason: 'Whole', message: '' }
    : { type: 'Degraded', status: 'True', reason: first[0], message: found.map(([, message]) => message).join('; ') };
}

/** How many containers are members of which weka cluster; one that terminates is a member until it is gone. */
function memberships({ containers }: ClientFacts): Record<string, number> {
  const counts = new Map<string, number>();
  for (const {
    status: { clusterID },
  } of containers)
    if (clusterID !== undefined) counts.set(clusterID, (counts.get(clusterID) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function clientStatus(
  facts: ClientFacts,
  { word, conditions }: { word: string; conditions: Json },
): Record<string, Json> {
  const { containers, plan, ending } = facts;
  const created = containers.filter(({ terminating }) => !terminating).length;
  const active = containers.filter((view) => serves(view) && !view.terminating).length;
  const desired = ending ? 0 : plan.present.length - plan.kept.length + plan.missing.length;
  return {
    status: word,
    conditions,
    stats: { containers: { active, created, desired } },
    memberships: memberships(facts),
    printer: { containers: `${active}/${created}/${desired}` },
  };
}
