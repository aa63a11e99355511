/**
 * An embedded driver that behaves toward hooks as Metacontroller 4.17.2 does: it watches, calls, applies and retries.
 * Not here: rolling methods and server-side apply mode (refused or absent), metrics, leader election, TLS.
 */
import { setMaxListeners } from 'node:events';
import { ApiError } from '../contract.ts';
import type { ApiClient, Clock } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { Random } from '../random.ts';
import { DriverClient } from './client.ts';
import type { WriteEvent } from './client.ts';
import { CompositeDriver } from './composite.ts';
import type { Environment, ParentController } from './controller.ts';
import { readController } from './controllers.ts';
import type { CompositeSpec, Controller, ControllerObject } from './controllers.ts';
import { DecoratorDriver } from './decorator.ts';
import { DifferenceDetector } from './difference.ts';
import type { PermanentDifference } from './difference.ts';
import { endsProcess, messageOf } from './errors.ts';
import { Informers } from './informer.ts';
import type { StaleCache } from './informer.ts';
import { deepEqual } from './json.ts';
import { describe, groupOf } from './objects.ts';
import { EventRecorder } from './recorder.ts';
import type { HookName, HookTransport } from './transport.ts';

/** What a driver did, for traces and for counting. */
export type DriverEvent =
  | { what: 'hook'; controller: string; hook: HookName; parent: string; status: number }
  | ({ what: 'write' } & WriteEvent)
  | { what: 'sync-error'; controller: string; parent: string; message: string }
  | { what: 'controller-error'; controller: string; message: string }
  | { what: 'watch-error'; resource: string; message: string };

export interface DriverOptions {
  api: ApiClient;
  clock: Clock;
  transport: HookTransport;
  /** CompositeControllers and DecoratorControllers as in their YAML files. */
  controllers: ControllerObject[];
  /** Draws the order inside a kind, jitter, event names and the lag of a stale cache. */
  random: Random;
  /** Workers per controller. Default: 5. */
  workers?: number;
  /** Makes the caches lag. Default: they show every event at once. */
  staleCache?: StaleCache;
  onEvent?: (event: DriverEvent) => void;
  onPermanentDifference?: (difference: PermanentDifference) => void;
  /** The real process would have died; the driver has stopped. Default: the error is thrown out of the event loop. */
  onCrash?: (crash: Error) => void;
}

export interface Driver {
  /** Resolves when every controller that can be started is; the others are tried again in the background. */
  start(): Promise<void>;
  /** At once, as a killed process: a sync under way writes nothing more. A stopped driver cannot be started again. */
  stop(): void;
  /**
   * Replaces the set of controllers. A changed spec restarts its controller, which syncs every parent; changed metadata
   * does nothing; a controller that is left out stops, and its parents keep their finalizers.
   */
  setControllers(controllers: ControllerObject[]): void;
  /** Nothing is queued, running, held back by a lagging cache, or still being listed. Timers do not count. */
  idle(): boolean;
  /** Syncs under way. They may wait for the clock, so a virtual clock must not wait for them. */
  inFlight(): number;
}

const retryBaseMilliseconds = 5;
const retryCapMilliseconds = 1_000_000;

/** Throws on a controller object that the CRD would refuse, or that asks for a rolling method. */
export function createDriver(options: DriverOptions): Driver {
  return new EmbeddedDriver(options);
}

interface Slot {
  controller: Controller;
  running: ParentController | undefined;
  failures: number;
  cancelRetry: () => void;
}

class EmbeddedDriver implements Driver {
  private readonly options: DriverOptions;
  private readonly abort = new AbortController();
  private readonly slots = new Map<string, Slot>();
  private readonly environment: Environment;
  private started = false;

  constructor(options: DriverOptions) {
    const { api, clock, random, transport, staleCache, onEvent } = options;
    this.options = options;
    const stopSignal = this.abort.signal;
    // one listener for each hook call under way: no leak
    setMaxListeners(0, stopSignal);
    const client = new DriverClient(api, clock, random, stopSignal, (event) => onEvent?.({ what: 'write', ...event }));
    this.environment = {
      clock,
      random,
      transport,
      client,
      informers: new Informers({
        api,
        clock,
        random,
        stale: staleCache,
        onProblem: ({ plural }, error) =>
          onEvent?.({ what: 'watch-error', resource: plural, message: messageOf(error) }),
      }),
      recorder: new EventRecorder(client, clock, random),
      differences: new DifferenceDetector((difference) => options.onPermanentDifference?.(difference)),
      workers: options.workers ?? 5,
      stopSignal,
      onHook: (controller, hook, parent, status) =>
        onEvent?.({ what: 'hook', controller, hook, parent: describe(parent), status }),
      onSyncError: (controller, parent, error) =>
        onEvent?.({ what: 'sync-error', controller, parent: describe(parent), message: messageOf(error) }),
      onCrash: (crash) => this.crash(crash),
    };
    this.replace(options.controllers.map(readController));
  }

  async start(): Promise<void> {
    this.started = true;
    await this.environment.client.discover();
    await Promise.all([...this.slots.values()].map((slot) => this.startSlot(slot)));
  }

  stop(): void {
    this.abort.abort();
    for (const slot of this.slots.values()) stopSlot(slot);
    this.environment.informers.stop();
  }

  setControllers(controllers: ControllerObject[]): void {
    this.replace(controllers.map(readController));
  }

  idle(): boolean {
    const informers = this.environment.informers.all();
    return (
      this.started &&
      [...this.slots.values()].every(({ running }) => (running?.busy ?? 0) === 0) &&
      informers.every((informer) => informer.hasSynced && informer.heldBack() === 0)
    );
  }

  inFlight(): number {
    return [...this.slots.values()].reduce((sum, { running }) => sum + (running?.inFlight ?? 0), 0);
  }

  private replace(controllers: Controller[]): void {
    const keyOf = ({ kind, name }: Controller): string => `${kind} ${name}`;
    const wanted = new Set(controllers.map(keyOf));
    for (const [key, slot] of [...this.slots]) {
      if (wanted.has(key)) continue;
      stopSlot(slot);
      this.slots.delete(key);
      this.report(slot.controller.object, 'Normal', 'Stopped', `Stopped controller: ${slot.controller.name}`);
    }
    for (const controller of controllers) {
      const old = this.slots.get(keyOf(controller));
      if (old !== undefined && deepEqual(old.controller.spec, controller.spec)) continue;
      if (old !== undefined) stopSlot(old);
      const slot: Slot = { controller, running: undefined, failures: 0, cancelRetry: () => {} };
      this.slots.set(keyOf(controller), slot);
      if (this.started) void this.startSlot(slot);
    }
  }

  private async startSlot(slot: Slot): Promise<void> {
    const { controller } = slot;
    try {
      if (controller.kind === 'CompositeController' && !(await this.canBeParent(controller.spec, controller))) return;
      if (!this.wants(slot)) return;
      slot.running =
        controller.kind === 'CompositeController'
          ? new CompositeDriver(this.environment, controller)
          : new DecoratorDriver(this.environment, controller);
      slot.running.start();
      slot.failures = 0;
    } catch (error) {
      if (!this.wants(slot)) return;
      // the parent's definition is looked for before the controller is made, so nobody is told
      if (!(error instanceof ApiError))
        this.report(controller.object, 'Warning', 'CreateError', `Cannot create new controller: ${messageOf(error)}`);
      this.options.onEvent?.({ what: 'controller-error', controller: controller.name, message: messageOf(error) });
      const delay = Math.min(retryBaseMilliseconds * 2 ** slot.failures++, retryCapMilliseconds);
      slot.cancelRetry = this.environment.clock.after(delay, () => void this.retry(slot));
    }
  }

  private wants(slot: Slot): boolean {
    return !this.abort.signal.aborted && [...this.slots.values()].includes(slot);
  }

  /** Discovery is read again, since the usual cause is a CRD that is not there yet. */
  private async retry(slot: Slot): Promise<void> {
    await this.environment.client.discover().catch(() => undefined);
    if (this.wants(slot)) await this.startSlot(slot);
  }

  /** A composite's parent is a custom resource with a status: rejects without the first, says so without the second. */
  private async canBeParent({ parentResource }: CompositeSpec, controller: Controller): Promise<boolean> {
    const { client } = this.environment;
    const { apiVersion, resource } = parentResource;
    const name = `${resource}.${groupOf(apiVersion)}`;
    await client.get(client.resource('apiextensions.k8s.io/v1', 'customresourcedefinitions'), {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name },
    });
    if (client.resource(apiVersion, resource).hasStatus) return true;
    const message = `[${controller.name}] Sync error - ignoring, CRD [${name}] does not have subresource 'Status' enabled`;
    this.report(controller.object, 'Warning', 'SyncError', message);
    this.options.onEvent?.({ what: 'controller-error', controller: controller.name, message });
    return false;
  }

  private report(
    about: KubernetesObject,
    ...event: Parameters<EventRecorder['record']> extends [unknown, ...infer Rest] ? Rest : never
  ): void {
    this.environment.recorder.record(about, ...event);
  }

  private crash(crash: Error): void {
    if (this.abort.signal.aborted && endsProcess(crash)) return;
    this.stop();
    if (this.options.onCrash !== undefined) return this.options.onCrash(crash);
    queueMicrotask(() => {
      throw crash;
    });
  }
}

function stopSlot(slot: Slot): void {
  slot.cancelRetry();
  slot.running?.stop();
}
