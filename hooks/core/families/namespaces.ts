/** Namespaces: whether one is on its way out. What is looked at lives in it, so the right to look may be granted in it alone. */
import { z } from 'zod';
import { coreRight } from '../access.ts';
import { absent, entry, namespacedTarget, noArguments, type TypedObservation } from '../catalogue.ts';
import { factValue, type ReadingRequest } from '../facts.ts';
import { observation } from '../operations.ts';

const namespaceLiveValue = z.discriminatedUnion('exists', [
  absent,
  z.strictObject({ exists: z.literal(true), uid: z.string(), deletionTimestamp: z.string().optional() }),
]);

export const namespaceEntries = {
  'namespace.live': entry({
    kind: 'namespace.live',
    type: 'observation',
    target: namespacedTarget.refine(({ namespace, name }) => namespace === name, 'not a namespace in itself'),
    args: noArguments,
    result: namespaceLiveValue,
    rbac: [coreRight(['get'], 'namespaces')],
    description: 'Reads a namespace, past every cache: its uid and deletion timestamp.',
  }),
};

/** Observes a namespace. `maxAgeSeconds` is how old a remembered fact may be. */
export function namespaceLive(
  namespace: string,
  maxAgeSeconds: number,
): TypedObservation<z.infer<typeof namespaceLiveValue>> {
  return observation('namespace.live', { namespace, name: namespace }, maxAgeSeconds);
}

/**
 * Whether the namespace is terminating, by a look at most so many seconds old: nothing can be created in it any more, which
 * nobody takes back. Not known is no: what was right before stays right until a look says otherwise.
 */
export function isTerminating(
  { observed }: Pick<ReadingRequest, 'observed'>,
  namespace: string,
  maxAgeSeconds: number,
): boolean {
  const fact = factValue(observed, namespaceLive(namespace, maxAgeSeconds));
  return fact.state === 'known' && fact.value.exists && fact.value.deletionTimestamp !== undefined;
}
