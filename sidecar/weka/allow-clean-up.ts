import type { WekaCatalogue } from '../../hooks/weka/catalogue.ts';
import { wekaContainerKind } from '../../hooks/weka/access.ts';
import { getOrUndefined } from '../cluster-access.ts';
import { Refusal, type Performer } from '../context.ts';
import { changingRunner, complaint, ourPod } from '../pod-guard.ts';

/** Writes the flag that lets a clean-up begin. Whom it cleans up after is looked at once more: nothing is erased of one that lives. */
export const runtimeAllowCleanUp: Performer<WekaCatalogue['runtime.allowCleanUp']> = async (
  access,
  target,
  { container: { namespace, name, uid } },
  context,
) => {
  const { pod } = await ourPod(access, target, context);
  if (pod.metadata.deletionTimestamp !== undefined) throw new Refusal(`pod ${target.name} is terminating`);
  const { apiVersion, kind } = wekaContainerKind;
  const live = await getOrUndefined(access, { apiVersion, kind, namespace, name });
  if (live?.metadata.uid !== uid) throw new Refusal(`${kind} ${name} with uid ${uid} is gone`);
  if (live.metadata.deletionTimestamp === undefined) throw new Refusal(`${kind} ${name} is not being deleted`);
  const flag = '/tmp/.allow-clean-up';
  const result = await changingRunner(access, target, context)(['touch', flag], { timeoutSeconds: 15 });
  if (result.exitCode !== 0) throw new Refusal(`touch ${flag}: ${complaint(result)}`);
  return { changed: true };
};
