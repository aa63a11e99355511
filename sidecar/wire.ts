/** What travels over the socket, as zod: parsed at the entry, checked at the exit, shown in /openapi.json. */
import { z } from 'zod';
import {
  apiVersion,
  jsonObject,
  json,
  kindName,
  namespaceName,
  objectName,
  objectUid,
} from '../hooks/core/validation.ts';

/** Longer than any operation's id with the longest names. */
const id = z.string().min(1).max(4096);
const listLimit = 20_000;

/** Loose as to the kind: each wish is checked against its own schemas, and a wrong one does not spoil the others. */
const target = z.strictObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  namespace: z.string().optional(),
  name: z.string(),
  uid: z.string().optional(),
});
const wish = { id, kind: z.string(), target, args: jsonObject };
const waitMillis = z.int().min(0).max(30_000).describe('How long unfinished work may be waited for, in milliseconds');

export const fact = z.strictObject({
  observedAt: z.iso.datetime(),
  value: json.optional(),
  error: z.string().optional(),
});
export const outcome = z.strictObject({
  state: z.enum(['pending', 'succeeded', 'failed']),
  at: z.iso.datetime(),
  error: z.string().optional(),
  superseded: z.literal(true).optional(),
});
const outcomes = z.record(z.string(), outcome);

export const observeRequest = z.strictObject({
  observations: z.array(z.strictObject({ ...wish, maxAgeSeconds: z.number().min(0) })).max(listLimit),
  waitMillis,
});
export const observeResponse = z.strictObject({ facts: z.record(z.string(), fact), operations: outcomes });

export const operationsRequest = z.strictObject({
  operations: z.array(z.strictObject(wish)).max(listLimit),
  waitMillis,
});
export const operationsResponse = z.strictObject({ operations: outcomes });

export const eventsRequest = z.strictObject({
  object: z.strictObject({
    apiVersion,
    kind: kindName,
    namespace: namespaceName.optional(),
    name: objectName,
    uid: objectUid,
  }),
  events: z
    .array(
      z.strictObject({
        type: z.enum(['Normal', 'Warning']),
        reason: z.string().regex(/^[A-Z][A-Za-z0-9]{0,127}$/, 'not a CamelCase reason'),
        message: z.string().max(8192),
        once: z.string().max(256).optional(),
      }),
    )
    .max(1000),
});
export const eventsResponse = z.strictObject({ accepted: z.int() });

export const errorResponse = z.strictObject({ error: z.string() });
