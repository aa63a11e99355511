/**
 * A harness for tests of the driver: a store with two custom kinds as parents, a virtual clock, hooks as functions, and a
 * record of what the driver asked for. No test stands here.
 */
import type { KubernetesObject, ObjectMeta } from '../../hooks/core/contract.ts';
import { createStore } from '../api/store/store.ts';
import { storeClient } from '../api/store/client.ts';
import { VirtualClock, sleep } from '../clock.ts';
import { ApiError } from '../contract.ts';
import type { ApiClient, ResourceInfo } from '../contract.ts';
import { createRandom } from '../random.ts';
import { lastAppliedAnnotation } from './apply.ts';
import type { ControllerObject } from './controllers.ts';
import type { PermanentDifference } from './difference.ts';
import { createDriver } from './driver.ts';
import type { Driver, DriverEvent, DriverOptions } from './driver.ts';
import type { HookAnswer, HookCall, HookName } from './transport.ts';

/** Milliseconds that every hook takes, so that caches catch up between two syncs as they do in reality. */
export const hookMilliseconds = 20;

export type Store = ReturnType<typeof createStore>;

const custom = { group: 'example.com', version: 'v1' };
export const things: ResourceInfo = { ...custom, kind: 'Thing', plural: 'things', namespaced: true, hasStatus: true };
export const clusterThings: ResourceInfo = {
  ...custom,
  kind: 'ClusterThing',
  plural: 'clusterthings',
  namespaced: false,
  hasStatus: true,
};
export const plainThings: ResourceInfo = {
  ...custom,
  kind: 'PlainThing',
  plural: 'plainthings',
  namespaced: true,
  hasStatus: false,
};
export const configMaps: ResourceInfo = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  hasStatus: false,
};
export const secrets: ResourceInfo = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  hasStatus: false,
};
export const jobs: ResourceInfo = {
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  namespaced: true,
  hasStatus: true,
};
export const namespaces: ResourceInfo = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  hasStatus: true,
};
export const eventsResource: ResourceInfo = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  hasStatus: false,
};
const definitions: ResourceInfo = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
  hasStatus: true,
};

/** What a hook function gets: the request, read. */
export interface Request {
  controller: KubernetesObject;
  parent: KubernetesObject;
  object: KubernetesObject;
  children: Record<string, Record<string, KubernetesObject>>;
  attachments: Record<string, Record<string, KubernetesObject>>;
  related: Record<string, Record<string, KubernetesObject>>;
  finalizing: boolean;
}

/** An object is answered with 200; `reply` makes any other answer. */
export type HookFunction = (request: Request, call: HookCall) => unknown;

export interface Call {
  hook: HookName;
  /** Milliseconds since the harness was made. */
  at: number;
  request: Request;
  headers: Record<string, string>;
}

/** One request to the API server. */
export interface ApiRequest {
  verb: 'get' | 'create' | 'update' | 'updateStatus' | 'patch' | 'delete';
  kind: string;
  /** `namespace/name`. */
  key: string;
  at: number;
  body?: KubernetesObject;
  options?: unknown;
  /** Reason of the refusal. */
  refused?: string;
}

export interface HarnessOptions extends Partial<
  Omit<DriverOptions, 'api' | 'clock' | 'transport' | 'controllers' | 'random'>
> {
  controllers: ControllerObject[];
  hooks: Partial<Record<HookName, HookFunction>>;
  seed?: number;
  /** An error to answer an API request with. */
  refuse?: (request: ApiRequest) => ApiError | undefined;
  /** Before the driver starts. */
  prepare?: (store: Store) => void;
}

export interface Harness {
  clock: VirtualClock;
  store: Store;
  driver: Driver;
  calls: Call[];
  /** API requests of the driver but those for events. */
  requests: ApiRequest[];
  trace: DriverEvent[];
  crashes: Error[];
  differences: PermanentDifference[];
  /** Calls of one hook. */
  callsOf(hook: HookName): Call[];
  /** `verb Kind key` of all accepted or refused writes, the latter with `: reason`. */
  writes(): string[];
  /** Forgets calls, requests and trace so far. */
  forget(): void;
  /** Messages of Warning events with that reason on an object of that name. */
  warnings(name: string, reason?: string): string[];
  /** Lets virtual time pass. */
  run(milliseconds: number): Promise<void>;
}

/** A store with the kinds, a started driver, and 5 s of virtual time gone. */
export async function startHarness(options: HarnessOptions): Promise<Harness> {
  const clock = new VirtualClock({ seed: options.seed ?? 1 });
  const begin = clock.now();
  const store = createStore({ clock, seed: options.seed ?? 1 });
  for (const definition of [things, clusterThings, plainThings])
    store.create(definitions, undefined, customResourceDefinition(definition));
  await clock.advance(1000);
  options.prepare?.(store);
  const calls: Call[] = [];
  const requests: ApiRequest[] = [];
  const trace: DriverEvent[] = [];
  const crashes: Error[] = [];
  const differences: PermanentDifference[] = [];
  const api = recording(
    storeClient(store),
    (request) => requests.push({ ...request, at: clock.now() - begin }),
    options.refuse,
  );
  const call = async (hookCall: HookCall): Promise<HookAnswer> => {
    const request = JSON.parse(hookCall.body) as Request;
    calls.push({ hook: hookCall.hook, at: clock.now() - begin, request, headers: hookCall.headers });
    await sleep(clock, hookMilliseconds);
    const hook = options.hooks[hookCall.hook];
    if (hook === undefined) throw new Error(`no ${hookCall.hook} hook on this harness`);
    const answer = await hook(request, hookCall);
    return isReply(answer) ? answer : { status: 200, headers: {}, body: JSON.stringify(answer) };
  };
  const driver = createDriver({
    onEvent: (event) => trace.push(event),
    onCrash: (crash) => crashes.push(crash),
    onPermanentDifference: (difference) => differences.push(difference),
    ...options,
    api,
    clock,
    random: createRandom(options.seed ?? 1),
    transport: { call },
  });
  const harness: Harness = {
    clock,
    store,
    driver,
    calls,
    requests,
    trace,
    crashes,
    differences,
    callsOf: (hook) => calls.filter((one) => one.hook === hook),
    writes: () =>
      requests
        .filter(({ verb }) => verb !== 'get')
        .map(({ verb, kind, key, refused }) => `${verb} ${kind} ${key}${refused === undefined ? '' : `: ${refused}`}`),
    forget: () => {
      for (const list of [calls, requests, trace]) list.length = 0;
    },
    warnings: (name, reason = 'SyncError') =>
      store
        .list(eventsResource)
        .items.filter(
          (event) =>
            event['type'] === 'Warning' &&
            event['reason'] === reason &&
            (event['involvedObject'] as ObjectMeta).name === name,
        )
        .map((event) => String(event['message'])),
    run: (milliseconds) => clock.advance(milliseconds),
  };
  await driver.start();
  await harness.run(5000);
  return harness;
}

const replies = new WeakSet<object>();

/** An answer of the hook as it stands on the wire. */
export function reply(status: number, body: string, headers: Record<string, string> = {}): HookAnswer {
  const answer = { status, headers, body };
  replies.add(answer);
  return answer;
}

function isReply(answer: unknown): answer is HookAnswer {
  return answer !== null && typeof answer === 'object' && replies.has(answer);
}

/** A controller `harness` of Things with ConfigMaps, generated selector, all hooks of version v2 that are named. */
export function composite(hookNames: HookName[], spec: Record<string, unknown> = {}): ControllerObject {
  return {
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    kind: 'CompositeController',
    metadata: { name: 'harness', uid: 'controller-1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      parentResource: { apiVersion: 'example.com/v1', resource: 'things' },
      childResources: [childRule('InPlace')],
      generateSelector: true,
      hooks: hooksOf(hookNames),
      ...spec,
    },
  };
}

export function decorator(hookNames: HookName[], spec: Record<string, unknown> = {}): ControllerObject {
  return {
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    kind: 'DecoratorController',
    metadata: { name: 'harness', uid: 'controller-2', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      resources: [{ apiVersion: 'v1', resource: 'secrets' }],
      attachments: [childRule('InPlace')],
      hooks: hooksOf(hookNames),
      ...spec,
    },
  };
}

export function hooksOf(
  hookNames: HookName[],
  version: 'v1' | 'v2' = 'v2',
  webhook: Record<string, unknown> = {},
): Record<string, unknown> {
  return Object.fromEntries(
    hookNames.map((name) => [name, { version, webhook: { url: `http://hooks/${name}`, ...webhook } }]),
  );
}

export function childRule(method: string, of: ResourceInfo = configMaps): Record<string, unknown> {
  const apiVersion = of.group === '' ? of.version : `${of.group}/${of.version}`;
  return { apiVersion, resource: of.plural, updateStrategy: { method } };
}

export function thing(
  name: string,
  metadata: Partial<ObjectMeta> = {},
  spec: Record<string, unknown> = {},
): KubernetesObject {
  return { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name, ...metadata }, spec };
}

export function configMap(
  name: string,
  data: Record<string, string> = {},
  metadata: Partial<ObjectMeta> = {},
): KubernetesObject {
  // the API server drops empty data, which would be a difference for ever
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...metadata },
    ...(Object.keys(data).length > 0 && { data }),
  };
}

/** Names of the ConfigMaps in a request. */
export function childNames({ children }: Request): string[] {
  return Object.keys(children['ConfigMap.v1'] ?? {});
}

/** The parsed last-applied annotation. */
export function lastApplied(object: KubernetesObject): unknown {
  return JSON.parse(object.metadata.annotations?.[lastAppliedAnnotation] ?? 'null');
}

/** Changes a stored object as a user would. */
export function edit(
  store: Store,
  resource: ResourceInfo,
  namespace: string | undefined,
  name: string,
  change: (object: KubernetesObject) => void,
): void {
  const object = structuredClone(store.get(resource, namespace, name));
  change(object);
  store.update(resource, object);
}

function customResourceDefinition({
  group,
  version,
  kind,
  plural,
  namespaced,
  hasStatus,
}: ResourceInfo): KubernetesObject {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status: statusSchema } } },
          ...(hasStatus && { subresources: { status: {} } }),
        },
      ],
    },
  };
}

/** Keeps every field but unknown ones inside `narrow`. */
const statusSchema = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
  properties: { narrow: { type: 'object', properties: { known: { type: 'integer' } } } },
};

type Refuse = HarnessOptions['refuse'];

function recording(api: ApiClient, record: (request: Omit<ApiRequest, 'at'>) => void, refuse: Refuse): ApiClient {
  const run = async <Value>(
    verb: ApiRequest['verb'],
    resource: ResourceInfo,
    key: string,
    extra: Partial<ApiRequest>,
    act: () => Promise<Value>,
  ): Promise<Value> => {
    const request = { verb, kind: resource.kind, key, ...extra };
    const seen = resource.plural === 'events' ? () => {} : record;
    try {
      const refusal = refuse?.({ ...request, at: 0 });
      if (refusal !== undefined) throw refusal;
      const value = await act();
      seen(request);
      return value;
    } catch (error) {
      seen({ ...request, refused: error instanceof ApiError ? error.reason : String(error) });
      throw error;
    }
  };
  const keyOf = (namespace: string | undefined, name: string): string =>
    namespace === undefined ? name : `${namespace}/${name}`;
  return {
    ...api,
    get: (resource, namespace, name) =>
      run('get', resource, keyOf(namespace, name), {}, () => api.get(resource, namespace, name)),
    create: (resource, namespace, object) =>
      run('create', resource, keyOf(namespace, object.metadata.name), { body: structuredClone(object) }, () =>
        api.create(resource, namespace, object),
      ),
    update: (resource, object, subresource) =>
      run(
        subresource === undefined ? 'update' : 'updateStatus',
        resource,
        keyOf(object.metadata.namespace, object.metadata.name),
        { body: structuredClone(object) },
        () => api.update(resource, object, subresource),
      ),
    delete: (resource, namespace, name, options) =>
      run('delete', resource, keyOf(namespace, name), { options }, () =>
        api.delete(resource, namespace, name, options),
      ),
  };
}
