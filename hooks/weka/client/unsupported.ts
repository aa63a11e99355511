/** Fields that the API accepts and this release does not act on. Each one that is set is named in a condition. */
import type { WekaClient } from '../api/index.ts';

interface Unsupported {
  path: string;
  isSet(client: WekaClient, outdated: readonly string[]): boolean;
}

const table: readonly Unsupported[] = [
  { path: 'spec.csiConfig', isSet: ({ spec }) => spec.csiConfig !== undefined },
  { path: 'spec.wekaHomeConfig', isSet: ({ spec }) => spec.wekaHomeConfig !== undefined },
  { path: 'spec.cpuRequest', isSet: ({ spec }) => (spec.cpuRequest ?? '') !== '' },
  { path: 'spec.upgradePolicy.type (other than manual)', isSet: ({ spec }) => (spec.upgradePolicy?.type ?? 'manual') !== 'manual' },
  { path: 'spec.allowHotUpgrade', isSet: ({ spec }) => spec.allowHotUpgrade === true },
  ...(['driversBuildId', 'driversLoaderImage', 'machineIdentifierNodeRef', 'forceDrain', 'umountOnHost'] as const).map((field): Unsupported => ({
    path: `spec.overrides.${field}`, isSet: ({ spec }) => spec.overrides?.[field] !== undefined && spec.overrides[field] !== false && spec.overrides[field] !== '',
  })),
  // the driver of another version can not be loaded under a frontend that is in use
  { path: 'spec.image (change of containers that run; a container that is deleted comes back with it)', isSet: (_client, outdated) => outdated.length > 0 },
];

/**
 * What is set and not supported.
 * @param outdated names of containers that run another image than the spec's
 */
export function unsupportedClientFields(client: WekaClient, outdated: readonly string[]): string[] {
  return table.filter((entry) => entry.isSet(client, outdated)).map(({ path }) => path);
}
