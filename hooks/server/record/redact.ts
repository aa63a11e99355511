/**
 * No value of a Secret gets into a record. In the Secrets of a request, and in those that a decision wishes, each value is
 * replaced by a word that is the same for the same value as long as the process lives; a decision in which a value stands in
 * another place is not recorded at all.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Decision, HookRequest, KubernetesObject, ObjectsByKind } from '../../core/contract.ts';

/** What is shorter is found in texts that have nothing to do with it. */
const shortestSearched = 6;

/** Annotations that repeat the object. */
const repeating = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'metacontroller.k8s.io/last-applied-configuration',
];

export interface Redacted {
  request: HookRequest;
  decision: Decision;
  /** There are Secrets in it. */
  redacted: boolean;
  /** A value of a Secret stands outside of one as well. */
  told: boolean;
}

const isSecret = ({ apiVersion, kind }: KubernetesObject): boolean => apiVersion === 'v1' && kind === 'Secret';

function mapObjects(byKind: ObjectsByKind, of: (object: KubernetesObject) => KubernetesObject): ObjectsByKind {
  return Object.fromEntries(
    Object.entries(byKind).map(([kind, byName]) => [
      kind,
      kind.startsWith('Secret.')
        ? Object.fromEntries(Object.entries(byName).map(([name, object]) => [name, of(object)]))
        : byName,
    ]),
  );
}

const hasSecrets = (byKind: ObjectsByKind): boolean => Object.keys(byKind).some((kind) => kind.startsWith('Secret.'));

/** @param key of the words that stand for values; absent: a new one, which nobody learns */
export function redactor(key = randomBytes(32)): (request: HookRequest, decision: Decision) => Redacted {
  const word = (value: string): string => `redacted-${createHmac('sha256', key).update(value).digest('hex')}`;

  function withoutValues(secret: KubernetesObject, found: Set<string>): KubernetesObject {
    const values = (field: 'data' | 'stringData', coded: boolean): object => {
      const given = secret[field];
      if (given === null || typeof given !== 'object') return {};
      const clean = Object.entries(given as Record<string, unknown>).map(([name, value]) => {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        const plain = coded ? Buffer.from(text, 'base64').toString('utf8') : text;
        for (const one of [plain, plain.trim(), Buffer.from(plain).toString('base64'), text]) found.add(one);
        return [name, coded ? Buffer.from(word(plain)).toString('base64') : word(plain)];
      });
      return { [field]: Object.fromEntries(clean) as unknown };
    };
    const { annotations, ...metadata } = secret.metadata;
    const kept = Object.entries(annotations ?? {}).map(([name, text]) => [
      name,
      repeating.includes(name) ? word(text) : text,
    ]);
    return {
      ...secret,
      metadata:
        annotations === undefined
          ? metadata
          : { ...metadata, annotations: Object.fromEntries(kept) as Record<string, string> },
      ...values('data', true),
      ...values('stringData', false),
    };
  }

  return (request, decision) => {
    const there =
      isSecret(request.parent) ||
      hasSecrets(request.children) ||
      hasSecrets(request.related) ||
      decision.children.some(isSecret);
    if (!there) return { request, decision, redacted: false, told: false };
    const found = new Set<string>();
    const clean = (object: KubernetesObject): KubernetesObject =>
      isSecret(object) ? withoutValues(object, found) : object;
    const redacted = {
      request: {
        ...request,
        parent: clean(request.parent),
        children: mapObjects(request.children, clean),
        related: mapObjects(request.related, clean),
      },
      decision: { ...decision, children: decision.children.map(clean) },
    };
    const text = JSON.stringify(redacted);
    // as a value stands in JSON
    const written = [...found]
      .filter((value) => value.length >= shortestSearched)
      .map((value) => JSON.stringify(value).slice(1, -1));
    return { ...redacted, redacted: true, told: written.some((value) => text.includes(value)) };
  };
}
