/** What a kind consists of beside its schema, for the CRD and for whoever serves or lists it. */
import { z } from 'zod';
import type { Rule } from './rules.ts';
import { objectMeta } from './schema.ts';

export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'date';
  jsonPath: string;
  /** 1: only with `-o wide`. */
  priority?: 1;
}

export interface KindDefinition {
  /** The API group and its version, such as `example.com` and `v1alpha1`. */
  group: string;
  version: string;
  /** Words under which `kubectl get` lists it together with others. */
  categories: string[];
  kind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  scope: 'Namespaced' | 'Cluster';
  description: string;
  schema: z.ZodType;
  columns: PrinterColumn[];
}

/** An API group of a system, at its one version: where its kinds are served, and the words that list them all. */
export type ApiGroup = Pick<KindDefinition, 'group' | 'version' | 'categories'>;

/** What the kinds of one API group are made with: the schemas of their objects, and their definitions. */
export function apiGroup({ group, version, categories }: ApiGroup) {
  const apiVersion = `${group}/${version}`;
  const identity = <Kind extends string>(kind: Kind) => ({
    apiVersion: z.literal(apiVersion),
    kind: z.literal(kind),
    metadata: objectMeta,
  });
  return {
    group,
    version,
    apiVersion,

    /** The schema of a whole object of a kind that has no status. */
    dataResource: <Kind extends string, Spec extends z.ZodType>(kind: Kind, spec: Spec) =>
      z.object({ ...identity(kind), spec: spec.describe('spec is what is recorded') }),

    /** The schema of a whole object. */
    customResource: <Kind extends string, Spec extends z.ZodType, Status extends z.ZodType>(
      kind: Kind,
      spec: Spec,
      status: Status,
    ) =>
      z.object({
        ...identity(kind),
        spec: spec.describe('spec is what is wished'),
        status: status.optional().describe('status is what was observed; a cache that is written anew each time'),
      }),

    /** A kind of the group. */
    kind: (definition: Omit<KindDefinition, keyof ApiGroup>): KindDefinition => ({
      ...definition,
      group,
      version,
      categories,
    }),
  };
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
