/** Fields that the API accepts and this release does not act on. Each one that is set is named in a condition. */
import { asksForSomething, fieldsNotSupported, type FieldNotSupported } from '../../core/not-supported.ts';
import type { WekaClient } from '../api/index.ts';

interface Asked extends Pick<WekaClient, 'spec'> {
  outdated: readonly string[];
}

const table: readonly FieldNotSupported<Asked>[] = [
  { path: 'spec.csiConfig', effect: 'ignored', isSet: ({ spec }) => spec.csiConfig !== undefined },
  { path: 'spec.wekaHomeConfig', effect: 'ignored', isSet: ({ spec }) => spec.wekaHomeConfig !== undefined },
  { path: 'spec.cpuRequest', effect: 'ignored', isSet: ({ spec }) => (spec.cpuRequest ?? '') !== '' },
  {
    path: 'spec.upgradePolicy.type (other than manual)',
    effect: 'ignored',
    isSet: ({ spec }) => (spec.upgradePolicy?.type ?? 'manual') !== 'manual',
  },
  { path: 'spec.allowHotUpgrade', effect: 'ignored', isSet: ({ spec }) => spec.allowHotUpgrade === true },
  ...(['driversBuildId', 'driversLoaderImage', 'machineIdentifierNodeRef', 'forceDrain', 'umountOnHost'] as const).map(
    (field): FieldNotSupported<Asked> => ({
      path: `spec.overrides.${field}`,
      effect: 'ignored',
      isSet: ({ spec }) => asksForSomething(spec.overrides?.[field]),
    }),
  ),
  // the driver of another version can not be loaded under a frontend that is in use
  {
    path: 'spec.image (change of containers that run; a container that is deleted comes back with it)',
    effect: 'ignored',
    isSet: ({ outdated }) => outdated.length > 0,
  },
];

/**
 * What is set and not supported.
 * @param outdated names of containers that run another image than the spec's
 */
export const unsupportedClientFields = ({ spec }: Pick<WekaClient, 'spec'>, outdated: readonly string[]): string[] =>
  fieldsNotSupported(table, { spec, outdated }).ignored;
