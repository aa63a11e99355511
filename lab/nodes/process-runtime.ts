/** What a system gives to those of its containers that run as real processes, beside what every container has. */
import type { PodEnvironment } from '../contract.ts';
import type { NodeHardware } from './hardware.ts';

/** Contents by absolute path in a container. */
export type Files = Record<string, string | Buffer>;

/** A program on the PATH of the processes. */
export interface ProcessCommand {
  name: string;
  /** Absolute path of a Python script on this machine. */
  script: string;
  /** Shell lines that are run with the same arguments once the script has ended well. */
  after?: string;
}

/** Where a process runs. */
export interface ProcessPlace {
  /** What it takes for its root directory. */
  root: string;
  /** Directory of the commands, and of `python3`. */
  commands: string;
  /** Distinguishes its network from that of all others on this machine, which share one for abstract sockets. */
  scope: string;
  podIp: string;
  hardware: NodeHardware;
}

export interface ProcessRuntime {
  commands: readonly ProcessCommand[];
  /** Directories that the image of a container has. */
  directories: readonly string[];
  /** Files of the image that are there unless a container mounts them: absolute path in it to absolute path on this machine. */
  links: Record<string, string>;
  /** What the machine shows to a container when it starts. */
  machineFiles(hardware: NodeHardware): Files;
  /** What of that changes under a running container. */
  liveFiles(hardware: NodeHardware): Files;
  /** Environment of every process of the place, over the pod's own. */
  environment(place: ProcessPlace): Record<string, string>;
  /** A container has ended. */
  onEnd?(environment: PodEnvironment, exitCode: number): void;
}
