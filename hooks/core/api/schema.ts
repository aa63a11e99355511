/** Pieces of which the schema of any kind is made: bounded scalars, documented objects, Kubernetes' own types. */
import { z } from 'zod';
import type { ObjectMeta } from '../contract.ts';
import { durationPattern } from '../durations.ts';

// Bounds serve two ends: a typing error is refused early, and the API server can bound the cost of CEL rules.

export const text = (maximum = 253) => z.string().max(maximum);
export const texts = (items = 64, maximum = 253) => z.array(text(maximum)).max(items);
export const integer = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);
export const port = () => integer(0, 65535);
export const stringMap = () => z.record(text(317), text(4096));
export const duration = () =>
  z.string().max(64).regex(durationPattern, { error: 'must be a duration such as 24h, 5m0s or 0s' });
export const dateTime = () => z.iso.datetime({ offset: true });
/** A number that is observed, never wished. */
export const metric = () => z.int();
/** Anything that Kubernetes accepts there; it checks when the pod is created. */
export const anyObject = () => z.looseObject({});
/** `500m`, `1Gi`, 2. */
export const quantity = () =>
  z.union([
    z.string().max(64).regex(/^[+-]?([0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$/, {
      error: 'must be a quantity such as 500m or 1Gi',
    }),
    z.int(),
  ]);

/**
 * An object whose field docs each begin with the field's JSON name, as `kubectl explain` readers expect: the shape's
 * descriptions are written without it.
 */
export function object<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const documented = Object.entries(shape).map(([name, schema]) => [name, schema.describe(`${name} ${schema.description ?? ''}`)]);
  return z.object(Object.fromEntries(documented) as Shape);
}

export const objectMeta = z.looseObject({
  name: z.string(),
  namespace: z.string().exactOptional(),
  uid: z.string().exactOptional(),
  generation: z.number().exactOptional(),
  labels: z.record(z.string(), z.string()).exactOptional(),
  annotations: z.record(z.string(), z.string()).exactOptional(),
}) as unknown as z.ZodType<ObjectMeta>;

/** core/v1 Toleration. */
export const toleration = object({
  key: text(317).optional().describe('is the taint key; empty matches all keys and needs operator Exists'),
  operator: z.enum(['Exists', 'Equal']).optional().describe('relates the key to the value; Equal when absent'),
  value: text(63).optional().describe('is the taint value that the toleration matches'),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional().describe('is the taint effect; all when absent'),
  tolerationSeconds: z.int().optional().describe('is how long a NoExecute taint is tolerated; for ever when absent'),
});
export const tolerations = () => z.array(toleration).max(64);
export type Toleration = z.output<typeof toleration>;

/** meta/v1 Condition. */
const condition = object({
  type: text(316).describe('names the condition'),
  status: z.enum(['True', 'False', 'Unknown']).describe('says whether the condition holds'),
  observedGeneration: z.int().min(0).optional().describe('is the generation of the spec that the condition is about'),
  lastTransitionTime: dateTime().describe('is when the status last changed'),
  reason: text(1024).describe('is a CamelCase word for programs; it differs between outcomes'),
  message: text(32768).describe('is a sentence for people'),
});
export const conditions = () =>
  z.array(condition).max(128).meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });
export const observedGeneration = () =>
  z.int().min(0).optional().describe('is the generation of the spec that the status is about');

/** core/v1 ContainerPort. */
export const containerPort = object({
  name: text(15).optional().describe('is the name by which Services refer to the port'),
  containerPort: integer(1, 65535).describe('is the port in the pod'),
  hostPort: port().optional().describe('is the port on the node'),
  hostIP: text(64).optional().describe('is the address of the node to bind to'),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP').describe('is the transport protocol'),
});

const podResources = object({
  cpu: quantity().optional().describe('is an amount of CPU'),
  memory: quantity().optional().describe('is an amount of memory'),
});
export const podResourcesSpec = object({
  requests: podResources.optional().describe('are what the scheduler reserves'),
  limits: podResources.optional().describe('are what the pod may use at most'),
});

export const objectReference = object({
  name: text().describe('is the name of the object'),
  namespace: text(63).optional().describe('is the namespace of the object'),
});
