/**
 * Claims: who holds which ports and drives of a node, which range of ports a cluster has, who forms it, whose turn it is.
 * They are the truth, status is a copy. The sidecar writes them by compare and swap; what to write is decided here.
 */
import { describeIssues, parse, type Issue } from '../../core/api/parse.ts';
import type { Operation, Observed } from '../../core/contract.ts';
import { factValue } from '../../core/facts.ts';
import { claimsRead, claimsWrite, type ClaimChange } from '../../core/families/claims.ts';
import { wekaClaimsSpecSchema, type WekaClaimsSpec } from '../api/weka-claims.ts';

/** A claims object as it was read: its content, and what a write has to name. */
export type ClaimsFact =
  | { state: 'known'; name: string; uid?: string; spec: WekaClaimsSpec; resourceVersion: string | null }
  | { state: 'unknown'; name: string; reason: string };

const inSpec = (issues: Issue[]): string => describeIssues(issues.map(({ path, message }) => ({ path: path.startsWith('[') ? `spec${path}` : `spec.${path}`, message })));

/** The claims object of that name; an absent one is known and empty, one of which a part can not be read is unknown. */
export function claimsFact(observed: Observed, name: string): ClaimsFact {
  return read(observed, name, (spec) => {
    const parsed = parse(wekaClaimsSpecSchema, spec);
    return parsed.ok ? parsed.value : `WekaClaims ${name} can not be read: ${inSpec(parsed.issues)}; correct it, or remove that part`;
  });
}

/** The same of its holders only, and of those that can be read: for who judges each by itself. */
export const readableHoldersFact = (observed: Observed, name: string): ClaimsFact =>
  read(observed, name, (spec) => ({ holders: readableEntries('holders', spec).entries }));

function read(observed: Observed, name: string, parsed: (spec: unknown) => WekaClaimsSpec | string): ClaimsFact {
  const fact = factValue(observed, claimsRead(name, 0));
  if (fact.state === 'unknown') return { state: 'unknown', name, reason: fact.reason };
  if (!fact.value.exists) return { state: 'known', name, spec: {}, resourceVersion: null };
  const { uid, resourceVersion } = fact.value;
  const spec = parsed(fact.value.spec);
  if (typeof spec === 'string') return { state: 'unknown', name, reason: spec };
  return { state: 'known', name, spec, resourceVersion, ...(uid === undefined ? {} : { uid }) };
}

type Entries<Field extends 'holders' | 'ranges'> = NonNullable<WekaClaimsSpec[Field]>;

/** Each entry of a map in the claims by itself: one that can not be read, of another release or damaged, hides no other. */
export function readableEntries<Field extends 'holders' | 'ranges'>(field: Field, spec: unknown): { entries: Entries<Field>; unreadable: { key: string; reason: string }[] } {
  const given = (spec as Record<string, unknown> | null | undefined)?.[field] ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) return { entries: {}, unreadable: [{ key: '', reason: `spec.${field} is no map` }] };
  const read = Object.entries(given as Record<string, unknown>).map(([key, entry]) => ({ key, parsed: parse(wekaClaimsSpecSchema, { [field]: { [key]: entry } }) }));
  return {
    entries: Object.fromEntries(read.flatMap(({ key, parsed }) => (parsed.ok ? [[key, (parsed.value[field] as Record<string, unknown>)[key]]] : []))) as Entries<Field>,
    unreadable: read.flatMap(({ key, parsed }) => (parsed.ok ? [] : [{ key, reason: inSpec(parsed.issues) }])),
  };
}

/** A write against exactly what was read; somebody else's write in between makes it fail, and the next sync decides anew. */
export function writeClaims(fact: ClaimsFact & { state: 'known' }, changes: ClaimChange[]): Operation {
  return claimsWrite(fact.name, fact.resourceVersion, changes);
}
