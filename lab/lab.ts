/**
 * The lab: API, nodes, scheduler, kubelets, a model of weka, the driver, the sidecar and the hooks, put together on one
 * clock. No sockets here: `npm start` adds them (start.ts), simulations and tests run it as it is.
 */
import { createEngine, type Engine } from '../sidecar/engine.ts';
import type { ClusterAccess } from '../sidecar/cluster-access.ts';
import { createEventReporter } from '../sidecar/events.ts';
import { localSidecar } from '../sidecar/local.ts';
import type { KubernetesObject } from '../hooks/core/contract.ts';
import type { Sidecar } from '../hooks/core/sidecar.ts';
import { callHook, hookNames, type HookName } from '../hooks/server/calls.ts';
import { bootFileSettings } from '../hooks/server/boot-files.ts';
import { systems } from '../hooks/systems.ts';
import { wekaControllers } from '../hooks/weka/controllers.ts';
import { throttledReasonsOf } from '../sidecar/system.ts';
import { sidecarSystems } from '../sidecar/systems.ts';
import { storeClient } from './api/store/client.ts';
import { createStore } from './api/store/store.ts';
import type { Store, StoreOptions, WriteOptions } from './api/store/types.ts';
import type { PodAccess } from './api/http/pod-access.ts';
import type { ApiClient, Clock } from './contract.ts';
import { createDriver, type Driver, type DriverEvent } from './driver/driver.ts';
import type { StaleCache } from './driver/informer.ts';
import type { HookTransport } from './driver/transport.ts';
import { bootScripts, manifestsIn } from './manifests.ts';
import { createHardwareRegistry, type HardwareRegistry } from './nodes/hardware.ts';
import type { Kubelet, KubeletOptions } from './nodes/kubelet.ts';
import type { Machines, NewMachine } from './nodes/machines.ts';
import { startNodes, type NodesOptions } from './nodes/start-nodes.ts';
import type { SimulatedProgramSettings } from './weka/simulated-program-host.ts';
import { runsRuntime, simulatedPrograms, type SimulatedProgramFactory } from './weka/simulated-program.ts';
import { createRandom, type Random } from './random.ts';
import { storeAccess } from './store-access.ts';
import { wekaNodeFacts } from './weka/node-facts.ts';
import type { WekaSettings } from './weka/settings.ts';
import { createWekaWorld, type LabWekaWorld } from './weka/world.ts';

export const operatorNamespace = 'weka-operator-system';

export interface LabOptions {
  clock: Clock;
  seed?: number;
  /** Machines to begin with. Default 6. */
  nodes?: number;
  /** What each of them is like. */
  machine?: NewMachine;
  weka?: Partial<WekaSettings>;
  /** Settings of the operator, as in its environment. */
  config?: Record<string, string | number | boolean>;
  staleCache?: StaleCache;
  /** What webhooks and quotas do to objects that are written. */
  admission?: NonNullable<StoreOptions['admission']>;
  /** Hook calls at one time of each controller, as Metacontroller's --workers; its default is 5. */
  workers?: number;
  onEvent?: (event: DriverEvent) => void;
  onProblem?: (error: unknown) => void;
  nodeSettings?: NonNullable<NodesOptions['settings']>;
  /** Durations of simulated pods where they are not the defaults. */
  runtime?: Partial<SimulatedProgramSettings>;
  /** How hooks are reached; given the way in this process, to replace it or to put faults before it. */
  transport?(local: HookTransport, random: Random): HookTransport;
  /** Serves hooks and sidecar outside the lab's event queue; used instead of `transport` and `access`. */
  connect?(parts: TransportParts): Promise<HookTransport>;
  /** How the sidecar reaches the cluster; given the way in this process, as above. */
  access?(local: ClusterAccess): ClusterAccess;
  /** Chooses the programs of pods; default: simulated ones. */
  programs?(simulated: SimulatedProgramFactory, lab: Pick<Lab, 'world' | 'hardware'>): KubeletOptions['programs'];
}

/** What hooks and their sidecar are connected to. */
export interface TransportParts {
  store: Store;
  pods: PodAccess;
  clock: Clock;
  /** Settings of the operator. */
  config: Record<string, string | number | boolean>;
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
  world: LabWekaWorld;
  programs: SimulatedProgramFactory;
  driver: Driver;
  engine: Engine;
  access: ClusterAccess;
  /** Creates or replaces an object, as kubectl apply would for a plain manifest. Throws ApiError. */
  apply(object: KubernetesObject, options?: WriteOptions): KubernetesObject;
  /** The object, or undefined. */
  find(kind: string, name: string, namespace?: string): KubernetesObject | undefined;
  all(kind: string): KubernetesObject[];
  stop(): void;
}

const apiVersions: Record<string, string> = { Pod: 'v1', Secret: 'v1', Node: 'v1', ConfigMap: 'v1', Event: 'v1', Namespace: 'v1' };
const wekaVersion = 'weka.weka.io/v1alpha1';

/** The installation: CRDs, namespaces, priority classes, and the secret with which nodes pull images. */
function install(store: Store): void {
  const put = (object: KubernetesObject): void => {
    const definition = store.definitionOf(object.apiVersion, object.kind);
    if (definition === undefined) throw new Error(`the lab does not serve ${object.kind}`);
    store.create(definition, object.metadata.namespace, object);
  };
  for (const crd of manifestsIn('crds')) put(crd);
  put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: operatorNamespace } });
  for (const object of manifestsIn('deploy/base/objects')) put(object);
}

/** Hooks in this process: no sockets, the same code behind them. */
export function localTransport(sidecar: Sidecar, clock: Clock, random: Random, config: LabOptions['config']): HookTransport {
  const settings = { operatorNamespace, config: { ...config } };
  const entropy = (): string => Array.from({ length: 16 }, () => random.integer(16).toString(16)).join('');
  return {
    async call({ url, body }) {
      const [name, hook] = new URL(url).pathname.split('/').slice(-2);
      const controller = wekaControllers.find((one) => one.name === name);
      if (controller === undefined || !hookNames.includes(hook as HookName)) return { status: 404, headers: {}, body: '' };
      try {
        const { answer } = await callHook(controller, hook as HookName, JSON.parse(body), { sidecar, settings, now: () => clock.now(), entropy });
        return { status: 200, headers: {}, body: JSON.stringify(answer) };
      } catch (error) {
        return { status: 500, headers: {}, body: JSON.stringify({ error: error instanceof Error ? error.message : String(error) }) };
      }
    },
  };
}

const defaultOptions = { seed: 1, nodes: 6, weka: {}, nodeSettings: {}, runtime: {}, onProblem: (): void => undefined };

/** Starts everything; resolves when the nodes are there and the controllers run. */
export async function createLab(given: LabOptions): Promise<Lab> {
  const options = { ...defaultOptions, ...given };
  const { clock, seed, onProblem } = options;
  const random = createRandom(seed);
  const store = createStore({ clock, seed, ...(options.admission === undefined ? {} : { admission: options.admission }) });
  install(store);
  const client = storeClient(store);
  const hardware = createHardwareRegistry(() => random.next());
  const world = createWekaWorld({ clock, random: () => random.next(), settings: options.weka, hardware });
  const programs = simulatedPrograms({ world, clock, hardware, settings: options.runtime });
  const chosen = options.programs?.(programs, { world, hardware }) ?? programs;
  const nodes = await startNodes({
    client, clock, hardware, onProblem,
    programs: { start: (environment) => (runsRuntime(environment) ? chosen.start(environment) : undefined) },
    bind: async (namespace, pod, node) => void store.bind(namespace, pod, node),
    nodeFacts: [wekaNodeFacts],
    onReachable: (node, reachable) => world.setReachable(node, reachable),
    settings: options.nodeSettings,
  });
  const { machines, kubelet } = nodes;
  for (let index = 0; index < options.nodes; index += 1) await machines.add(options.machine);

  const pods = nodes.access;
  const plainAccess = storeAccess(store, pods, clock);
  const access = options.access?.(plainAccess) ?? plainAccess;
  const scripts = bootScripts();
  const engine = createEngine({
    systems: sidecarSystems,
    access, clock,
    settings: { namespaces: [], outputLimitBytes: 4 * 1024 * 1024, bootScripts: scripts },
    randomBytes: (count) => Uint8Array.from({ length: count }, () => random.integer(256)),
  });
  const events = createEventReporter({ access, clock, namespaces: [], throttledReasons: throttledReasonsOf(sidecarSystems), component: 'weka-metacontroller' });
  const config = { ...bootFileSettings(systems, scripts), ...options.config } as Record<string, string | number | boolean>;
  const local = localTransport(localSidecar(engine, events), clock, random, config);
  const driver = createDriver({
    api: client, clock, random,
    workers: options.workers ?? 5,
    controllers: manifestsIn('compositecontrollers'),
    transport: await options.connect?.({ store, pods, clock, config }) ?? options.transport?.(local, random) ?? local,
    ...(options.staleCache === undefined ? {} : { staleCache: options.staleCache }),
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  });
  await driver.start();

  const definition = (kind: string) => {
    const found = store.definitionOf(apiVersions[kind] ?? wekaVersion, kind);
    if (found === undefined) throw new Error(`the lab does not serve ${kind}`);
    return found;
  };
  return {
    clock, random, store, client, hardware, machines, kubelet, pods, world, programs, driver, engine, access,
    apply(object, writeOptions = {}) {
      const found = store.definitionOf(object.apiVersion, object.kind);
      if (found === undefined) throw new Error(`the lab does not serve ${object.kind}`);
      const { name, namespace = 'default' } = object.metadata;
      const place = found.namespaced ? namespace : undefined;
      const present = store.list(found, { ...(place === undefined ? {} : { namespace: place }), fieldSelector: `metadata.name=${name}` }).items[0];
      if (present === undefined) return store.create(found, place, object, writeOptions);
      const resourceVersion = present.metadata.resourceVersion ?? '';
      return store.update(found, { ...object, metadata: { ...object.metadata, ...(place === undefined ? {} : { namespace: place }), resourceVersion } }, undefined, writeOptions);
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
