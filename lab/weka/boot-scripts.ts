/** What weka pods boot with, read from the folder that a release is built from. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repository } from '../repository.ts';

const folder = join(repository, 'runtime-configmap');

/** The boot scripts, those that a release lists: file name to content, as their ConfigMap carries them. */
export function bootScripts(): Record<string, string> {
  const { configMapGenerator } = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as {
    configMapGenerator: { files: string[] }[];
  };
  return Object.fromEntries(
    configMapGenerator.flatMap(({ files }) => files).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}
