/** Request bodies: JSON, YAML, and the few protobuf messages that kubectl insists on. */
import { parse } from 'yaml';
import { ApiError } from '../../contract.ts';
import type { PatchType } from '../../contract.ts';
import { isObject } from '../store/json.ts';
import type { JsonObject } from '../store/types.ts';
import type { ApiRequest } from './answer.ts';
import { decodeProtobuf } from './protobuf.ts';

function mediaType(request: ApiRequest): string {
  return (request.headers['content-type'] ?? 'application/json').split(';')[0]!.trim().toLowerCase();
}

function parsed(request: ApiRequest, reader: (text: string) => unknown): unknown {
  try {
    return reader(request.body.toString('utf8'));
  } catch (error) {
    throw new ApiError(
      400,
      'BadRequest',
      `the object provided is unrecognized: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

const readers: Record<string, (request: ApiRequest) => unknown> = {
  'application/json': (request) => parsed(request, JSON.parse),
  'application/yaml': (request) => parsed(request, (text) => parse(text) as unknown),
  'application/vnd.kubernetes.protobuf': (request) => decodeProtobuf(request.body),
};

/** The object in the body; `{}` when there is none. 415 for another content type, 400 for what is no object. */
export function objectBody(request: ApiRequest): JsonObject {
  if (request.body.length === 0) return {};
  const type = mediaType(request);
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (reader === undefined) {
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${Object.keys(readers).join(', ')}`,
    );
  }
  const value = reader(request);
  if (!isObject(value)) throw new ApiError(400, 'BadRequest', 'the body of the request is not an object');
  return value;
}

const patchTypes: readonly string[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
] satisfies PatchType[];

/** The patch in the body and its type; 415 for a type that is not served. */
export function patchBody(request: ApiRequest): { type: PatchType; patch: unknown } {
  const type = mediaType(request);
  if (!patchTypes.includes(type)) {
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${patchTypes.join(', ')}`,
    );
  }
  return { type: type as PatchType, patch: parsed(request, JSON.parse) };
}
