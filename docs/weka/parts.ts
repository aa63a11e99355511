/** The generated parts that only the pages of Weka have, by name: on a page with `weka-` before it. */
import { roles } from '../../hooks/weka/api/modes.ts';
import { markdownTable } from '../markdown-table.ts';
import { notSupportedFields, notSupportedKinds } from './not-supported.ts';
import { milestoneRows } from './milestones.ts';
import { fenceTable, stopTable } from './stop-tables.ts';

export const parts: Record<string, () => string> = {
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
