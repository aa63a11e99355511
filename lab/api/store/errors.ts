/** Refusals with the codes, reasons and sentences of kube-apiserver. */
import { ApiError } from '../../contract.ts';
import type { ResourceInfo } from '../../contract.ts';
import type { FieldError } from './types.ts';

type Named = Pick<ResourceInfo, 'group' | 'plural' | 'kind'>;

/** `pods`, `clusters.storage.example.com`. */
function qualified(resource: Pick<ResourceInfo, 'group' | 'plural'>): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

function qualifiedKind(resource: Named): string {
  return resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
}

function details(resource: Named, name: string): Record<string, unknown> {
  return { name, kind: resource.plural, ...(resource.group === '' ? {} : { group: resource.group }) };
}

export function notFound(resource: Named, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, details(resource, name));
}

/** The kind itself, or a subresource, is not served. */
export function unknownResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource');
}

export function alreadyExists(resource: Named, name: string): ApiError {
  return new ApiError(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, details(resource, name));
}

export function conflict(resource: Named, name: string, why?: string): ApiError {
  const reason = why ?? 'the object has been modified; please apply your changes to the latest version and try again';
  return new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${reason}`,
    details(resource, name),
  );
}

/** A conflict of DELETE's preconditions: the real server names the kind there, not the resource. */
export function preconditionConflict(resource: Named, name: string, why: string): ApiError {
  return new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualifiedKind(resource)} "${name}": ${why}`,
    {
      ...details(resource, name),
      kind: resource.kind,
    },
  );
}

export function invalid(resource: Named, name: string, errors: FieldError[]): ApiError {
  const sentences = errors.map((error) => `${error.field}: ${error.body}`);
  const list = sentences.length === 1 ? sentences[0] : `[${sentences.join(', ')}]`;
  return new ApiError(422, 'Invalid', `${qualifiedKind(resource)} "${name}" is invalid: ${list}`, {
    ...details(resource, name),
    kind: resource.kind,
    causes: errors.map((error) => ({ reason: error.reason, message: error.body, field: error.field })),
  });
}

export function forbidden(resource: Named, name: string, why: string, causes?: Record<string, unknown>[]): ApiError {
  return new ApiError(403, 'Forbidden', `${qualified(resource)} "${name}" is forbidden: ${why}`, {
    ...details(resource, name),
    ...(causes === undefined ? {} : { causes }),
  });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function expired(why: string): ApiError {
  return new ApiError(410, 'Expired', why);
}

export function unsupportedMediaType(message: string): ApiError {
  return new ApiError(415, 'UnsupportedMediaType', message);
}

/** A JSON patch that does not apply. The server keeps the cause to itself; here it stands in the details. */
export function patchFailed(cause: string): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    causes: [{ reason: 'JsonPatchFailed', message: cause }],
  });
}

/** A value as `field.Error` prints it: strings quoted, the rest as JSON. */
export function shownValue(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

export function invalidValue(field: string, value: unknown, why: string): FieldError {
  return { field, reason: 'FieldValueInvalid', body: `Invalid value: ${shownValue(value)}: ${why}` };
}

export function requiredValue(field: string, why?: string): FieldError {
  return { field, reason: 'FieldValueRequired', body: why === undefined ? 'Required value' : `Required value: ${why}` };
}

export function forbiddenValue(field: string, why: string): FieldError {
  return { field, reason: 'FieldValueForbidden', body: `Forbidden: ${why}` };
}

export function unsupportedValue(field: string, value: unknown, supported: unknown[]): FieldError {
  const values = supported.map(shownValue).join(', ');
  return {
    field,
    reason: 'FieldValueNotSupported',
    body: `Unsupported value: ${shownValue(value)}: supported values: ${values}`,
  };
}

export function duplicateValue(field: string, value: unknown): FieldError {
  return { field, reason: 'FieldValueDuplicate', body: `Duplicate value: ${shownValue(value)}` };
}
