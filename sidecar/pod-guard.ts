/**
 * Before anything is done in or to a pod: it is read live and must be the incarnation that the hook meant, owned by
 * a WekaContainer. Executing goes through here only.
 */
import type { KubernetesObject } from '../hooks/core/contract.ts';
import type { PodTarget } from '../hooks/core/catalogue.ts';
import { mainContainerName } from '../hooks/weka/api/group.ts';
import { wekaContainerKind } from '../hooks/weka/catalogue.ts';
import { getOrUndefined, type ClusterAccess, type ExecResult } from './cluster-access.ts';
import { Refusal, type OperationContext } from './context.ts';
import { controllerOf, isOurs } from './owners.ts';

/** @returns the live pod; rejects with Refusal when it is gone, replaced or not ours */
export async function ourPod(access: ClusterAccess, target: PodTarget): Promise<KubernetesObject> {
  const pod = await getOrUndefined(access, { apiVersion: 'v1', kind: 'Pod', namespace: target.namespace, name: target.name });
  if (pod === undefined) throw new Refusal(`pod ${target.name} is gone`);
  if (pod.metadata.uid !== target.uid) {
    throw new Refusal(`pod ${target.name} has uid ${pod.metadata.uid ?? 'none'} now, not ${target.uid}`);
  }
  const controller = controllerOf(pod);
  if (controller?.kind !== wekaContainerKind.kind || !isOurs(controller)) {
    throw new Refusal(`pod ${target.name} is not controlled by a weka kind`);
  }
  return pod;
}

function phaseOf(pod: KubernetesObject): string {
  return (pod['status'] as { phase?: string } | undefined)?.phase ?? 'Unknown';
}

/**
 * A runner of commands in a pod that has passed the guard. Each command is preceded by the guard: a sequence must not
 * go on in the successor of the pod in which it began.
 */
export function podRunner(access: ClusterAccess, target: PodTarget, context: OperationContext) {
  return async (command: string[], options: { stdin?: string; timeoutSeconds: number }): Promise<ExecResult> => {
    const phase = phaseOf(await ourPod(access, target));
    if (phase !== 'Running') throw new Refusal(`pod ${target.name} is ${phase}, nothing can be executed in it`);
    return access.exec({
      namespace: target.namespace,
      pod: target.name,
      container: mainContainerName,
      command,
      stdin: options.stdin ?? '',
      timeoutSeconds: options.timeoutSeconds,
      outputLimitBytes: context.settings.outputLimitBytes,
    });
  };
}

/** What a failed command said, as one short line. */
export function complaint(result: ExecResult): string {
  const lines = `${result.stderr}\n${result.stdout}`.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  return `exit code ${result.exitCode}${lines.length === 0 ? '' : `: ${lines.slice(0, 3).join(' ').slice(0, 400)}`}`;
}

/** The JSON that a command printed; rejects with Refusal when it failed or printed something else. */
export function jsonOutput(what: string, result: ExecResult): unknown {
  if (result.exitCode !== 0) throw new Refusal(`${what}: ${complaint(result)}`);
  try {
    return JSON.parse(result.stdout);
  } catch {
    throw new Refusal(`${what}: printed no JSON (${result.stdout.length} characters)`);
  }
}
