/** What Metacontroller sends, and what may be sent back to it. */
import { z } from 'zod';
import type { Decision, HookRequest, KubernetesObject, ObjectsByKind, RelatedRule } from './contract.ts';

/** What is wrong with an object inside a request, beyond which the schema of its own kind reads it; undefined when nothing is. */
function objectFault(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object') return 'is no object';
  const { apiVersion, kind, metadata } = value as Partial<KubernetesObject>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return 'has no apiVersion or no kind';
  return typeof metadata === 'object' && metadata !== null && typeof metadata.name === 'string'
    ? undefined
    : 'has no metadata.name';
}

// not copied: what was found of an object before is kept with it
const kubernetesObject = z.unknown().transform((given, context): KubernetesObject => {
  const wrong = objectFault(given);
  if (wrong === undefined) return given as KubernetesObject;
  context.addIssue({ code: 'custom', message: wrong });
  return z.NEVER;
});

const isMap = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

// There may be thousands of objects here. A schema would copy each of them; they are looked at and passed on as they are.
const objectsByKind = z.unknown().transform((given, context): ObjectsByKind => {
  const fault = (path: string[], message: string): typeof z.NEVER => {
    context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  };
  if (given === null) return {};
  if (!isMap(given)) return fault([], 'is no map of objects by kind');
  const objects: Record<string, unknown> = {};
  for (const [kind, byName] of Object.entries(given)) {
    objects[kind] = byName ?? {};
    if (!isMap(objects[kind])) return fault([kind], 'is no map of objects by name');
    for (const [name, object] of Object.entries(objects[kind])) {
      const wrong = objectFault(object);
      if (wrong !== undefined) return fault([kind, name], wrong);
    }
  }
  return objects as ObjectsByKind;
});
const related = objectsByKind.optional().transform((objects) => objects ?? {});

/** A sync or finalize request of hook version v2. */
export const syncEnvelope = z.looseObject({
  controller: kubernetesObject,
  parent: kubernetesObject,
  children: objectsByKind,
  related,
  finalizing: z.boolean(),
});

/** A customize request of hook version v2. */
export const customizeEnvelope = z.looseObject({ controller: kubernetesObject, parent: kubernetesObject });

/** The same as a decorator's hooks see it: `object` and `attachments` in place of `parent` and `children`. */
export const decoratorEnvelope = z
  .looseObject({
    controller: kubernetesObject,
    object: kubernetesObject,
    attachments: objectsByKind,
    related,
    finalizing: z.boolean(),
  })
  .transform(({ object, attachments, ...rest }) => ({ ...rest, parent: object, children: attachments }));

/** A request that the shell completes with facts and context. */
export type Envelope = Pick<HookRequest, 'controller' | 'parent' | 'children' | 'related' | 'finalizing'>;

const text = z.string();

const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isStringMap = (value: unknown): boolean =>
  value === undefined || (isMap(value) && Object.values(value).every((one) => typeof one === 'string'));

/** Where in a JSON value something stands that Metacontroller can not bear, innermost key last; undefined when nowhere. */
function nullPath(value: unknown): string[] | undefined {
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return [];
  if (typeof value !== 'object') return undefined;
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    // most of what is in an answer is text
    const found = typeof inner === 'string' ? undefined : nullPath(inner);
    if (found !== undefined) return [key, ...found];
  }
  return undefined;
}

// A null child crashes the shared Metacontroller, a missing apiVersion deletes the child, an annotation that is no text
// loses all annotations: each of these must fail here, as a 500 that changes nothing.
function childFault(child: unknown): string | undefined {
  if (!isMap(child)) return 'is no object';
  const { apiVersion, kind, metadata } = child;
  if (!isName(apiVersion)) return 'has no apiVersion';
  if (!isName(kind)) return 'has no kind';
  if (!isMap(metadata) || !isName(metadata['name'])) return 'has no metadata.name';
  if (metadata['namespace'] !== undefined && typeof metadata['namespace'] !== 'string')
    return 'has a metadata.namespace that is no text';
  const odd = ['labels', 'annotations'].find((field) => !isStringMap(metadata[field]));
  return odd === undefined ? undefined : `has metadata.${odd} that are no texts`;
}

// looked at and not copied, as in a request
const children = z.custom<KubernetesObject[]>(Array.isArray).superRefine((list, context) => {
  const seen = new Set<string>();
  list.forEach((object, index) => {
    const wrong = childFault(object);
    if (wrong !== undefined) return context.addIssue({ code: 'custom', path: [index], message: wrong });
    const key = `${object.apiVersion}/${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    if (seen.has(key)) context.addIssue({ code: 'custom', path: [index], message: `duplicate child ${key}` });
    seen.add(key);
  });
});

export const syncResponse = z
  .strictObject({
    status: z.custom<Decision['status']>(isMap),
    children,
    resyncAfterSeconds: z.number().nonnegative().finite().optional(),
    finalized: z.boolean().optional(),
  })
  .superRefine((response, context) => {
    const bad = nullPath(response);
    if (bad !== undefined)
      context.addIssue({ code: 'custom', message: `${['response', ...bad].join('.')} is null or not a finite number` });
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
