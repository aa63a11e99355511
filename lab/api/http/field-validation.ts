/** Unknown fields in what clients send, by the `fieldValidation` parameter. */
import { ApiError } from '../../contract.ts';
import { cloneJson, isObject } from '../store/json.ts';
import type { ResourceDefinition, WriteOptions } from '../store/types.ts';

type Prunable = Parameters<NonNullable<ResourceDefinition['schema']>['prune']>[0];

/** Keys by which a strategic merge patch steers, such as `$patch` and `$setElementOrder/taints`. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => (key.startsWith('$') ? [] : [[key, withoutDirectives(part)]])),
  );
}

/**
 * The unknown fields of an object, or of a merge patch for one, as paths such as `spec.containers[0].foo`; none when
 * validation is Ignore. Throws 400 when it is Strict and there are any.
 */
export function checkUnknownFields(
  definition: ResourceDefinition,
  sent: unknown,
  validation: NonNullable<WriteOptions['fieldValidation']>,
): string[] {
  if (validation === 'Ignore' || !isObject(sent)) return [];
  const unknown = definition.schema?.prune(cloneJson(withoutDirectives(sent)) as Prunable) ?? [];
  if (validation === 'Warn' || unknown.length === 0) return unknown;
  const flaws = unknown.map((field) => `unknown field "${field}"`).join(', ');
  throw new ApiError(
    400,
    'BadRequest',
    `${definition.kind} in version "${definition.version}" cannot be handled as a ${definition.kind}: strict decoding error: ${flaws}`,
  );
}
