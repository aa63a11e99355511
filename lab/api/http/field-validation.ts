/** Unknown fields in what clients send, by the `fieldValidation` parameter. */
import { ApiError } from '../../contract.ts';
import { cloneJson, isObject } from '../store/json.ts';
import type { ResourceDefinition, WriteOptions } from '../store/types.ts';
import { builtInFlaws } from './built-in-decoding.ts';

/** Keys by which a strategic merge patch steers, such as `$patch` and `$setElementOrder/taints`. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, part]) => (key.startsWith('$') ? [] : [[key, withoutDirectives(part)]])));
}

/**
 * The unknown fields of an object, or of a merge patch for one, as paths such as `spec.containers[0].foo`; none when
 * validation is Ignore. Throws 400 when it is Strict and there are any, and for a built-in kind's field of a wrong JSON type.
 */
export function checkUnknownFields(definition: ResourceDefinition, sent: unknown, validation: NonNullable<WriteOptions['fieldValidation']>): string[] {
  if (!isObject(sent)) return [];
  const object = cloneJson(withoutDirectives(sent)) as Parameters<NonNullable<ResourceDefinition['schema']>['prune']>[0];
  const { misfit, unknown } = definition.schema === undefined ? builtInFlaws(definition, object) : { misfit: undefined, unknown: definition.schema.prune(object) };
  if (misfit !== undefined) throw new ApiError(400, 'BadRequest', `${definition.kind} in version "${definition.version}" cannot be handled as a ${definition.kind}: ${misfit}`);
  if (validation === 'Ignore') return [];
  if (validation === 'Warn' || unknown.length === 0) return unknown;
  const flaws = unknown.map((field) => `unknown field "${field}"`).join(', ');
  throw new ApiError(400, 'BadRequest', `${definition.kind} in version "${definition.version}" cannot be handled as a ${definition.kind}: strict decoding error: ${flaws}`);
}
