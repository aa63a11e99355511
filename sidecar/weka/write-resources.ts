import { runtimeCommand } from '../../hooks/weka/api/group.ts';
import type { WekaCatalogue } from '../../hooks/weka/catalogue.ts';
import type { Json } from '../../hooks/core/contract.ts';
import { canonicalJson } from '../../hooks/core/operations.ts';
import { Refusal, type Performer } from '../context.ts';
import { changingRunner, jsonOutput } from '../pod-guard.ts';

/** Gives a pod its resources. The runtime refuses before its persistent directory is in place. */
export const runtimeWriteResources: Performer<WekaCatalogue['runtime.writeResources']> = async (
  access,
  target,
  { resources },
  context,
) => {
  const command = [...runtimeCommand, 'write-resources'];
  const result = await changingRunner(
    access,
    target,
    context,
  )(command, { stdin: JSON.stringify(resources), timeoutSeconds: 30 });
  const stored = jsonOutput('write-resources', result) as Json;
  if (canonicalJson(stored) !== canonicalJson(resources)) {
    throw new Refusal('write-resources: the pod stored something else than it was given');
  }
  return { changed: true };
};
