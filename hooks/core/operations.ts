/** Identity of operations and observations. */
import { createHash } from 'node:crypto';
import type { Json, Observation, Operation, Target } from './contract.ts';

/** JSON text with sorted keys: equal values give equal text. */
export function canonicalJson(value: Json | undefined): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    let members = '';
    for (const key of Object.keys(value).sort()) {
      if (value[key] !== undefined)
        members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(value[key])}`;
    }
    return `{${members}}`;
  }
  return JSON.stringify(value ?? null);
}

/** First `length` hexadecimal digits of the SHA-256 of the value's canonical JSON. */
export function contentHash(value: Json, length = 16): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, length);
}

function address(target: Target): string {
  return target.namespace === undefined ? target.name : `${target.namespace}/${target.name}`;
}

/**
 * An operation with its id: a readable head and the hash of kind, target (uid included) and arguments.
 * The same wish has the same id in every call, so that a repeated wish is recognised.
 */
export function operation(kind: string, target: Target, args: Record<string, Json> = {}): Operation {
  const hash = contentHash([kind, { ...target }, args]);
  return { id: `${kind} ${address(target)} ${hash}`, kind, target, args };
}

/** An observation with its id: kind, target address and, where there are any, arguments. */
export function observation(
  kind: string,
  target: Target,
  maxAgeSeconds: number,
  args: Record<string, Json> = {},
): Observation {
  const suffix = Object.keys(args).length === 0 ? '' : ` ${canonicalJson(args)}`;
  return { id: `${kind} ${address(target)}${suffix}`, kind, target, args, maxAgeSeconds };
}
