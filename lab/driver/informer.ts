/**
 * Caches of resources kept by list and watch, shared by all controllers of a driver, and their change events.
 * A cache may be told to lag: simulator equipment, which the real one has by nature.
 */
import type { ApiClient, Clock, ResourceInfo, WatchEvent } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { Random } from '../random.ts';
import { ObjectCache } from './cache.ts';
import { complete } from './client.ts';
import { qualifiedName } from './objects.ts';

/** How long events of a resource are held back before the cache shows them; order within a resource is kept. */
export interface StaleCache {
  minimumMilliseconds?: number;
  maximumMilliseconds: number;
  /** Which resources lag. Default: all. */
  applies?: (resource: ResourceInfo) => boolean;
}

export interface Handlers {
  added(object: KubernetesObject): void;
  /** A resync passes the same object twice. */
  updated(old: KubernetesObject, current: KubernetesObject): void;
  deleted(object: KubernetesObject): void;
}

export interface InformerOptions {
  api: ApiClient;
  clock: Clock;
  random: Random;
  stale?: StaleCache | undefined;
  onProblem?: ((resource: ResourceInfo, error: unknown) => void) | undefined;
}

/** Resync of all handlers from the cache; also the upper bound of a controller's own period. */
export const resyncMilliseconds = 30 * 60 * 1000;
const retryMilliseconds = 1000;

type Delivery = (() => void) | undefined;

export class Informer {
  readonly resource: ResourceInfo;
  readonly cache = new ObjectCache();
  private readonly options: InformerOptions;
  private readonly handlers = new Set<Handlers>();
  private readonly timers = new Set<() => void>();
  private readonly waiters: (() => void)[] = [];
  private held: Delivery[] = [];
  private heldUntil = 0;
  private lastVersion = '';
  private stopWatch: (() => void) | undefined;
  private filled = false;
  private stopped = false;

  constructor(resource: ResourceInfo, options: InformerOptions) {
    this.resource = resource;
    this.options = options;
    this.every(resyncMilliseconds, () => this.resync(this.handlers));
    void this.listAndWatch();
  }

  get hasSynced(): boolean {
    return this.filled;
  }

  /** Resolves when the first list is in the cache. */
  whenSynced(): Promise<void> {
    return this.filled ? Promise.resolve() : new Promise((resolve) => this.waiters.push(resolve));
  }

  /** Events that a lagging cache has not shown yet. */
  heldBack(): number {
    return this.held.filter((delivery) => delivery !== undefined).length;
  }

  /** Starts with a resync of what is there; `periodMilliseconds` counts only below the common resync. Returns the removal. */
  addHandlers(handlers: Handlers, periodMilliseconds: number = resyncMilliseconds): () => void {
    this.handlers.add(handlers);
    this.resync([handlers]);
    const stopTimer =
      periodMilliseconds < resyncMilliseconds
        ? this.every(periodMilliseconds, () => this.resync([handlers]))
        : undefined;
    return () => {
      this.handlers.delete(handlers);
      stopTimer?.();
    };
  }

  stop(): void {
    this.stopped = true;
    this.stopWatch?.();
    for (const cancel of this.timers) cancel();
    this.handlers.clear();
    this.held = [];
  }

  private async listAndWatch(): Promise<void> {
    try {
      const { items, resourceVersion } = await this.options.api.list(this.resource);
      if (this.stopped) return;
      this.held = [];
      const objects = items.map((item) => complete(this.resource, item));
      if (this.filled) this.deliver(() => this.replace(objects));
      else this.fill(objects);
      this.watch(resourceVersion);
    } catch (error) {
      this.options.onProblem?.(this.resource, error);
      this.later(() => void this.listAndWatch());
    }
  }

  private watch(resourceVersion: string): void {
    this.lastVersion = resourceVersion;
    let ended = false;
    const end = (relist: boolean): void => {
      if (ended || this.stopped) return;
      ended = true;
      this.later(() => (relist ? void this.listAndWatch() : this.watch(this.lastVersion)));
    };
    const onEvent = ({ type, object }: WatchEvent): void => {
      if (ended || this.stopped) return;
      if (type === 'ERROR') return end(true);
      this.lastVersion = object.metadata.resourceVersion ?? this.lastVersion;
      if (type === 'BOOKMARK') return;
      const completed = complete(this.resource, object);
      this.deliver(() => (type === 'DELETED' ? this.remove(completed) : this.put(completed)));
    };
    const stop = this.options.api.watch(this.resource, resourceVersion, onEvent, (error) => end(error !== undefined));
    this.stopWatch = () => {
      ended = true;
      stop();
    };
  }

  private fill(objects: KubernetesObject[]): void {
    for (const object of objects) this.put(object);
    this.filled = true;
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  private replace(objects: KubernetesObject[]): void {
    const present = new Set(objects.map(qualifiedName));
    for (const object of this.cache.list()) {
      if (!present.has(qualifiedName(object))) this.remove(object);
    }
    for (const object of objects) this.put(object);
  }

  private put(object: KubernetesObject): void {
    const old = this.cache.put(object);
    for (const handlers of [...this.handlers]) {
      if (old === undefined) handlers.added(object);
      else handlers.updated(old, object);
    }
  }

  private remove(object: KubernetesObject): void {
    if (this.cache.remove(object) === undefined) return;
    for (const handlers of [...this.handlers]) handlers.deleted(object);
  }

  private resync(handlers: Iterable<Handlers>): void {
    const objects = this.cache.list();
    for (const one of handlers) {
      for (const object of objects) one.updated(object, object);
    }
  }

  private deliver(run: () => void): void {
    const { stale, clock, random } = this.options;
    if (stale === undefined || stale.applies?.(this.resource) === false) return run();
    const minimum = stale.minimumMilliseconds ?? 0;
    const delay = minimum + random.next() * (stale.maximumMilliseconds - minimum);
    this.heldUntil = Math.max(this.heldUntil, clock.now() + delay);
    const queue = this.held;
    queue.push(run);
    clock.after(this.heldUntil - clock.now(), () => {
      // a new list or a stop has replaced the queue: what this one held is history
      if (queue === this.held) this.held.shift()?.();
    });
  }

  private later(run: () => void): void {
    const cancel = this.options.clock.after(retryMilliseconds, () => {
      this.timers.delete(cancel);
      if (!this.stopped) run();
    });
    this.timers.add(cancel);
  }

  private every(milliseconds: number, run: () => void): () => void {
    let cancel = (): void => {};
    const stop = (): void => cancel();
    const arm = (): void => {
      cancel = this.options.clock.after(milliseconds, () => {
        run();
        arm();
      });
    };
    arm();
    this.timers.add(stop);
    return () => {
      stop();
      this.timers.delete(stop);
    };
  }
}

/** One informer per resource, started at its first use. */
export class Informers {
  private readonly options: InformerOptions;
  private readonly informers = new Map<string, Informer>();

  constructor(options: InformerOptions) {
    this.options = options;
  }

  for(resource: ResourceInfo): Informer {
    const key = `${resource.group}/${resource.version}/${resource.plural}`;
    const known = this.informers.get(key);
    if (known !== undefined) return known;
    const informer = new Informer(resource, this.options);
    this.informers.set(key, informer);
    return informer;
  }

  all(): Informer[] {
    return [...this.informers.values()];
  }

  stop(): void {
    for (const informer of this.informers.values()) informer.stop();
  }
}
