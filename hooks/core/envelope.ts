/** What Metacontroller sends, and what may be sent back to it. */
import { z } from 'zod';
import type { Decision, HookRequest, KubernetesObject, RelatedRule } from './contract.ts';

// the objects inside are read by the schema of their own kind; here only what every object needs is checked
const kubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
const objectsByKind = z.record(z.string(), z.record(z.string(), kubernetesObject).nullable().transform((map) => map ?? {}));

/** A sync or finalize request of hook version v2. */
export const syncEnvelope = z.looseObject({
  controller: kubernetesObject,
  parent: kubernetesObject,
  children: objectsByKind.nullable().transform((children) => children ?? {}),
  related: objectsByKind.nullish().transform((related) => related ?? {}),
  finalizing: z.boolean(),
});

/** A customize request of hook version v2. */
export const customizeEnvelope = z.looseObject({ controller: kubernetesObject, parent: kubernetesObject });

/** The same as a decorator's hooks see it: `object` and `attachments` in place of `parent` and `children`. */
export const decoratorEnvelope = z
  .looseObject({
    controller: kubernetesObject,
    object: kubernetesObject,
    attachments: objectsByKind.nullable().transform((attachments) => attachments ?? {}),
    related: objectsByKind.nullish().transform((related) => related ?? {}),
    finalizing: z.boolean(),
  })
  .transform(({ object, attachments, ...rest }) => ({ ...rest, parent: object, children: attachments }));

/** A request that the shell completes with facts and context. */
export type Envelope = Pick<HookRequest, 'controller' | 'parent' | 'children' | 'related' | 'finalizing'>;

const text = z.string();
const stringMap = z.record(z.string(), text);

// A null child crashes the shared Metacontroller, a missing apiVersion deletes the child, an annotation that is no text
// loses all annotations: each of these must fail here, as a 500 that changes nothing.
const child = z.looseObject({
  apiVersion: text.min(1),
  kind: text.min(1),
  metadata: z.looseObject({
    name: text.min(1),
    namespace: text.optional(),
    labels: stringMap.optional(),
    annotations: stringMap.optional(),
  }),
});

function nullPath(value: unknown, path: string): string | undefined {
  if (value === null) return path;
  if (typeof value === 'number' && !Number.isFinite(value)) return path;
  if (typeof value !== 'object') return undefined;
  for (const [key, inner] of Object.entries(value as Record<string, unknown>)) {
    const found = nullPath(inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

export const syncResponse = z
  .strictObject({
    status: z.record(z.string(), z.unknown()),
    children: z.array(child),
    resyncAfterSeconds: z.number().nonnegative().finite().optional(),
    finalized: z.boolean().optional(),
  })
  .superRefine((response, context) => {
    const seen = new Set<string>();
    response.children.forEach((object, index) => {
      const key = `${object.apiVersion}/${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
      if (seen.has(key)) context.addIssue({ code: 'custom', path: ['children', index], message: `duplicate child ${key}` });
      seen.add(key);
    });
    const bad = nullPath(response, 'response');
    if (bad !== undefined) context.addIssue({ code: 'custom', message: `${bad} is null or not a finite number` });
  });

export const customizeResponse = z.strictObject({
  relatedResources: z.array(
    z.strictObject({
      apiVersion: text,
      resource: text,
      labelSelector: z.looseObject({}).optional(),
      namespace: text.optional(),
      names: z.array(text).optional(),
    }),
  ),
});

/** What Metacontroller knows of a decision. Throws a ZodError when the decision would harm it. */
export function toSyncResponse(decision: Decision): Record<string, unknown> {
  const { status, children, resyncAfterSeconds, finalized } = decision;
  return syncResponse.parse({
    status,
    children,
    ...(resyncAfterSeconds === undefined ? {} : { resyncAfterSeconds }),
    ...(finalized === undefined ? {} : { finalized }),
  });
}

/** A decorator's answer: attachments in place of children, and no status of its own. */
export function toDecoratorResponse(decision: Decision): Record<string, unknown> {
  const { children, ...rest } = toSyncResponse(decision);
  delete rest['status'];
  return { ...rest, attachments: children };
}

export function toCustomizeResponse(rules: RelatedRule[]): Record<string, unknown> {
  return customizeResponse.parse({ relatedResources: rules });
}

/** All objects of one kind in `children` or `related`. */
export function objectsOf(map: HookRequest['children'], kind: string, apiVersion: string): KubernetesObject[] {
  return Object.values(map[`${kind}.${apiVersion}`] ?? {});
}
