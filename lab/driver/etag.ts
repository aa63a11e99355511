/** Stored answers of a hook by the tag that it gave them. */
import type { Clock } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';

interface Entry {
  etag: string;
  body: string;
}

/** Keyed by kind, namespace and name: a successor of the same name inherits its predecessor's tag, as in the real one. */
export class EtagCache {
  private readonly clock: Clock;
  private readonly lifeMilliseconds: number;
  private readonly entries = new Map<string, Entry & { storedAt: number }>();

  /** Throws on a timeout without a clean-up period, with which the real controller never starts. */
  constructor(
    clock: Clock,
    etag: { cacheTimeoutSeconds?: number | undefined; cacheCleanupSeconds?: number | undefined },
  ) {
    if (etag.cacheTimeoutSeconds !== undefined && etag.cacheCleanupSeconds === undefined) {
      throw new Error('etag.cacheTimeoutSeconds without etag.cacheCleanupSeconds panics in Metacontroller');
    }
    this.clock = clock;
    this.lifeMilliseconds = (etag.cacheTimeoutSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  }

  get(object: KubernetesObject): Entry | undefined {
    const entry = this.entries.get(keyOf(object));
    return entry !== undefined && this.clock.now() < entry.storedAt + this.lifeMilliseconds ? entry : undefined;
  }

  set(object: KubernetesObject, entry: Entry): void {
    this.entries.set(keyOf(object), { ...entry, storedAt: this.clock.now() });
  }
}

function keyOf({ kind, metadata }: KubernetesObject): string {
  return JSON.stringify([kind, metadata.namespace, metadata.name]);
}
