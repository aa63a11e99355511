/** The generated parts that only the pages of Weka have, by name: on a page with `weka-` before it. */
import { roles } from '../../hooks/weka/api/modes.ts';
import { plannedStories, type PlannedChange } from './plan-changes.ts';
import { simulatedChanges, type SimulatedChange } from './simulated-changes.ts';
import { markdownTable } from '../markdown-table.ts';
import { notSupportedFields, notSupportedKinds } from './not-supported.ts';
import { milestoneRows } from './milestones.ts';
import { fenceTable, stopTable } from './stop-tables.ts';

type PodsOfChange = Pick<PlannedChange, 'restarts' | 'held' | 'stops' | 'starts'> & Pick<SimulatedChange, 'passes'>;

/** What becomes of the pods, said and seen. */
function podsOf({ restarts = [], held = [], stops = [], starts = [], passes = [] }: Partial<PodsOfChange>): string {
  const told = Object.entries({
    restart: restarts,
    'restart later, held back': held,
    stop: stops,
    start: starts,
    'come and go': passes,
  });
  const named = told.filter(([, pods]) => pods.length > 0).map(([what, pods]) => `${what}: ${pods.join(', ')}`);
  return named.length === 0 ? 'none' : named.join('; ');
}

const planTable = (): string =>
  markdownTable(
    ['in the lab', 'change', 'fields', 'pods'],
    Object.values(plannedStories).flatMap(({ title, changes }) =>
      changes.map((change, at) => [
        at === 0 ? title : '',
        `${change.kind} \`${change.name}\`: ${change.what}`,
        Object.entries(change.fields)
          .map(([path, verdict]) => `\`${path}\` ${verdict}`)
          .join('; '),
        podsOf(change),
      ]),
    ),
  );

const simulatedTable = (): string =>
  markdownTable(
    ['change', 'pods, those that restart in this order', 'waits then', 'said', 'seen'],
    simulatedChanges.map((change) => [
      change.what,
      podsOf(change),
      (change.waits ?? []).map((reason) => `\`${reason}\``).join(', '),
      `${change.said} s`,
      `${change.seen} s`,
    ]),
  );

export const parts: Record<string, () => string> = {
  plan: planTable,
  simulated: simulatedTable,
  'stop-table': stopTable,
  'fence-table': fenceTable,
  milestones: () => markdownTable(['kind', 'event', 'when'], milestoneRows()),
  'not-supported': () =>
    markdownTable(
      ['what', 'what happens'],
      [
        ...notSupportedKinds(),
        ...notSupportedFields(),
        [`containers of other roles than ${roles.join(' and ')}`, 'a WekaCluster creates none'],
      ],
    ),
};
