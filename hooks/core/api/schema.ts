/** Pieces of which the schema of any kind is made: bounded scalars, documented objects, Kubernetes' own types. */
import { z } from 'zod';
import type { ObjectMeta } from '../contract.ts';
import { durationPattern } from '../durations.ts';
import { withRules } from './rules.ts';

// Bounds serve two ends: a typing error is refused early, and the API server can bound the cost of CEL rules.

export const text = (maximum = 253) => z.string().max(maximum);
export const texts = (items = 64, maximum = 253) => z.array(text(maximum)).max(items);
export const integer = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);
export const port = () => integer(0, 65535);
export const stringMap = () => z.record(text(317), text(4096));

/** Kubernetes' syntax of label keys and values (apimachinery, IsQualifiedName and IsValidLabelValue). */
const labelPart = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const labelPrefix = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const labelKeyPattern = `(${labelPrefix}/)?${labelPart}`;
const labelKeyWords =
  'a label key such as example.com/role: letters, digits, -, _ and . after an optional domain and one slash';
/** A name of at most 63 characters, after a domain and a slash where there is one. */
export const labelKey = () =>
  z
    .string()
    .max(317)
    .regex(new RegExp(`^${labelKeyPattern}$`), { error: `must be ${labelKeyWords}` });
/** The same, or empty where that means that there is none. */
export const optionalLabelKey = () =>
  z
    .string()
    .max(317)
    .regex(new RegExp(`^(${labelKeyPattern})?$`), { error: `must be empty or ${labelKeyWords}` });
const labelValue = () =>
  z
    .string()
    .max(63)
    .regex(new RegExp(`^(${labelPart})?$`), {
      error: 'must be a label value: at most 63 letters, digits, -, _ and ., the first and last a letter or digit',
    });
const labelLimit = 32;

/** The values have a schema of their own; of the keys only a rule can say to an API server what they are. */
const keyed = <Value extends z.ZodType>(value: Value) =>
  withRules(z.record(labelKey(), value), [
    {
      cel: `self.all(key, key.size() <= 317 && key.matches('^${labelKeyPattern.replaceAll('\\', '\\\\')}$'))`,
      message: `each key must be ${labelKeyWords}`,
    },
  ])
    .refine((self) => Object.keys(self as object).length <= labelLimit, {
      error: `must have at most ${labelLimit} entries`,
    })
    .meta({ maxProperties: labelLimit });
/** Labels that select an object, or are set on one: about a selector that is none Metacontroller can not even ask a hook. */
export const labelMap = () => keyed(labelValue());
export const annotationMap = () => keyed(text(4096));
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
    z
      .string()
      .max(64)
      .regex(/^[+-]?([0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$/, {
        error: 'must be a quantity such as 500m or 1Gi',
      }),
    z.int(),
  ]);

/**
 * An object whose field docs each begin with the field's JSON name, as `kubectl explain` readers expect: the shape's
 * descriptions are written without it.
 */
export function object<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const documented = Object.entries(shape).map(([name, schema]) => [
    name,
    schema.describe(`${name} ${schema.description ?? ''}`),
  ]);
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
  key: optionalLabelKey().optional().describe('is the taint key; empty matches all keys and needs operator Exists'),
  operator: z.enum(['Exists', 'Equal']).optional().describe('relates the key to the value; Equal when absent'),
  value: text(63).optional().describe('is the taint value that the toleration matches'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .optional()
    .describe('is the taint effect; all when absent'),
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
  z
    .array(condition)
    .max(128)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });
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
