/** What composites and decorators share: queue and workers, parent events, child events, hooks, and the end of a sync. */
import type { Clock, ResourceInfo } from '../contract.ts';
import type { KubernetesObject, OwnerReference } from '../../hooks/core/contract.ts';
import type { Random } from '../random.ts';
import type { ChildrenContext } from './children.ts';
import { updateMethods } from './children.ts';
import type { DriverClient } from './client.ts';
import type { Controller } from './controllers.ts';
import { Customize } from './customize.ts';
import type { DifferenceDetector } from './difference.ts';
import { MetacontrollerCrash, RelatedNotSynced, Stopped, TooManyRequests, messageOf } from './errors.ts';
import { Finalizer } from './finalizer.ts';
import { hookOf } from './hook.ts';
import type { Hook } from './hook.ts';
import type { Handlers, Informer, Informers } from './informer.ts';
import { resyncMilliseconds } from './informer.ts';
import { deepEqual } from './json.ts';
import { controllerOf, groupOf, hasFinalizer, isTerminating } from './objects.ts';
import { WorkQueue } from './queue.ts';
import type { EventRecorder } from './recorder.ts';
import type { HookName, HookTransport } from './transport.ts';

/** What a controller of the driver works with. */
export interface Environment {
  clock: Clock;
  random: Random;
  transport: HookTransport;
  client: DriverClient;
  informers: Informers;
  recorder: EventRecorder;
  differences: DifferenceDetector;
  workers: number;
  stopSignal: AbortSignal;
  onHook: (controller: string, hook: HookName, parent: KubernetesObject, status: number) => void;
  onSyncError: (controller: string, parent: KubernetesObject, error: Error) => void;
  onCrash: (crash: Error) => void;
}

/** One kind of parents of a controller. */
export interface ParentKind {
  resource: ResourceInfo;
  ignoreStatusChanges: boolean;
}

export abstract class ParentController {
  readonly environment: Environment;
  readonly controller: Controller;
  protected readonly hooks: Partial<Record<'sync' | 'finalize', Hook>>;
  protected readonly finalizer: Finalizer;
  protected readonly customize: Customize;
  protected readonly children: ChildrenContext;
  protected readonly childInformers: Informer[];
  protected readonly queue: WorkQueue;
  private readonly parentKinds: ParentKind[];
  private readonly removals: (() => void)[] = [];
  private stopped = false;

  /** Throws where the real one reports `CreateError`: no hooks, a bad webhook, a resource that discovery does not know. */
  constructor(environment: Environment, controller: Controller, parentKinds: ParentKind[]) {
    const { client, informers, clock, transport, stopSignal } = environment;
    const { name, spec } = controller;
    if (spec.hooks === undefined) throw new Error('no hooks defined');
    this.environment = environment;
    this.controller = controller;
    this.parentKinds = parentKinds;
    const onCall = (hook: HookName, parent: KubernetesObject, status: number): void =>
      environment.onHook(name, hook, parent, status);
    const hookContext = { clock, transport, controller, stopSignal, onCall };
    const rules =
      controller.kind === 'CompositeController' ? controller.spec.childResources : controller.spec.attachments;
    const [sync, finalize] = [hookOf(hookContext, 'sync'), hookOf(hookContext, 'finalize')];
    this.hooks = { ...(sync && { sync }), ...(finalize && { finalize }) };
    this.finalizer = new Finalizer(
      `metacontroller.io/${controller.kind.toLowerCase()}-${name}`,
      spec.hooks.finalize !== undefined,
    );
    this.children = {
      client,
      random: environment.random,
      controller: name,
      methods: updateMethods(client, rules),
      differences: environment.differences,
    };
    this.childInformers = rules.map(({ apiVersion, resource }) => informers.for(client.resource(apiVersion, resource)));
    this.queue = new WorkQueue(clock, environment.workers, (key) => this.process(key));
    this.customize = new Customize({
      clock,
      client,
      informers,
      controller: controller.object,
      hook: hookOf(hookContext, 'customize'),
      parents: () => this.parentInformers(),
      enqueue: (parent) => this.enqueue(parent),
      onCrash: environment.onCrash,
    });
  }

  /** Watches, and syncs every parent once all caches are filled. */
  start(): void {
    const { recorder } = this.environment;
    const { name, object, spec } = this.controller;
    const period =
      spec.resyncPeriodSeconds === undefined ? resyncMilliseconds : Math.max(1, spec.resyncPeriodSeconds) * 1000;
    for (const kind of this.parentKinds) {
      const informer = this.environment.informers.for(kind.resource);
      this.removals.push(informer.addHandlers(this.parentHandlers(kind), period));
    }
    for (const informer of new Set(this.childInformers)) this.removals.push(informer.addHandlers(this.childHandlers()));
    recorder.record(object, 'Normal', 'Starting', `Starting controller: ${name}`);
    const caches = [...this.parentInformers(), ...this.childInformers];
    void Promise.all(caches.map((informer) => informer.whenSynced())).then(() => {
      if (!this.stopped) this.queue.start();
    });
    recorder.record(object, 'Normal', 'Started', `Started controller: ${name}`);
  }

  /** Children and finalizers stay as they are. */
  stop(): void {
    this.stopped = true;
    this.queue.stop();
    this.customize.stop();
    for (const remove of this.removals) remove();
  }

  /** Parents that wait for a worker or are being synced. */
  get busy(): number {
    return this.queue.pending() + this.queue.inFlight();
  }

  get inFlight(): number {
    return this.queue.inFlight();
  }

  /** One sync; rejects with what went wrong. */
  protected abstract syncParent(parent: KubernetesObject, resource: ResourceInfo): Promise<void>;

  protected abstract matches(parent: KubernetesObject): boolean;

  protected abstract keyOf(parent: KubernetesObject): string;

  protected abstract fromCache(key: string): { parent: KubernetesObject | undefined; resource: ResourceInfo };

  /** Parents that might adopt the orphan. */
  protected abstract adoptersOf(orphan: KubernetesObject): KubernetesObject[];

  protected enqueue(parent: KubernetesObject): void {
    if (this.concerns(parent)) this.queue.add(this.keyOf(parent));
  }

  /** Outside the selector a parent concerns us only as long as it carries our finalizer. */
  protected concerns(parent: KubernetesObject): boolean {
    return hasFinalizer(parent, this.finalizer.name) || this.matches(parent);
  }

  /** Finalize for terminating and for deselected parents, if there is such a hook. */
  protected hookFor(parent: KubernetesObject): { hook: Hook | undefined; finalizing: boolean } {
    const { sync, finalize } = this.hooks;
    const finalizing = finalize !== undefined && (isTerminating(parent) || !this.matches(parent));
    return { hook: finalizing ? finalize : sync, finalizing };
  }

  protected resyncAfter(parent: KubernetesObject, seconds: number | null | undefined): void {
    if (typeof seconds === 'number' && seconds > 0) this.queue.addAfter(this.keyOf(parent), seconds * 1000);
  }

  private parentInformers(): Informer[] {
    return this.parentKinds.map(({ resource }) => this.environment.informers.for(resource));
  }

  private async process(key: string): Promise<void> {
    const { parent, resource } = this.fromCache(key);
    if (parent === undefined) return this.queue.forget(key);
    try {
      await this.syncParent(parent, resource);
      this.queue.forget(key);
    } catch (error) {
      this.failed(key, parent, error as Error);
    }
  }

  private failed(key: string, parent: KubernetesObject, error: Error): void {
    const { environment, controller } = this;
    if (error instanceof Stopped) return;
    if (error instanceof MetacontrollerCrash) return environment.onCrash(error);
    if (error instanceof TooManyRequests) return this.queue.addAfter(key, error.afterSeconds * 1000);
    if (!(error instanceof RelatedNotSynced)) {
      environment.recorder.record(parent, 'Warning', 'SyncError', `Sync error: ${messageOf(error)}`);
      environment.onSyncError(controller.name, parent, error);
    }
    this.queue.addRateLimited(key);
  }

  private parentHandlers({ ignoreStatusChanges }: ParentKind): Handlers {
    return {
      added: (parent) => this.enqueue(parent),
      updated: (old, current) => {
        if (!ignoreStatusChanges || old === current || changedForSync(old, current)) this.enqueue(current);
      },
      deleted: (parent) => this.enqueue(parent),
    };
  }

  private childHandlers(): Handlers {
    const changed = (child: KubernetesObject): void => {
      const owner = controllerOf(child);
      if (owner !== undefined) this.enqueueOwner(child, owner);
      else if (!isTerminating(child)) for (const parent of this.adoptersOf(child)) this.enqueue(parent);
    };
    return {
      added: changed,
      updated: (old, current) => {
        if (old.metadata.resourceVersion !== current.metadata.resourceVersion) changed(current);
      },
      deleted: (child) => {
        const owner = controllerOf(child);
        if (owner !== undefined) this.enqueueOwner(child, owner);
      },
    };
  }

  /** By name in the child's namespace; group and kind, and the UID, must be right. */
  private enqueueOwner(child: KubernetesObject, owner: OwnerReference): void {
    for (const informer of this.parentInformers()) {
      const { group, kind, namespaced } = informer.resource;
      if (groupOf(owner.apiVersion) !== group || owner.kind !== kind) continue;
      const parent = informer.cache.get(namespaced ? child.metadata.namespace : undefined, owner.name);
      if (parent?.metadata.uid === owner.uid) this.enqueue(parent);
    }
  }
}

/** With `ignoreStatusChanges`: finalizers and owners do not count either. */
function changedForSync(old: KubernetesObject, current: KubernetesObject): boolean {
  return (
    old.metadata.generation !== current.metadata.generation ||
    !deepEqual(old.metadata.labels, current.metadata.labels) ||
    !deepEqual(old.metadata.annotations, current.metadata.annotations) ||
    isTerminating(current)
  );
}
