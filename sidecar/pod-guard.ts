/**
 * Before anything is done in or to a pod: it is read live and must be the incarnation that the hook meant, owned, along
 * a chain that a system names, by an object of that system. Executing goes through here only.
 */
import type { OwnedPods } from '../hooks/core/access.ts';
import type { PodTarget } from '../hooks/core/catalogue.ts';
import type { KubernetesObject } from '../hooks/core/contract.ts';
import { defined } from '../hooks/core/defined.ts';
import { getOrUndefined, type ClusterAccess, type ExecResult } from './cluster-access.ts';
import { Refusal, type OperationContext } from './context.ts';
import { controllerOf, isA } from './owners.ts';

export interface OurPod {
  pod: KubernetesObject;
  /** The container in which commands are run. */
  container: string;
  /** The environment variable in which it has the uid of its pod. */
  uidVariable?: string;
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
    if (await isOwnedBy(access, pod, owned))
      return defined({ pod, container: owned.container, uidVariable: owned.uidVariable });
  }
  throw new Refusal(`pod ${target.name} is not controlled by a kind of ours`);
}

function phaseOf(pod: KubernetesObject): string {
  return (pod['status'] as { phase?: string } | undefined)?.phase ?? 'Unknown';
}

export interface RunOptions {
  stdin?: string;
  /** Seconds. */
  timeoutSeconds: number;
}

/** Runs a command; rejects with Refusal where it may not be. */
export type PodRunner = (command: string[], options: RunOptions) => Promise<ExecResult>;

/**
 * A runner of commands that only ask, in a pod that has passed the guard. Each command is preceded by the guard: a sequence must
 * not go on in the successor of the pod in which it began.
 */
export function podRunner(access: ClusterAccess, target: PodTarget, context: OperationContext): PodRunner {
  return async (command, options) => execute(access, await ourPod(access, target, context), command, options, context);
}

/**
 * A runner of commands that change something. They go by the name of a pod, and for a moment after a restore of etcd the kubelet
 * may still run another one under it: the container itself is asked whose it is. One that does not say is believed, as one of an earlier release.
 */
export function changingRunner(access: ClusterAccess, target: PodTarget, context: OperationContext): PodRunner {
  return async (command, options) => {
    const ours = await ourPod(access, target, context);
    if (ours.uidVariable !== undefined) {
      const { exitCode, stdout } = await execute(
        access,
        ours,
        ['printenv', ours.uidVariable],
        { timeoutSeconds: 15 },
        context,
      );
      refuseAnother(target, exitCode === 0 ? stdout.trim() : '');
    }
    return execute(access, ours, command, options, context);
  };
}

/** Throws a Refusal where the program that runs says that it is of another pod. */
export function refuseAnother(target: PodTarget, said: string): void {
  if (said !== '' && said !== target.uid)
    throw new Refusal(`the kubelet runs another pod under the name ${target.name}, of uid ${said}`);
}

async function execute(
  access: ClusterAccess,
  { pod, container }: OurPod,
  command: string[],
  { stdin = '', timeoutSeconds }: RunOptions,
  { settings }: OperationContext,
): Promise<ExecResult> {
  const { namespace = '', name } = pod.metadata;
  const phase = phaseOf(pod);
  if (phase !== 'Running') throw new Refusal(`pod ${name} is ${phase}, nothing can be executed in it`);
  const { outputLimitBytes } = settings;
  return access.exec({ namespace, pod: name, container, command, stdin, timeoutSeconds, outputLimitBytes });
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
