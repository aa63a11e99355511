/** What a kind consists of beside its schema, for the CRD and for whoever serves or lists it. */
import { z } from 'zod';
import { objectMeta } from './common.ts';
import { apiVersion } from './group.ts';
import type { Rule } from './rules.ts';

export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'date';
  jsonPath: string;
  /** 1: only with `-o wide`. */
  priority?: 1;
}

export interface KindDefinition {
  kind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  scope: 'Namespaced' | 'Cluster';
  description: string;
  schema: z.ZodType;
  columns: PrinterColumn[];
}

/** The schema of a whole object of a kind that has no status. */
export function dataResource<Kind extends string, Spec extends z.ZodType>(kind: Kind, spec: Spec) {
  return z.object({
    apiVersion: z.literal(apiVersion),
    kind: z.literal(kind),
    metadata: objectMeta,
    spec: spec.describe('spec is what is recorded'),
  });
}

/** The schema of a whole object. */
export function customResource<Kind extends string, Spec extends z.ZodType, Status extends z.ZodType>(
  kind: Kind,
  spec: Spec,
  status: Status,
) {
  return z.object({
    apiVersion: z.literal(apiVersion),
    kind: z.literal(kind),
    metadata: objectMeta,
    spec: spec.describe('spec is what is wished'),
    status: status.optional().describe('status is what was observed; a cache that is written anew each time'),
  });
}

/** A rule on the length of the object's name. */
export function nameAtMost(length: number, because: string): Rule<{ metadata: { name: string } }> {
  return {
    cel: `size(self.metadata.name) <= ${length}`,
    message: `the name may have at most ${length} characters: ${because}`,
    field: 'metadata.name',
    holds: ({ metadata }) => metadata.name.length <= length,
  };
}

/** The columns that each kind shows beside its own. */
export const readyColumns: PrinterColumn[] = [
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
];
export const ageColumn: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
