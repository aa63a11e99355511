import { bootConfigMapName } from '../../hooks/core/families/boot-files.ts';
import type { GenericEntries } from '../../hooks/core/families/index.ts';
import { getOrUndefined, isConflict } from '../cluster-access.ts';
import { Refusal, type OperationContext, type Performer } from '../context.ts';

/** Fewer digits would let a name without a hash pass. */
const shortestHash = 8;

/** Whether the name says that it holds this very content: hooks of another version must not get these scripts under their name. */
function namesContent(name: string, { systems, settings: { bootScripts } }: OperationContext): boolean {
  return systems.some(({ bootConfigMapPrefix: prefix }) => {
    const digits = prefix === undefined ? 0 : name.length - prefix.length;
    return prefix !== undefined && digits >= shortestHash && bootConfigMapName(prefix, bootScripts, digits) === name;
  });
}

/** Copies the boot scripts into a namespace. Immutable: the name carries the hash, a new content is a new object. */
export const bootConfigMapEnsure: Performer<GenericEntries['bootConfigMap.ensure']> = async (
  access,
  target,
  _args,
  context,
) => {
  if (Object.keys(context.settings.bootScripts).length === 0)
    throw new Refusal('the sidecar was started without boot scripts');
  if (!namesContent(target.name, context)) throw new Refusal(`${target.name} is not the name of these boot scripts`);
  const address = { apiVersion: 'v1', kind: 'ConfigMap', ...target };
  if ((await getOrUndefined(access, address)) !== undefined) return { changed: false };
  try {
    await access.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...target },
      immutable: true,
      data: context.settings.bootScripts,
    });
  } catch (error) {
    // two containers of one namespace ask at the same time
    if (isConflict(error) && (await getOrUndefined(access, address)) !== undefined) return { changed: false };
    throw error;
  }
  return { changed: true };
};
