/**
 * The lab: API, nodes, scheduler, kubelets, models of the systems, the driver, the sidecar and the hooks, put together on
 * one clock. No sockets here: `npm start` adds them (start.ts), simulations and tests run it as it is.
 */
import { join } from 'node:path';
import { createEngine } from '../sidecar/engine.ts';
import type { ClusterAccess } from '../sidecar/cluster-access.ts';
import { createEventReporter } from '../sidecar/events.ts';
import { localSidecar } from '../sidecar/local.ts';
import type { HookController, Json, KubernetesObject } from '../hooks/core/contract.ts';
import { throttledReasonsOf } from '../hooks/core/reasons.ts';
import type { Recorder } from '../hooks/server/record/recorder.ts';
import { bootFileSettings } from '../hooks/server/boot-files.ts';
import { completeSettings, controllersOf, refuseSharedKinds } from '../hooks/core/system.ts';
import type { SidecarSystem } from '../sidecar/system.ts';
import { storeClient } from './api/store/client.ts';
import type { Backup } from './api/store/backup.ts';
import { createStore } from './api/store/store.ts';
import type { Store, StoreOptions, WriteOptions } from './api/store/types.ts';
import type { PodAccess } from './api/http/pod-access.ts';
import { sidecarClock } from './clock.ts';
import type { ApiClient, Clock, PodEnvironment, ProgramFactory } from './contract.ts';
import { createDriver, type Driver, type DriverEvent } from './driver/driver.ts';
import type { StaleCache } from './driver/informer.ts';
import type { HookTransport } from './driver/transport.ts';
import { killableSidecar } from './killable-sidecar.ts';
import { localTransport } from './local-transport.ts';
import { machineControls, type ControlArguments } from './controls.ts';
import { readManifests } from './manifests.ts';
import { createHardwareRegistry, type HardwareRegistry } from './nodes/hardware.ts';
import type { Kubelet } from './nodes/kubelet.ts';
import type { Machines, NewMachine } from './nodes/machines.ts';
import { startNodes, type NodesOptions } from './nodes/start-nodes.ts';
import { createRandom, type Random } from './random.ts';
import { repository } from './repository.ts';
import { storeAccess } from './store-access.ts';
import type { GivenSettings, LabModel, LabSystem, Pace } from './system.ts';
import { labSystems } from './systems.ts';

/** The namespace of the operator, as an installation names it. */
export const operatorNamespace = readManifests(join(repository, 'deploy/operator/namespace.yaml'))[0]!.metadata.name;

export interface LabOptions {
  clock: Clock;
  seed?: number;
  /** Machines to begin with. Default 6. */
  nodes?: number;
  /** Puts there what has been there all along, before anything runs; see twin/twin.ts. Default: nothing. */
  begin?(parts: Beginning): void;
  /** What each of them is like. */
  machine?: NewMachine;
  /** What runs in it. Default: all that there are. */
  systems?: readonly LabSystem[];
  /** Of the models, and of the settings of the operator. Default: ordinary. */
  pace?: Pace;
  /** Settings of the operator, as in its environment. */
  config?: GivenSettings;
  staleCache?: StaleCache;
  /** What webhooks and quotas do to objects that are written. */
  admission?: NonNullable<StoreOptions['admission']>;
  /** Default `pods-first`. */
  namespaceDeletion?: NonNullable<StoreOptions['namespaceDeletion']>;
  /** The namespace `default` may be deleted, which a real server refuses. */
  everyNamespaceMayGo?: boolean;
  /** Hook calls at one time of each controller, as Metacontroller's --workers; its default is 5. */
  workers?: number;
  onEvent?: (event: DriverEvent) => void;
  onProblem?: (error: unknown) => void;
  nodeSettings?: NonNullable<NodesOptions['settings']>;
  /** How hooks are reached; given the way in this process, to replace it or to put faults before it. */
  transport?(local: HookTransport, random: Random): HookTransport;
  /** Milliseconds by which the clock of the replica of the hooks that takes a call is ahead; asked at each call. Default: 0. */
  replicaSkew?(): number;
  /** Milliseconds by which the clock of the API server is ahead, and with it all that it stamps; asked each time. Default: 0. */
  serverAhead?(): number;
  /** Records the decisions of the hooks in this process. */
  recorder?: Recorder;
  /** Serves hooks and sidecar outside the lab's event queue; used instead of `transport` and `access`. */
  connect?(parts: TransportParts): Promise<HookTransport>;
  /** How the sidecar reaches the cluster; given the way in this process, as above. */
  access?(local: ClusterAccess): ClusterAccess;
  /** Chooses the programs of the containers that a model recognises; default: its simulated ones. */
  choosePrograms?(model: LabModel, hardware: HardwareRegistry): ProgramFactory;
}

/** What hooks and their sidecar are connected to. */
export interface TransportParts {
  store: Store;
  pods: PodAccess;
  clock: Clock;
  controllers: readonly HookController[];
  sidecarSystems: readonly SidecarSystem[];
  /** All settings of the operator. */
  config: Record<string, Json>;
  /** For the sidecar: file name to content. */
  bootScripts: Record<string, string>;
}

/** What there is of a lab before anything of it runs. */
export interface Beginning {
  store: Store;
  hardware: HardwareRegistry;
  systems: readonly LabSystem[];
  /** One for each of the systems, in their order. */
  models: readonly LabModel[];
}

export interface Lab {
  clock: Clock;
  random: Random;
  store: Store;
  client: ApiClient;
  hardware: HardwareRegistry;
  machines: Machines;
  kubelet: Kubelet;
  pods: PodAccess;
  systems: readonly LabSystem[];
  /** One for each of the systems, in their order. */
  models: readonly LabModel[];
  /** The one that runs now. */
  readonly driver: Driver;
  access: ClusterAccess;
  /** Kills the sidecar; another one, which remembers nothing, is there at once. Not with `connect`. */
  restartSidecar(): void;
  /** Kills Metacontroller's stand-in in the midst of whatever it does, and starts another one; resolves when that runs. */
  restartDriver(): Promise<void>;
  /** The operator runs with other settings from now on, as after an edit of its Deployment; the returned function takes them back. Not with `connect`. */
  changeSettings(given: GivenSettings): () => void;
  /** Restores etcd: all objects are what they were in the backup, with machines and systems as they are now; what runs in the cluster is restarted. */
  goBackTo(backup: Backup): void;
  /** Performs a control of the lab or of one of its systems, by its name. Rejects with one sentence where there is none, or where it cannot be done. */
  control(name: string, given: ControlArguments): Promise<string>;
  /** Creates or replaces an object, as kubectl apply would for a plain manifest. Throws ApiError. */
  apply(object: KubernetesObject, options?: WriteOptions): KubernetesObject;
  /** The object, or undefined. */
  find(kind: string, name: string, namespace?: string): KubernetesObject | undefined;
  all(kind: string): KubernetesObject[];
  stop(): void;
}

/** The installation: CRDs, the namespace of the operator, and what each system has beside its controllers. */
function install(store: Store, systems: readonly LabSystem[]): void {
  const put = (object: KubernetesObject): void => {
    const definition = store.definitionOf(object.apiVersion, object.kind);
    if (definition === undefined) throw new Error(`the lab does not serve ${object.kind}`);
    store.create(definition, object.metadata.namespace, object);
  };
  for (const crd of systems.flatMap((one) => one.definitions())) put(crd);
  put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: operatorNamespace } });
  for (const object of systems.flatMap((one) => one.objects?.() ?? [])) put(object);
}

const defaultOptions = {
  seed: 1,
  nodes: 6,
  systems: labSystems,
  pace: 'ordinary' as Pace,
  nodeSettings: {},
  onProblem: (): void => undefined,
};

/** Kubelets have listed their pods by then. */
const restoreMilliseconds = 5000;

/** One object of the parts that each system has of it. */
const together = <Value>(parts: readonly Record<string, Value>[]): Record<string, Value> =>
  Object.assign({}, ...parts) as Record<string, Value>;

/** Starts everything; resolves when the nodes are there and the controllers run. Rejects when two systems have something of one name. */
export async function createLab(given: LabOptions): Promise<Lab> {
  const options = { ...defaultOptions, ...given };
  const { clock, seed, onProblem, systems, pace } = options;
  refuseSharedKinds(systems.map(({ system }) => system));
  const random = createRandom(seed);
  const store = createStore({
    clock,
    seed,
    namespaceDeletion: options.namespaceDeletion ?? 'pods-first',
    everyNamespaceMayGo: options.everyNamespaceMayGo ?? false,
    ahead: () => options.serverAhead?.() ?? 0,
    ...(options.admission === undefined ? {} : { admission: options.admission }),
  });
  install(store, systems);
  const client = storeClient(store);
  const hardware = createHardwareRegistry(() => random.next());
  const models = systems.map((one) => one.start({ clock, random: () => random.next(), hardware, pace }));
  const chosen = models.map((model) => ({
    model,
    programs: options.choosePrograms?.(model, hardware) ?? model.programs,
  }));
  options.begin?.({ store, hardware, systems, models });
  const start = (environment: PodEnvironment) =>
    chosen.find(({ model }) => model.recognises(environment))?.programs.start(environment);
  const nodes = await startNodes({
    client,
    clock,
    hardware,
    onProblem,
    programs: { start },
    bind: async (namespace, pod, node) => void store.bind(namespace, pod, node),
    nodeAdditions: systems.map(({ nodeAdditions }) => nodeAdditions),
    onReachable: (node, reachable) => models.forEach((model) => model.setReachable(node, reachable)),
    settings: options.nodeSettings,
  });
  const { machines, kubelet } = nodes;
  for (let index = 0; index < options.nodes; index += 1) await machines.add(options.machine);

  const pods = nodes.access;
  const plainAccess = storeAccess(store, pods, clock);
  const access = options.access?.(plainAccess) ?? plainAccess;
  const bootScripts = together(systems.map((one) => one.bootScripts?.() ?? {}));
  const sidecarSystems = systems.map(({ sidecar }) => sidecar);
  const ownSystems = systems.map(({ system }) => system);
  const sidecar = killableSidecar(access, (own) =>
    localSidecar(
      createEngine({
        systems: sidecarSystems,
        access: own,
        clock: sidecarClock(clock),
        settings: { namespaces: [], outputLimitBytes: 4 * 1024 * 1024, bootScripts },
        randomBytes: (count) => Uint8Array.from({ length: count }, () => random.integer(256)),
      }),
      createEventReporter({
        access: own,
        clock: sidecarClock(clock),
        namespaces: [],
        throttledReasons: throttledReasonsOf(sidecarSystems),
        component: 'weka-metacontroller',
      }),
    ),
  );
  const settings = {
    ...(pace === 'quick' ? together(systems.map(({ quickConfig }) => quickConfig)) : {}),
    ...options.config,
  };
  const parts: TransportParts = {
    store,
    pods,
    clock,
    bootScripts,
    sidecarSystems,
    controllers: controllersOf(ownSystems),
    config: completeSettings(ownSystems, { ...bootFileSettings(ownSystems, bootScripts), ...settings }),
  };
  const changes = new Set<GivenSettings>();
  // another object each time: what was read of settings is remembered by the object
  const changedConfig = (): Record<string, Json> =>
    completeSettings(ownSystems, { ...parts.config, ...together([...changes]) });
  let config = parts.config;
  const local = localTransport({
    ...parts,
    get config() {
      return config;
    },
    sidecar,
    random,
    operatorNamespace,
    replicaSkew: () => options.replicaSkew?.() ?? 0,
    ...(options.recorder === undefined ? {} : { recorder: options.recorder }),
  });
  const transport = (await options.connect?.(parts)) ?? options.transport?.(local, random) ?? local;
  const newDriver = (): Driver =>
    createDriver({
      api: client,
      clock,
      random,
      transport,
      workers: options.workers ?? 5,
      controllers: systems.flatMap((one) => one.controllers()),
      ...(options.staleCache === undefined ? {} : { staleCache: options.staleCache }),
      ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    });
  let driver = newDriver();
  await driver.start();

  const restartDriver = (): Promise<void> => {
    driver.stop();
    driver = newDriver();
    return driver.start();
  };
  const definition = (kind: string) => {
    const found = store.resources().find((one) => one.kind === kind);
    if (found === undefined) throw new Error(`the lab does not serve ${kind}`);
    return found;
  };
  return {
    clock,
    random,
    store,
    client,
    hardware,
    machines,
    kubelet,
    pods,
    systems,
    models,
    access,
    get driver() {
      return driver;
    },
    restartSidecar: () => sidecar.kill(),
    restartDriver,
    changeSettings(changed) {
      changes.add(changed);
      config = changedConfig();
      return () => {
        changes.delete(changed);
        config = changedConfig();
      };
    },
    goBackTo(backup) {
      store.goBackTo(backup);
      sidecar.kill();
      void restartDriver();
      clock.after(restoreMilliseconds, () => {
        machines.report();
        kubelet.report();
      });
    },
    async control(name, given) {
      const own = machineControls.find((one) => one.name === name);
      if (own !== undefined) return own.run({ machines, hardware }, given);
      for (const [index, model] of models.entries()) {
        const found = systems[index]?.controls?.find((one) => one.name === name);
        if (found !== undefined) return found.run(model, given);
      }
      throw new Error(`the lab has no control ${name}`);
    },
    apply(object, writeOptions = {}) {
      const found = store.definitionOf(object.apiVersion, object.kind);
      if (found === undefined) throw new Error(`the lab does not serve ${object.kind}`);
      const { name, namespace = 'default' } = object.metadata;
      const place = found.namespaced ? namespace : undefined;
      const present = store.list(found, {
        ...(place === undefined ? {} : { namespace: place }),
        fieldSelector: `metadata.name=${name}`,
      }).items[0];
      if (present === undefined) return store.create(found, place, object, writeOptions);
      const resourceVersion = present.metadata.resourceVersion ?? '';
      return store.update(
        found,
        {
          ...object,
          metadata: { ...object.metadata, ...(place === undefined ? {} : { namespace: place }), resourceVersion },
        },
        undefined,
        writeOptions,
      );
    },
    find(kind, name, namespace = 'default') {
      const found = definition(kind);
      const place = found.namespaced ? { namespace } : {};
      return store.list(found, { ...place, fieldSelector: `metadata.name=${name}` }).items[0];
    },
    all: (kind) => store.list(definition(kind)).items,
    stop() {
      driver.stop();
      nodes.stop();
    },
  };
}
