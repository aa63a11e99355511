/** From files to objects of the lab, with messages that name the file. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { user } from '../api/http/virtual-resources.ts';
import { ApiError } from '../contract.ts';
import type { Lab } from '../lab.ts';
import { parseManifests } from '../manifests.ts';
import { InputError } from './arguments.ts';

export interface Manifest {
  /** As the user knows it. */
  file: string;
  object: KubernetesObject;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why this is no Kubernetes object; undefined if it is one as far as one can see without its kind. */
function flaw(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is no object';
  const { apiVersion, kind, metadata } = value as Partial<KubernetesObject>;
  if (typeof apiVersion !== 'string') return 'apiVersion is missing';
  if (typeof kind !== 'string') return 'kind is missing';
  if (typeof metadata?.name !== 'string') return 'metadata.name is missing';
  return undefined;
}

/** The objects of a list, as kubectl get prints it; anything else as it is. */
const unlisted = (object: KubernetesObject): KubernetesObject[] =>
  Array.isArray(object['items']) && /List$/.test(object.kind) ? (object['items'] as KubernetesObject[]) : [object];

/** Reads all documents of the files (`-`: standard input), and all objects of lists. Throws InputError. */
export function readManifestFiles(paths: string[], directory: string): Manifest[] {
  return paths.flatMap((path) => {
    const file = path === '-' ? 'standard input' : relative(directory, path);
    let objects: KubernetesObject[];
    try {
      objects = parseManifests(readFileSync(path === '-' ? 0 : path, 'utf8')).flatMap(unlisted);
    } catch (error) {
      throw new InputError(`${file}: ${messageOf(error).trim()}`);
    }
    if (objects.length === 0) throw new InputError(`${file}: there is no object in it`);
    return objects.map((object, index) => {
      const wrong = flaw(object);
      if (wrong !== undefined) throw new InputError(`${file}: document ${index + 1}: ${wrong}`);
      return { file, object };
    });
  });
}

/** Applies the objects in their order and gives back what the lab stores. Throws InputError with what the API refuses; hands on what it warns of. */
export function applyManifests(
  lab: Pick<Lab, 'apply' | 'store'>,
  manifests: Manifest[],
  onWarning: (text: string) => void,
): KubernetesObject[] {
  return manifests.map(({ file, object }) => {
    const { apiVersion, kind } = object;
    if (lab.store.definitionOf(apiVersion, kind) === undefined)
      throw new InputError(`${file}: the lab serves no kind "${kind}" in version "${apiVersion}"`);
    try {
      return lab.apply(object, { fieldValidation: 'Strict', user, warn: onWarning });
    } catch (error) {
      if (error instanceof ApiError) throw new InputError(`${file}: ${error.message}`);
      throw error;
    }
  });
}
