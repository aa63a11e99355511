/** Objects of known kinds, their events, and the clock of the API server: what is read past every cache, and the little that is written. */
import { z } from 'zod';
import { coreRight, rightTo, type ResourceKind, type SystemAccess } from '../access.ts';
import {
  absent,
  changedResult,
  clusterTarget,
  entry,
  isOneOf,
  namespacedTarget,
  noArguments,
  notOneOf,
  objectTarget,
  podReference,
  podTarget,
  type TypedObservation,
} from '../catalogue.ts';
import type { Operation } from '../contract.ts';
import { canonicalJson, observation, operation } from '../operations.ts';
import { jsonObject, objectUid } from '../validation.ts';

const text = z.string();

export const objectLiveValue = z.discriminatedUnion('exists', [
  absent,
  z.strictObject({
    exists: z.literal(true),
    uid: text,
    controllerUid: text.optional(),
    labels: z.record(z.string(), z.string()),
    deletionTimestamp: text.optional(),
    finalizers: z.array(text).optional(),
    generation: z.int().min(1).optional(),
    /** The asked-for fields that are set, by their dotted path. */
    fields: jsonObject,
  }),
]);
export const serverTimeValue = z.strictObject({ time: z.iso.datetime({ offset: true }) });
export const recentEventsValue = z.strictObject({
  /** The newest first. */
  events: z.array(z.strictObject({ reason: text, message: text, count: z.int(), lastAt: text })).max(5),
});
export const configMapKeysValue = z.discriminatedUnion('exists', [
  absent,
  z.strictObject({ exists: z.literal(true), keys: z.array(text) }),
]);

/** The entries for all kinds that the systems let be used. */
export function objectEntries(systems: readonly SystemAccess[]) {
  const readable = systems.flatMap((one) => one.readable);
  const deletable = systems.flatMap((one) => one.deletable.map(({ kind }) => kind));
  const isConfigMap = ({ apiVersion, kind }: ResourceKind): boolean => apiVersion === 'v1' && kind === 'ConfigMap';
  const finalized = systems.flatMap((one) => one.finalized.map(({ kind }) => kind));
  return {
    'object.live': entry({
      kind: 'object.live',
      type: 'observation',
      target: objectTarget.refine(isOneOf(readable), notOneOf),
      args: z.strictObject({
        fields: z
          .array(
            z
              .string()
              .regex(/^(spec(\.[A-Za-z]+)+|metadata\.annotations|status\.conditions)$/, 'not a path below spec'),
          )
          .max(16)
          .optional(),
      }),
      result: objectLiveValue,
      rbac: readable.map((kind) => rightTo(['get'], kind)),
      description:
        'Reads an object of a known kind by name: its uid, controller, labels, generation, deletion, single fields of its spec, its annotations and its conditions, as far as they are asked for.',
    }),
    'configmap.keys': entry({
      kind: 'configmap.keys',
      type: 'observation',
      target: namespacedTarget,
      args: noArguments,
      result: configMapKeysValue,
      rbac: readable.filter(isConfigMap).map((kind) => rightTo(['get'], kind)),
      description: 'Reads which keys a ConfigMap has.',
    }),
    'server.time': entry({
      kind: 'server.time',
      type: 'observation',
      target: clusterTarget,
      args: noArguments,
      result: serverTimeValue,
      rbac: [],
      description: "Reads the API server's clock, as it dates its answers.",
    }),
    'events.recent': entry({
      kind: 'events.recent',
      type: 'observation',
      target: podTarget,
      args: z.strictObject({
        reason: z
          .string()
          .max(128)
          .regex(/^[A-Za-z]+$/, 'not a reason'),
      }),
      result: recentEventsValue,
      rbac: [coreRight(['list'], 'events')],
      description:
        'Reads the newest Warning events of one reason about one object: Metacontroller says in no other place why a child was refused.',
    }),
    'finalizer.ensure': entry({
      kind: 'finalizer.ensure',
      type: 'operation',
      args: noArguments,
      result: changedResult,
      target: objectTarget.extend({ uid: objectUid }).refine(isOneOf(finalized), notOneOf),
      rbac: finalized.map((kind) => rightTo(['get', 'patch'], kind)),
      description:
        'Puts the finalizer of Metacontroller back on an object that lost it and is not being deleted. Changes nothing else.',
      idempotence: 'An object that has it, is being deleted or has another uid is left alone.',
    }),
    'object.delete': entry({
      kind: 'object.delete',
      type: 'operation',
      target: objectTarget.extend({ uid: objectUid }).refine(isOneOf(deletable), notOneOf),
      args: noArguments,
      result: changedResult,
      rbac: deletable.map((kind) => rightTo(['get', 'delete'], kind)),
      description: 'Deletes an object that nobody owns, in the background, on condition of its uid. Never a pod.',
      idempotence: 'An absent object, or one with another uid, is done.',
    }),
  };
}

interface ObjectName {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

/**
 * Observes an object of a readable kind by name, with those fields of its spec that are named by dotted path.
 * `maxAgeSeconds`, here and below, is how old a remembered fact may be. The id names the kind too: objects of several
 * kinds share names.
 */
export function objectLive(
  target: ObjectName,
  maxAgeSeconds: number,
  fields: string[] = [],
): TypedObservation<z.infer<typeof objectLiveValue>> {
  const plain = observation('object.live', { ...target }, maxAgeSeconds, fields.length === 0 ? {} : { fields });
  return { ...plain, id: `${plain.id} ${canonicalJson([target.kind, target.apiVersion])}` };
}

/** Observes the API server's clock. */
export function serverTime(maxAgeSeconds: number): TypedObservation<z.infer<typeof serverTimeValue>> {
  return observation('server.time', { name: 'clock' }, maxAgeSeconds);
}

/** Observes which keys a ConfigMap has. */
export function configMapKeys(
  configMap: { namespace: string; name: string },
  maxAgeSeconds: number,
): TypedObservation<z.infer<typeof configMapKeysValue>> {
  return observation('configmap.keys', { namespace: configMap.namespace, name: configMap.name }, maxAgeSeconds);
}

/** Observes the newest Warning events of a reason about a namespaced object. */
export function recentEvents(
  about: { namespace: string; name: string; uid: string },
  reason: string,
  maxAgeSeconds: number,
): TypedObservation<z.infer<typeof recentEventsValue>> {
  return observation('events.recent', podReference(about), maxAgeSeconds, { reason });
}

/** Puts the finalizer back on an object of a kind that has one, if it still has this uid. */
export function ensureFinalizer(target: ObjectName & { uid: string }): Operation {
  return operation('finalizer.ensure', { ...target });
}

/** Deletes an ownerless object of a deletable kind, if it still has this uid. */
export function deleteObject(target: ObjectName & { uid: string }): Operation {
  return operation('object.delete', { ...target });
}
