/**
 * CompositeController and DecoratorController objects: their schema, the defaults of their CRDs, and what is refused.
 */
import { z } from 'zod';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { MetacontrollerCrash } from './errors.ts';

/** A CompositeController or DecoratorController as it stands in its YAML file. */
export type ControllerObject = KubernetesObject;

const labelSelector = z.looseObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(z.looseObject({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
    .optional(),
});

const webhook = z.looseObject({
  url: z.string().optional(),
  service: z
    .looseObject({
      name: z.string(),
      namespace: z.string(),
      port: z.number().optional(),
      protocol: z.string().optional(),
    })
    .optional(),
  path: z.string().optional(),
  timeout: z.string().optional(),
  etag: z
    .looseObject({
      enabled: z.boolean().optional(),
      cacheTimeoutSeconds: z.number().optional(),
      cacheCleanupSeconds: z.number().optional(),
    })
    .optional(),
  responseUnMarshallMode: z.enum(['loose', 'strict']).optional(),
});

const hook = z.looseObject({ version: z.enum(['v1', 'v2']).default('v1'), webhook: webhook.optional() });

const hooks = z.looseObject({ sync: hook.optional(), finalize: hook.optional(), customize: hook.optional() });

const updateMethod = z.enum(['OnDelete', 'Recreate', 'InPlace', 'RollingRecreate', 'RollingInPlace']);

const childRule = z.looseObject({
  apiVersion: z.string(),
  resource: z.string(),
  updateStrategy: z.looseObject({ method: updateMethod.optional() }).optional(),
});

const compositeSpec = z.looseObject({
  parentResource: z.looseObject({
    apiVersion: z.string(),
    resource: z.string(),
    labelSelector: labelSelector.optional(),
    ignoreStatusChanges: z.boolean().optional(),
  }),
  childResources: z.array(childRule).default([]),
  hooks: hooks.optional(),
  resyncPeriodSeconds: z.number().optional(),
  generateSelector: z.boolean().optional(),
});

const decoratorSpec = z.looseObject({
  resources: z.array(
    z.looseObject({
      apiVersion: z.string(),
      resource: z.string(),
      labelSelector: labelSelector.optional(),
      annotationSelector: z
        .looseObject({
          matchAnnotations: z.record(z.string(), z.string()).optional(),
          matchExpressions: labelSelector.shape.matchExpressions,
        })
        .optional(),
      ignoreStatusChanges: z.boolean().optional(),
    }),
  ),
  attachments: z.array(childRule).default([]),
  hooks: hooks.optional(),
  resyncPeriodSeconds: z.number().optional(),
});

export type Webhook = z.infer<typeof webhook>;
export type HookSpec = z.infer<typeof hook>;
export type ChildRule = z.infer<typeof childRule>;
export type UpdateMethod = z.infer<typeof updateMethod>;
export type CompositeSpec = z.infer<typeof compositeSpec>;
export type DecoratorSpec = z.infer<typeof decoratorSpec>;

export type Controller = { name: string; object: ControllerObject } & (
  { kind: 'CompositeController'; spec: CompositeSpec } | { kind: 'DecoratorController'; spec: DecoratorSpec }
);

/**
 * Reads a controller object and fills in what the API server and the real encoder would: hook versions, an empty
 * status, `statusChecks` of every update strategy. Throws on an object that the CRD would refuse, and on a composite's
 * rolling method, which this driver does not have (docs/metacontroller.md#controllers, 73).
 */
export function readController(source: ControllerObject): Controller {
  const object = structuredClone(source);
  const name = object.metadata.name;
  object['status'] ??= {};
  if (object.kind === 'DecoratorController') {
    const spec = decoratorSpec.parse(object['spec']);
    object['spec'] = spec;
    return { name, object, kind: object.kind, spec };
  }
  if (object.kind !== 'CompositeController') throw new Error(`${name}: ${object.kind} is not a controller kind`);
  const spec = compositeSpec.parse(object['spec']);
  for (const { resource, updateStrategy } of spec.childResources) {
    if (updateStrategy === undefined) continue;
    if (updateStrategy.method?.startsWith('Rolling') === true) {
      throw new MetacontrollerCrash(
        73,
        `${name}: update method ${updateStrategy.method} of ${resource} is broken in Metacontroller 4.17.2 and refused here`,
      );
    }
    updateStrategy['statusChecks'] ??= {};
  }
  object['spec'] = spec;
  return { name, object, kind: object.kind, spec };
}

/** Throws when the webhook has neither a URL nor a service with a path. */
export function webhookUrl({ url, service, path }: Webhook): string {
  if (url !== undefined) return url;
  if (service === undefined || path === undefined) {
    throw new Error("invalid webhook config: must specify either a full 'url', or both 'service' and 'path'");
  }
  if (service.name === '' || service.namespace === '') {
    throw new Error("invalid webhook config: 'service' must specify both 'name' and 'namespace'");
  }
  return `${service.protocol ?? 'http'}://${service.name}.${service.namespace}:${service.port ?? 80}${path}`;
}

const unitMilliseconds: Record<string, number> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** Milliseconds; 10 s by default, and for zero or less. Throws on what Go's duration parser refuses. */
export function webhookTimeout({ timeout }: Webhook): number {
  if (timeout === undefined || timeout === '0') return 10_000;
  if (!/^[+-]?(\d+(\.\d*)?(h|ms|us|µs|ns|m|s))+$/.test(timeout)) throw new Error(`time: invalid duration "${timeout}"`);
  const parts = timeout.matchAll(/(\d+(?:\.\d*)?)(h|ms|us|µs|ns|m|s)/g);
  const total = [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * unitMilliseconds[unit!]!, 0);
  return total <= 0 || timeout.startsWith('-') ? 10_000 : total;
}
