/**
 * A sidecar that looks at objects only: nothing is asked of a pod, nor done in one, so of what the programs in pods say
 * nothing is known. A decision that rests on that waits, as it does of a sidecar that has no answer yet.
 */
import type { PolicyRule } from '../../hooks/core/access.ts';
import type { Catalogue } from '../../hooks/core/catalogue.ts';
import type { OperationOutcome, Target } from '../../hooks/core/contract.ts';
import type { Sidecar } from '../../hooks/core/sidecar.ts';

const names = (rules: readonly PolicyRule[], resource: string): boolean =>
  rules.some((rule) => rule.resources.includes(resource));

/** A kind that could not be read. */
export interface UnreadKind {
  kind: string;
  plural: string;
}

/**
 * @param unread what is asked of these kinds has no answer either
 * @param now RFC 3339
 */
export function passiveSidecar(
  sidecar: Sidecar,
  catalogue: Catalogue,
  unread: readonly UnreadKind[],
  now: () => string,
): Sidecar {
  function open({ kind, target }: { kind: string; target: Target }): boolean {
    const rules = catalogue[kind]?.rbac ?? [];
    if (names(rules, 'pods/exec')) return false;
    // what is about any of many kinds says which one
    return !unread.some((one) => (target.kind === undefined ? names(rules, one.plural) : one.kind === target.kind));
  }
  return {
    observe: (observations, waitMillis) => sidecar.observe(observations.filter(open), waitMillis),
    async operations(operations, waitMillis) {
      const done = await sidecar.operations(operations.filter(open), waitMillis);
      const pending: OperationOutcome = { state: 'pending', at: now() };
      const left = operations.filter((one) => !open(one)).map(({ id }): [string, OperationOutcome] => [id, pending]);
      return { operations: { ...done.operations, ...Object.fromEntries(left) } };
    },
    events: (_subject, events) => Promise.resolve({ accepted: events.length }),
  };
}
