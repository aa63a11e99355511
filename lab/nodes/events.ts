/** Kubernetes events of the scheduler and the kubelet: a repeated one raises the count of the first. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { ApiClient, Clock } from '../contract.ts';
import { eventResource } from './core-types.ts';
import { isNotFound, timestamp } from './writes.ts';

export interface EventRecorder {
  /** Writes in the background; an event that cannot be written is dropped, as everywhere in Kubernetes. */
  emit(about: KubernetesObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

/** Series that are remembered; the oldest is forgotten first, and then begins anew. */
const remembered = 4096;

/** `component` and `host` become the event's source. */
export function createEventRecorder(client: ApiClient, clock: Clock, component: string, host?: string): EventRecorder {
  const series = new Map<string, { name: string; count: number }>();
  let sequence = 0;

  const create = async (about: KubernetesObject, key: string, fields: Record<string, unknown>): Promise<void> => {
    // unique per recorder, and repeatable: the instant, the component and a number
    sequence += 1;
    const name = `${about.metadata.name}.${clock.now().toString(16)}${component.charCodeAt(0).toString(16)}${sequence.toString(16).padStart(5, '0')}`;
    const namespace = about.metadata.namespace ?? 'default';
    const now = timestamp(clock.now());
    series.set(key, { name, count: 1 });
    if (series.size > remembered) series.delete(series.keys().next().value!);
    await client.create(eventResource, namespace, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        ...(about.metadata.namespace === undefined ? {} : { namespace: about.metadata.namespace }),
        name: about.metadata.name,
        uid: about.metadata.uid,
        resourceVersion: about.metadata.resourceVersion,
      },
      ...fields,
      source: { component, ...(host === undefined ? {} : { host }) },
      reportingComponent: component,
      reportingInstance: host ?? component,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
  };

  const repeat = async (about: KubernetesObject, known: { name: string; count: number }): Promise<boolean> => {
    known.count += 1;
    const patch = { count: known.count, lastTimestamp: timestamp(clock.now()) };
    try {
      await client.patch(
        eventResource,
        about.metadata.namespace ?? 'default',
        known.name,
        'application/merge-patch+json',
        patch,
      );
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  };

  const record = async (about: KubernetesObject, type: string, reason: string, message: string): Promise<void> => {
    const key = `${about.metadata.uid}/${type}/${reason}/${message}`;
    const known = series.get(key);
    if (known !== undefined && (await repeat(about, known))) return;
    await create(about, key, { type, reason, message });
  };

  return {
    emit(about, type, reason, message) {
      record(about, type, reason, message).catch(() => undefined);
    },
  };
}
