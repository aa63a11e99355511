/**
 * The one place that writes Kubernetes events. Hooks report level-triggered, in every call; here a repeat is dropped
 * for a while and after that counted on the event that is there. What is told once is named after what tells it from others. Nothing waits for an event, and none is essential.
 */
import type { HookEvent, KubernetesObject } from '../hooks/core/contract.ts';
import { contentHash } from '../hooks/core/operations.ts';
import type { EventSubject } from '../hooks/core/sidecar.ts';
import { AccessError, isConflict, isNotFound, type ClusterAccess } from './cluster-access.ts';
import { timestampOf, type SidecarClock } from './context.ts';
import { cleanText } from './redaction.ts';
import { Memory, Slots, settledWithin } from './scheduling.ts';

/** Seconds between two events of one object, type and reason. */
const otherSeconds = 60;

/** The API server refuses more. */
const messageLimit = 1024;

export interface EventReporter {
  /** @returns how many are going to be written; the writing itself goes on in the background */
  report(subject: EventSubject, events: HookEvent[]): number;
  drain(waitMillis: number): Promise<void>;
}

export interface EventReporterOptions {
  access: ClusterAccess;
  clock: SidecarClock;
  /** Namespaces that may be written to; empty means all. */
  namespaces: string[];
  /**
   * Seconds between two events of one object, type and reason, whatever they say. Reasons that are not here are
   * throttled together with their message, so that three things of a kind are three events.
   */
  throttledReasons: Readonly<Record<string, number>>;
  /** Name under which the events appear. */
  component: string;
  /** Events that wait for being written; more are dropped. */
  queueLimit?: number;
  onWritten?(result: 'created' | 'counted' | 'known' | 'failed' | 'dropped'): void;
}

function eventObject(subject: EventSubject, event: HookEvent, component: string, at: string): KubernetesObject {
  const { apiVersion, kind, namespace, name, uid } = subject;
  const message = cleanText(event.message).slice(0, messageLimit);
  // the same event has the same name, so that two replicas and a restarted sidecar count on one object
  const hash = contentHash([uid, event.type, event.reason, event.once ?? message]);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    // events of cluster-scoped objects live in the namespace "default", as the API server demands
    metadata: { name: `${name.slice(0, 200)}.${hash}`, namespace: namespace ?? 'default' },
    involvedObject: { apiVersion, kind, name, uid, ...(namespace === undefined ? {} : { namespace }) },
    type: event.type,
    reason: event.reason,
    message,
    source: { component },
    reportingComponent: component,
    reportingInstance: component,
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
}

/** In a namespace that is being deleted nothing can be created, no event either. */
const namespaceEnds = (error: unknown): boolean =>
  error instanceof AccessError && error.code === 403 && error.message.includes('because it is being terminated');

/** The same event about the namespace, which is cluster-scoped: it can be written, and outlives what it is about. */
function aboutNamespace(event: KubernetesObject): KubernetesObject {
  const { kind, name, namespace } = event['involvedObject'] as { kind: string; name: string; namespace: string };
  const message = `${kind} ${name}: ${event['message'] as string}`.slice(0, messageLimit);
  return {
    ...event,
    metadata: { name: `${namespace}.${event.metadata.name}`.slice(0, 253), namespace: 'default' },
    involvedObject: { apiVersion: 'v1', kind: 'Namespace', name: namespace },
    message,
  };
}

export function createEventReporter(options: EventReporterOptions): EventReporter {
  const { access, clock } = options;
  const lastAt = new Memory<number>(20_000);
  const slots = new Slots(4);
  const pending = new Set<Promise<void>>();

  const due = (subject: EventSubject, { type, reason, message, once }: HookEvent): boolean => {
    if (once !== undefined) {
      const key = `${subject.uid} ${type} ${reason} once ${once}`;
      if (lastAt.get(key) !== undefined) return false;
      lastAt.set(key, clock.now());
      return true;
    }
    const seconds = options.throttledReasons[reason];
    const key = `${subject.uid} ${type} ${reason}${seconds === undefined ? ` ${message}` : ''}`;
    const before = lastAt.get(key);
    if (before !== undefined && clock.now() - before < (seconds ?? otherSeconds) * 1000) return false;
    lastAt.set(key, clock.now());
    return true;
  };

  const mayWriteTo = (namespace: string): boolean =>
    options.namespaces.length === 0 || options.namespaces.includes(namespace);
  const mayBeElsewhere = ({ metadata: { namespace = 'default' } }: KubernetesObject): boolean =>
    namespace !== 'default' && mayWriteTo('default');

  const write = async (
    event: KubernetesObject,
    once: boolean,
    again = true,
  ): Promise<'created' | 'counted' | 'known'> => {
    const address = {
      apiVersion: 'v1',
      kind: 'Event',
      namespace: event.metadata.namespace ?? 'default',
      name: event.metadata.name,
    };
    try {
      await access.create(event);
      return 'created';
    } catch (error) {
      if (mayBeElsewhere(event) && namespaceEnds(error)) return write(aboutNamespace(event), once);
      if (!isConflict(error)) throw error;
      if (once) return 'known';
    }
    try {
      const { count } = (await access.get(address)) as { count?: number };
      await access.patchJson(address, [
        { op: 'add', path: '/count', value: (count ?? 1) + 1 },
        { op: 'add', path: '/lastTimestamp', value: event['lastTimestamp'] },
      ]);
      return 'counted';
    } catch (error) {
      // events expire: it may be gone between the two calls
      if (isNotFound(error, address) && again) return write(event, once, false);
      throw error;
    }
  };

  const enqueue = (event: KubernetesObject, once: boolean): void => {
    const work = slots
      .run(() => write(event, once))
      .then(
        (result) => options.onWritten?.(result),
        () => options.onWritten?.('failed'),
      )
      .finally(() => pending.delete(work));
    pending.add(work);
  };

  return {
    report(subject, events) {
      if (!mayWriteTo(subject.namespace ?? 'default')) return 0;
      const at = `${timestampOf(clock, clock.now()).slice(0, 19)}Z`;
      let accepted = 0;
      for (const event of events) {
        if (!due(subject, event)) continue;
        if (pending.size >= (options.queueLimit ?? 1000)) {
          options.onWritten?.('dropped');
          continue;
        }
        enqueue(eventObject(subject, event, options.component, at), event.once !== undefined);
        accepted += 1;
      }
      return accepted;
    },
    drain: (waitMillis) => settledWithin(clock, [...pending], waitMillis),
  };
}
