/**
 * Keeps secrets out of a report: the values of Secrets wherever they stand, what looks like a secret, and whatever stands where
 * people put secrets. What is cut is replaced by a word, so that it is seen that there was something.
 */
import type { Json } from '../../hooks/core/contract.ts';
import { systems } from '../../hooks/systems.ts';
import { cleanText } from '../../sidecar/redaction.ts';

export const removed = '[removed]';

export interface Cleaner {
  /** Lines, such as a log. */
  text(text: string): string;
  /** An object of Kubernetes, or any part of one. */
  value(value: Json): Json;
}

/** It may stand in a log line by line. */
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g;

const patterns: [RegExp, string][] = [
  // user:password@registry/image, https://user:password@host; a digest is none
  [/[^\s/:@"'=]+:[^\s/@"']+@(?!sha256:|sha512:)/g, `${removed}@`],
  [/\b(Basic|Bearer)\s+[\w+/=.~-]{6,}/gi, `$1 ${removed}`],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, removed],
];

const secretField = /password|passwd|passphrase|secret|token|credential|private_?key|api_?key/i;
/** Fields that name a Secret have nothing of it. */
const namesOne = /(Ref|Name|Names|Namespace|imagePullSecret)$/;

/** The domains of our annotations and of those of Kubernetes, such as weka.io of the group weka.weka.io. */
const domains = [
  'kubernetes.io',
  'k8s.io',
  ...new Set(systems.flatMap(({ kinds }) => kinds.map(({ group }) => group.split('.').slice(-2).join('.')))),
];
const isKnown = (annotation: string): boolean => {
  const [domain = '', ...rest] = annotation.split('/');
  return rest.length > 0 && domains.some((one) => domain === one || domain.endsWith(`.${one}`));
};
/** They repeat the whole object, as somebody wrote it. */
const repeats = (annotation: string): boolean => annotation.endsWith('/last-applied-configuration');

const isRecord = (value: Json | undefined): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param secrets the texts that are cut wherever they stand */
export function cleanerOf(secrets: ReadonlySet<string>): Cleaner {
  const escaped = [...secrets]
    .sort((one, other) => other.length - one.length)
    .map((one) => one.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const known = escaped.length === 0 ? undefined : new RegExp(escaped.join('|'), 'g');

  function plain(text: string): string {
    let clean = (known === undefined ? text : text.replaceAll(known, removed)).replaceAll(privateKey, removed);
    for (const [pattern, replacement] of patterns) clean = clean.replaceAll(pattern, replacement);
    return cleanText(clean);
  }

  /** JSON in a text, as in an annotation or a reply of weka, is cleaned as JSON. */
  function text(given: string): string {
    if (/^\s*[[{]/.test(given)) {
      try {
        return JSON.stringify(value(JSON.parse(given) as Json));
      } catch {
        // no JSON after all
      }
    }
    return plain(given);
  }

  const annotations = (given: Record<string, Json>): Json =>
    Object.fromEntries(
      Object.entries(given)
        .filter(([key]) => !repeats(key))
        .map(([key, one]) => [key, isKnown(key) ? value(one) : removed]),
    );

  /** Names tell what is set; each value may be a secret. */
  const environment = (variables: Json[]): Json =>
    variables.map((one) =>
      isRecord(one) ? { ...(value(one) as object), ...('value' in one ? { value: removed } : {}) } : value(one),
    );

  function member(key: string, one: Json): Json {
    if (key === 'annotations' && isRecord(one)) return annotations(one);
    if (key === 'env' && Array.isArray(one)) return environment(one);
    if (secretField.test(key) && !namesOne.test(key) && typeof one === 'string') return removed;
    return value(one);
  }

  function value(given: Json): Json {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(value);
    if (!isRecord(given)) return given;
    const isSecret = given['kind'] === 'Secret' && given['apiVersion'] === 'v1';
    return Object.fromEntries(
      Object.entries(given)
        .filter(([key]) => key !== 'managedFields')
        .map(([key, one]) => {
          if (isSecret && ['data', 'stringData'].includes(key) && isRecord(one))
            return [key, Object.fromEntries(Object.keys(one).map((name) => [name, removed]))];
          // a key may be what somebody made of a secret, such as a registry with its user
          return [plain(key), member(key, one)];
        }),
    );
  }

  return { text: (given) => given.replaceAll(privateKey, removed).split('\n').map(text).join('\n'), value };
}
