/** Exec and logs of the pods on lab nodes, with the refusals of a real API server and kubelet. */
import { ApiError } from '../contract.ts';
import type { ExecResult } from '../contract.ts';
import type { ContainerLogs, PodAccess } from '../api/http/pod-access.ts';
import type { ContainerRun } from './container-run.ts';
import type { FoundPod, Kubelet } from './kubelet.ts';
import type { PodWorker } from './pod-worker.ts';

/** What a shell reports of a process that was killed. */
const killedCode = 137;

const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

function onMachine(kubelet: Kubelet, namespace: string, name: string): FoundPod {
  const found = kubelet.find(namespace, name);
  if (found === undefined) throw new ApiError(404, 'NotFound', `pods "${name}" not found`, { name, kind: 'pods' });
  return found;
}

interface FoundContainer {
  worker: PodWorker;
  run: ContainerRun;
}

/** The container, or what the API server answers when it cannot be reached. An empty name means the only one. */
function containerOf(kubelet: Kubelet, namespace: string, name: string, container: string): FoundContainer {
  const { pod, worker, online, nodeIp } = onMachine(kubelet, namespace, name);
  const names = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map((one) => one.name);
  if (container === '' && pod.spec.containers.length > 1) {
    const choices = pod.spec.containers.map((one) => one.name).join(' ');
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${choices}]`);
  }
  const wanted = container === '' ? pod.spec.containers[0]!.name : container;
  if (!names.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  if ((pod.spec.nodeName ?? '') === '') throw badRequest(`pod ${name} does not have a host assigned`);
  if (!online) {
    throw new ApiError(
      500,
      'InternalError',
      `error dialing backend: dial tcp ${nodeIp}:10250: connect: no route to host`,
    );
  }
  const run = worker?.runs.find((one) => one.spec.name === wanted);
  if (worker === undefined || run === undefined) {
    throw new ApiError(404, 'NotFound', `the server could not find the requested resource ( pods/log ${name})`);
  }
  return { worker, run };
}

async function exec({ worker, run }: FoundContainer, command: string[], stdinText: string): Promise<ExecResult> {
  const { program } = run;
  if (!run.running || program === undefined) {
    throw new ApiError(500, 'InternalError', `unable to upgrade connection: container not found ("${run.spec.name}")`);
  }
  let unfollow: () => void = () => undefined;
  const killed = new Promise<ExecResult>((resolve) => {
    const end = (): void => resolve({ exitCode: killedCode, stdout: '', stderr: '' });
    unfollow = worker.follow(run, { line: () => undefined, end });
  });
  // a command ends with its container at the latest
  return Promise.race([program.exec(command, stdinText), killed]).finally(unfollow);
}

function logs(pod: string, { worker, run }: FoundContainer): ContainerLogs {
  const { program } = run;
  if (program === undefined) {
    const reason = run.state.waiting?.reason ?? 'ContainerCreating';
    throw badRequest(`container "${run.spec.name}" in pod "${pod}" is waiting to start: ${reason}`);
  }
  return {
    text: program.logs(),
    follow: (onLine, onEnd) => worker.follow(run, { line: onLine, end: () => onEnd?.() }),
  };
}

/** Access to the programs that `kubelet` runs. `exec` rejects and `logs` throws ApiError. */
export function podAccess(kubelet: Kubelet): PodAccess {
  return {
    exec: async (namespace, pod, container, command, stdinText) =>
      exec(containerOf(kubelet, namespace, pod, container), command, stdinText),
    logs: (namespace, pod, container) => logs(pod, containerOf(kubelet, namespace, pod, container)),
  };
}
