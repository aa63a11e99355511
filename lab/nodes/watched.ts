/**
 * A cache of one kind, kept by list and watch, for the nodes' own controllers. Unlike the driver's informer it never
 * lags or resyncs, and it tells an object from its successor of the same name.
 */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { ApiClient, Clock, ResourceInfo, WatchEvent } from '../contract.ts';

export interface Watched<Kind extends KubernetesObject> {
  /** By `namespace/name`, or `name` for cluster-scoped objects. */
  readonly items: ReadonlyMap<string, Kind>;
  get(namespace: string | undefined, name: string): Kind | undefined;
  stop(): void;
}

export interface Change<Kind extends KubernetesObject> {
  /** The object as it is now; absent when it is gone. */
  now?: Kind;
  /** The object as it was; absent when it is new. */
  before?: Kind;
}

/** `namespace/name`, or `name` for cluster-scoped objects. */
export function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

const retryMilliseconds = 1000;

/**
 * Lists `resource`, then follows it; `onChange` hears of each difference, in order, the list included. A successor of
 * the same name arrives as an end and a beginning, never as one change. A broken watch or a failed list is tried again
 * a second later. Resolves with the first list; rejects when that fails.
 */
export async function watchKind<Kind extends KubernetesObject>(
  client: ApiClient,
  clock: Clock,
  resource: ResourceInfo,
  onChange: (change: Change<Kind>) => void,
): Promise<Watched<Kind>> {
  const items = new Map<string, Kind>();
  let stopped = false;
  let endWatch: () => void = () => undefined;
  let cancelRetry: () => void = () => undefined;

  const put = (object: Kind): void => {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const before = items.get(key);
    if (before?.metadata.uid !== undefined && before.metadata.uid !== object.metadata.uid) drop(before);
    const same = items.get(key);
    if (same !== undefined && same.metadata.resourceVersion === object.metadata.resourceVersion) return;
    items.set(key, object);
    onChange(same === undefined ? { now: object } : { now: object, before: same });
  };
  const drop = (object: Kind): void => {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const before = items.get(key);
    if (before === undefined) return;
    items.delete(key);
    onChange({ before: before.metadata.uid === object.metadata.uid ? object : before });
  };
  const take = (event: WatchEvent): void => {
    if (stopped) return;
    if (event.type === 'ADDED' || event.type === 'MODIFIED') put(event.object as Kind);
    if (event.type === 'DELETED') drop(event.object as Kind);
    if (event.type === 'ERROR') {
      endWatch();
      retryLater();
    }
  };
  const follow = async (): Promise<void> => {
    const list = await client.list(resource);
    if (stopped) return;
    const listed = new Set(list.items.map((item) => keyOf(item.metadata.namespace, item.metadata.name)));
    for (const [key, item] of [...items]) if (!listed.has(key)) drop(item);
    for (const item of list.items) put(item as Kind);
    endWatch = client.watch(resource, list.resourceVersion, take, retryLater);
  };
  const retryLater = (): void => {
    if (stopped) return;
    cancelRetry();
    cancelRetry = clock.after(retryMilliseconds, () => {
      follow().catch(() => retryLater());
    });
  };

  await follow();
  return {
    items,
    get: (namespace, name) => items.get(keyOf(namespace, name)),
    stop() {
      stopped = true;
      endWatch();
      cancelRetry();
    },
  };
}
