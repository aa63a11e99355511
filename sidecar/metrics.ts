/** Prometheus metrics of the sidecar, in a registry of their own. */
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { SidecarListener } from './engine.ts';
import type { Catalogue } from '../hooks/core/catalogue.ts';
import { metricPrefixes } from '../hooks/core/former-names.ts';

export interface SidecarMetrics {
  registry: Registry;
  listener: SidecarListener;
  onEvent: (result: string) => void;
}

/** @param catalogue kinds come from outside: a label must not grow with whatever is asked for */
export function createMetrics(catalogue: Catalogue): SidecarMetrics {
  const label = (kind: string): string => (Object.hasOwn(catalogue, kind) ? kind : 'unknown');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const buckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];
  const operations = new Counter({
    name: `${metricPrefixes.sidecar}operations_total`,
    help: 'Operations performed',
    labelNames: ['kind', 'outcome', 'changed'],
    registers,
  });
  const operationSeconds = new Histogram({
    name: `${metricPrefixes.sidecar}operation_seconds`,
    help: 'Duration of operations',
    labelNames: ['kind'],
    buckets,
    registers,
  });
  const readings = new Counter({
    name: `${metricPrefixes.sidecar}readings_total`,
    help: 'Observations read from the cluster',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const readingSeconds = new Histogram({
    name: `${metricPrefixes.sidecar}reading_seconds`,
    help: 'Duration of readings',
    labelNames: ['kind'],
    buckets,
    registers,
  });
  const asked = new Counter({
    name: `${metricPrefixes.sidecar}observations_total`,
    help: 'Observations asked for',
    labelNames: ['cache'],
    registers,
  });
  const events = new Counter({
    name: `${metricPrefixes.sidecar}events_total`,
    help: 'Kubernetes events',
    labelNames: ['result'],
    registers,
  });
  return {
    registry,
    listener: {
      onOperation({ operation, outcome, changed, milliseconds }) {
        operations.inc({ kind: label(operation.kind), outcome: outcome.state, changed: String(changed) });
        operationSeconds.observe({ kind: label(operation.kind) }, milliseconds / 1000);
      },
      onObservation({ kind, ok, milliseconds }) {
        readings.inc({ kind: label(kind), outcome: ok ? 'succeeded' : 'failed' });
        readingSeconds.observe({ kind: label(kind) }, milliseconds / 1000);
      },
      onCache(hits, misses) {
        if (hits > 0) asked.inc({ cache: 'hit' }, hits);
        if (misses > 0) asked.inc({ cache: 'miss' }, misses);
      },
    },
    onEvent: (result) => events.inc({ result }),
  };
}
