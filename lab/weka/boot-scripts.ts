/** What weka pods boot with, read from the folder that a release is built from. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../repository.ts';

/** The boot scripts: file name to content, as their ConfigMap carries them. */
export function bootScripts(): Record<string, string> {
  const names = ['weka_runtime.py', 'run-weka-cli.sh', 'syslog-ng.conf'];
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(repository, 'runtime-configmap', name), 'utf8')]));
}
