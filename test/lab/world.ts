/** The world of a test in the lab, on a virtual clock, and the few words that a life-cycle test needs. Hooks, sidecar and driver are the real ones. */
import type { Condition } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { VirtualClock } from '../../lab/clock.ts';
import { ApiError, type DeleteOptions } from '../../lab/contract.ts';
import type { DriverEvent } from '../../lab/driver/driver.ts';
import { evict } from '../../lab/api/http/eviction.ts';
import { createWekaLab, type WekaLab, type WekaLabOptions } from '../../lab/weka/lab.ts';
import { condition, picture, pictured, type Awaitable, type Loose, type World } from '../world.ts';

/**
 * As every world, and it answers at once. `until` and `stays` ask a predicate that answers at once after each event, and one
 * that does not five times a second of the lab; where no patience is given it is two minutes. `delete` throws where there is nothing.
 */
export interface LabWorld extends World {
  clock: VirtualClock;
  lab: WekaLab;
  /** Sync errors and other failures of the driver, which a healthy run does not have. */
  errors: string[];
  /** What the driver did, in order. */
  events: DriverEvent[];
  apply(object: KubernetesObject): Loose;
  get(kind: string, name: string, namespace?: string): Loose | undefined;
  list(kind: string): Loose[];
  patch(kind: string, name: string, merge: object): void;
  delete(kind: string, name: string, options?: DeleteOptions): void;
  evict(name: string): void;
  condition(kind: string, name: string, type?: string): Condition | undefined;
  until(what: string, predicate: () => Awaitable<boolean>, seconds?: number): Promise<void>;
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
    apiVersion: 'weka.weka.io/v1alpha1',
    kind: 'WekaCluster',
    metadata: { name: 'demo', namespace: 'default' },
    spec: {
      template: 'dynamic',
      image,
      driversDistService: 'https://drivers.weka.io',
      nodeSelector: { 'weka.io/role': 'backend' },
      dynamicTemplate: { computeContainers: compute, driveContainers: drive, numDrives: 1 },
      gracefulDestroyDuration: '0s',
      ...spec,
    },
  };
}

/** The label of nodes that get a client of `wekaClient`. */
export const appRole = { 'weka.io/role': 'app' };

/** A WekaClient `apps` of the cluster `demo`, on nodes that have the label `appRole`. */
export function wekaClient(spec: Record<string, unknown> = {}, namespace = 'default'): KubernetesObject {
  return {
    apiVersion: 'weka.weka.io/v1alpha1',
    kind: 'WekaClient',
    metadata: { name: 'apps', namespace },
    spec: {
      image,
      driversDistService: 'https://drivers.weka.io',
      nodeSelector: appRole,
      targetCluster: { name: 'demo', namespace: 'default' },
      ...spec,
    },
  };
}

/** A machine without drives for it. */
export const addAppNode = (world: LabWorld, name: string): Promise<string> =>
  world.lab.machines.add({ name, driveCount: 0, profile: { labels: appRole } });

export interface WorldOptions extends Partial<Omit<WekaLabOptions, 'clock'>> {
  clock?: VirtualClock;
}

/** Milliseconds between two looks of a predicate that does not answer at once. */
const lookMilliseconds = 200;

/** Lets time pass until the predicate says `wanted`; false when it has not within `seconds`. */
async function comesTo(
  wanted: boolean,
  clock: VirtualClock,
  predicate: () => Awaitable<boolean>,
  seconds: number,
): Promise<boolean> {
  const end = clock.now() + seconds * 1000;
  let pending: Promise<boolean> | undefined;
  const reached = await clock.runUntil(
    () => {
      const said = predicate();
      if (typeof said === 'boolean') return said === wanted;
      pending = said;
      return true;
    },
    { maxMilliseconds: seconds * 1000 },
  );
  if (pending === undefined) return reached;
  for (let said = await pending; said !== wanted; said = await predicate()) {
    if (clock.now() >= end) return false;
    await clock.advance(lookMilliseconds);
  }
  return true;
}

/** A lab with nothing in it but its machines. */
export async function startWorld(options: WorldOptions = {}): Promise<LabWorld> {
  const clock = options.clock ?? new VirtualClock({ seed: options.seed ?? 1 });
  const errors: string[] = [];
  const events: DriverEvent[] = [];
  const lab = await createWekaLab({
    seed: 1,
    ...options,
    clock,
    onProblem: (error) => errors.push(String(error)),
    onEvent: (event) => {
      events.push(event);
      // a last sync of a parent that has just gone meets NotFound; the real Metacontroller says the same and forgets it
      const gone = event.what === 'sync-error' && /can't remove finalizer .* not found/.test(event.message);
      if ((event.what === 'sync-error' && !gone) || event.what === 'controller-error') errors.push(event.message);
    },
  });
  const definition = (kind: string) => {
    const found = lab.store
      .resources()
      .find((one) => one.kind === kind && (one.group === '' || one.group.includes('weka')));
    if (found === undefined) throw new Error(`${kind} is not served`);
    return found;
  };
  const place = (kind: string, namespace = 'default'): string | undefined =>
    definition(kind).namespaced ? namespace : undefined;
  const world: LabWorld = {
    clock,
    lab,
    errors,
    events,
    image,
    weka: lab.site,
    apply: (object) => lab.apply(object),
    get(kind, name, namespace) {
      try {
        return lab.store.get(definition(kind), place(kind, namespace), name);
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) return undefined;
        throw error;
      }
    },
    list: (kind) => lab.store.list(definition(kind)).items,
    condition: (kind, name, type) => condition(world.get(kind, name), type),
    async until(what, predicate, seconds = 120) {
      if (!(await comesTo(true, clock, predicate, seconds)))
        throw new Error(`not within ${seconds} s: ${what}\n${world.picture()}`);
    },
    async stays(what, predicate, seconds) {
      if (await comesTo(false, clock, predicate, seconds)) throw new Error(`no longer so: ${what}\n${world.picture()}`);
    },
    delete: (kind, name, deleteOptions = {}) =>
      void lab.store.delete(definition(kind), place(kind), name, deleteOptions),
    evict: (name) => evict(lab.store, definition('Pod'), 'default', name),
    patch: (kind, name, merge) =>
      void lab.store.patch(definition(kind), place(kind), name, 'application/merge-patch+json', merge),
    picture: () => picture(pictured.flatMap(world.list), [...world.weka.damage, ...new Set(errors)]),
  };
  return world;
}

/** Brings the cluster `demo` to Ready. */
export async function readyCluster(shape: Shape = {}, options: WorldOptions = {}): Promise<LabWorld> {
  const world = await startWorld(options);
  world.apply(wekaCluster(shape));
  await world.until('the cluster is Ready', () => world.condition('WekaCluster', 'demo')?.status === 'True');
  return world;
}

/** A person's word that destroys, as the condition `WordNeeded` has it. */
export function destroyByWord(world: Pick<LabWorld, 'lab' | 'get'>, name: string, namespace = 'default'): void {
  const { store } = world.lab;
  const uid = world.get('WekaContainer', name, namespace)?.metadata.uid;
  store.patch(
    store.definitionOf('weka.weka.io/v1alpha1', 'WekaContainer')!,
    namespace,
    name,
    'application/merge-patch+json',
    { metadata: { annotations: { 'weka.io/destroy-confirmed': uid } }, spec: { state: 'destroying' } },
  );
}

/** The merge patch of the first `kubectl patch wekacontainer NAME ...` that a message names, performed on that container. */
export function patchAsTold(world: LabWorld, message: string): void {
  const [, name = '', patch = '{}'] =
    /kubectl patch wekacontainer (\S+) -n \S+ --type=merge -p '([^']+)'/.exec(message) ?? [];
  world.patch('WekaContainer', name, JSON.parse(patch) as object);
}

/** Everything that the driver wrote since a mark in `events`, by verb and kind. */
export function writesSince(world: LabWorld, mark: number): string[] {
  return world.events
    .slice(mark)
    .flatMap((event) => (event.what === 'write' ? [`${event.verb} ${event.kind} ${event.name}`] : []));
}
