/** What is measured of weka: clusters and clients of several sizes at rest, decisions that grow, and the way from apply to pods. */
import { kept } from '../bodies.ts';
import type { CallCase } from '../hook-calls.ts';
import { measureQuiet } from '../quiet.ts';
import { measureRecording } from '../recording.ts';
import type { BenchSystem } from '../system.ts';
import { measureBytes } from './bytes.ts';
import { clientExchange } from './client-request.ts';
import { measureEndToEnd } from './end-to-end/measure.ts';
import { growthCases } from './growth-requests.ts';
import { nodePattern, recordCluster, type Recorded } from './record.ts';

const clusterSizes = [12, 100, 300];
const clientSizes = [100, 1000, 3000];
/** Children or nodes from which on the goal is the stricter one, and both goals, as ratios of hook to floor. */
const goals = { strictFrom: 100, strict: 1.4, small: 2 };

const nameOf = {
  cluster: (count: number): string => `WekaCluster, ${count} children`,
  client: (count: number): string => `WekaClient, ${count} nodes`,
};
const callNames = ['WekaContainer', ...clusterSizes.map(nameOf.cluster), ...clientSizes.map(nameOf.client)];

async function callCases(recorded: Map<number, Recorded>): Promise<CallCase[]> {
  const pattern = recorded.get(12)!;
  const goalOf = (count: number): number => (count >= goals.strictFrom ? goals.strict : goals.small);
  const clients = await Promise.all(
    clientSizes.map(async (count) => ({
      name: nameOf.client(count),
      goal: goalOf(count),
      exchange: await clientExchange(pattern, count),
    })),
  );
  return [
    { name: 'WekaContainer', exchange: pattern.container },
    ...clusterSizes.map((count) => ({
      name: nameOf.cluster(count),
      goal: goalOf(count),
      exchange: recorded.get(count)!.cluster,
    })),
    ...clients,
  ];
}

export const bench: BenchSystem = {
  growth: growthCases,
  callNames,
  async rest(stale, say) {
    const recorded = new Map<number, Recorded>();
    for (const size of clusterSizes) {
      say(`requests of ${size} containers`);
      recorded.set(size, await kept(String(size), stale, () => recordCluster(size)));
    }
    const calls = await callCases(recorded);
    const largest = calls.find(({ name }) => name === nameOf.client(1000))!;
    const cluster = recorded.get(300)!;
    return {
      calls,
      largest,
      bytes: measureBytes(cluster.cluster, largest.exchange),
      others: async () => [
        ...(await measureRecording(nameOf.cluster(300), cluster.cluster)),
        ...measureQuiet(cluster.quiet, 300),
        ...(await measureEndToEnd(nodePattern(cluster), say)),
      ],
    };
  },
};
