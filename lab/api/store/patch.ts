/** The patch types of the API, each a pure function from object and patch to the new object. */
import { applyPatch, Pointer } from 'rfc6902';
import type { Operation } from 'rfc6902';
import type { PatchType } from '../../contract.ts';
import { badRequest, patchFailed, unsupportedMediaType } from './errors.ts';
import { cloneJson, isObject } from './json.ts';
import { strategicMerge } from './strategic-merge.ts';
import type { JsonObject, ResourceDefinition } from './types.ts';

/** What PATCH refuses with 415, and what the caller is told. */
export const refusedPatches: { type: PatchType; of: 'custom resources' | 'everything'; message: string }[] = [
  {
    type: 'application/strategic-merge-patch+json',
    of: 'custom resources',
    message:
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json',
  },
  {
    type: 'application/apply-patch+yaml',
    of: 'everything',
    message:
      'server-side apply is not offered by this API server - use client-side apply (kubectl apply without --server-side), application/json-patch+json or application/merge-patch+json',
  },
];

/** Applies `patch` to a copy of `object`. Throws 415, 400 (not a patch of that type) or 422 (a JSON patch that does not apply). */
export function patched(
  definition: ResourceDefinition,
  object: JsonObject,
  type: PatchType,
  patch: unknown,
): JsonObject {
  const refused = refusedPatches.find(
    (refusal) => refusal.type === type && (refusal.of === 'everything' || !definition.strategicMerge),
  );
  if (refused) throw unsupportedMediaType(refused.message);
  switch (type) {
    case 'application/json-patch+json':
      return jsonPatched(object, patch);
    case 'application/merge-patch+json':
      return mergePatched(object, asPatchObject(patch));
    case 'application/strategic-merge-patch+json':
      return strategicMerge(object, asPatchObject(patch));
    default:
      throw unsupportedMediaType(`the body of the request was in an unknown format - "${type}" is not a patch type`);
  }
}

function asPatchObject(patch: unknown): JsonObject {
  if (!isObject(patch)) throw badRequest('error decoding patch: a merge patch is a JSON object');
  return patch;
}

/** RFC 7386: null removes, objects merge, everything else replaces. Keys named __proto__ are ignored. */
export function mergePatched(target: JsonObject, patch: JsonObject): JsonObject {
  const result: JsonObject = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (key === '__proto__') continue;
    if (value === null) delete result[key];
    else if (isObject(value)) result[key] = mergePatched(isObject(result[key]) ? result[key] : {}, value);
    else result[key] = cloneJson(value);
  }
  return result;
}

const operators = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);
const dangerous = new Set(['__proto__', 'constructor', 'prototype']);

function tokensOf(pointer: unknown, field: string): string[] {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/')))
    throw badRequest(`error decoding patch: ${field} is not a JSON pointer`);
  return Pointer.fromJSON(pointer).tokens;
}

/** RFC 6902, all or nothing. Throws 400 for a malformed patch and 422 for one that does not apply. */
export function jsonPatched(object: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch))
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  // the library works on a tree whose root can be replaced only through a parent
  const copy = cloneJson(object);
  for (const operation of patch as unknown[]) {
    if (!isObject(operation) || typeof operation['op'] !== 'string' || !operators.has(operation['op'])) {
      throw patchFailed(`Unexpected kind: ${isObject(operation) ? String(operation['op']) : 'unknown'}`);
    }
    const { op } = operation;
    const tokens = [
      ...tokensOf(operation['path'], 'path'),
      ...(op === 'move' || op === 'copy' ? tokensOf(operation['from'], 'from') : []),
    ];
    if (tokens.some((token) => dangerous.has(token)))
      throw patchFailed(`a path may not contain ${[...dangerous].join(', ')}`);
    if (op === 'test' && isMissingTestedForNull(copy, operation)) continue;
    const [failure] = applyPatch(copy, [cloneJson(operation) as unknown as Operation]);
    if (failure)
      throw patchFailed(
        op === 'test'
          ? `testing path ${String(operation['path'])} failed: test failed`
          : `${failure.name}: ${failure.message}`,
      );
  }
  return copy;
}

// the real server's library lets `test` with null succeed on a key that is not there; compare-and-swap relies on it
function isMissingTestedForNull(object: JsonObject, operation: JsonObject): boolean {
  const { parent, value } = Pointer.fromJSON(String(operation['path'])).evaluate(object) as {
    parent: unknown;
    value: unknown;
  };
  return operation['value'] === null && isObject(parent) && value === undefined;
}
