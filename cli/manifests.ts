/** Objects of the systems' kinds from a file that a user names. */
import type { KubernetesObject } from '../hooks/core/contract.ts';
import type { KindDefinition } from '../hooks/core/api/kind.ts';
import { InputError } from '../lab/start/arguments.ts';
import { readManifestFiles } from '../lab/start/manifests.ts';
import { kinds, kindsText } from './kinds.ts';
import { UsageError } from './usage-error.ts';

/** All documents of a file; `-` is the standard input. Throws UsageError. */
export function objectsIn(path: string): KubernetesObject[] {
  try {
    return readManifestFiles([path], process.cwd()).map(({ object }) => object);
  } catch (error) {
    if (error instanceof InputError) throw new UsageError(error.message.split('\n')[0]!);
    throw error;
  }
}

function kindOf({ apiVersion, kind }: KubernetesObject): KindDefinition {
  const found = kinds.find((one) => one.kind === kind && `${one.group}/${one.version}` === apiVersion);
  if (found === undefined)
    throw new UsageError(`no system has the kind ${kind} of ${apiVersion}; there are ${kindsText}`);
  return found;
}

/**
 * All documents of a file, each of a kind of some system, and in the namespace where it would be.
 * @param namespace where the ones go that name none
 * Throws UsageError.
 */
export function wishesIn(path: string, namespace: string, insists: boolean): KubernetesObject[] {
  return objectsIn(path).map((object) => {
    const { namespace: own, ...metadata } = object.metadata;
    if (kindOf(object).scope !== 'Namespaced') return { ...object, metadata };
    if (insists && own !== undefined && own !== namespace)
      throw new UsageError(`${object.kind} ${metadata.name} is of namespace ${own}, and --namespace says ${namespace}`);
    return { ...object, metadata: { ...metadata, namespace: own ?? namespace } };
  });
}
