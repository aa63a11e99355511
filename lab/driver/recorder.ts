/** Kubernetes events of the driver, as client-go's recorder writes them: repeated ones are counted, floods are dropped. */
import type { Clock } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { DriverClient } from './client.ts';
import type { Random } from '../random.ts';

const component = 'metacontroller';
const burst = 25;
const secondsPerToken = 300;
const nameDigits = 16;

export type EventReason = 'Starting' | 'Started' | 'Stopping' | 'Stopped' | 'SyncError' | 'CreateError';

interface Known {
  object: KubernetesObject;
  count: number;
}

export class EventRecorder {
  private readonly client: DriverClient;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly known = new Map<string, Known>();
  private readonly buckets = new Map<string, { tokens: number; at: number }>();
  private last: Promise<void> = Promise.resolve();

  constructor(client: DriverClient, clock: Clock, random: Random) {
    this.client = client;
    this.clock = clock;
    this.random = random;
  }

  /** Events are written in order, behind the sync's back; one that cannot be written is lost. */
  record(about: KubernetesObject, type: 'Normal' | 'Warning', reason: EventReason, message: string): void {
    if (!this.takeToken(about.metadata.uid ?? about.metadata.name)) return;
    this.last = this.last.then(() => this.write(about, type, reason, message)).catch(() => undefined);
  }

  private async write(about: KubernetesObject, type: string, reason: string, message: string): Promise<void> {
    const resource = this.client.resource('v1', 'events');
    const now = new Date(this.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const key = JSON.stringify([about.kind, about.metadata.uid, type, reason, message]);
    const known = this.known.get(key);
    if (known !== undefined) {
      known.count++;
      await this.client.patch(resource, known.object, { count: known.count, lastTimestamp: now, message });
      return;
    }
    const { namespace = 'default', name, uid, resourceVersion } = about.metadata;
    const reference = {
      apiVersion: about.apiVersion,
      kind: about.kind,
      namespace: about.metadata.namespace,
      name,
      uid,
      resourceVersion,
    };
    const suffix = Array.from({ length: nameDigits }, () => this.random.integer(16).toString(16)).join('');
    const object: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace, name: `${name}.${suffix}` },
      involvedObject: Object.fromEntries(Object.entries(reference).filter(([, value]) => value !== undefined)),
      reason,
      message,
      type,
      source: { component },
      reportingComponent: component,
      reportingInstance: '',
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
    this.known.set(key, { object, count: 1 });
    await this.client.create(resource, object);
  }

  /** Per object: 25 at once, then one in 300 s. */
  private takeToken(object: string): boolean {
    const now = this.clock.now();
    const bucket = this.buckets.get(object) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + (now - bucket.at) / 1000 / secondsPerToken);
    this.buckets.set(object, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  }
}
