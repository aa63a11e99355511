/** The boot files as they are mounted, and the settings that get their name. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../core/contract.ts';
import { bootConfigMapName } from '../core/families/boot-files.ts';
import type { System } from '../core/system.ts';

/** File name to content; hidden files (the links of a mounted ConfigMap) are left out. */
export function readBootFiles(directory: string): Record<string, string> {
  const names = readdirSync(directory).filter(
    (name) => !name.startsWith('.') && statSync(join(directory, name)).isFile(),
  );
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
}

/** For each system that boots from files: the setting with the name that these files give to their copies. */
export function bootFileSettings(systems: readonly System[], files: Record<string, string>): Context['config'] {
  return Object.fromEntries(
    systems.flatMap(({ bootConfigMapSetting, access: { bootConfigMapPrefix } }) =>
      bootConfigMapSetting === undefined || bootConfigMapPrefix === undefined
        ? []
        : [[bootConfigMapSetting, bootConfigMapName(bootConfigMapPrefix, files)]],
    ),
  );
}
