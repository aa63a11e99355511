/**
 * Converged requests as they really are: a lab on a virtual clock brings a cluster to rest, and the last request of the
 * cluster and of one container is kept with the facts that went into it. The minutes of rest are counted as well.
 */
import type { Fact, HookRequest, KubernetesObject } from '../../hooks/core/contract.ts';
import { wekaControllers } from '../../hooks/weka/controllers.ts';
import type { ClusterAccess } from '../../sidecar/cluster-access.ts';
import { startWorld, wekaCluster, writesSince } from '../lab/world.ts';
import { watchRuns } from '../watch-runs.ts';

/** What Metacontroller sends, and what the sidecar knows at that moment. */
export interface Exchange {
  /** Such as `/wekacluster/sync`. */
  path: string;
  body: Pick<HookRequest, 'controller' | 'parent' | 'children' | 'related' | 'finalizing'>;
  facts: Record<string, Fact>;
}

/** What a cluster at rest costs. */
export interface QuietFigures {
  minutes: number;
  hookCalls: number;
  execs: number;
  /** Requests of the sidecar to the API server other than execs. */
  sidecarReads: number;
  /** `verb Kind name` of everything that was written, by Metacontroller or by the sidecar. */
  writes: string[];
}

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

/** Counts what reaches the cluster. */
function counting(access: ClusterAccess, figures: QuietFigures): ClusterAccess {
  const wrote = (verb: string, kind: string, name: string): void => void figures.writes.push(`${verb} ${kind} ${name}`);
  return {
    get(address) {
      figures.sidecarReads += 1;
      return access.get(address);
    },
    serverTime() {
      figures.sidecarReads += 1;
      return access.serverTime();
    },
    list(request) {
      figures.sidecarReads += 1;
      return access.list(request);
    },
    exec(request) {
      figures.execs += 1;
      return access.exec(request);
    },
    create(object) {
      wrote('create', object.kind, object.metadata.name);
      return access.create(object);
    },
    patchJson(address, patch) {
      wrote('patch', address.kind, address.name);
      return access.patchJson(address, patch);
    },
    delete(address, uid) {
      wrote('delete', address.kind, address.name);
      return access.delete(address, uid);
    },
  };
}

/** The last request of each parent while `run` lasts, by `controller/parent`. */
async function lastRequests(run: () => Promise<void>): Promise<Map<string, HookRequest>> {
  const last = new Map<string, HookRequest>();
  const end = watchRuns(wekaControllers, (controller, request) => {
    last.set(`${controller.name}/${request.parent.metadata.name}`, request);
  });
  try {
    await run();
  } finally {
    end();
  }
  return last;
}

function exchange(requests: Map<string, HookRequest>, controllerName: string, parent: string): Exchange {
  const request = requests.get(`${controllerName}/${parent}`);
  if (request === undefined) throw new Error(`no request of ${controllerName}/${parent} was recorded`);
  const { controller, children, related, finalizing, observed } = request;
  return {
    path: `/${controllerName}/sync`,
    body: { controller, parent: request.parent, children, related, finalizing },
    facts: observed.facts,
  };
}

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
