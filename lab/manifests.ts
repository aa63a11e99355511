/** The objects that an installation brings along, read from the files that a real one is installed from. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../hooks/core/contract.ts';
import { repository } from './repository.ts';

/** All objects of the YAML files in a folder of the repository and those in it, kustomizations left out. */
export function manifestsIn(folder: string): KubernetesObject[] {
  const directory = join(repository, folder);
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && basename(name) !== 'kustomization.yaml')
    .sort()
    .flatMap((name) => readManifests(join(directory, name)));
}

/** The objects of one file, in their order. Throws with the position of a YAML error. */
export function readManifests(path: string): KubernetesObject[] {
  return parseManifests(readFileSync(path, 'utf8'));
}

export function parseManifests(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const value = document.toJS() as KubernetesObject | null;
    return value === null ? [] : [value];
  });
}
