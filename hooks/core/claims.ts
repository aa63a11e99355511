/**
 * Claims: who holds what, in objects that nobody owns. They are the truth, status is a copy. The sidecar writes them by
 * compare and swap; what to write is decided in hooks. What is in them is a system's own, by its schema.
 */
import type { z } from 'zod';
import { describeIssues, parse, type Issue } from './api/parse.ts';
import type { Operation } from './contract.ts';
import { factValue, type Reading } from './facts.ts';
import { claimsRead, claimsWrite, type ClaimChange } from './families/claims.ts';

/** A claims object as it was read: its content, and what a write has to name. `resourceVersion` null: it is not there yet. */
export interface KnownClaims<Spec> {
  state: 'known';
  name: string;
  uid?: string;
  spec: Spec;
  resourceVersion: string | null;
  /** What every write adds, as long as it is not there: whose they are. */
  stamp?: ClaimChange;
}

export type ClaimsFact<Spec> =
  | KnownClaims<Spec>
  /** `misplaced`: they are somebody else's, and a person has to end that. */
  | { state: 'unknown'; name: string; reason: string; misplaced?: true };

/** Parts of the claims that are maps, and their entries. */
type MapField<Spec> = {
  [Field in keyof Spec]-?: string extends keyof NonNullable<Spec[Field]> ? Field : never;
}[keyof Spec] &
  string;
type Entries<Spec, Field extends keyof Spec> = NonNullable<Spec[Field]>;

const inSpec = (issues: Issue[]): string =>
  describeIssues(
    issues.map(({ path, message }) => ({ path: path.startsWith('[') ? `spec${path}` : `spec.${path}`, message })),
  );

/**
 * How the claims of a system are read.
 * @param kind of the objects, as messages name it
 * @param schema of their spec, of which every part is optional
 */
export function claimsReader<Schema extends z.ZodType<object>>(kind: string, schema: Schema) {
  type Spec = z.output<Schema>;

  function read(
    reading: Reading,
    name: string,
    maxAgeSeconds: number,
    parsed: (spec: unknown) => Spec | string,
  ): ClaimsFact<Spec> {
    const fact = factValue(reading, claimsRead(name, maxAgeSeconds));
    if (fact.state === 'unknown') return { state: 'unknown', name, reason: fact.reason };
    if (!fact.value.exists) return { state: 'known', name, spec: {} as Spec, resourceVersion: null };
    const { uid, resourceVersion } = fact.value;
    const spec = parsed(fact.value.spec);
    if (typeof spec === 'string') return { state: 'unknown', name, reason: spec };
    return { state: 'known', name, spec, resourceVersion, ...(uid === undefined ? {} : { uid }) };
  }

  /** Each entry of a map in the claims by itself: one that can not be read, of another release or damaged, hides no other. */
  function entries<Field extends MapField<Spec>>(
    field: Field,
    spec: unknown,
  ): { entries: Entries<Spec, Field>; unreadable: { key: string; reason: string }[] } {
    const given = (spec as Record<string, unknown> | null | undefined)?.[field] ?? {};
    if (typeof given !== 'object' || Array.isArray(given))
      return { entries: {} as Entries<Spec, Field>, unreadable: [{ key: '', reason: `spec.${field} is no map` }] };
    const each = Object.entries(given as Record<string, unknown>).map(([key, entry]) => ({
      key,
      parsed: parse(schema, { [field]: { [key]: entry } }),
    }));
    return {
      entries: Object.fromEntries(
        each.flatMap(({ key, parsed }) =>
          parsed.ok ? [[key, (parsed.value[field] as Record<string, unknown>)[key]]] : [],
        ),
      ) as Entries<Spec, Field>,
      unreadable: each.flatMap(({ key, parsed }) => (parsed.ok ? [] : [{ key, reason: inSpec(parsed.issues) }])),
    };
  }

  return {
    /** The claims object of that name; an absent one is known and empty, one of which a part can not be read is unknown. */
    fact: (reading: Reading, name: string, maxAgeSeconds: number): ClaimsFact<Spec> =>
      read(reading, name, maxAgeSeconds, (spec) => {
        const parsed = parse(schema, spec);
        return parsed.ok
          ? parsed.value
          : `${kind} ${name} can not be read: ${inSpec(parsed.issues)}; correct it, or remove that part`;
      }),

    /** The same of one map only, and of its entries that can be read: for who judges each by itself. */
    readable: (reading: Reading, name: string, maxAgeSeconds: number, field: MapField<Spec>): ClaimsFact<Spec> =>
      read(reading, name, maxAgeSeconds, (spec) => ({ [field]: entries(field, spec).entries }) as Spec),

    entries,
  };
}

/** A write against exactly what was read; somebody else's write in between makes it fail, and the next sync decides anew. */
export function writeClaims({ name, resourceVersion, stamp }: KnownClaims<unknown>, changes: ClaimChange[]): Operation {
  return claimsWrite(name, resourceVersion, stamp === undefined ? changes : [stamp, ...changes]);
}
