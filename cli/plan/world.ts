/**
 * The objects of a cluster in memory, with the hooks at work on them as behind Metacontroller: what they would create,
 * change and delete, as far as that follows from objects alone. Pods are scheduled and never run.
 */
import type { HookController, HookRequest, Json, KubernetesObject } from '../../hooks/core/contract.ts';
import { catalogueOf } from '../../hooks/core/families/index.ts';
import type { Fate, Fates, PodFate } from '../../hooks/core/plan.ts';
import { completeSettings } from '../../hooks/core/system.ts';
import { bootFileSettings } from '../../hooks/server/boot-files.ts';
import { createEngine } from '../../sidecar/engine.ts';
import { localSidecar } from '../../sidecar/local.ts';
import type { PodAccess } from '../../lab/api/http/pod-access.ts';
import { storeClient } from '../../lab/api/store/client.ts';
import { createStore } from '../../lab/api/store/store.ts';
import type { ResourceDefinition, Store } from '../../lab/api/store/types.ts';
import { sidecarClock, VirtualClock } from '../../lab/clock.ts';
import { createDriver } from '../../lab/driver/driver.ts';
import { operatorNamespace } from '../../lab/lab.ts';
import { localTransport } from '../../lab/local-transport.ts';
import { startScheduler } from '../../lab/nodes/scheduler.ts';
import { createRandom } from '../../lab/random.ts';
import { storeAccess } from '../../lab/store-access.ts';
import type { LabSystem } from '../../lab/system.ts';
import { bootFilesThatAreThere, putLive, type LiveObjects } from '../../lab/twin/live.ts';
import { passiveSidecar, type UnreadKind } from './passive-sidecar.ts';

export interface Live extends LiveObjects {
  unread?: readonly UnreadKind[];
  /** Kinds that were read in one namespace only. */
  narrowed?: readonly UnreadKind[];
}

export interface PassiveWorld {
  store: Store;
  definitionOf(object: { apiVersion: string; kind: string }): ResourceDefinition | undefined;
  /** Lets the hooks decide until nothing changes any more. */
  settle(): Promise<void>;
  /** All that is stored, by kind, namespace and name. */
  snapshot(): Map<string, KubernetesObject>;
  /** What the systems say about the last call for each object that still is there. */
  fates(): { object: KubernetesObject; fate: Fate }[];
  /** What they said of pods when these were deleted, by the pod's uid. */
  ended: ReadonlyMap<string, PodFate>;
  stop(): void;
}

/** Virtual milliseconds without a change after which there is nothing more to come; longer than what is waited for facts of nodes. */
const quietMilliseconds = 20_000;
/** For something that changes for ever, such as a choice that is made anew each minute. */
const longestMilliseconds = 90_000;

export const keyOf = ({ apiVersion, kind, metadata: { namespace = '', name } }: KubernetesObject): string =>
  [apiVersion, kind, namespace, name].join(' ');

function fill(store: Store, objects: readonly KubernetesObject[], systems: readonly LabSystem[]): void {
  const installed = systems.flatMap((one) => [...one.definitions(), ...(one.objects?.() ?? [])]);
  const place: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: operatorNamespace } };
  for (const object of [place, ...installed])
    store.create(store.definitionOf(object.apiVersion, object.kind)!, object.metadata.namespace, object);
  putLive(store, objects);
}

const bootScriptsOf = (systems: readonly LabSystem[]): Record<string, string> =>
  Object.assign({}, ...systems.map((one) => one.bootScripts?.() ?? {})) as Record<string, string>;

function settingsOf(systems: readonly LabSystem[], { config, objects }: Live): Record<string, Json> {
  const own = systems.map(({ system }) => system);
  const files = { ...bootFileSettings(own, bootScriptsOf(systems)), ...bootFilesThatAreThere(systems, objects) };
  return completeSettings(own, { ...files, ...config });
}

interface LastCall {
  controller: string;
  request: HookRequest;
}

const storeSeed = 0x70_6c_61_6e;

const noPods: PodAccess = {
  exec: () => Promise.reject(new Error('no pod runs here')),
  logs: () => ({ text: '', follow: () => () => undefined }),
};

/** Rejects when an object can not be stored. */
export async function passiveWorld(live: Live, systems: readonly LabSystem[]): Promise<PassiveWorld> {
  const clock = new VirtualClock({ start: live.now });
  const random = createRandom(1);
  // of another seed than a lab's: uids that are drawn here must not be there already
  const store = createStore({ clock, seed: storeSeed });
  fill(store, live.objects, systems);
  const client = storeClient(store);
  const access = storeAccess(store, noPods, clock);
  const sidecarSystems = systems.map(({ sidecar }) => sidecar);
  const engine = createEngine({
    systems: sidecarSystems,
    access,
    clock: sidecarClock(clock),
    settings: { namespaces: [], outputLimitBytes: 1024, bootScripts: bootScriptsOf(systems) },
    randomBytes: (count) => Uint8Array.from({ length: count }, () => random.integer(256)),
  });
  const sidecar = passiveSidecar(localSidecar(engine), catalogueOf(sidecarSystems), live.unread ?? [], () =>
    new Date(clock.now()).toISOString(),
  );
  const last = new Map<string, LastCall>();
  const recorded = (controller: HookController): HookController => ({
    ...controller,
    run(request) {
      last.set(`${controller.name} ${request.parent.metadata.uid}`, { controller: controller.name, request });
      return controller.run(request);
    },
  });
  const controllers = systems.flatMap(({ system }) => system.controllers.map(recorded));
  const config = settingsOf(systems, live);
  const driver = createDriver({
    api: client,
    clock,
    random,
    transport: localTransport({ controllers, sidecar, clock, random, operatorNamespace, config }),
    controllers: systems.flatMap((one) => one.controllers()),
  });
  await driver.start();
  const scheduler = await startScheduler({
    client,
    clock,
    bind: async (namespace, pod, node) => void store.bind(namespace, pod, node),
    settings: { normalEvents: false },
  });
  const fatesOf = Object.assign({}, ...systems.map(({ system }) => system.fates ?? {})) as Fates;
  const fateBy = ({ controller, request }: LastCall): Fate | undefined =>
    Object.hasOwn(fatesOf, controller) ? fatesOf[controller]?.(request) : undefined;
  const ended = new Map<string, PodFate>();
  function remember(pod: KubernetesObject): void {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
    const call = [...last.values()].find(({ request }) => request.parent.metadata.uid === owner);
    const fate = call === undefined ? undefined : fateBy(call)?.pod;
    if (fate !== undefined) ended.set(pod.metadata.uid ?? '', fate);
  }
  let changedAt = clock.now();
  store.onChange(({ before, after }) => {
    if ((after ?? before)?.kind !== 'Event') changedAt = clock.now();
    const ends = after === undefined || after.metadata.deletionTimestamp !== undefined;
    if (before?.kind === 'Pod' && before.metadata.deletionTimestamp === undefined && ends) remember(before);
  });
  const stored = (): KubernetesObject[] =>
    store.resources().flatMap((definition) => (definition.convert === undefined ? store.list(definition).items : []));
  return {
    store,
    definitionOf: ({ apiVersion, kind }) => store.definitionOf(apiVersion, kind),
    async settle() {
      const begun = clock.now();
      changedAt = begun;
      while (clock.now() - changedAt < quietMilliseconds && clock.now() - begun < longestMilliseconds)
        await clock.advance(1000);
    },
    ended,
    snapshot: () => new Map(stored().map((object) => [keyOf(object), object])),
    fates() {
      const present = new Map(stored().map((object) => [object.metadata.uid, object]));
      return [...last.values()].flatMap(({ controller, request }) => {
        const object = present.get(request.parent.metadata.uid);
        const fate = object === undefined ? undefined : fateBy({ controller, request });
        return object === undefined || fate === undefined ? [] : [{ object, fate }];
      });
    },
    stop() {
      scheduler.stop();
      driver.stop();
    },
  };
}
