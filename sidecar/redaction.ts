/** Keeps secrets out of everything that leaves the sidecar: outcomes, facts, events, logs. */
import type { Json } from '../hooks/core/contract.ts';

const removed = '[redacted]';

/** Shorter texts are no secrets of ours, and cutting them out would mangle every sentence. */
const shortestSecret = 8;

/** `password=x`, `--token x`, `"secret": "x"`; and JSON web tokens wherever they stand. */
const patterns: [RegExp, string][] = [
  [/((?:password|passwd|secret|token|authorization)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;}]+)/gi, `$1${removed}`],
  [/(--[a-z-]*(?:password|secret|token)\s+)(?!-)\S+/gi, `$1${removed}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]+/g, removed],
];

/** What every text has that one of the patterns finds; most texts have nothing of it. */
const suspicious = /pass|secret|token|authorization|eyJ/i;

const secretField = /password|passwd|secret|token/i;

/** Cuts exact secrets, as far as they are known, and whatever looks like one. */
export function cleanText(text: string, secrets: Iterable<string> = []): string {
  let clean = text;
  for (const secret of secrets) if (secret.length >= shortestSecret) clean = clean.replaceAll(secret, removed);
  if (!suspicious.test(clean)) return clean;
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return clean;
}

/** The same value with all texts cleaned, and texts below a telling field name replaced altogether. */
export function cleanValue(value: Json): Json {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      secretField.test(key) && typeof inner === 'string' ? removed : cleanValue(inner),
    ]),
  );
}
