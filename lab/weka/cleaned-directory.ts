/** Which directory of a host a clean-up pod empties. */
import type { PodEnvironment } from '../contract.ts';

interface PodSpec {
  volumes?: { name: string; hostPath?: { path: string } }[];
}

/** The WekaContainer whose directory is mounted at CLEAN_DIRECTORY: the last part of the volume's path on the host. */
export function cleanedContainer({ pod, container, env }: PodEnvironment): string | undefined {
  const directory = env.CLEAN_DIRECTORY ?? '';
  if (directory === '') return undefined;
  const mount = container.volumeMounts?.find((candidate) => candidate.mountPath === directory);
  const path = (pod.spec as PodSpec | undefined)?.volumes?.find((volume) => volume.name === mount?.name)?.hostPath
    ?.path;
  return path?.replace(/\/+$/, '').split('/').at(-1);
}
