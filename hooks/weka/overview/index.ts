/** How weka's objects are shown on one screen. */
import type { Overview, OverviewSummary } from '../../core/overview.ts';
import { clientOverview } from './client.ts';
import { clusterOverview } from './cluster.ts';
import { containerOverview } from './container.ts';
import { nodeOverview } from './node.ts';
import { part } from './readings.ts';

/** What a person applies and nothing acts on says so itself. */
const plain = (kind: string, applied: boolean): Overview => ({
  kind,
  applied,
  summary(object): OverviewSummary {
    const { status: word } = part<{ status: string }>(object, 'status');
    return typeof word === 'string' ? { word, counts: [] } : { counts: [] };
  },
});

export const wekaOverviews: readonly Overview[] = [
  clusterOverview,
  clientOverview,
  plain('WekaPolicy', true),
  plain('WekaManualOperation', true),
  containerOverview,
  nodeOverview,
];
