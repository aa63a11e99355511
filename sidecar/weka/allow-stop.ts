import type { WekaCatalogue } from '../../hooks/weka/catalogue.ts';
import { Refusal, type Performer } from '../context.ts';
import { changingRunner, complaint, ourPod } from '../pod-guard.ts';

/** Writes a stop flag. A pod that is not terminating gets none: the flag would outlive the reason for it. */
export const runtimeAllowStop: Performer<WekaCatalogue['runtime.allowStop']> = async (
  access,
  target,
  { force },
  context,
) => {
  const { pod } = await ourPod(access, target, context);
  if (pod.metadata.deletionTimestamp === undefined) throw new Refusal(`pod ${target.name} is not terminating`);
  const flag = force ? '/tmp/.allow-force-stop' : '/tmp/.allow-stop';
  const result = await changingRunner(access, target, context)(['touch', flag], { timeoutSeconds: 15 });
  if (result.exitCode !== 0) throw new Refusal(`touch ${flag}: ${complaint(result)}`);
  return { changed: true };
};
