/** The milestones of the kinds, from the tables of the hooks. */
import type { Milestone } from '../../hooks/core/milestones.ts';
import { clientMilestones, clusterMilestones, containerMilestones } from '../../hooks/weka/milestones.ts';
import type { Event } from '../../hooks/weka/reasons.ts';

type Standing = NonNullable<Milestone<Event>['and']>;

const shown = ({ condition, status, reason }: Standing): string =>
  `\`${condition}\` ${status}${reason === undefined ? '' : `, reason \`${reason}\``}`;

function turn({ when, after, and }: Milestone<Event>): string {
  if (when === 'finalized') return 'nothing is left to be done, and the object goes';
  const before = after === undefined ? '' : `, after ${shown(after)}`;
  return `${shown(when)}${before}${and === undefined ? '' : `, with ${shown(and)}`}`;
}

/** Kind, event and turn of each. */
export function milestoneRows(): string[][] {
  const tables = { WekaCluster: clusterMilestones, WekaClient: clientMilestones, WekaContainer: containerMilestones };
  return Object.entries(tables).flatMap(([kind, table]) =>
    table.map((one) => [kind, `${one.event.type} \`${one.event.reason}\``, turn(one)]),
  );
}
