/** A cluster that a lab on a virtual clock has brought to rest. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { startWorld, wekaCluster, writesSince } from '../../lab/world.ts';
import { counting, exchange, lastRequests, type Exchange, type QuietFigures } from '../at-rest.ts';

export interface Recorded {
  cluster: Exchange;
  container: Exchange;
  quiet: QuietFigures;
}

const minute = 60_000;
/** After Ready some conditions and facts still settle; five minutes of rest average over everything that is asked once a minute. */
const settlingMinutes = 8;
const quietMinutes = 5;
const longestRiseSeconds = 3600;

/** A WekaCluster `demo` with so many containers, half drives and half computes, two on each node. */
export async function recordCluster(containers: number): Promise<Recorded> {
  const quiet: QuietFigures = { minutes: quietMinutes, hookCalls: 0, execs: 0, sidecarReads: 0, writes: [] };
  const world = await startWorld({
    nodes: Math.ceil(containers / 2),
    workers: 10,
    access: (local) => counting(local, quiet),
    transport: (local) => ({
      call(call) {
        quiet.hookCalls += 1;
        return local.call(call);
      },
    }),
  });
  try {
    world.apply(wekaCluster({ drive: Math.ceil(containers / 2), compute: Math.floor(containers / 2) }));
    await world.until(
      'the cluster is Ready',
      () => world.condition('WekaCluster', 'demo')?.status === 'True',
      longestRiseSeconds,
    );
    await world.clock.advance(settlingMinutes * minute);
    Object.assign(quiet, { hookCalls: 0, execs: 0, sidecarReads: 0, writes: [] });
    const mark = world.events.length;
    const requests = await lastRequests(() => world.clock.advance(quietMinutes * minute));
    quiet.writes.push(...writesSince(world, mark));
    return {
      cluster: exchange(requests, 'wekacluster', 'demo'),
      container: exchange(requests, 'wekacontainer', 'demo-drive-0'),
      quiet,
    };
  } finally {
    world.lab.stop();
  }
}

/** One of the nodes that are related to a recorded cluster, as a pattern for more. */
export function nodePattern({ cluster }: Recorded): KubernetesObject {
  const [node] = Object.values(cluster.body.related['WekaNode.weka.weka.io/v1alpha1'] ?? {});
  if (node === undefined) throw new Error('the recorded cluster has no nodes');
  return node;
}
