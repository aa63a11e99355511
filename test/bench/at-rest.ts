/**
 * Requests as they really are: while something rests in a lab on a virtual clock, the last request of each object is kept with
 * the facts that went into it, and everything that it costs is counted.
 */
import type { Fact, HookRequest } from '../../hooks/core/contract.ts';
import { controllersOf } from '../../hooks/core/system.ts';
import { systems } from '../../hooks/systems.ts';
import type { ClusterAccess } from '../../sidecar/cluster-access.ts';
import { watchRuns } from '../watch-runs.ts';

/** What Metacontroller sends, and what the sidecar knows at that moment. */
export interface Exchange {
  /** Such as `/wekacluster/sync`. */
  path: string;
  body: Pick<HookRequest, 'controller' | 'parent' | 'children' | 'related' | 'finalizing'>;
  facts: Record<string, Fact>;
}

/** What something at rest costs. */
export interface QuietFigures {
  minutes: number;
  hookCalls: number;
  execs: number;
  /** Requests of the sidecar to the API server other than execs. */
  sidecarReads: number;
  /** `verb Kind name` of everything that was written, by Metacontroller or by the sidecar. */
  writes: string[];
}

/** Counts what reaches the cluster. */
export function counting(access: ClusterAccess, figures: QuietFigures): ClusterAccess {
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
export async function lastRequests(run: () => Promise<void>): Promise<Map<string, HookRequest>> {
  const last = new Map<string, HookRequest>();
  const end = watchRuns(controllersOf(systems), (controller, request) => {
    last.set(`${controller.name}/${request.parent.metadata.name}`, request);
  });
  try {
    await run();
  } finally {
    end();
  }
  return last;
}

/** One of them, by its controller and the name of its object. */
export function exchange(requests: Map<string, HookRequest>, controllerName: string, parent: string): Exchange {
  const request = requests.get(`${controllerName}/${parent}`);
  if (request === undefined) throw new Error(`no request of ${controllerName}/${parent} was recorded`);
  const { controller, children, related, finalizing, observed } = request;
  return {
    path: `/${controllerName}/sync`,
    body: { controller, parent: request.parent, children, related, finalizing },
    facts: observed.facts,
  };
}
