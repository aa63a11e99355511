/** A lab on a virtual clock, and the few words that a life-cycle test needs. Hooks, sidecar and driver are the real ones. */
import type { Condition } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { VirtualClock } from '../../lab/clock.ts';
import { ApiError, type DeleteOptions } from '../../lab/contract.ts';
import type { DriverEvent } from '../../lab/driver/driver.ts';
import { createWekaLab, type WekaLab, type WekaLabOptions } from '../../lab/weka/lab.ts';

type Loose = KubernetesObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> };

export interface World {
  clock: VirtualClock;
  lab: WekaLab;
  /** Sync errors and other failures of the driver, which a healthy run does not have. */
  errors: string[];
  /** What the driver did, in order. */
  events: DriverEvent[];
  get(kind: string, name: string, namespace?: string): Loose | undefined;
  condition(kind: string, name: string, type?: string): Condition | undefined;
  /** Lets time pass until the predicate holds; fails with a picture of the cluster after `seconds`. */
  until(what: string, predicate: () => boolean, seconds?: number): Promise<void>;
  /** Fails when the predicate stops holding within `seconds`. */
  stays(what: string, predicate: () => boolean, seconds: number): Promise<void>;
  delete(kind: string, name: string, options?: DeleteOptions): void;
  patch(kind: string, name: string, merge: object): void;
  picture(): string;
}

export const image = 'quay.io/weka.io/weka-in-container:4.4.5.118-k8s';

export interface Shape {
  drive?: number;
  compute?: number;
  spec?: Record<string, unknown>;
}

/** A WekaCluster `demo` in namespace default. */
export function wekaCluster({ drive = 3, compute = 3, spec = {} }: Shape = {}): KubernetesObject {
  return {
    apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaCluster', metadata: { name: 'demo', namespace: 'default' },
    spec: {
      template: 'dynamic', image, driversDistService: 'https://drivers.weka.io', nodeSelector: { 'weka.io/role': 'backend' },
      dynamicTemplate: { computeContainers: compute, driveContainers: drive, numDrives: 1 }, gracefulDestroyDuration: '0s', ...spec,
    },
  };
}

/** The label of nodes that get a client of `wekaClient`. */
export const appRole = { 'weka.io/role': 'app' };

/** A WekaClient `apps` of the cluster `demo`, on nodes that have the label `appRole`. */
export function wekaClient(spec: Record<string, unknown> = {}, namespace = 'default'): KubernetesObject {
  return {
    apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaClient', metadata: { name: 'apps', namespace },
    spec: { image, driversDistService: 'https://drivers.weka.io', nodeSelector: appRole, targetCluster: { name: 'demo', namespace: 'default' }, ...spec },
  };
}

/** A machine without drives for it. */
export const addAppNode = (world: World, name: string): Promise<string> => world.lab.machines.add({ name, driveCount: 0, profile: { labels: appRole } });

const apiVersionOf = (kind: string): string => (['Pod', 'Secret', 'Node', 'ConfigMap', 'Namespace', 'Event'].includes(kind) ? 'v1' : 'weka.weka.io/v1alpha1');

export interface WorldOptions extends Partial<Omit<WekaLabOptions, 'clock'>> {
  clock?: VirtualClock;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const clock = options.clock ?? new VirtualClock({ seed: options.seed ?? 1 });
  const errors: string[] = [];
  const events: DriverEvent[] = [];
  const lab = await createWekaLab({
    seed: 1, ...options, clock,
    onProblem: (error) => errors.push(String(error)),
    onEvent: (event) => {
      events.push(event);
      // a last sync of a parent that has just gone meets NotFound; the real Metacontroller says the same and forgets it
      const gone = event.what === 'sync-error' && /can't remove finalizer .* not found/.test(event.message);
      if ((event.what === 'sync-error' && !gone) || event.what === 'controller-error') errors.push(event.message);
    },
  });
  const definition = (kind: string) => {
    const found = lab.store.definitionOf(apiVersionOf(kind), kind);
    if (found === undefined) throw new Error(`${kind} is not served`);
    return found;
  };
  const place = (kind: string): string | undefined => (definition(kind).namespaced ? 'default' : undefined);
  const world: World = {
    clock, lab, errors, events,
    get(kind, name, namespace = 'default') {
      try {
        return lab.store.get(definition(kind), definition(kind).namespaced ? namespace : undefined, name);
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) return undefined;
        throw error;
      }
    },
    condition(kind, name, type = 'Ready') {
      const conditions = (world.get(kind, name)?.status?.['conditions'] ?? []) as Condition[];
      return conditions.find((one) => one.type === type);
    },
    async until(what, predicate, seconds = 120) {
      const reached = await clock.runUntil(predicate, { maxMilliseconds: seconds * 1000 });
      if (!reached) throw new Error(`not within ${seconds} s: ${what}\n${world.picture()}`);
    },
    async stays(what, predicate, seconds) {
      const broken = await clock.runUntil(() => !predicate(), { maxMilliseconds: seconds * 1000 });
      if (broken) throw new Error(`no longer so: ${what}\n${world.picture()}`);
    },
    delete: (kind, name, deleteOptions = {}) => void lab.store.delete(definition(kind), place(kind), name, deleteOptions),
    patch: (kind, name, merge) => void lab.store.patch(definition(kind), place(kind), name, 'application/merge-patch+json', merge),
    picture() {
      const line = (object: KubernetesObject): string => {
        const ready = ((object['status'] as { conditions?: Condition[] } | undefined)?.conditions ?? []).find(({ type }) => type === 'Ready');
        const { status, phase } = (object['status'] ?? {}) as { status?: string; phase?: string };
        return `${object.kind} ${object.metadata.name}${object.metadata.deletionTimestamp === undefined ? '' : ' (terminating)'}: ${status ?? phase ?? ''} ${ready?.reason ?? ''} ${ready?.message ?? ''}`;
      };
      return [...['WekaCluster', 'WekaContainer', 'Pod', 'WekaNode'].flatMap((kind) => lab.all(kind).map(line)), ...new Set(errors)].join('\n');
    },
  };
  return world;
}

/** Brings the cluster `demo` to Ready. */
export async function readyCluster(shape: Shape = {}, options: WorldOptions = {}): Promise<World> {
  const world = await startWorld(options);
  world.lab.apply(wekaCluster(shape));
  await world.until('the cluster is Ready', () => world.condition('WekaCluster', 'demo')?.status === 'True');
  return world;
}

/** Everything that the driver wrote since a mark in `events`, by verb and kind. */
export function writesSince(world: World, mark: number): string[] {
  return world.events.slice(mark).flatMap((event) => (event.what === 'write' ? [`${event.verb} ${event.kind} ${event.name}`] : []));
}
