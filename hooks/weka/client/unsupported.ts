/** Fields that the API accepts and this release does not act on. Each one that is set is named in a condition, and in a warning at apply. */
import { hasText, isOn, isOtherThan, isSet, type Ask } from '../../core/asked.ts';
import { fieldsNotSupported, type FieldNotSupported } from '../../core/not-supported.ts';
import type { WekaClient } from '../api/index.ts';

const ignored = (path: string, when: (at: string) => Ask): FieldNotSupported => ({
  path,
  effect: 'ignored',
  when: when(path),
});

export const unsupportedClientTable: readonly FieldNotSupported[] = [
  ignored('spec.csiConfig', isSet),
  { ...ignored('spec.wekaHomeConfig', isSet), instead: 'use spec.wekaHome' },
  ignored('spec.cpuRequest', hasText),
  {
    ...ignored('spec.upgradePolicy.type', (at) => isOtherThan(at, 'manual')),
    only: 'other than manual',
  },
  ignored('spec.allowHotUpgrade', isOn),
  ignored('spec.overrides.driversBuildId', hasText),
  ignored('spec.overrides.driversLoaderImage', hasText),
  ignored('spec.overrides.machineIdentifierNodeRef', hasText),
  ignored('spec.overrides.forceDrain', isOn),
  ignored('spec.overrides.umountOnHost', isOn),
  // the driver of another version can not be loaded under a frontend that is in use
  {
    path: 'spec.image',
    only: 'change of containers that run; a container that is deleted comes back with it',
    effect: 'ignored',
    when: { changed: 'spec.image' },
    instead: 'delete them one by one',
  },
];

/**
 * What is set and not supported.
 * @param outdated names of containers that run another image than the spec's
 */
export const unsupportedClientFields = (client: Pick<WekaClient, 'spec'>, outdated: readonly string[]): string[] =>
  fieldsNotSupported(unsupportedClientTable, client, outdated.length === 0 ? [] : ['spec.image']).ignored;
