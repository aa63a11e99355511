import { contentHash } from '../../hooks/core/operations.ts';
import { bootConfigMapPrefix } from '../../hooks/weka/catalogue.ts';
import { getOrUndefined, isConflict } from '../cluster-access.ts';
import { Refusal, type Performer } from '../context.ts';

/** Fewer digits would let a name without a hash pass. */
const shortestHash = 8;

/** Whether the name says that it holds this very content: hooks of another version must not get these scripts under their name. */
function namesContent(name: string, scripts: Record<string, string>): boolean {
  const hash = name.slice(bootConfigMapPrefix.length);
  return name.startsWith(bootConfigMapPrefix) && hash.length >= shortestHash && contentHash(scripts, hash.length) === hash;
}

/** Copies the boot scripts into a namespace. Immutable: the name carries the hash, a new content is a new object. */
export const bootConfigMapEnsure: Performer<'bootConfigMap.ensure'> = async (access, target, _args, context) => {
  if (Object.keys(context.settings.bootScripts).length === 0) throw new Refusal('the sidecar was started without boot scripts');
  if (!namesContent(target.name, context.settings.bootScripts)) throw new Refusal(`${target.name} is not the name of these boot scripts`);
  const address = { apiVersion: 'v1', kind: 'ConfigMap', ...target };
  if (await getOrUndefined(access, address) !== undefined) return { changed: false };
  try {
    await access.create({
      apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...target }, immutable: true, data: context.settings.bootScripts,
    });
  } catch (error) {
    // two containers of one namespace ask at the same time
    if (isConflict(error) && await getOrUndefined(access, address) !== undefined) return { changed: false };
    throw error;
  }
  return { changed: true };
};
