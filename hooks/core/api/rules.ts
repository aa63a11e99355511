/**
 * Rules that a type alone cannot say, each written once: the CEL text goes into the CRD, the predicate into the zod
 * schema, both with the same message. A test evaluates the CEL text beside the predicate.
 */
import type { z } from 'zod';

export interface Rule<Self> {
  /** CEL over `self` (and `oldSelf` in a rule about changes). */
  cel: string;
  message: string;
  /** The field that the message is about, relative to the object. Absent: the object itself. */
  field?: string;
  /** Must say the same as `cel`. Absent on rules about changes: a hook never sees the old object. */
  holds?: (self: Self) => boolean;
}

/** An entry of `x-kubernetes-validations`. */
export interface CelValidation {
  rule: string;
  message: string;
  fieldPath?: string;
}

/** The schema with the rules attached for the hook (refinements) and for the CRD (metadata). */
export function withRules<Schema extends z.ZodType>(schema: Schema, rules: Rule<z.output<Schema>>[]): Schema {
  const validations: CelValidation[] = rules.map(({ cel, message, field }) => ({
    rule: cel,
    message,
    // the API server only accepts paths of fields that the schema declares, and metadata is not declared
    ...(field === undefined || field.startsWith('metadata') ? {} : { fieldPath: `.${field}` }),
  }));
  return schema
    .superRefine((self, context) => {
      for (const { holds, message, field } of rules) {
        if (holds === undefined || holds(self)) continue;
        context.addIssue({ code: 'custom', message, path: field === undefined ? [] : field.split('.') });
      }
    })
    .meta({ 'x-kubernetes-validations': validations });
}
