/** Secrets: made, marked and deleted by the uid of their owner; of their content only the keys and the public values are told. */
import { z } from 'zod';
import { accessFor, coreRight, rightTo, type PolicyRule, type SystemAccess } from '../access.ts';
import { absent, changedResult, entry, namespacedTarget, noArguments, type TypedObservation } from '../catalogue.ts';
import type { Operation } from '../contract.ts';
import { observation, operation } from '../operations.ts';
import { apiVersion, dataKey, kindName, objectName, objectUid } from '../validation.ts';

const text = z.string();

/** The only secret values that leave the sidecar; everything else of a secret is shown as a key name. */
export const publicSecretKeys = ['username', 'org', 'organization', 'scheme', 'endpoints', 'nfsTargetIps'] as const;
const publicValue = z.string().max(4096);
const publicValues = z.partialRecord(z.enum(publicSecretKeys), publicValue);
type PublicValues = Partial<Record<(typeof publicSecretKeys)[number], string>>;

export const secretKeysValue = z.discriminatedUnion('exists', [
  absent,
  z.strictObject({
    exists: z.literal(true),
    uid: text,
    resourceVersion: text.optional(),
    /** Whose it is, by its label, or by an owner reference, which wins: the garbage collector obeys it. */
    ownerUid: text.optional(),
    /** It has an owner reference, with which a foreground deletion of the owner takes it at once. */
    referenced: z.literal(true).optional(),
    /** It is being deleted, and who still holds it. */
    deletion: z.strictObject({ deletionTimestamp: text, finalizers: z.array(text) }).optional(),
    keys: z.array(text),
    public: publicValues,
  }),
]);

/** The object whose Secrets are made; no owner reference, see `secret.ensure`. */
const secretOwner = z.strictObject({ apiVersion, kind: kindName, name: objectName, uid: objectUid });
export type SecretOwner = z.infer<typeof secretOwner>;
const randomKey = z.strictObject({ length: z.int().min(16).max(256), digits: z.int().min(0).max(256).optional() });

/** The entries for the Secrets of all systems that have any. */
export function secretEntries(systems: readonly SystemAccess[]) {
  const having = systems.filter(({ secrets }) => secrets !== undefined);
  const right = (...verbs: string[]): PolicyRule[] => (having.length === 0 ? [] : [coreRight(verbs, 'secrets')]);
  const owners = having.flatMap((one) => one.readable.filter((kind) => accessFor([one], kind) !== undefined));
  return {
    'secret.keys': entry({
      kind: 'secret.keys',
      type: 'observation',
      target: namespacedTarget,
      args: noArguments,
      result: secretKeysValue,
      rbac: right('get'),
      description: 'Reads whose a Secret is, which keys it has, and the values of the public ones only.',
    }),
    'secret.ensure': entry({
      kind: 'secret.ensure',
      type: 'operation',
      target: namespacedTarget,
      args: z.strictObject({ owner: secretOwner, random: z.record(dataKey, randomKey), fixed: publicValues }),
      result: changedResult,
      rbac: [...right('get', 'create'), ...owners.map((kind) => rightTo(['get'], kind))],
      description:
        'Creates a Secret with random and public values for a custom resource that exists, whose uid it carries as a label. It has no owner reference: a foreground deletion would take it at once.',
      idempotence: 'An existing Secret is never rewritten.',
    }),
    'secret.own': entry({
      kind: 'secret.own',
      type: 'operation',
      target: namespacedTarget,
      args: z.strictObject({ ownerUid: objectUid }),
      result: changedResult,
      rbac: right('get', 'patch'),
      description:
        'Labels a Secret with the uid of its owner and takes off the owner reference that an earlier release gave it. One that says nothing of an owner is taken only when its name ends in that uid.',
      idempotence: 'A Secret that is so is not written.',
    }),
    'secret.delete': entry({
      kind: 'secret.delete',
      type: 'operation',
      target: namespacedTarget.extend({ uid: objectUid }),
      args: z.strictObject({ ownerUid: objectUid }),
      result: changedResult,
      rbac: right('get', 'delete'),
      description: 'Deletes a Secret of a custom resource that ends, on condition of the uids of both.',
      idempotence: 'An absent Secret, or one with another uid, is done.',
    }),
    'secret.setPublic': entry({
      kind: 'secret.setPublic',
      type: 'operation',
      target: namespacedTarget,
      args: z.strictObject({ ownerUid: objectUid, values: publicValues }),
      result: changedResult,
      rbac: right('get', 'patch'),
      description: 'Sets public keys of an existing Secret of that owner, such as user name and endpoints.',
      idempotence: 'Equal values are not written.',
    }),
  };
}

interface SecretName {
  namespace: string;
  name: string;
}

/** Observes which keys a Secret has, and its public values. `maxAgeSeconds` is how old a remembered fact may be. */
export function secretKeys(
  { namespace, name }: SecretName,
  maxAgeSeconds: number,
): TypedObservation<z.infer<typeof secretKeysValue>> {
  return observation('secret.keys', { namespace, name }, maxAgeSeconds);
}

/** Creates a Secret of `owner`: `random` keys get that many letters and digits (at least `digits` digits), `fixed` the given text. */
export function ensureSecret(
  { namespace, name }: SecretName,
  owner: SecretOwner,
  random: Record<string, { length: number; digits?: number }>,
  fixed: PublicValues,
): Operation {
  return operation(
    'secret.ensure',
    { namespace, name },
    { owner: { ...owner }, random: { ...random }, fixed: { ...fixed } },
  );
}

/** Marks a Secret as its owner's by the label alone. */
export function ownSecret({ namespace, name }: SecretName, ownerUid: string): Operation {
  return operation('secret.own', { namespace, name }, { ownerUid });
}

/** Deletes a Secret of that owner, if it still has this uid. */
export function deleteSecret({ namespace, name, uid }: SecretName & { uid: string }, ownerUid: string): Operation {
  return operation('secret.delete', { namespace, name, uid }, { ownerUid });
}

/** Sets public keys of an existing Secret of that owner. */
export function setPublicSecretValues(
  { namespace, name }: SecretName,
  ownerUid: string,
  values: PublicValues,
): Operation {
  return operation('secret.setPublic', { namespace, name }, { ownerUid, values: { ...values } });
}
