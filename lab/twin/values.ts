/** Values of Secrets and ConfigMaps that nobody has read, as a twin makes them. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { asObject } from '../api/store/json.ts';
import { randomHex } from '../nodes/hardware.ts';
import type { LabSystem } from '../system.ts';

/** Long enough for each rule of passwords that there is. */
const length = 32;

const filled = (object: KubernetesObject, value: (key: string) => string): KubernetesObject => ({
  ...object,
  data: Object.fromEntries(
    Object.entries(asObject(object['data'])).map(([key, known]) => [key, known === '' ? value(key) : known]),
  ),
});

/** The objects, with values for the keys that have none: boot files as they are of this version, the rest at random. */
export function withValues(
  objects: readonly KubernetesObject[],
  systems: readonly LabSystem[],
  random: () => number,
): KubernetesObject[] {
  const files = systems.map((one) => ({
    prefix: one.system.access.bootConfigMapPrefix,
    scripts: one.bootScripts?.() ?? {},
  }));
  return objects.map((object) => {
    if (object.kind === 'Secret')
      return filled(object, () => Buffer.from(randomHex(random, length), 'utf8').toString('base64'));
    const own = files.find(({ prefix }) => prefix !== undefined && object.metadata.name.startsWith(prefix));
    return object.kind === 'ConfigMap' && own !== undefined ? filled(object, (key) => own.scripts[key] ?? '') : object;
  });
}
