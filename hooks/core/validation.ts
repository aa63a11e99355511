/**
 * Shapes of the names that cross from a hook into the sidecar. Strict on purpose: each of them ends up in a URL, in a
 * JSON Patch or in an argv, so nothing that could be read as an option, a path or a query may pass.
 */
import { z } from 'zod';
import type { Json } from './contract.ts';

/** RFC 1123 subdomain: object names. */
export const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, 'not a Kubernetes object name');

/** RFC 1123 label: namespaces. */
export const namespaceName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'not a namespace name');

/** Kubernetes gives UUIDs; simulated clusters and static pods have other tokens. */
export const objectUid = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9][-A-Za-z0-9_.:]*$/, 'not a uid');

/** Key in the data of a Secret or ConfigMap. */
export const dataKey = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9_][-._A-Za-z0-9]*$/, 'not a data key');

/** Qualified name of a label or annotation. */
export const metadataKey = z
  .string()
  .max(317)
  .regex(
    /^([a-z0-9]([-.a-z0-9]*[a-z0-9])?\/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
    'not a label or annotation key',
  );

export const labelValue = z
  .string()
  .max(63)
  .regex(/^([A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?)?$/, 'not a label value');

export const apiVersion = z
  .string()
  .max(253)
  .regex(/^([a-z0-9][-.a-z0-9]*\/)?v[0-9][a-z0-9]*$/, 'not an apiVersion');

export const kindName = z
  .string()
  .max(63)
  .regex(/^[A-Z][A-Za-z0-9]*$/, 'not a kind');

/** Key of a map in a claims object; the names with a meaning to JavaScript are refused, whoever reads it. */
export const mapKey = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9_][-._:/A-Za-z0-9]*$/, 'not a map key')
  .refine((key) => key !== '__proto__' && key !== 'constructor' && key !== 'prototype', 'reserved key');

/** Any JSON value. */
export const json = z.custom<Json>((value) => value !== undefined, 'not a JSON value');

export const jsonObject = z.record(z.string(), json);
