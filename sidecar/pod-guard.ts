/**
 * Before anything is done in or to a pod: it is read live and must be the incarnation that the hook meant, owned, along
 * a chain that a system names, by an object of that system. Executing goes through here only.
 */
import type { OwnedPods } from '../hooks/core/access.ts';
import type { PodTarget } from '../hooks/core/catalogue.ts';
import type { KubernetesObject } from '../hooks/core/contract.ts';
import { getOrUndefined, type ClusterAccess, type ExecResult } from './cluster-access.ts';
import { Refusal, type OperationContext } from './context.ts';
import { controllerOf, isA } from './owners.ts';

export interface OurPod {
  pod: KubernetesObject;
  /** The container in which commands are run. */
  container: string;
}

/** Whether the chain of controllers from the pod upward is this one. A single owner is taken from the pod as it is. */
async function isOwnedBy(access: ClusterAccess, pod: KubernetesObject, { owners }: OwnedPods): Promise<boolean> {
  let child = pod;
  for (const kind of owners) {
    const controller = controllerOf(child);
    if (!isA(controller, kind)) return false;
    if (owners.length === 1) return true;
    const { namespace } = pod.metadata;
    const place = kind.namespaced && namespace !== undefined ? { namespace } : {};
    const above = await getOrUndefined(access, {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      ...place,
      name: controller.name,
    });
    if (above === undefined || above.metadata.uid !== controller.uid) return false;
    child = above;
  }
  return true;
}

/** @returns the live pod; rejects with Refusal when it is gone, replaced or not ours */
export async function ourPod(
  access: ClusterAccess,
  target: PodTarget,
  { systems }: Pick<OperationContext, 'systems'>,
): Promise<OurPod> {
  const pod = await getOrUndefined(access, {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: target.namespace,
    name: target.name,
  });
  if (pod === undefined) throw new Refusal(`pod ${target.name} is gone`);
  if (pod.metadata.uid !== target.uid) {
    throw new Refusal(`pod ${target.name} has uid ${pod.metadata.uid ?? 'none'} now, not ${target.uid}`);
  }
  for (const owned of systems.flatMap(({ pods }) => pods)) {
    if (await isOwnedBy(access, pod, owned)) return { pod, container: owned.container };
  }
  throw new Refusal(`pod ${target.name} is not controlled by a kind of ours`);
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
    const { pod, container } = await ourPod(access, target, context);
    const phase = phaseOf(pod);
    if (phase !== 'Running') throw new Refusal(`pod ${target.name} is ${phase}, nothing can be executed in it`);
    return access.exec({
      namespace: target.namespace,
      pod: target.name,
      container,
      command,
      stdin: options.stdin ?? '',
      timeoutSeconds: options.timeoutSeconds,
      outputLimitBytes: context.settings.outputLimitBytes,
    });
  };
}

/** What a failed command said, as one short line. */
export function complaint(result: ExecResult): string {
  const lines = `${result.stderr}\n${result.stdout}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
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
