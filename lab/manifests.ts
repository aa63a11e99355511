/** The objects that an installation brings along, read from the files that a real one is installed from. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../hooks/core/contract.ts';
import { deepFreeze } from './api/store/json.ts';
import { repository } from './repository.ts';

// each world of a simulation is installed from the same files, and to parse them is most of what it costs to make one
const parsed = new Map<string, { text: string; objects: readonly KubernetesObject[] }>();

/** All objects of the YAML files in a folder of the repository and those in it, kustomizations left out. */
export function manifestsIn(folder: string): KubernetesObject[] {
  const directory = join(repository, folder);
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && basename(name) !== 'kustomization.yaml')
    .sort()
    .flatMap((name) => readManifests(join(directory, name)));
}

/** The objects of one file, in their order, frozen. Throws with the position of a YAML error. */
export function readManifests(path: string): KubernetesObject[] {
  const text = readFileSync(path, 'utf8');
  const before = parsed.get(path);
  if (before?.text === text) return [...before.objects];
  const objects = deepFreeze(parseManifests(text));
  parsed.set(path, { text, objects });
  return [...objects];
}

export function parseManifests(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const value = document.toJS() as KubernetesObject | null;
    return value === null ? [] : [value];
  });
}
