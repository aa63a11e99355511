/** The boot scripts as they are mounted, and the name that their content gives to their ConfigMap. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash } from '../core/operations.ts';
import { bootConfigMapPrefix } from '../weka/catalogue.ts';

/** File name to content; hidden files (the links of a mounted ConfigMap) are left out. */
export function readBootScripts(directory: string): Record<string, string> {
  const names = readdirSync(directory).filter((name) => !name.startsWith('.') && statSync(join(directory, name)).isFile());
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
}

/** The name carries the content's hash, so that another content never changes under a running pod. */
export function bootConfigMapName(scripts: Record<string, string>): string {
  return `${bootConfigMapPrefix}${contentHash(scripts, 10)}`;
}
